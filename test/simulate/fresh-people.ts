import { drawBinomial, drawPoisson, type Random } from './draw.js';
import type { Arms, Phase, World } from './ramp.js';

export interface FreshPeopleOptions {
  readonly random: Random;
  /** New people a look. */
  readonly people: number;
  /** Share of people with the event, by step. */
  readonly base: (step: number) => number;
  /** Times as many with the feature, by step. */
  readonly ratio?: (step: number) => number;
  readonly metrics?: readonly string[];
  /** Share of treated people who are lost before they are counted. */
  readonly lost?: number;
}

/** New people at each look, each seen once: counts alone say everything about them. */
export function freshPeople(options: FreshPeopleOptions): World {
  const { random, people, base, ratio = () => 1, metrics = ['http.errors'], lost = 0 } = options;
  return {
    begin(phase) {
      for (const metric of metrics) {
        const firsts: Arms = { treatment: 0, control: 0 };
        phase.metrics[metric] = { firsts, firstsAll: firsts };
      }
    },
    look(phase) {
      const drawn = drawBinomial(random, people, phase.share);
      const treated = lost > 0 ? drawn - drawBinomial(random, drawn, lost) : drawn;
      const control = people - drawn;
      addPeople(phase, treated, control);
      const rate = base(phase.step);
      const harmed = Math.min(1, rate * ratio(phase.step));
      metrics.forEach((metric, index) => {
        const firsts = phase.metrics[metric]?.firsts;
        if (!firsts) return;
        firsts.treatment += drawBinomial(random, treated, index === 0 ? harmed : rate);
        firsts.control += drawBinomial(random, control, rate);
      });
    },
  };
}

export function addPeople({ units, firstUnits }: Phase, treated: number, control: number): void {
  units.treatment += treated;
  units.control += control;
  firstUnits.treatment += treated;
  firstUnits.control += control;
}

/** Requests of the new side against a limit, with this share of bad ones. */
export function requestsAgainstLimit(options: {
  readonly random: Random;
  readonly requests: number;
  readonly bad: number;
  readonly onLook?: (bad: number, total: number) => void;
}): World {
  const { random, requests, bad, onLook } = options;
  return {
    begin(phase) {
      phase.metrics.slo = { slo: { bad: 0, total: 0 } };
    },
    look(phase) {
      const sums = phase.metrics.slo?.slo;
      if (!sums) return;
      const total = drawPoisson(random, requests * phase.share);
      const failed = drawBinomial(random, total, bad);
      addPeople(phase, total, requests - total);
      sums.total += total;
      sums.bad += failed;
      onLook?.(failed, total);
    },
  };
}
