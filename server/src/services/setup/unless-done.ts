import { AppError } from '../../domain/errors.js';

/** Two servers may start at once: whatever the other did first is as good. */
export async function unlessDone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isDone = error instanceof AppError && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code);
    if (!isDone) throw error;
  }
}
