import { afterEach, expect, test, vi } from 'vitest';

import { shortcuts } from '../src/lib/frame/shortcuts.svelte';
import { toasts } from '../src/lib/state/toasts.svelte';

const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  Object.defineProperty(event, 'target', { value: target });
  shortcuts.heard(event);
};

afterEach(() => shortcuts.setSingle(true));

test('one key, two keys, and silence while somebody types', () => {
  const [go, help] = [vi.fn(), vi.fn()];
  const stops = [
    shortcuts.bind({ keys: 'g d', label: () => '', run: go }),
    shortcuts.bind({ keys: 'F9', label: () => '', run: help }),
  ];
  press('g');
  press('d');
  expect(go).toHaveBeenCalledOnce();
  const field = document.createElement('textarea');
  press('g', field);
  press('d', field);
  expect(go).toHaveBeenCalledOnce();
  press('F9', field);
  expect(help, 'a named key is heard anywhere').toHaveBeenCalledOnce();
  press('g', document.body, { ctrlKey: true });
  press('d');
  expect(go).toHaveBeenCalledOnce();
  shortcuts.setSingle(false);
  press('g');
  press('d');
  expect(go, 'single keys can be turned off').toHaveBeenCalledOnce();
  stops.forEach((stop) => stop());
  press('F9');
  expect(help).toHaveBeenCalledOnce();
});

test('what is taken back in time is never done', async () => {
  vi.useFakeTimers();
  const [commit, revert] = [vi.fn().mockResolvedValue(undefined), vi.fn()];
  toasts.undoable('gone', commit, revert);
  const shown = toasts.list.at(-1);
  shown?.undo?.();
  toasts.dismiss(shown?.id ?? 0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(revert).toHaveBeenCalledOnce();
  expect(commit).not.toHaveBeenCalled();

  toasts.undoable('gone', commit, revert);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(commit).toHaveBeenCalledOnce();
  expect(toasts.list).toEqual([]);
  vi.useRealTimers();
});
