import { AppError } from '../../domain/errors.js';
import { Connection, type ConnectionOptions } from './connection.js';

const BACKEND = { text: 'select pg_backend_pid() as pid' };

/**
 * Throws CONFLICT behind a pooler that gives a connection another session of PostgreSQL for each
 * transaction. A statement that was prepared in one session is unknown in the next, so about half
 * of all changes would fail, kills included. The second connection asks twice in a row, which
 * recognizes a pooler that gives out its sessions in rotation.
 */
export async function assertOwnSessions(
  options: Pick<ConnectionOptions, 'connect' | 'answerTimeoutMs'>,
): Promise<void> {
  const [first, second] = [new Connection(options), new Connection(options)];
  try {
    const pids: unknown[] = [];
    for (const connection of [first, second, second, first]) {
      const [row] = await connection.run<{ readonly pid: number }>(BACKEND);
      pids.push(row?.pid);
    }
    const [ofFirst, ofSecond, secondAgain, firstAgain] = pids;
    const isKept = ofFirst === firstAgain && ofSecond === secondAgain;
    if (isKept && ofFirst !== ofSecond) return;
  } finally {
    first.close();
    second.close();
  }
  throw new AppError(
    'CONFLICT',
    'DATABASE_URL leads to a pooler that is not in session mode, which loses prepared ' +
      'statements and LISTEN; give the address of PostgreSQL itself, or of a pooler in session mode',
  );
}
