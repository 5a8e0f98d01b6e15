import { AppError } from '../../domain/errors.js';

/** Ignores a conflict, since another server that starts at once may have done the same work. */
export async function unlessDone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isDone = error instanceof AppError && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code);
    if (!isDone) throw error;
  }
}
