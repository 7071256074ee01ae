import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { stream } from '../src/lib/live/stream.svelte';

/** The browser's side of a connection, driven by the test; the real one is exercised end to end. */
class Source extends EventTarget {
  static all: Source[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close() {
    this.closed = true;
  }
  tell(type: string, id: string, data: object) {
    const event = Object.assign(new Event(type), { data: JSON.stringify({ type, data }), lastEventId: id });
    this.dispatchEvent(event);
  }
}

const last = () => Source.all.at(-1) as Source;

beforeEach(() => {
  vi.useFakeTimers();
  Source.all = [];
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network in this test')));
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a cut connection resumes after the last event and says so only if it lasts', () => {
  const heard: unknown[] = [];
  stream.open();
  const stop = stream.on(['call.held'], (event) => heard.push(event.data));
  last().onopen?.();
  last().tell('call.held', '41', { call: 'a' });
  expect(stream.state).toBe('live');

  last().onerror?.();
  expect(last().closed).toBe(true);
  expect(stream.state, 'a short cut is not worth a word').toBe('live');
  vi.advanceTimersByTime(1000);
  expect(last().url).toContain('after=41');
  last().onerror?.();
  vi.advanceTimersByTime(1600);
  expect(stream.state).toBe('cut');
  vi.advanceTimersByTime(1000);
  expect(Source.all).toHaveLength(3);
  last().onopen?.();
  expect(stream.state).toBe('live');
  last().tell('call.held', '42', { call: 'b' });
  expect(heard).toEqual([{ call: 'a' }, { call: 'b' }]);
  stop();
});

test('after many tries in vain the position is given up and everything is read again', () => {
  const again = vi.fn();
  const stop = stream.onGap(again);
  stream.open();
  last().onopen?.();
  last().tell('call.held', '41', { call: 'a' });
  for (let attempt = 0; attempt < 4; attempt += 1) {
    last().onerror?.();
    vi.advanceTimersByTime(20_000);
  }
  expect(last().url).not.toContain('after=');
  last().onopen?.();
  expect(again).toHaveBeenCalledOnce();
  stop();
});

test('a page may follow a stream of its own, and there is never more than one', () => {
  const rows: unknown[] = [];
  stream.open();
  last().onopen?.();
  last().tell('call.held', '7', { call: 'a' });
  const back = stream.instead('/v1/floor/stream', 'floor', (data) => rows.push(data));
  expect(last().url).toMatch(/^\/v1\/floor\/stream\?.*after=7/);
  last().tell('floor', '8', {});
  expect(rows).toHaveLength(1);
  back();
  expect(last().url).toMatch(/^\/v1\/stream\?.*after=8/);
  expect(Source.all.filter((source) => !source.closed)).toHaveLength(1);
});

test('what is still being heard is told apart from events and moves no position', () => {
  const heard: string[] = [];
  stream.open();
  const stop = stream.hearing(({ words }) => heard.push(words));
  last().onopen?.();
  last().tell('call.held', '41', { call: 'a' });
  const message = (words: string) => {
    const data = JSON.stringify({ type: 'utterance.partial', data: { call: 'a' }, words });
    last().dispatchEvent(Object.assign(new Event('utterance.partial'), { data, lastEventId: '' }));
  };
  message('three');
  message('three weeks');
  expect(heard).toEqual(['three', 'three weeks']);
  last().onerror?.();
  vi.advanceTimersByTime(1000);
  expect(last().url).toContain('after=41');
  stop();
  message('three weeks now');
  expect(heard).toHaveLength(2);
});
