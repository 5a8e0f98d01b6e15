const UNIQUE_VIOLATION = '23505';

/**
 * Turns a violation of one unique index into a rejection. The database lets one of two racing
 * writers through, so callers need no check beforehand.
 */
export async function refuseDuplicate<T>(
  write: PromiseLike<T>,
  constraint: string,
  refusal: () => Error,
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw violates(error, constraint) ? refusal() : error;
  }
}

function violates(error: unknown, constraint: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, constraint_name: name } = error as { code?: unknown; constraint_name?: unknown };
  return (code === UNIQUE_VIOLATION && name === constraint) || violates(error.cause, constraint);
}
