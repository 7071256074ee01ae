/** Group wellbeing: words for five and more, an explanation for fewer, and nobody's name. */
import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';

import Group from '../src/pages/wellbeing/Group.svelte';
import { history, span, type Cohort, type Week } from '../src/pages/wellbeing/weeks';

const group = (team: string | null, more: Partial<Cohort> = {}): Cohort => ({
  team,
  people: 5,
  load: { band: 'some', text: 'high for a tenth to three tenths of the working time' },
  exposure: { band: 'little', text: 'high for less than a tenth of the working time' },
  strain: { band: 'much', text: 'high for three tenths of the working time or more' },
  energy: null,
  who5: null,
  burnout: [],
  pulse: [{ name: 'control', title: 'Control', band: 'low', text: 'rather not so' }],
  note: 'What would tell of fewer than five people is left out.',
  ...more,
});
const weeks: Week[] = [
  { week: '2026-03-09', cohorts: [group(null, { people: 20 }), group('Billing')] },
  { week: '2026-03-02', cohorts: [group(null, { people: 20 })] },
];

test('a group is told in words, and what is too few is said to be so', () => {
  render(Group, { cohort: group('Billing'), weeks, shown: '2026-03-09' });
  expect(screen.getByText('5 or more people')).toBeTruthy();
  expect(screen.getByText('sometimes high')).toBeTruthy();
  expect(screen.getByText('rarely high')).toBeTruthy();
  expect(screen.getAllByText('Too few to show').length).toBeGreaterThan(0);
  expect(screen.getByText('Control')).toBeTruthy();
  expect(screen.getByText('low · rather not so')).toBeTruthy();
  expect(screen.getByText('What would tell of fewer than five people is left out.')).toBeTruthy();
});

test('its weeks stand in order, with a gap where it was too small', () => {
  expect(history(weeks, 'Billing', 'load')).toEqual([
    { week: '2026-03-02', band: undefined },
    { week: '2026-03-09', band: 'some' },
  ]);
  expect(span('2026-03-02')).toMatch(/2\D+8\D+2026/);
});
