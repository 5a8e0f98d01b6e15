import { isPossibleKeySecret, KEY_KINDS, type KeyKind } from './key-secret.js';
import { Secret } from './secret.js';

/** A key chosen by the operator, for machines that need it before the server runs. */
export interface InitKey {
  readonly kind: KeyKind;
  /** Null for all projects (admin keys only). */
  readonly project: string | null;
  readonly environment: string | null;
  readonly secret: Secret;
}

export type ParsedInitKey = { readonly key: InitKey } | { readonly problem: string };

const SCOPE = /^([a-zA-Z0-9][a-zA-Z0-9_.:-]{0,99})\/([a-zA-Z0-9][a-zA-Z0-9_.:-]{0,99})$/;

/**
 * Parses `kind:project/environment:secret` or `admin:*:secret`. Project keys may contain ":", so
 * the kind ends at the first ":" and the secret begins after the last. Error messages never quote
 * the secret.
 */
export function parseInitKey(text: string): ParsedInitKey {
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  if (first < 0 || first === last) return { problem: 'must be kind:project/environment:secret' };
  const kind = KEY_KINDS.find((known) => known === text.slice(0, first));
  if (kind === undefined) return { problem: `kind must be one of ${KEY_KINDS.join(', ')}` };
  const secretText = text.slice(last + 1);
  if (!isPossibleKeySecret(secretText)) {
    return {
      problem:
        'secret (after the last ":") must have 32 to 256 of the characters A-Z a-z 0-9 _ -, ' +
        'and one that begins like ours must be one of ours',
    };
  }
  const secret = new Secret(secretText);
  const scope = text.slice(first + 1, last);
  if (kind === 'admin') return adminKey(scope, secret);
  const match = SCOPE.exec(scope);
  if (!match) return { problem: `a ${kind} key needs project/environment, got "${scope}"` };
  const [project, environment] = match.slice(1) as [string, string];
  return { key: { kind, project, environment, secret } };
}

function adminKey(scope: string, secret: Secret): ParsedInitKey {
  if (scope !== '*') return { problem: `an admin key needs the scope "*", got "${scope}"` };
  return { key: { kind: 'admin', project: null, environment: null, secret } };
}
