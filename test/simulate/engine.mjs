/** What `npm run build` made of the server's statistics and controller: nothing here is a copy. */
const domain = '../../server/dist/domain';
export const engine = {
  ...(await import(`${domain}/gates/pin-gates.js`)),
  ...(await import(`${domain}/gates/evaluate-gates.js`)),
  ...(await import(`${domain}/releases/complete-plan.js`)),
  ...(await import(`${domain}/releases/decide.js`)),
};
