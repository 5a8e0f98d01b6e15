import {
  type InstanceDto,
  type InstancePage,
  listInstances,
} from '../../store/read-models/instances.js';
import type { EnvironmentGrant } from '../authorize.js';
import type { Ctx } from '../context.js';

export async function findInstances(
  ctx: Ctx,
  grant: EnvironmentGrant<'project:read'>,
  page: InstancePage,
): Promise<readonly InstanceDto[]> {
  return listInstances(ctx.db, grant, page);
}
