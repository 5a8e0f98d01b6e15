import type { Rule } from '@sluice/sdk/core';
import type { FlagConfigChange, FlagConfig } from '../../api/types.js';
import {
  type Choices,
  comparePart,
  type Difference,
  pick,
  type Versions,
} from '../draft/three-way.js';

/** The editable part of a configuration. */
export function configBody(config: FlagConfigChange | FlagConfig): FlagConfigChange {
  const { status, parent, offVariant, onVariant, defaultVariant, rules } = config;
  return { status, parent, offVariant, onVariant, defaultVariant, rules };
}

const FIELDS = {
  status: 'Status',
  parent: 'Parent',
  offVariant: 'Off variant',
  onVariant: 'On variant',
  defaultVariant: 'Default variant',
} as const satisfies Partial<Record<keyof FlagConfigChange, string>>;

const ORDER = 'order';

/** The parts are each field, each rule, and the order of the rules that all versions have. */
export function compareConfigs(versions: Versions<FlagConfigChange>): Difference[] {
  const bodies = [versions.base, versions.mine, versions.theirs];
  const fields = Object.entries(FIELDS).map(([part, title]) =>
    comparePart(
      { part, title },
      pick(versions, (body) => body[part as keyof typeof FIELDS]),
    ),
  );
  const ids = [...new Set(bodies.flatMap((body) => body.rules.map(({ id }) => id)))];
  const rules = ids.map((id) =>
    comparePart(
      { part: `rule:${id}`, title: `Rule “${id}”` },
      pick(versions, (body) => body.rules.find((rule) => rule.id === id)),
    ),
  );
  const shared = ids.filter((id) => bodies.every((body) => hasRule(body, id)));
  const order = comparePart(
    { part: ORDER, title: 'Order of rules' },
    pick(versions, (body) => body.rules.map(({ id }) => id).filter((id) => shared.includes(id))),
  );
  return [...fields, ...rules, order].filter((difference) => difference !== undefined);
}

export function mergeConfigs(
  versions: Versions<FlagConfigChange>,
  choices: Choices,
): FlagConfigChange {
  const { mine, theirs } = versions;
  const side = (part: string): FlagConfigChange => (choices[part] === 'theirs' ? theirs : mine);
  return {
    status: side('status').status,
    parent: side('parent').parent,
    offVariant: side('offVariant').offVariant,
    onVariant: side('onVariant').onVariant,
    defaultVariant: side('defaultVariant').defaultVariant,
    rules: mergeRules(versions, side),
  };
}

/** Uses the chosen order and inserts each rule of only the other side after its neighbour there. */
function mergeRules(
  { mine, theirs }: Versions<FlagConfigChange>,
  side: (part: string) => FlagConfigChange,
): Rule[] {
  const first = side(ORDER);
  const second = first === mine ? theirs : mine;
  const ids = first.rules.map(({ id }) => id);
  for (const [index, { id }] of second.rules.entries()) {
    if (!ids.includes(id)) {
      const neighbour = second.rules[index - 1]?.id;
      ids.splice(neighbour === undefined ? 0 : ids.indexOf(neighbour) + 1, 0, id);
    }
  }
  return ids
    .map((id) => side(`rule:${id}`).rules.find((rule) => rule.id === id))
    .filter((rule) => rule !== undefined);
}

function hasRule(body: FlagConfigChange, id: string): boolean {
  return body.rules.some((rule) => rule.id === id);
}
