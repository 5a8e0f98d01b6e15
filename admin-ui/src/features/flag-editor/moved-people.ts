import type { Rule } from '@sluice/sdk/core';
import type { FlagConfigChange } from '../../api/types.js';
import { sameJson } from '../draft/json-values.js';
import { type Segments, sampleContext } from './sample-context.js';

/** A group of users whose value a draft may change. */
export interface Group {
  /** The noun phrase that completes "10 % of …". */
  readonly who: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface MovedGroup {
  readonly who: string;
  /** The share of that group, from 0 to 1. */
  readonly share: number;
}

const GROUPS_MAX = 4;

/** The users without special attributes, and the users that each changed rule matches. */
export function affectedGroups(
  saved: FlagConfigChange,
  proposed: FlagConfigChange,
  segments: Segments,
): Group[] {
  const changed = [...proposed.rules, ...saved.rules].filter(
    (rule, index, all) =>
      all.findIndex(({ id }) => id === rule.id) === index && isChanged(rule.id, saved, proposed),
  );
  const asked = changed.length > 0 ? changed : proposed.rules.slice(0, 1);
  const groups = asked
    .filter(({ when }) => when !== undefined && !sameJson(when, { all: [] }))
    .map(({ id, when }) => ({
      who: `those in rule “${id}”`,
      context: sampleContext(when, segments),
    }));
  return [{ who: 'everybody else', context: {} }, ...groups].slice(0, GROUPS_MAX);
}

function isChanged(id: string, saved: FlagConfigChange, proposed: FlagConfigChange): boolean {
  const of = (body: FlagConfigChange): Rule | undefined =>
    body.rules.find((rule) => rule.id === id);
  return !sameJson(of(saved), of(proposed));
}

/** One line for the save bar. */
export function describeMoved(groups: readonly MovedGroup[]): string {
  const moved = groups.filter(({ share }) => share > 0);
  if (moved.length === 0) {
    return 'nobody in the sample gets another value';
  }
  const alone = groups.length === 1;
  const parts = moved.map(
    ({ who, share }) => `${formatShare(share)} of ${alone ? 'everybody' : who}`,
  );
  return `another value for ${parts.join(', ')}`;
}

function formatShare(share: number): string {
  const percent = share * 100;
  if (percent < 0.1) {
    return '< 0.1 %';
  }
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}
