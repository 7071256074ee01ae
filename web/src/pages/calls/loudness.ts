/** The peak envelope of a leg, made into a shape that fits the width of a track. */
import type { Schemas } from '$lib/api';
import type { Party } from '$lib/live/events';

export type Stretch = Schemas['StretchBody'];

/** The quietest level that is drawn, in decibels below full scale: what is quieter is the line's own noise. A choice. */
const QUIET = -50;

/** Peaks over a call from 0 to 1 in so many columns, the loudest of each; nothing where no sound came. */
export function columns(
  stretches: readonly Stretch[],
  party: Party,
  length: number,
  count: number,
): number[] {
  const heights = new Array<number>(count).fill(0);
  for (const stretch of stretches) {
    if (stretch.party !== party) continue;
    stretch.levels.forEach((level, index) => {
      if (level === null) return;
      const column = Math.floor(((stretch.start_s + index * stretch.step_s) / length) * count);
      const height = Math.max(0, 1 - level / QUIET);
      if (column < count) heights[column] = Math.max(heights[column] ?? 0, height);
    });
  }
  return heights;
}

/** The outline of heights around a middle line, as an SVG path over a box `heights.length` wide and 2 high. */
export function outline(heights: readonly number[]): string {
  const edge = (side: 1 | -1) => (height: number, index: number) =>
    `${index + 0.5},${(1 - side * height).toFixed(2)}`;
  const upper = heights.map(edge(1));
  const lower = heights.map(edge(-1)).reverse();
  return `M0,1L${[...upper, `${heights.length},1`, ...lower].join('L')}Z`;
}

/** When somebody was loudest, in seconds; undefined if nothing was heard of them. */
export function loudest(stretches: readonly Stretch[], party: Party): number | undefined {
  let found: { at: number; level: number } | undefined;
  for (const stretch of stretches) {
    if (stretch.party !== party) continue;
    stretch.levels.forEach((level, index) => {
      if (level !== null && level > (found?.level ?? QUIET))
        found = { at: stretch.start_s + index * stretch.step_s, level };
    });
  }
  return found?.at;
}
