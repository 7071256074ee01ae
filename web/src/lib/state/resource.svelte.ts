/** What a page shows: read once, then kept fresh by the live stream. Nothing polls.
 *
 *     const day = resource({
 *       load: (lang) => answer(api.GET('/v1/me/day', { params: { query: { lang } } })),
 *       refreshOn: ['load.changed', 'break.offered'],
 *     });
 *
 * Call it while a component is set up; it lives as long as the component. Show it with `<Resource of={day}>`. */
import { untrack } from 'svelte';

import { Problem } from '../api';
import { i18n } from '../i18n/index.svelte';
import type { Kind, LiveEvent } from '../live/events';
import { stream } from '../live/stream.svelte';
import type { Language } from './preferences.svelte';

/** Events come in bursts; reading again waits for the end of one, and happens at most this often: milliseconds. */
const BURST = 250;
const AT_MOST_EVERY = 1500;

interface Wanted<T, K extends Kind> {
  /** Reads it, in the language that is shown. What it reads reactively makes it read again. */
  load: (language: Language) => Promise<T>;
  /** Events after which it is read again. */
  refreshOn?: readonly K[];
  /** Which of these events matter; all, if left out. */
  matters?: (event: LiveEvent<K>) => boolean;
  /** Folds an event into what is shown, without asking the server. `undefined`: read again. */
  fold?: (shown: T, event: LiveEvent<K>) => T | undefined;
}

export class Loaded<T> {
  /** What was read last; it stays while it is read again. */
  data = $state.raw<T | undefined>();
  /** Why the last reading failed. */
  problem = $state.raw<Problem | undefined>();
  /** Whether it is being read right now. */
  busy = $state(false);

  #load: (language: Language) => Promise<T>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastRead = 0;
  #turn = 0;

  constructor(load: (language: Language) => Promise<T>) {
    this.#load = load;
  }

  /** Reads it again, now. */
  async reload(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const turn = ++this.#turn;
    this.#lastRead = Date.now();
    untrack(() => (this.busy = true));
    try {
      const data = await this.#load(i18n.language);
      if (turn !== this.#turn) return;
      this.data = data;
      this.problem = undefined;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = error instanceof Problem ? error : new Problem(0, 'unknown', String(error));
    }
    this.busy = false;
  }

  /** Reads it again soon: many wishes become one reading. */
  soon(): void {
    if (this.#timer) return;
    const wait = Math.max(BURST, AT_MOST_EVERY - (Date.now() - this.#lastRead));
    this.#timer = setTimeout(() => void this.reload(), wait);
  }

  /** Changes what is shown, ahead of the server's word. */
  patch(change: (shown: T) => T): void {
    if (this.data !== undefined) this.data = change(this.data);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }
}

export function resource<T, K extends Kind = never>(wanted: Wanted<T, K>): Loaded<T> {
  const loaded = new Loaded<T>(wanted.load);
  $effect(() => {
    void loaded.reload();
    return () => loaded.stop();
  });
  $effect(() => {
    const told = (event: LiveEvent<K>) => {
      if (wanted.matters && !wanted.matters(event)) return;
      const shown = loaded.data;
      const folded = shown === undefined ? undefined : wanted.fold?.(shown, event);
      if (folded === undefined) loaded.soon();
      else loaded.data = folded;
    };
    const stops = [stream.on(wanted.refreshOn ?? [], told), stream.onGap(() => loaded.soon())];
    // A reading that failed because the server was away is made up for as soon as it is back.
    return () => stops.forEach((stop) => stop());
  });
  $effect(() => {
    if (stream.state === 'live' && untrack(() => loaded.problem?.status === 0)) void loaded.reload();
  });
  return loaded;
}
