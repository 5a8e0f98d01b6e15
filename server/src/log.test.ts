import { describe, expect, it } from 'vitest';
import { createLog, type LogFields, type LogLevel } from './log.js';

function logTo(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, destination: { write: (line) => void lines.push(line) } });
  return { log, lines };
}

describe('the log', () => {
  it('writes one JSON object per line, with the time and the name of the level', () => {
    const { log, lines } = logTo();
    log.warn('it healed', { requestId: 'r1', ms: 5 });
    expect(JSON.parse(lines[0] as string)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: 'it healed',
      requestId: 'r1',
      ms: 5,
    });
  });

  it('drops fields that are not on the list of allowed fields', () => {
    const { log, lines } = logTo();
    const fields = { requestId: 'r1', authorization: 'canary', cookie: 'canary', body: 'canary' };
    log.info('request', fields as LogFields);
    expect(lines[0]).not.toContain('canary');
  });

  it('masks keys anywhere in a line', () => {
    const { log, lines } = logTo();
    const secret = `sluice_admin_${'x1'.repeat(25)}`;
    log.error(`no such key ${secret}`, { error: new Error(`bad ${secret}`), route: secret });
    expect(lines[0]).not.toContain('x1x1');
    expect(lines[0]).toContain('sluice_admin_[secret]');
  });

  it('writes an error with stack and causes, and without the parameters of a statement', () => {
    const { log, lines } = logTo();
    const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    const message = 'Failed query: select $1\nparams: canary';
    log.error('request failed', {
      error: Object.assign(new Error(message, { cause }), { query: 'canary' }),
    });
    const line = JSON.parse(lines[0] as string);
    expect(line.error).toMatchObject({
      name: 'Error',
      message: 'Failed query: select $1',
      stack: expect.stringMatching(/^\s+at /),
      cause: { message: 'connection refused', code: 'ECONNREFUSED' },
    });
    expect(lines[0]).not.toContain('canary');
  });

  it('writes no line below its level', () => {
    const { log, lines } = logTo('error');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines).toHaveLength(1);
  });
});
