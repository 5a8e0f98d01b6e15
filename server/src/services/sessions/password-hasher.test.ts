import { describe, expect, it } from 'vitest';
import { parsePhc } from '../../domain/phc-string.js';
import { PasswordHasher } from './password-hasher.js';

const CHEAP = { ln: 4, r: 8, p: 1 };

describe('a password', () => {
  it('is stored as scrypt with N = 2^15, r = 8, p = 3 and a random salt', async () => {
    const hasher = new PasswordHasher();
    const phc = await hasher.hash('correct horse battery');
    expect(phc).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hasher.verify('correct horse battery', phc)).toEqual({
      matches: true,
      isOutdated: false,
    });
  });

  it('does not match any other password', async () => {
    const hasher = new PasswordHasher(CHEAP);
    const phc = await hasher.hash('correct horse battery');
    for (const wrong of ['', 'correct horse batterY', 'correct horse battery ', phc]) {
      expect(await hasher.verify(wrong, phc)).toMatchObject({ matches: false });
    }
    expect(await hasher.hash('correct horse battery')).not.toBe(phc);
  });

  it('matches in composed and decomposed letters', async () => {
    const hasher = new PasswordHasher(CHEAP);
    const phc = await hasher.hash('caf\u00e9 caf\u00e9 caf\u00e9');
    expect(await hasher.verify('cafe\u0301 cafe\u0301 cafe\u0301', phc)).toMatchObject({
      matches: true,
    });
  });

  it('matches a hash with old parameters, which is reported as outdated', async () => {
    const phc = await new PasswordHasher(CHEAP).hash('correct horse battery');
    const now = new PasswordHasher({ ln: 5, r: 8, p: 1 });
    expect(await now.verify('correct horse battery', phc)).toEqual({
      matches: true,
      isOutdated: true,
    });
  });

  it('never matches a missing account or a hash in another format', async () => {
    const hasher = new PasswordHasher(CHEAP);
    for (const phc of [null, '', 'plain', '$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA']) {
      expect(await hasher.verify('correct horse battery', phc)).toMatchObject({ matches: false });
    }
  });

  it('takes as long to verify for a missing account', async () => {
    const hasher = new PasswordHasher({ ln: 13, r: 8, p: 1 });
    const phc = await hasher.hash('correct horse battery');
    const known = await timeOf(() => hasher.verify('wrong', phc));
    const unknown = await timeOf(() => hasher.verify('wrong', null));
    expect(unknown).toBeGreaterThan(known / 4);
    expect(unknown).toBeLessThan(known * 4);
  });

  it('waits while two others are hashed, and is rejected when too many wait', async () => {
    const hasher = new PasswordHasher(CHEAP);
    const all = await Promise.allSettled(
      Array.from({ length: 60 }, () => hasher.hash('correct horse battery')),
    );
    const refused = all.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused[0]?.reason).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await hasher.hash('correct horse battery')).toMatch(/^\$scrypt/);
  });
});

describe('a stored hash', () => {
  it.each(['$scrypt$ln=25,r=8,p=1$AAAA$AAAA', '$scrypt$ln=0,r=8,p=1$AAAA$AAAA', 'x'])(
    'is rejected when its parameters are not possible: %s',
    (text) => {
      expect(parsePhc(text)).toBeNull();
    },
  );
});

/** The best of five runs, so that one pause of the machine does not count. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times);
}
