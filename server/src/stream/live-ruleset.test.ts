import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Flag, Ruleset } from '@sluice/sdk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RulesetChanges } from '../store/read-models/ruleset.js';
import { LiveRuleset } from './live-ruleset.js';

const flag = (over: Partial<Flag> = {}): Flag => ({
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  status: 'on',
  ...over,
});

const ruleset = (over: Partial<Ruleset> = {}): Ruleset => ({
  schema: 1,
  project: 'default',
  environment: 'production',
  epoch: 'E1',
  revision: 5,
  at: 1_000,
  flags: { a: flag(), b: flag() },
  segments: {},
  ...over,
});

const changes = (to: number, over: Partial<RulesetChanges> = {}): RulesetChanges => ({
  ...{ epoch: 'E1', from: to - 1, to, at: 1_000 + to, flags: {}, segments: {}, killed: false },
  ...over,
});

const live = (over: Partial<Ruleset> = {}, spreadMs = 0) =>
  new LiveRuleset(ruleset(over), () => spreadMs);

interface Sent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent.
  readonly data: any;
}

function parse(frame: Buffer | undefined): Sent {
  const match = /^id: (.*)\nevent: (.*)\ndata: (.*)\n\n$/.exec(String(frame));
  if (!match) throw new Error(`not one event: ${frame}`);
  return { id: match[1] ?? '', event: match[2] ?? '', data: JSON.parse(match[3] ?? '') };
}

describe('a live ruleset', () => {
  it('provides the document as bytes and as one event whose id is its position', () => {
    const subject = live();
    expect(JSON.parse(subject.bytes().toString())).toEqual(ruleset());
    expect(parse(subject.frame())).toEqual({ event: 'ruleset', id: 'E1:5', data: ruleset() });
  });

  it('has the SHA-256 of its bytes as ETag', () => {
    const subject = live();
    const hash = createHash('sha256').update(subject.bytes()).digest('hex');
    expect(subject.etag()).toBe(`"${hash}"`);
  });

  it('compresses the same bytes', async () => {
    const subject = live();
    expect(gunzipSync(await subject.gzipped())).toEqual(subject.bytes());
  });

  it('produces the same bytes for any order of its flags', () => {
    const other = live({ flags: { b: flag(), a: flag() } });
    expect(other.bytes()).toEqual(live().bytes());
  });

  it('turns a change into one patch with only the differences', () => {
    const subject = live();
    const change = subject.apply(changes(6, { flags: { a: flag({ status: 'off' }), b: flag() } }));
    expect(change.flagKeys).toEqual(['a']);
    expect(parse(change.frame)).toEqual({
      event: 'patch',
      id: 'E1:6',
      data: {
        ...{ epoch: 'E1', from: 5, to: 6, at: 1_006, segments: {} },
        flags: { a: flag({ status: 'off' }) },
      },
    });
  });

  it('builds a patch once, however many clients get it', () => {
    const subject = live();
    const { frame } = subject.apply(changes(6, { flags: { a: null } }));
    expect(subject.patchSince(5)).toBe(frame);
  });

  it('names removed entries as null in a patch', () => {
    const subject = live({ segments: { staff: { when: { segment: 'all' } } } });
    const { frame } = subject.apply(changes(6, { flags: { b: null }, segments: { staff: null } }));
    expect(parse(frame).data).toMatchObject({ flags: { b: null }, segments: { staff: null } });
  });

  it('updates a client that was offline with one patch from its revision', () => {
    const subject = live();
    subject.apply(changes(6, { flags: { a: flag({ status: 'off' }) } }));
    subject.apply(changes(7, { flags: { b: null } }));
    subject.apply(changes(8, { flags: { a: flag({ status: 'inherit' }) } }));
    const patch = parse(subject.patchSince(6)).data;
    expect(patch).toMatchObject({ from: 6, to: 8 });
    expect(patch.flags).toEqual({ a: flag({ status: 'inherit' }), b: null });
  });

  it('has no patch from an unknown or a future revision', () => {
    const subject = live();
    subject.apply(changes(6, { flags: { a: null } }));
    expect(subject.patchSince(4)).toBeUndefined();
    expect(subject.patchSince(6)).toBeUndefined();
    expect(subject.patchSince(7)).toBeUndefined();
  });

  it('asks for receipts only in a patch with a kill', () => {
    const subject = live({}, 250);
    const kill = subject.apply(changes(6, { flags: { a: flag({ killed: true }) } }));
    expect(parse(kill.frame).data.receiptSpreadMs).toBe(250);
    const edit = subject.apply(changes(7, { flags: { a: flag({ killed: true, rules: [] }) } }));
    expect(parse(edit.frame).data.receiptSpreadMs).toBeUndefined();
    expect(parse(subject.patchSince(5)).data.receiptSpreadMs).toBe(250);
    expect(parse(subject.patchSince(6)).data.receiptSpreadMs).toBeUndefined();
  });

  it('sends only a patch even when the database was read as a whole', () => {
    const subject = live();
    const whole = ruleset({ revision: 9, at: 1_009, flags: { a: flag(), c: flag() } });
    const change = subject.replace(whole);
    expect(change.flagKeys).toEqual(['b', 'c']);
    expect(parse(change.frame)).toMatchObject({
      event: 'patch',
      data: { from: 5, to: 9, flags: { b: null, c: flag() } },
    });
    expect(JSON.parse(subject.bytes().toString())).toEqual(whole);
  });

  it('sends the whole ruleset when the epoch changes and forgets the old history', () => {
    const subject = live();
    subject.apply(changes(6, { flags: { a: null } }));
    const whole = ruleset({ epoch: 'E2', revision: 6 });
    expect(parse(subject.replace(whole).frame)).toEqual({
      event: 'ruleset',
      id: 'E2:6',
      data: whole,
    });
    expect(subject.patchSince(5)).toBeUndefined();
  });

  it('forgets old patches once too many entries have been removed to name them', () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`f${i}`, flag()]));
    const subject = live({ flags: many });
    const none = Object.fromEntries(Object.keys(many).map((key) => [key, null]));
    const change = subject.apply(changes(6, { flags: none }));
    expect(parse(change.frame).event).toBe('ruleset');
    expect(JSON.parse(subject.bytes().toString()).flags).toEqual({});
  });

  it('keeps unusual keys as plain keys', () => {
    const flags = JSON.parse(
      `{"__proto__":${JSON.stringify(flag())},"10":${JSON.stringify(flag())}}`,
    );
    const subject = live({ flags });
    expect(Object.keys(JSON.parse(subject.bytes().toString()).flags)).toEqual(['10', '__proto__']);
  });

  it('detects different content under the same revision', () => {
    const subject = live();
    expect(subject.equals(ruleset())).toBe(true);
    expect(subject.equals(ruleset({ flags: { a: flag() } }))).toBe(false);
  });
});

describe('any history of a ruleset', () => {
  const key = fc.constantFrom('a', 'b', 'c', '__proto__');
  const entry = fc.option(fc.constantFrom(flag(), flag({ killed: true }), flag({ status: 'off' })));
  const step = fc.dictionary(key, entry, { noNullPrototype: true });

  it('yields the same content through any mix of patches as through the whole ruleset', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(fc.nat()), (steps, absences) => {
        const subject = live();
        const clients = [0, 1, 2].map(() => JSON.parse(subject.bytes().toString()));
        for (const [index, flags] of steps.entries()) {
          subject.apply(changes(6 + index, { flags }));
          for (const [number, client] of clients.entries()) {
            const isAway = (absences[index] ?? 0) % 3 === number;
            if (!isAway) follow(client, subject);
          }
        }
        const whole = JSON.parse(subject.bytes().toString());
        for (const client of clients) {
          follow(client, subject);
          expect(client).toEqual(whole);
        }
      }),
    );
  });

  // biome-ignore lint/suspicious/noExplicitAny: a client's parsed document.
  function follow(client: any, subject: LiveRuleset): void {
    const frame = subject.patchSince(client.revision);
    if (!frame) return;
    const { data } = parse(frame);
    Object.assign(client, { revision: data.to, at: data.at });
    for (const [name, value] of Object.entries(data.flags)) {
      if (value === null) delete client.flags[name];
      else Object.defineProperty(client.flags, name, { value, ...OWN });
    }
  }

  const OWN = { enumerable: true, configurable: true, writable: true };
});
