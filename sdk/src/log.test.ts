import { describe, expect, it } from 'vitest';
import { Listeners } from './listeners.js';
import { QuietLog } from './log.js';
import { KeyCounter } from './telemetry/key-counter.js';
import { ManualClock } from './testing/index.js';

function setUp() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  return {
    clock,
    lines,
    log: new QuietLog({ debug: say, info: say, warn: say, error: say }, clock),
  };
}

describe('the log', () => {
  it('logs the same message once in ten minutes', () => {
    const { clock, lines, log } = setUp();
    log.say('warn', 'flag "a" is not in the ruleset');
    clock.advance(599_999);
    log.say('warn', 'flag "a" is not in the ruleset');
    log.say('warn', 'flag "b" is not in the ruleset');
    expect(lines).toHaveLength(2);
    clock.advance(2);
    log.say('warn', 'flag "a" is not in the ruleset');
    expect(lines).toHaveLength(3);
  });

  it('groups different messages by their cause', () => {
    const { lines, log } = setUp();
    log.say('warn', 'refused; again in 3 s', 'refused');
    log.say('warn', 'refused; again in 5 s', 'refused');
    expect(lines).toEqual(['[sluice] refused; again in 3 s']);
  });

  it('works with a logger that throws and with one whose methods need `this`', () => {
    const fail = () => {
      throw new Error('mine');
    };
    const throwing = { debug: fail, info: fail, warn: fail, error: fail };
    expect(() => new QuietLog(throwing, new ManualClock()).say('warn', 'x')).not.toThrow();
    class Lines {
      readonly lines: string[] = [];
      debug = () => {};
      info = () => {};
      warn(message: string) {
        this.lines.push(message);
      }
      error = () => {};
    }
    const bound = new Lines();
    new QuietLog(bound, new ManualClock()).say('warn', 'x');
    expect(bound.lines).toEqual(['[sluice] x']);
  });
});

describe('the counter of keys', () => {
  it('drops the oldest key after a thousand', () => {
    const counter = new KeyCounter();
    for (let index = 0; index < 5_000; index += 1) counter.count(`key-${index}`);
    counter.count('key-4999');
    const record = counter.toRecord();
    expect(Object.keys(record)).toHaveLength(1_000);
    expect(record['key-4999']).toBe(2);
  });

  it('accepts any text as a key', () => {
    const counter = new KeyCounter();
    counter.count('__proto__');
    expect(Object.keys(counter.toRecord())).toEqual(['__proto__']);
  });
});

describe('listeners', () => {
  it('do not affect each other', async () => {
    const failed: string[] = [];
    const heard: number[] = [];
    const listeners = new Listeners<{ tick: number }>((event) => failed.push(event));
    listeners.add('tick', () => {
      throw new Error('mine');
    });
    const failLater: unknown = () => Promise.reject(new Error('mine, later'));
    listeners.add('tick', failLater as () => void);
    const stop = listeners.add('tick', (n) => {
      heard.push(n);
      stop();
    });
    listeners.add('tick', (n) => heard.push(n));
    listeners.emit('tick', 1);
    listeners.emit('tick', 2);
    await Promise.resolve();
    expect(heard).toEqual([1, 1, 2]);
    expect(failed).toHaveLength(4);
  });
});
