export { measureRequests } from './measure-requests.js';
