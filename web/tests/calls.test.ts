/** A call's timeline as people look at it: order, ranges, what is masked, and what the cursor does. */
import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import type { Schemas } from '../src/lib/api';
import { i18n } from '../src/lib/i18n/index.svelte';
import { SIGNALS } from '../src/lib/live/events';
import { pieces } from '../src/lib/ui/pieces';
import { columns, loudest, outline } from '../src/pages/calls/loudness';
import { curveName } from '../src/pages/calls/names';
import Signals from '../src/pages/calls/Signals.svelte';
import { lineAt, pointAt, range, story } from '../src/pages/calls/story';
import Tracks from '../src/pages/calls/Tracks.svelte';
import Transcript from '../src/pages/calls/Transcript.svelte';

let position = 0;
/** An event as the server tells it, `at` seconds after the sound began. */
function told(type: string, at: number, data: object, more: object = {}): Schemas['EventBody'] {
  position += 1;
  const time = new Date(Date.UTC(2026, 2, 2, 9) + at * 1000).toISOString();
  return { position, site: 's', id: `e${position}`, at: time, type, data, ...more } as Schemas['EventBody'];
}
const said = (party: string, start_s: number, end_s: number, more: object = {}, words?: string) =>
  told('utterance', end_s, { call: 'c', party, start_s, end_s, ...more }, words ? { words } : {});

const timeline = [
  told('call.offered', -20, { call: 'c' }, { text: 'a call rings' }),
  told('leg.opened', 0, { call: 'c', party: 'customer', protocol: 'audiohook', rate: 8000 }),
  said('customer', 4, 8, { text: 'p1', confidence: 0.9, language: 'en' }, 'my number is [PHONE_1]'),
  told('signal', 8, {
    call: 'c',
    party: 'customer',
    kind: 'arousal',
    start_s: 4,
    end_s: 8,
    value: 0.9,
    confidence: 0.8,
  }),
  said('agent', 0.5, 3, {}),
  told('words.shed', 3, { call: 'c', party: 'agent', start_s: 0.5, end_s: 3, reason: 'overload' }),
  told('call.held', 9, { call: 'c' }, { text: 'on hold' }),
  told(
    'prompt.shown',
    10,
    { call: 'c', agent: 'a', confidence: 0.7 },
    { text: 'Slow down.', because: ['e4'] },
  ),
  told('inference.disputed', 11, { agent: 'a', event: 'e8' }),
  told('call.ended', 12, { call: 'c' }, { text: 'the call ended' }),
];
const seen = story(timeline, timeline.at(-1)?.at, 0);

describe('a story', () => {
  test('has its lines in the order of speech, with the words or why there are none', () => {
    expect(seen.lines.map(({ party, words, shed }) => [party, words, shed])).toEqual([
      ['agent', undefined, 'overload'],
      ['customer', 'my number is [PHONE_1]', undefined],
    ]);
  });

  test('puts events on the clock of the sound, what came before it below zero', () => {
    expect(seen.length).toBe(12);
    expect(seen.course.map(({ at }) => at)).toEqual([-20, 9, 12]);
    expect(seen.decisions).toMatchObject([{ at: 10, text: 'Slow down.', because: true, confidence: 0.7 }]);
    expect(seen.disputed).toEqual(new Set(['e8']));
  });

  test('lets a hold last until the call ends', () => {
    expect(seen.stretches).toEqual([{ kind: 'held', start: 9, end: 12 }]);
  });

  test('of a call that goes on grows with the time', () => {
    const now = Date.UTC(2026, 2, 2, 9, 5);
    expect(story(timeline.slice(0, 5), null, now).length).toBe(300);
    expect(story([], null, now).lines).toEqual([]);
  });
});

test('a range is as wide as the confidence leaves open, and stays within what can be', () => {
  expect(range('arousal', 0.5, 1)).toEqual([0.5, 0.5]);
  expect(range('arousal', 0.95, 0.8)).toEqual([0.85, 1]);
  expect(range('arousal', 0.5, 0)).toEqual([0, 1]);
  // Sixteen syllables: a relative standard error of a quarter.
  expect(range('speech_rate', 4, 0.75)).toEqual([3, 5]);
});

test('the cursor finds the sentence and the measurement it stands on', () => {
  expect([0, 0.5, 3.5, 4, 11].map((at) => lineAt(seen.lines, at))).toEqual([-1, 0, 0, 1, 1]);
  const points = seen.curves[0]?.points ?? [];
  expect([3, 4, 9, 11].map((at) => pointAt(points, at)?.value)).toEqual([undefined, 0.9, 0.9, undefined]);
  expect(
    curveName(seen.curves[0] ?? { kind: 'arousal', party: 'agent', points: [] }, i18n.t.calls.curves),
  ).toContain('caller');
});

test('placeholders become pieces of their own, and nothing else does', () => {
  expect(pieces('我的手机是[PHONE_1],[BIRTH_DATE_2]')).toEqual([
    { words: '我的手机是' },
    { hidden: 'PHONE', number: 1 },
    { words: ',' },
    { hidden: 'BIRTH_DATE', number: 2 },
  ]);
  expect(pieces('press [1] or [note]')).toEqual([{ words: 'press [1] or [note]' }]);
});

describe('the transcript', () => {
  test('masks personal data, says what was not recognised, and marks where the cursor is', () => {
    render(Transcript, { lines: seen.lines, at: 5, own: false, disputed: new Set<string>() });
    expect(screen.getByText('phone number')).toBeTruthy();
    expect(screen.queryByText(/PHONE_1/)).toBeNull();
    expect(screen.getByText(i18n.t.calls.words.silent).getAttribute('title')).toBe(
      i18n.t.calls.words.shed.overload,
    );
    const rows = screen.getAllByRole('listitem');
    expect(rows.map((row) => row.getAttribute('aria-current'))).toEqual([null, 'true']);
  });

  test('lets only the agent whose call it is object', () => {
    const line = { ...seen.lines[1]!, signs: { sentiment: 0, abuse: 0.9, help: 0 } };
    const shown = (own: boolean) => {
      const { unmount } = render(Transcript, { lines: [line], at: 0, own, disputed: new Set<string>() });
      const found = [
        screen.queryByText(i18n.t.calls.words.signs.abuse) !== null,
        screen.queryByRole('button', { name: i18n.t.states.wrong }) !== null,
      ];
      unmount();
      return found;
    };
    expect([shown(true), shown(false)]).toEqual([
      [true, true],
      [true, false],
    ]);
  });
});

test('the cursor moves by the keyboard and stays within the call', async () => {
  render(Tracks, { length: 12, lines: seen.lines, stretches: [], moments: [], at: 5, gutter: 100 });
  const slider = screen.getByRole('slider');
  const press = async (key: string) => {
    slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await Promise.resolve();
    return slider.getAttribute('aria-valuenow');
  };
  expect(await press('ArrowRight')).toBe('6');
  expect(await press('PageUp')).toBe('12');
  expect(await press('Home')).toBe('0');
  expect(await press('ArrowLeft')).toBe('0');
});

describe('loudness', () => {
  const stretches: Schemas['StretchBody'][] = [
    { party: 'customer', start_s: 0, step_s: 0.5, levels: [-60, -25, null, 0] },
    { party: 'agent', start_s: 1, step_s: 0.5, levels: [-10] },
  ];

  test('is the loudest of each column, and nothing where no sound came', () => {
    expect(columns(stretches, 'customer', 2, 4)).toEqual([0, 0.5, 0, 1]);
    expect(columns(stretches, 'customer', 2, 2)).toEqual([0.5, 1]);
    expect(outline([0, 1])).toBe('M0,1L0.5,1.00L1.5,0.00L2,1L1.5,2.00L0.5,1.00Z');
    expect([loudest(stretches, 'customer'), loudest(stretches, 'unknown')]).toEqual([1.5, undefined]);
  });

  test('is drawn for whom there is any, and said in words', () => {
    const drawn = { length: 12, lines: seen.lines, stretches: [], moments: [], at: 5, gutter: 100 };
    render(Tracks, { ...drawn, loudness: [stretches[0]!] });
    expect(screen.getAllByRole('img').map((shape) => shape.getAttribute('aria-label'))).toEqual([
      i18n.t.calls.track.loudness({ who: i18n.t.calls.track.customer, at: '0:01' }),
    ]);
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toContain(i18n.t.calls.track.customer);
  });
});

describe('what was measured', () => {
  const signal = (kind: string, start_s: number, value: number) =>
    told(
      'signal',
      start_s + 1,
      { call: 'c', party: 'customer', kind, start_s, end_s: start_s + 1, value, confidence: 0.8 },
      { text: `the word for ${kind}` },
    );

  test('has every kind once, in one order, with its word, its amount and what it is measured by', () => {
    const shuffled = SIGNALS.toReversed().flatMap((kind) => [signal(kind, 5, 2), signal(kind, 9, 4)]);
    const { signals } = story(shuffled, undefined, 0);
    expect(signals.map(({ kind }) => kind)).toEqual(SIGNALS);
    render(Signals, { signals, at: 0 });
    const rows = screen.getAllByRole('listitem').filter((row) => row.querySelector('.head'));
    expect(rows).toHaveLength(SIGNALS.length);
    const music = rows[SIGNALS.indexOf('music')]?.textContent ?? '';
    expect(music).toContain('the word for music');
    expect(music).toContain(i18n.t.calls.signals.inAll({ value: '6' }));
    expect(music).toContain(i18n.t.calls.signals.about.music);
    const latency = rows[SIGNALS.indexOf('response_latency')]?.textContent ?? '';
    expect(latency, 'the middle of the two').toContain(i18n.t.calls.signals.seconds({ value: '3' }));
  });
});
