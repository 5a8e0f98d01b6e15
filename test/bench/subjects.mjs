/** The same 200 flags in each system's own format, behind its own public call. */
import { amplitude } from './subjects/amplitude.mjs';
import { configcat } from './subjects/configcat.mjs';
import { devcycle } from './subjects/devcycle.mjs';
import { featurevisor } from './subjects/featurevisor.mjs';
import { flagd } from './subjects/flagd.mjs';
import { growthbook } from './subjects/growthbook.mjs';
import { launchdarkly } from './subjects/launchdarkly.mjs';
import { sluice } from './subjects/sluice.mjs';
import { statsig } from './subjects/statsig.mjs';
import { tggl } from './subjects/tggl.mjs';
import { unleash } from './subjects/unleash.mjs';

const SYSTEMS = [
  sluice,
  flagd,
  amplitude,
  configcat,
  devcycle,
  featurevisor,
  growthbook,
  launchdarkly,
  statsig,
  tggl,
  unleash,
];

export function subjects(keys) {
  return Promise.all(SYSTEMS.map((system) => system(keys)));
}
