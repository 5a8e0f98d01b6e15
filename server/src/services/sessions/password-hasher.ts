import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../domain/errors.js';
import {
  formatPhc,
  parsePhc,
  type ScryptHash,
  type ScryptParameters,
} from '../../domain/phc-string.js';

/** OWASP's second scrypt setting: 32 MiB and about a third of a second for each hash. */
const CURRENT: ScryptParameters = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Each hash occupies 32 MiB and a thread of the pool, which other requests also need. */
const RUNNING_MAX = 2;
const WAITING_MAX = 50;

export interface Verification {
  readonly matches: boolean;
  /** True for a hash with old parameters. The caller has the password now and can hash it again. */
  readonly isOutdated: boolean;
}

/** Hashes at most two passwords at once, and takes as long for an account that does not exist. */
export class PasswordHasher {
  readonly #parameters: ScryptParameters;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #dummy: Promise<ScryptHash> | undefined;

  constructor(parameters: ScryptParameters = CURRENT) {
    this.#parameters = parameters;
  }

  async hash(password: string): Promise<string> {
    return formatPhc(await this.#derive(password, this.#parameters, randomBytes(SALT_BYTES)));
  }

  /** `phc` is null when the account does not exist. The answer then takes as long. */
  async verify(password: string, phc: string | null): Promise<Verification> {
    const stored = phc === null ? null : parsePhc(phc);
    const against = stored ?? (await this.#dummyHash());
    const made = await this.#derive(password, against, against.salt, against.hash.length);
    const isEqual = timingSafeEqual(made.hash, against.hash);
    const { ln, r, p } = this.#parameters;
    return {
      matches: isEqual && stored !== null,
      isOutdated: against.ln !== ln || against.r !== r || against.p !== p,
    };
  }

  #dummyHash(): Promise<ScryptHash> {
    const { ln, r, p } = this.#parameters;
    this.#dummy ??= Promise.resolve({
      ...{ ln, r, p },
      salt: randomBytes(SALT_BYTES),
      hash: randomBytes(HASH_BYTES),
    });
    return this.#dummy;
  }

  async #derive(
    password: string,
    { ln, r, p }: ScryptParameters,
    salt: Buffer,
    length = HASH_BYTES,
  ): Promise<ScryptHash> {
    const N = 2 ** ln;
    const options = { N, r, p, maxmem: 128 * N * r + 128 * r * p + 1024 * 1024 };
    await this.#enter();
    try {
      return { ln, r, p, salt, hash: await deriveKey(password, salt, length, options) };
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < RUNNING_MAX) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new AppError('RATE_LIMITED', 'too many sign-ins at once', { retryAfterSeconds: 5 });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Passes the permit to the longest waiting call, so that no later call overtakes it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

function deriveKey(
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
