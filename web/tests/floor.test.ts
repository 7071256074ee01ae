/** The floor: what a change costs, who is found, and how an alert is answered and taken back. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { toasts } from '../src/lib/state/toasts.svelte';
import AlertCard from '../src/pages/floor/AlertCard.svelte';
import { Desk, Seat } from '../src/pages/floor/desk.svelte';
import { ALL_TEAMS, byTeam, counts, fits, NO_TEAM, steady } from '../src/pages/floor/filter';
import { CARD, columnsIn, GAP, HEAD, layOut } from '../src/pages/floor/lines';
import SeatCard from '../src/pages/floor/SeatCard.svelte';
import type { Alert, FloorBody, SeatBody } from '../src/pages/floor/types';
import { AT_ONCE, screenful, STANDS, told } from '../src/pages/floor/wall';

const person = (index: number, more: Partial<SeatBody> = {}): SeatBody => ({
  agent: `a-${index}`,
  name: `agent-${index}`,
  team: index % 2 ? 'Billing' : 'Orders',
  state: 'available',
  text: 'available',
  since: new Date(Date.now() - 65_000).toISOString(),
  reason: null,
  call: null,
  work_since: null,
  ...more,
});
const floor = (agents: SeatBody[], more: Partial<FloorBody> = {}): FloorBody => ({
  position: 1,
  agents,
  queues: [],
  breaks: [],
  ...more,
});
const call = { call: 'c-1', queue: 'billing', since: new Date().toISOString(), held: false, transfers: 0 };

/** Lets the next frame come. */
function frames() {
  let due: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => due.push(run));
  vi.stubGlobal('cancelAnimationFrame', () => (due = []));
  return () => {
    const now = due;
    due = [];
    now.forEach((run) => run(0));
    flushSync();
  };
}
afterEach(() => vi.unstubAllGlobals());

describe('the desk', () => {
  test('takes many tellings as one change, the last word of each', () => {
    const frame = frames();
    const desk = new Desk();
    desk.begin(floor([person(10), person(9)]), []);
    expect(desk.seats.map(({ agent }) => agent)).toEqual(['a-9', 'a-10']);
    const [row, beat, seats] = [desk.seat('a-9'), desk.beat, desk.seats];
    desk.hear(floor([person(9, { state: 'busy' })]));
    desk.hear(floor([person(9, { state: 'wrap_up' })]));
    expect(row?.body.state).toBe('available');
    frame();
    expect(desk.seat('a-9')).toBe(row);
    expect(row?.body.state).toBe('wrap_up');
    expect(desk.beat).toBe(beat + 1);
    expect(desk.seats).toBe(seats);
  });

  test('spreads news of hundreds over a few frames, neighbours over different ones, and counts once', () => {
    const frame = frames();
    const desk = new Desk();
    const everybody = (state: SeatBody['state']) =>
      floor(Array.from({ length: 500 }, (_, index) => person(index, { state })));
    desk.begin(everybody('available'), []);
    const { beat } = desk;
    const fresh = () => desk.seats.filter(({ body }) => body.state === 'busy').length;
    desk.hear(everybody('busy'));
    frame();
    expect(fresh()).toBeGreaterThan(100);
    expect(fresh()).toBeLessThan(200);
    expect(desk.seats.slice(0, 20).filter(({ body }) => body.state === 'busy').length).toBeLessThan(10);
    expect(desk.beat).toBe(beat);
    // Somebody's later word goes before the one that still waits.
    desk.hear(floor([person(1, { state: 'on_break' })]));
    frame();
    frame();
    expect(fresh()).toBe(499);
    expect(desk.seat('a-1')?.body.state).toBe('on_break');
    expect(desk.beat).toBe(beat + 1);
  });

  test('sees who is new or changes the team as a new row, and lets breaks that are over go', () => {
    const frame = frames();
    const desk = new Desk();
    const rest = { offer: 'o', agent: 'a-1', minutes: 6, to: null, since: call.since, approved: false };
    desk.begin(floor([person(1)], { breaks: [{ ...rest, state: 'accepted' }] }), []);
    const row = desk.seat('a-1');
    desk.hear(floor([person(1, { team: 'Returns' }), person(2)], { breaks: [{ ...rest, state: 'over' }] }));
    frame();
    expect(desk.seats.map(({ body }) => body.team)).toEqual(['Returns', 'Orders']);
    expect(desk.seat('a-1')).not.toBe(row);
    expect(desk.breaks).toEqual([]);
  });
});

describe('who is shown', () => {
  const seats = [person(1, { state: 'busy', call }), person(2), person(3, { team: null, name: null })].map(
    (body) => new Seat(body),
  );
  const found = (words: string, team = ALL_TEAMS) =>
    seats
      .filter((seat) => fits(seat, { words, team, state: 'all' }, (state) => `in ${state}`))
      .map(({ agent }) => agent);

  test('is found by name, team, queue or state, and by all words together', () => {
    expect(found('AGENT-2')).toEqual(['a-2']);
    expect(found('billing')).toEqual(['a-1']);
    expect(found('  in busy ')).toEqual(['a-1']);
    expect(found('billing available')).toEqual([]);
    expect(found('', NO_TEAM)).toEqual(['a-3']);
    expect(found('')).toHaveLength(3);
  });

  test('stands by team, without one last, in lines of as many as fit', () => {
    expect(byTeam(seats).map(({ team }) => team)).toEqual(['Billing', 'Orders', NO_TEAM]);
    expect(counts(seats).get('available')).toBe(2);
    const lines = layOut(
      Array.from({ length: 500 }, (_, index) => new Seat(person(index))),
      3,
    );
    expect(lines.filter((line) => 'team' in line)).toHaveLength(2);
    expect(lines).toHaveLength(2 + 2 * Math.ceil(250 / 3));
    expect(lines.at(-1)?.top).toBe(2 * HEAD + (2 * Math.ceil(250 / 3) - 1) * (CARD + GAP));
    expect(columnsIn(100)).toBe(1);
  });

  test('stays the same list while the same people are on it', () => {
    const list = [...seats];
    expect(steady(list, [...list])).toBe(list);
    expect(steady(list, list.slice(1))).toHaveLength(2);
  });
});

test('a card says state and call, and nothing about how a person is', () => {
  render(SeatCard, { seat: new Seat(person(1, { state: 'busy', call, work_since: call.since })) });
  expect(screen.getByText('in a call')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'billing: Open the call of agent-1' }).getAttribute('href')).toBe(
    '/calls/c-1',
  );
  expect(document.body.textContent).not.toMatch(/strain|load|refus|check-in/i);
});

describe('the wallboard', () => {
  test('counts people without naming states that are nobody’s business', () => {
    const seats = [person(1), person(2, { state: 'away' }), person(3, { state: 'on_break' })];
    expect(told(seats.map((body) => new Seat(body)))).toEqual([
      { state: 'available', count: 1 },
      { state: 'busy', count: 0 },
      { state: 'wrap_up', count: 0 },
      { state: 'on_break', count: 1 },
    ]);
  });

  test('turns the page when there are more queues than can be read', () => {
    const queues = Array.from({ length: AT_ONCE + 1 }, (_, index) => ({
      queue: `q${index}`,
      waiting: 0,
      available: 0,
      longest_wait_s: 0,
      at: call.since,
    }));
    expect(screenful(queues, 0)).toMatchObject({ page: 1, pages: 2 });
    expect(screenful(queues, STANDS * 1000).shown.map(({ queue }) => queue)).toEqual([`q${AT_ONCE}`]);
    expect(screenful([], 0)).toEqual({ shown: [], page: 1, pages: 1 });
  });
});

describe('an alert', () => {
  const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
    alert: id,
    raised: new Date().toISOString(),
    agent: 'a-1',
    name: 'agent-1',
    call: 'c-1',
    code: 'alert.abuse',
    text: 'A caller is abusive',
    confidence: 0.82,
    evidence: [{ text: 'the caller’s words', event: 'e-1', quote: 'you are useless' }],
    action: 'action.join_call',
    action_text: 'Listen in',
    queue: null,
    relief: ['nothing yet'],
    first_words: 'I am with you.',
    acknowledged: null,
    escalated: null,
    done: null,
    done_text: null,
    expires: new Date(Date.now() + 60_000).toISOString(),
    open: true,
    outcome: null,
    closed: null,
    ...more,
  });
  const sent: Request[] = [];
  beforeEach(() => {
    sent.length = 0;
    vi.stubGlobal('fetch', (request: Request) => {
      sent.push(request);
      return Promise.resolve(new Response(null, { status: 204 }));
    });
  });

  test('shows its quote, how sure it is in words and percent, and its causes', () => {
    render(AlertCard, { alert: alert('x-1') });
    expect(screen.getByText('you are useless')).toBeTruthy();
    expect(screen.getByText(/fairly sure · 82\s?%/)).toBeTruthy();
    expect(screen.getByText('the caller’s words')).toBeTruthy();
  });

  test('is answered in two clicks and one request, after the time to take it back', async () => {
    render(AlertCard, { alert: alert('x-2') });
    await fireEvent.click(screen.getByRole('button', { name: /Joined the call/ }));
    await fireEvent.click(screen.getByRole('button', { name: 'It helped' }));
    expect(screen.queryByRole('button', { name: 'It helped' })).toBeNull();
    expect(sent).toHaveLength(0);
    const toast = toasts.list.at(-1);
    toasts.dismiss(toast?.id ?? -1);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(new URL(sent[0]?.url ?? '').pathname).toBe('/v1/alerts/x-2/outcome');
    expect(await sent[0]?.json()).toEqual({ outcome: 'helped', action: 'action.join_call' });
  });

  test('is answered by number keys, and open again once that is taken back', async () => {
    const { container } = render(AlertCard, { alert: alert('x-3') });
    const card = container.querySelector('article') as HTMLElement;
    await fireEvent.keyDown(card, { key: '4' });
    await fireEvent.keyDown(card, { key: '2' });
    expect(card.textContent).toMatch(/Nothing · was not needed/);
    const toast = toasts.list.at(-1);
    toast?.undo?.();
    toasts.dismiss(toast?.id ?? -1);
    flushSync();
    expect(screen.getByRole('button', { name: /Joined the call/ })).toBeTruthy();
    expect(sent).toHaveLength(0);
  });

  test('that lapsed asks nothing any more', () => {
    render(AlertCard, { alert: alert('x-4', { expires: new Date(Date.now() - 1000).toISOString() }) });
    expect(screen.queryByRole('button', { name: /Joined/ })).toBeNull();
    expect(screen.getByText('lapsed without an answer')).toBeTruthy();
  });
});
