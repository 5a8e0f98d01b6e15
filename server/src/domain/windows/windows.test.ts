import { describe, expect, it } from 'vitest';
import { isTimeZone, momentOf, offsetMsAt } from './time-zone.js';
import { problemsOfWindow, type WindowInput } from './window-problems.js';
import { closedNow, type Freeze, nextOpening, type Window } from './windows.js';

const at = (iso: string) => Date.parse(iso);
const iso = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());

function window(change: Partial<Window> = {}): Window {
  return {
    ...{ kind: 'window', key: 'office', name: 'Office hours', environments: [] },
    ...{ timeZone: 'Europe/Amsterdam', days: [1, 2, 3, 4, 5], opens: '09:00', closes: '17:00' },
    ...change,
  };
}

const freeze: Freeze = {
  ...{ kind: 'freeze', key: 'year-end', name: 'Year end', environments: ['production'] },
  startsAt: at('2026-12-20T00:00:00Z'),
  endsAt: at('2027-01-04T08:00:00Z'),
};

/** `open`, or the moment at which the window opens. */
function state(of: Window, moment: string): string | null {
  const next = nextOpening(of, at(moment));
  return next === 'open' ? next : iso(next);
}

describe('a window', () => {
  it.each([
    ['on a Friday morning', '2026-01-16T08:00:00Z', 'open'],
    ['a second before it opens', '2026-01-16T07:59:59Z', '2026-01-16T08:00:00.000Z'],
    ['as it closes', '2026-01-16T16:00:00Z', '2026-01-19T08:00:00.000Z'],
    ['on a Saturday', '2026-01-17T10:00:00Z', '2026-01-19T08:00:00.000Z'],
    ['in summer, an hour earlier by UTC', '2026-07-16T07:00:00Z', 'open'],
    ['before the weekend of the spring switch', '2026-03-27T18:00:00Z', '2026-03-30T07:00:00.000Z'],
    ['before the weekend of the autumn switch', '2026-10-23T18:00:00Z', '2026-10-26T08:00:00.000Z'],
  ])('keeps the hours of its zone %s', (_, moment, expected) => {
    expect(state(window(), moment)).toBe(expected);
  });

  describe('overnight', () => {
    const night = window({ days: [5, 6], opens: '22:00', closes: '04:00' });

    it.each([
      ['on Friday evening', '2026-01-16T21:30:00Z', 'open'],
      ['early on Saturday, which belongs to Friday', '2026-01-17T02:59:00Z', 'open'],
      [
        'early on Friday, since Thursday is not named',
        '2026-01-16T02:00:00Z',
        '2026-01-16T21:00:00.000Z',
      ],
      ['early on Sunday, which belongs to Saturday', '2026-01-18T02:59:00Z', 'open'],
      ['after that', '2026-01-18T03:00:00Z', '2026-01-23T21:00:00.000Z'],
    ])('has the expected state %s', (_, moment, expected) => {
      expect(state(night, moment)).toBe(expected);
    });

    it('is an hour shorter or longer when the clock changes', () => {
      const all = window({ days: [6], opens: '22:00', closes: '06:00' });
      const lengthOn = (day: string) => minutesOpen(all, at(`${day}T12:00:00Z`));
      expect(lengthOn('2026-03-21')).toBe(8 * 60);
      expect(lengthOn('2026-03-28')).toBe(7 * 60);
      expect(lengthOn('2026-10-24')).toBe(9 * 60);
    });
  });

  it('opens at the clock change that skips its opening', () => {
    const sunday = window({ days: [7], opens: '02:30', closes: '05:00' });
    expect(state(sunday, '2026-03-29T00:59:59Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(state(sunday, '2026-03-29T01:00:00Z')).toBe('open');
  });

  it('does not open on a day when the clock skips all its hours', () => {
    const sunday = window({ days: [7], opens: '02:10', closes: '02:50' });
    expect(state(sunday, '2026-03-29T00:00:00Z')).toBe('2026-04-05T00:10:00.000Z');
    expect(state(sunday, '2026-03-29T01:00:00Z')).toBe('2026-04-05T00:10:00.000Z');
  });

  it('opens once when the clock shows its hour twice', () => {
    const sunday = window({ days: [7], opens: '02:10', closes: '02:50' });
    expect(state(sunday, '2026-10-25T00:20:00Z')).toBe('open');
    expect(state(sunday, '2026-10-25T01:20:00Z')).toBe('2026-11-01T01:10:00.000Z');
  });

  it('of whole days closes at midnight, or never', () => {
    const day = window({ days: [1], opens: '00:00', closes: '24:00' });
    expect(minutesOpen(day, at('2026-01-18T12:00:00Z'))).toBe(24 * 60);
    const always = window({ days: [1, 2, 3, 4, 5, 6, 7], opens: '00:00', closes: '00:00' });
    for (let hour = 0; hour < 24 * 400; hour += 7) {
      expect(nextOpening(always, at('2026-01-01T00:30:00Z') + hour * 3_600_000)).toBe('open');
    }
  });

  it('is open at its next opening in any zone, at any hour of two years', () => {
    for (const timeZone of ['America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC']) {
      const hours = window({ timeZone, days: [2, 7], opens: '01:45', closes: '02:15' });
      for (let moment = at('2026-01-01T00:00:00Z'); moment < at('2028-01-01T00:00:00Z'); ) {
        const next = nextOpening(hours, moment);
        if (typeof next === 'number') {
          expect(nextOpening(hours, next)).toBe('open');
          expect(nextOpening(hours, next - 1)).not.toBe('open');
        }
        moment += 29 * 3_600_000 + 17 * 60_000;
      }
    }
  });
});

describe('the list of closed windows and freezes', () => {
  const rules = [
    window(),
    window({ key: 'nights', name: 'Nights', opens: '22:00', closes: '23:00' }),
    freeze,
  ];
  const saturday = at('2026-01-17T10:00:00Z');

  it('is empty for a release that names no window', () => {
    expect(closedNow(rules, 'production', [], saturday)).toEqual([]);
  });

  it('contains a named window with its next opening', () => {
    expect(closedNow(rules, 'production', ['office'], saturday)).toEqual([
      {
        kind: 'window',
        what: 'outside window "Office hours"',
        opensAt: at('2026-01-19T08:00:00Z'),
      },
    ]);
  });

  it('is empty while one of several windows is open, else has the earliest opening', () => {
    const names = ['nights', 'office'];
    expect(closedNow(rules, 'production', names, at('2026-01-16T10:00:00Z'))).toEqual([]);
    expect(closedNow(rules, 'production', names, at('2026-01-16T17:00:00Z'))).toEqual([
      {
        kind: 'window',
        what: 'outside windows "Office hours", "Nights"',
        opensAt: at('2026-01-16T21:00:00Z'),
      },
    ]);
  });

  it('never contains a window of another environment, and always one that is deleted', () => {
    const elsewhere = [window({ environments: ['staging'] })];
    expect(closedNow(elsewhere, 'production', ['office'], saturday)).toEqual([]);
    expect(closedNow([], 'production', ['office'], saturday)).toEqual([
      { kind: 'window', what: 'outside window "office" (which does not exist)', opensAt: null },
    ]);
  });

  it('contains each freeze of the environment, whether the release names it or not', () => {
    const moment = at('2026-12-24T12:00:00Z');
    const opensAt = at('2027-01-04T08:00:00Z');
    const closed = { kind: 'freeze', what: 'freeze "Year end"', opensAt };
    expect(closedNow(rules, 'production', [], moment)).toEqual([closed]);
    expect(closedNow(rules, 'staging', [], moment)).toEqual([]);
    expect(closedNow(rules, 'production', [], at('2027-01-04T08:00:00Z'))).toEqual([]);
    expect(closedNow([{ ...freeze, endsAt: null }], 'production', [], moment)).toEqual([
      { ...closed, opensAt: null },
    ]);
  });
});

describe('local time', () => {
  it.each([
    ['Europe/Amsterdam', '2026-03-29T02:30', '2026-03-29T01:00:00.000Z'],
    ['Europe/Amsterdam', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30:00.000Z'],
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00', '2025-12-31T18:15:00.000Z'],
  ])('in %s reads %s at %s', (timeZone, wall, expected) => {
    const [year, month, day, hour, minute] = wall.split(/[-T:]/).map(Number) as [
      ...[number, number, number, number, number],
    ];
    expect(iso(momentOf(timeZone, { year, month, day, hour, minute }))).toBe(expected);
  });

  it('is defined for IANA zone names only', () => {
    expect(offsetMsAt('Asia/Kathmandu', 0)).toBe(5.5 * 3_600_000);
    for (const name of ['Europe/Amsterdam', 'UTC', 'Etc/GMT+5'])
      expect(isTimeZone(name)).toBe(true);
    for (const name of ['', '+01:00', 'Mars/Olympus', 'Europe/Amsterdam ', '__proto__', 'CEST']) {
      expect(isTimeZone(name), name).toBe(false);
    }
  });
});

describe('the input of a window', () => {
  const hours: WindowInput = {
    ...{ kind: 'window', name: 'n', environments: [], startsAt: null, endsAt: null },
    ...{ timeZone: 'UTC', days: [1], opens: '09:00', closes: '17:00' },
  };
  const days: WindowInput = {
    ...{ ...hours, kind: 'freeze', timeZone: null, days: null, opens: null, closes: null },
    startsAt: '2026-12-20T00:00:00Z',
  };

  it('is accepted when it is valid', () => {
    expect(problemsOfWindow(hours, [])).toEqual([]);
    expect(problemsOfWindow(days, [])).toEqual([]);
    expect(problemsOfWindow({ ...hours, environments: ['qa'] }, ['qa'])).toEqual([]);
  });

  it.each<[Partial<WindowInput>, string]>([
    [{ timeZone: 'Amsterdam' }, '/timeZone'],
    [{ timeZone: null }, '/timeZone'],
    [{ days: [] }, '/days'],
    [{ days: [1, 1] }, '/days'],
    [{ opens: '9:00' }, '/opens'],
    [{ opens: '24:00' }, '/opens'],
    [{ closes: '25:00' }, '/closes'],
    [{ endsAt: '2026-12-20T00:00:00Z' }, '/endsAt'],
    [{ environments: ['nowhere'] }, '/environments/0'],
    [{ environments: ['qa', 'qa'] }, '/environments/1'],
  ])('is rejected with a pointer to the invalid field: %j', (change, pointer) => {
    const problems = problemsOfWindow({ ...hours, ...change }, ['qa']);
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
  });

  it.each<[Partial<WindowInput>, string]>([
    [{ startsAt: null }, '/startsAt'],
    [{ endsAt: '2026-12-20T00:00:00Z' }, '/endsAt'],
    [{ opens: '09:00' }, '/opens'],
  ])('is rejected as a freeze with a pointer to the invalid field: %j', (change, pointer) => {
    const problems = problemsOfWindow({ ...days, ...change }, []);
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
  });
});

/** Counts the open minutes of the window in the two days after a moment. */
function minutesOpen(of: Window, from: number): number {
  const minutes = Array.from({ length: 2 * 24 * 60 }, (_, index) => from + index * 60_000);
  return minutes.filter((moment) => nextOpening(of, moment) === 'open').length;
}
