/** A roster while it is changed by hand. */
import { beforeEach, expect, test, vi } from 'vitest';

import { Editor, fresh, moved, there, type Rules, type Week } from '../src/pages/plan/editor.svelte';
import { plusDays, time } from '../src/pages/plan/plan.svelte';

const rules: Rules = {
  shift_minutes: 480,
  earliest: 480,
  latest: 600,
  step: 30,
  most_start_change: 60,
  days_each: 5,
  rest_hours: 11,
  breaks: [{ name: 'Lunch', minutes: 30, from: 210, to: 270 }],
};

const week = (): Week => ({
  week: '2026-03-02',
  history: 'h',
  rules,
  wanted: Array.from({ length: 7 }, () => new Array<number>(96).fill(1)),
  people: ['a', 'b'].map((agent) => ({ agent, shifts: [fresh(rules, 0, 480)] })),
  objective: 0,
  bound: 0,
  prices: [],
});

beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json([])));
});

test('a shift moves with its breaks, and not out of its day', () => {
  const shift = fresh(rules, 0, 480);
  expect(moved(shift, 30)).toMatchObject({ start: 510, end: 990, breaks: [{ start: 720 }] });
  expect(moved(shift, -900)).toMatchObject({ start: 0, end: 480, breaks: [{ start: 210 }] });
});

test('people at a break are not there, and a night reaches into the next day', () => {
  const night = { ...fresh(rules, 0, 1200), breaks: [] };
  const people = [{ agent: 'a', shifts: [fresh(rules, 0, 480), night].slice(1) }];
  expect(there(people, 0).filter(Boolean)).toHaveLength(16);
  expect(there(people, 1).slice(0, 17)).toEqual([...new Array<number>(16).fill(1), 0]);
  const day = there([{ agent: 'a', shifts: [fresh(rules, 0, 480)] }], 0);
  expect([day[31], day[32], day[46], day[47], day[48]]).toEqual([0, 1, 0, 0, 1]);
});

test('what was done is undone one by one', () => {
  const editor = new Editor();
  editor.open(week(), false);
  const before = editor.week;
  editor.change(0, 0, undefined);
  editor.change(1, 3, fresh(rules, 3, 540));
  expect(editor.week?.people.map(({ shifts }) => shifts.length)).toEqual([0, 2]);
  expect(editor.changed).toBe(true);
  editor.undo();
  editor.undo();
  expect(editor.week).toEqual(before);
  expect(editor.undoable).toBe(false);
});

test('times past midnight begin anew, and days go over the end of a month', () => {
  expect([time(510), time(1500)]).toEqual(['08:30', '01:00']);
  expect(plusDays('2026-02-27', 3)).toBe('2026-03-02');
});
