import type { Sql } from 'postgres';
import { describe, expect, it } from 'vitest';
import { assertOwnSessions } from './assert-own-sessions.js';
import type { Client } from './connection.js';

/** Connections that answer with these process ids of PostgreSQL, in the order of all questions. */
function answering(pids: readonly number[]) {
  const left = [...pids];
  let open = 0;
  const connect = (): Client => {
    open += 1;
    const unsafe = async () => [{ pid: left.shift() }];
    const destroy = () => {
      open -= 1;
    };
    return { sql: { unsafe } as unknown as Sql, setUp: undefined, destroy };
  };
  return { connect, answerTimeoutMs: 1_000, open: () => open };
}

describe('assertOwnSessions', () => {
  it('accepts connections that keep one session each, and closes them', async () => {
    const connections = answering([1, 2, 2, 1]);
    await expect(assertOwnSessions(connections)).resolves.toBeUndefined();
    expect(connections.open()).toBe(0);
  });

  it.each([
    ['both connections use one session', [1, 1, 1, 1]],
    ['sessions are given out in rotation', [1, 2, 1, 2]],
    ['the first connection gets another session', [1, 2, 2, 3]],
    ['the second connection gets another session', [1, 2, 3, 1]],
  ])('throws CONFLICT when %s', async (_, pids) => {
    const connections = answering(pids);
    await expect(assertOwnSessions(connections)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(connections.open()).toBe(0);
  });
});
