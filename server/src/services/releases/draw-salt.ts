import { randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SALT_LENGTH = 22;

/** 128 random bits: the salt of a release, or the seed that draws other users. */
export function drawSalt(): string {
  let rest = BigInt(`0x${randomBytes(16).toString('hex')}`);
  let salt = '';
  for (let digit = 0; digit < SALT_LENGTH; digit += 1) {
    salt += BASE62[Number(rest % 62n)];
    rest /= 62n;
  }
  return salt;
}
