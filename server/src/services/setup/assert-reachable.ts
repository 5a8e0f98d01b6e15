import { isLoopback } from '../../domain/is-loopback.js';
import { AppError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { Db } from '../../store/db.js';
import { isSetupNeeded } from './is-setup-needed.js';

/** On a new installation that a network can reach, the first visitor would become the admin. */
export async function assertReachable(
  db: Db,
  options: { readonly host: string; readonly setupToken: Secret | null },
): Promise<void> {
  if (isLoopback(options.host) || options.setupToken !== null) return;
  if (!(await isSetupNeeded(db))) return;
  throw new AppError(
    'CONFLICT',
    `HOST "${options.host}" can be reached from elsewhere, and nobody has an account yet: ` +
      'set SLUICE_SETUP_TOKEN or SLUICE_INIT_ADMIN, or make the first admin on 127.0.0.1',
  );
}
