import type { Secret } from '../../domain/secret.js';
import type { InitKey } from '../../domain/init-key.js';
import { hasProjects } from '../../store/setup-store.js';
import type { Log } from '../../log.js';
import { authorizeInstallation } from '../authorize.js';
import type { Ctx } from '../context.js';
import { createProject } from '../projects/create-project.js';
import type { PasswordHasher } from '../sessions/password-hasher.js';
import { createFirstAdmin } from './create-first-admin.js';
import { importKey } from './import-key.js';
import { isSetupNeeded } from './is-setup-needed.js';
import { unlessDone } from './unless-done.js';

export interface Initialisation {
  readonly initAdmin: { readonly email: string; readonly password: Secret } | null;
  readonly initKeys: readonly InitKey[];
}

/**
 * Creates the first project, and the admin and keys of `SLUICE_INIT_*`, before the server accepts
 * requests. A restart, or two servers that start at once, creates nothing twice.
 */
export async function initialise(
  ctx: Ctx,
  input: Initialisation & { readonly hasher: PasswordHasher; readonly log: Log },
): Promise<void> {
  const { log, hasher, initAdmin: admin, initKeys } = input;
  if (!(await hasProjects(ctx.db))) {
    await unlessDone(() => createProject(ctx, authorizeInstallation(ctx), FIRST_PROJECT));
  }
  if (admin !== null && (await isSetupNeeded(ctx.db))) {
    const passwordHash = await hasher.hash(admin.password.reveal());
    const { email } = admin;
    await unlessDone(() =>
      createFirstAdmin(ctx, authorizeInstallation(ctx), { email, name: email, passwordHash }),
    );
    log.info('made the first admin from SLUICE_INIT_ADMIN');
  }
  for (const key of initKeys) await importKey(ctx, key);
}

const FIRST_PROJECT = { key: 'default', name: 'Default' };
