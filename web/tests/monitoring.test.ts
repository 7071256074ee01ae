/** Monitoring: shares with their intervals, drift in words. */
import { render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { i18n } from '$lib/i18n/index.svelte';
import Rules from '../src/pages/monitoring/Rules.svelte';
import Spread from '../src/pages/monitoring/Spread.svelte';

const rule = {
  code: 'prompt.abuse',
  text: 'Prompt: the caller is abusive',
  shown: 20,
  wrong_person: 1,
  wrong_reading: 2,
  unwelcome: 4,
  wrong: { share: 0.15, low: 0.05, high: 0.36 },
  outcomes: { helped: 0, not_needed: 0, wrong: 0 },
  rated: 0,
  rated_well: 0,
  answers: 0,
  conclusive: false,
  right: null,
  came_true: null,
};

describe('monitoring', () => {
  it('tells a share with its interval, and what nobody said anything of as nothing', () => {
    render(Rules, { rules: [rule] });
    expect(screen.getByRole('rowheader').textContent).toBe('Prompt: the caller is abusive');
    const cells = screen.getAllByRole('cell').map((cell) => cell.textContent?.trim());
    expect(cells).toEqual(['20', '15% (5% to 36%)', '4', '–', '–']);
  });

  it('says of few answers that they conclude nothing', () => {
    const right = { share: 0.5, low: 0.25, high: 0.75 };
    render(Rules, { rules: [{ ...rule, answers: 8, rated: 8, rated_well: 4, right }] });
    const cells = screen.getAllByRole('cell').map((cell) => cell.textContent?.trim());
    expect(cells[3]).toBe('50% (25% to 75%) too few answers: 8');
  });

  it('tells drift in words, and says where there is nothing to compare with', () => {
    const score = { score: 'arousal', text: 'agitation', n: 400, shares: [0.5, 0.5], psi: null, drift: null };
    const { unmount } = render(Spread, { score });
    expect(screen.getByText(i18n.t.monitoring.noDrift)).toBeTruthy();
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('50%, 50%');
    unmount();
    render(Spread, { score: { ...score, psi: 0.3, drift: 'much' } });
    expect(screen.getByText(i18n.t.monitoring.drift.much)).toBeTruthy();
  });
});
