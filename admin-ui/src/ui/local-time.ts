/** Formats epoch milliseconds for a `datetime-local` input: local time, to the minute. */
export function toLocalInput(at: number): string {
  if (Number.isNaN(at)) {
    return '';
  }
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** Converts the value of such an input for the API. Invalid text is returned unchanged. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}
