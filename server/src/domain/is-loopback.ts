/** Whether only this machine can reach the host. Unknown names count as reachable from outside. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
