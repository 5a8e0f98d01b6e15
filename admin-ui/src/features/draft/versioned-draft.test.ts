import { describe, expect, it } from 'vitest';
import { ApiError } from '../../api/api-error.js';
import { compareFields, mergeFields } from './three-way.js';
import { VersionedDraft } from './versioned-draft.svelte.js';

interface Note {
  readonly version: number;
  readonly title: string;
  readonly text: string;
  readonly pinned?: boolean;
}
type NoteBody = Pick<Note, 'title' | 'text'>;
type Answer = Note | ApiError;

const note = (version: number, title: string, text = ''): Note => ({ version, title, text });
const problem = { type: 'about:blank', title: '', detail: 'No.', requestId: 'r' } as const;
const refusal = (errors: { pointer: string; message: string }[]): ApiError =>
  new ApiError(400, 'VALIDATION_FAILED', 'No.', {
    ...problem,
    status: 400,
    code: 'VALIDATION_FAILED',
    errors,
  });
const stale = (current: Note): ApiError =>
  new ApiError(412, 'VERSION_STALE', 'Stale.', {
    ...problem,
    status: 412,
    code: 'VERSION_STALE',
    current,
  });

function draftOf(saved: Note, ...answers: Answer[]) {
  const sent: { version: number; body: NoteBody }[] = [];
  const titles = { title: 'Title', text: 'Text' };
  const draft = new VersionedDraft<Note, NoteBody, { title: string; text: string }>(
    {
      bodyOf: ({ title, text }) => ({ title, text }),
      save: (version, body) => {
        sent.push({ version, body });
        const answer = answers.shift();
        return answer instanceof ApiError || answer === undefined
          ? Promise.reject(answer ?? new Error('not expected'))
          : Promise.resolve(answer);
      },
      compare: (versions) => compareFields(titles, versions),
      merge: mergeFields,
    },
    saved,
  );
  return { draft, sent };
}

describe('VersionedDraft', () => {
  it('is dirty only while it differs from the saved version', () => {
    const { draft } = draftOf(note(1, 'a'));
    draft.body.title = 'b';
    expect(draft.isDirty).toBe(true);
    draft.body.title = 'a';
    expect(draft.isDirty).toBe(false);
  });

  it('sends the version that it started from', async () => {
    const { draft, sent } = draftOf(note(4, 'a'), note(5, 'b'));
    draft.body.title = 'b';
    await expect(draft.save()).resolves.toBe('saved');
    expect(sent).toEqual([{ version: 4, body: { title: 'b', text: '' } }]);
    expect(draft.saved.version).toBe(5);
    expect(draft.isDirty).toBe(false);
  });

  it('keeps edits made while a save is pending', async () => {
    const { draft } = draftOf(note(1, 'a'), note(2, 'b'));
    draft.body.title = 'b';
    const saving = draft.save();
    draft.body.title = 'bc';
    await saving;
    expect(draft.body.title).toBe('bc');
    expect(draft.isDirty).toBe(true);
  });

  it('shows a rejection beside its field until the field changes', async () => {
    const { draft } = draftOf(note(1, 'a'), refusal([{ pointer: '/title', message: 'too short' }]));
    draft.body.title = '';
    await expect(draft.save()).resolves.toBe('refused');
    expect(draft.errors).toEqual([{ pointer: '/title', message: 'too short' }]);
    expect(draft.failure).toBe('one field needs another value.');
    draft.body.title = 'longer';
    expect(draft.errors).toEqual([]);
  });

  it('shows the whole message when no field is invalid', async () => {
    const { draft } = draftOf(note(1, 'a'), new ApiError(0, 'UNREACHABLE', 'Not there.'));
    draft.body.title = 'b';
    await expect(draft.save()).resolves.toBe('refused');
    expect(draft.failure).toBe('Not there.');
    expect(draft.body.title).toBe('b');
  });

  it('applies a newer version at once when it has no edits', () => {
    const { draft } = draftOf(note(1, 'a'));
    draft.receive(note(2, 'theirs'));
    expect(draft.body.title).toBe('theirs');
    expect(draft.incoming).toBeUndefined();
  });

  it('offers a newer version when it has edits, and keeps both', () => {
    const { draft } = draftOf(note(1, 'a'));
    draft.body.title = 'mine';
    draft.receive(note(2, 'a', 'their text'));
    expect(draft.body).toEqual({ title: 'mine', text: '' });
    expect(draft.differences).toMatchObject([
      { part: 'title', changedBy: 'mine' },
      { part: 'text', changedBy: 'theirs' },
    ]);
    draft.resolve({ title: 'mine', text: 'theirs' });
    expect(draft.body).toEqual({ title: 'mine', text: 'their text' });
    expect(draft.saved.version).toBe(2);
    expect(draft.isDirty).toBe(true);
  });

  it('accepts a newer version that changes no edited part', () => {
    const { draft } = draftOf(note(1, 'a'));
    draft.body.title = 'mine';
    draft.receive({ ...note(2, 'a'), pinned: true });
    expect(draft.incoming).toBeUndefined();
    expect(draft.saved).toMatchObject({ version: 2, pinned: true });
    expect(draft.body.title).toBe('mine');
  });

  it('ignores a version older than the one it has', () => {
    const { draft } = draftOf(note(3, 'a'));
    draft.receive(note(2, 'old'));
    expect(draft.saved.title).toBe('a');
  });

  it('reports a conflict when the newer version changed the same part', async () => {
    const { draft, sent } = draftOf(note(1, 'a'), stale(note(2, 'theirs')));
    draft.body.title = 'mine';
    await expect(draft.save()).resolves.toBe('conflict');
    expect(draft.incoming?.title).toBe('theirs');
    expect(draft.body.title).toBe('mine');
    await expect(draft.save()).resolves.toBe('conflict');
    expect(sent).toHaveLength(1);
  });

  it('saves again automatically when only the version was stale', async () => {
    const { draft, sent } = draftOf(note(1, 'a'), stale(note(2, 'a')), note(3, 'mine'));
    draft.body.title = 'mine';
    await expect(draft.save()).resolves.toBe('saved');
    expect(sent.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('resets to the latest version of the server when it is discarded', () => {
    const { draft } = draftOf(note(1, 'a'));
    draft.body.title = 'mine';
    draft.receive(note(2, 'theirs'));
    draft.discard();
    expect(draft.body.title).toBe('theirs');
    expect(draft.isDirty).toBe(false);
    expect(draft.incoming).toBeUndefined();
  });
});
