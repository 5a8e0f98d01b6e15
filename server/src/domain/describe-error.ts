export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Stack frames only: the text above them repeats the message. */
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

const CAUSES_MAX = 4;

/**
 * Describes an error for a log. A database error quotes the statement's parameters, which contain
 * hashes and names, so they are cut off; extra properties of an error are never included.
 */
export function describeError(error: unknown, causesLeft = CAUSES_MAX): ErrorDescription {
  if (!(error instanceof Error)) return { name: 'unknown', message: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const stack = placesOf(error.stack);
  return {
    name: error.name,
    message: withoutParameters(error.message),
    ...(code === undefined ? {} : { code }),
    ...(stack === '' ? {} : { stack }),
    ...(error.cause === undefined || causesLeft === 0
      ? {}
      : { cause: describeError(error.cause, causesLeft - 1) }),
  };
}

function withoutParameters(message: string): string {
  const cut = message.indexOf('\nparams:');
  return cut < 0 ? message : message.slice(0, cut);
}

function placesOf(stack = ''): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
