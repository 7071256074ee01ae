import { render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';

import { Problem } from '../src/lib/api';
import { Loaded } from '../src/lib/state/resource.svelte';
import Shown from './Shown.svelte';

const settle = async () => {
  await Promise.resolve();
  await Promise.resolve();
  flushSync();
};

test('a page shows each state of what it reads', async () => {
  let next: () => Promise<string[]> = () => Promise.reject(new Problem(0, 'unreachable', 'no network'));
  const loaded = new Loaded(() => next());
  render(Shown, { of: loaded });
  expect(screen.getByRole('status').textContent).toContain('Loading');

  await loaded.reload();
  flushSync();
  expect(screen.getByRole('alert').textContent).toContain('The server did not answer');

  next = () => Promise.reject(new Problem(403, 'forbidden', 'no'));
  await loaded.reload();
  flushSync();
  expect(document.body.textContent).toContain('belongs to other roles');

  next = () => Promise.resolve([]);
  await loaded.reload();
  flushSync();
  expect(document.body.textContent).toContain('nothing here');

  next = () => Promise.resolve(['first', 'second']);
  screen.queryByRole('button');
  await loaded.reload();
  flushSync();
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['first', 'second']);
});

test('what was read stays while a later reading fails, and the newest reading wins', async () => {
  const answers: ((value: string) => void)[] = [];
  const loaded = new Loaded(() => new Promise<string>((resolve) => answers.push(resolve)));
  const [slow, quick] = [loaded.reload(), loaded.reload()];
  answers[1]?.('newer');
  await quick;
  answers[0]?.('older');
  await slow;
  await settle();
  expect(loaded.data).toBe('newer');

  const failing = new Loaded(
    vi
      .fn()
      .mockResolvedValueOnce('there')
      .mockRejectedValue(new Problem(500, 'internal', 'x')),
  );
  await failing.reload();
  await failing.reload();
  expect(failing.data).toBe('there');
  expect(failing.problem?.status).toBe(500);
});

test('a burst of wishes is one reading', async () => {
  vi.useFakeTimers();
  const read = vi.fn().mockResolvedValue(1);
  const loaded = new Loaded(read);
  for (let event = 0; event < 20; event += 1) loaded.soon();
  await vi.advanceTimersByTimeAsync(3000);
  expect(read).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});
