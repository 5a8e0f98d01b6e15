const VERBS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  kill: 'killed',
  restore: 'restored',
  archive: 'archived',
  unarchive: 'brought back',
  revoke: 'revoked',
  dismiss: 'dismissed',
};

/** "flag.kill" → "killed flag"; what is unknown is shown as it is. */
export function describeAction(action: string): string {
  const [noun = '', verb = ''] = action.split('.');
  const said = VERBS[verb];
  return said === undefined ? action : `${said} ${noun}`;
}

export function toText(value: unknown): string {
  return value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, 2);
}
