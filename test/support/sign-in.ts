import { type Answer, ask } from './ask.js';

export const ADMIN_EMAIL = 'admin@example.com';
export const ADMIN_PASSWORD = 'correct horse battery';

/** The headers that the admin UI sends with every change. */
export const SAME_ORIGIN = { 'Sec-Fetch-Site': 'same-origin' };

export function signIn(
  url: string,
  credentials: { readonly email?: string; readonly password?: string } = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { email = ADMIN_EMAIL, password = ADMIN_PASSWORD } = credentials;
  return ask(`${url}/api/v1/session`, { method: 'POST', json: { email, password }, headers });
}

/** `name=value` of the session cookie that an answer sets. */
export function cookieOf(answer: Answer): string {
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`no cookie came: ${answer.status} ${answer.text}`);
  return cookie.slice(0, cookie.indexOf(';'));
}
