export { canonicalAddress } from './address-text.js';
export { clientAddress, parseTrustedProxies, type TrustedProxies } from './client-address.js';
export {
  type ContextFromRequest,
  RequestContexts,
  type RequestOptions,
} from './request-context.js';
