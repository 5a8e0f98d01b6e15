import { diffLines } from 'diff';

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

const LINES_MAX = 2_000;

/** Compares line by line. Long runs of equal lines keep `context` lines at each end. */
export function compareLines(before: string, after: string, context = 3): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const part of diffLines(endWithNewline(before), endWithNewline(after))) {
    const kind = part.added ? 'added' : part.removed ? 'removed' : 'same';
    const texts = part.value.replace(/\n$/, '').split('\n');
    lines.push(
      ...(kind === 'same' ? shorten(texts, context) : texts).map(
        (text) => ({ kind, text }) as const,
      ),
    );
  }
  return lines.slice(0, LINES_MAX);
}

function shorten(texts: readonly string[], context: number): readonly string[] {
  return texts.length <= context * 2 + 1
    ? texts
    : [...texts.slice(0, context), '…', ...texts.slice(-context)];
}

function endWithNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
