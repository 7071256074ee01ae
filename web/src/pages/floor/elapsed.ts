/** How long something has lasted. What reads it in a template is drawn again each second. */
import { counter, duration } from '$lib/i18n/format';
import { now } from '$lib/state/now.svelte';

type Since = string | null | undefined;

const seconds = (since: string) => Math.max(0, (now() - Date.parse(since)) / 1000);

/** As a clock that counts; nothing for what has not begun. */
export const elapsed = (since: Since): string => (since ? counter(seconds(since)) : '');

/** In whole minutes, one at least; nothing for what has not begun. */
export const minutesSince = (since: Since): string =>
  since ? duration(Math.max(60, Math.floor(seconds(since) / 60) * 60)) : '';
