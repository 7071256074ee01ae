/** Dates, times, durations and numbers in the chosen language. Clock times are those of the site, wherever the reader is. */
import { session } from '../state/session.svelte';
import { i18n } from './index.svelte';

type Instant = string | number | Date;

const date = (at: Instant) => (at instanceof Date ? at : new Date(at));
const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = session.me?.site.time_zone;
  const key = `${i18n.locale} ${zone} ${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(i18n.locale, { ...options, ...(zone ? { timeZone: zone } : {}) });
    cache.set(key, found);
  }
  return found;
}

/** 14:05 */
export const clock = (at: Instant): string =>
  formatter({ hour: '2-digit', minute: '2-digit', hour12: false }).format(date(at));

/** Monday, 2 March */
export const day = (at: Instant): string =>
  formatter({ weekday: 'long', day: 'numeric', month: 'long' }).format(date(at));

/** 2 Mar 2026, 14:05 */
export const moment = (at: Instant): string =>
  formatter({ dateStyle: 'medium', timeStyle: 'short', hour12: false } as Intl.DateTimeFormatOptions).format(
    date(at),
  );

/** 2 Mar 2026 */
export const calendar = (at: Instant): string => formatter({ dateStyle: 'medium' }).format(date(at));

/** 12,345.6 */
export const number = (value: number, digits = 0): string =>
  new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: digits }).format(value);

/** 85 % of a share from 0 to 1. */
export const percent = (share: number): string =>
  new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** 8 min, 1 h 5 min: a length of time in words, rounded to the minute; seconds below one. */
export function duration(seconds: number): string {
  // The same short words for every kind of English; in Chinese a space between number and word, as everywhere in the app.
  const locale = i18n.language === 'zh' ? 'zh-CN' : 'en';
  const unit = (value: number, unit: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' })
      .format(value)
      .replace(/(\d)(?=\p{Script=Han})/u, '$1\u00a0');
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return unit(whole, 'second');
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return unit(minutes, 'minute');
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`;
}

/** 4:07 or 1:02:09: a clock that counts. */
export function counter(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Sentences in a row: with a space between them, where the language has one. */
export const together = (...sentences: string[]): string => sentences.join(i18n.language === 'zh' ? '' : ' ');
