/** What a wallboard shows: how many people do what, and as many queues at a time as can be read from afar. */
import type { WorkState } from '$lib/live/events';

import type { Seat } from './desk.svelte';
import { counts } from './filter';
import type { Queue } from './types';

/** So many queues fit at a size that is read from six metres. */
export const AT_ONCE = 5;
/** How long each screenful stands: seconds. */
export const STANDS = 12;

/** The states that a wallboard counts; who is away for whatever reason is nobody's business there. */
export const TOLD = ['available', 'busy', 'wrap_up', 'on_break'] as const satisfies readonly WorkState[];

export function told(seats: readonly Seat[]): { state: (typeof TOLD)[number]; count: number }[] {
  const found = counts(seats);
  return TOLD.map((state) => ({ state, count: found.get(state) ?? 0 }));
}

/** The screenful whose turn it is, and which of how many it is, counted from one. */
export function screenful(
  queues: readonly Queue[],
  now: number,
): { shown: Queue[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(queues.length / AT_ONCE));
  const page = Math.floor(now / 1000 / STANDS) % pages;
  return { shown: queues.slice(page * AT_ONCE, (page + 1) * AT_ONCE), page: page + 1, pages };
}
