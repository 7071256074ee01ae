/** Weeks and what they say of groups. */
import { i18n } from '$lib/i18n/index.svelte';

export type Band = 'little' | 'some' | 'much' | 'low' | 'middle' | 'good';

export interface Measure {
  band: Band;
  text: string;
}

/** A band of one scale of a questionnaire, or of one standard of the pulse. */
export interface NamedMeasure extends Measure {
  name: string;
  title: string;
}

export const MEASURES = ['load', 'exposure', 'strain', 'energy'] as const;
export type MeasureName = (typeof MEASURES)[number];

export type Cohort = Record<MeasureName, Measure | null> & {
  team: string | null;
  people: number | null;
  note: string | null;
  who5: Measure | null;
  burnout: NamedMeasure[];
  pulse: NamedMeasure[];
};

export interface Week {
  week: string;
  cohorts: Cohort[];
}

/** From one (what one hopes for) to three. */
export const STEP: Record<Band, 1 | 2 | 3> = { little: 1, some: 2, much: 3, good: 1, middle: 2, low: 3 };

/** The seven days from `monday` on: 2–8 Mar 2026. They are dates, not times, so no time zone shifts them. */
export function span(monday: string): string {
  const noon = Date.parse(`${monday}T12:00:00Z`);
  const dates = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return dates.formatRange(noon, noon + 6 * 86_400_000);
}

/** One measure of one group over the weeks, the earliest first; undefined where too few were there. */
export function history(
  weeks: readonly Week[],
  team: string | null,
  measure: MeasureName,
): {
  week: string;
  band: Band | undefined;
}[] {
  return [...weeks].reverse().map(({ week, cohorts }) => ({
    week,
    band: cohorts.find((cohort) => cohort.team === team)?.[measure]?.band,
  }));
}
