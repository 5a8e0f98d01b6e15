export interface ScryptParameters {
  /** Binary logarithm of the cost N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface ScryptHash extends ScryptParameters {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Upper limit of `ln`; a stored hash with a higher cost was not written by this server. */
const LN_MAX = 20;
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: contains its parameters, so they can grow without a
 * migration.
 */
export function formatPhc({ ln, r, p, salt, hash }: ScryptHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Returns null for text that this server did not write. */
export function parsePhc(text: string): ScryptHash | null {
  const match = PHC.exec(text);
  if (!match) return null;
  const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  if (ln < 1 || ln > LN_MAX || r < 1 || p < 1) return null;
  return {
    ...{ ln, r, p },
    salt: Buffer.from(match[4] as string, 'base64'),
    hash: Buffer.from(match[5] as string, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
