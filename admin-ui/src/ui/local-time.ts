/** Epoch milliseconds as a `datetime-local` input holds them: local, to the minute. */
export function toLocalInput(at: number): string {
  if (Number.isNaN(at)) {
    return '';
  }
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** What such an input holds, as the API takes it; unreadable text goes as it is. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}
