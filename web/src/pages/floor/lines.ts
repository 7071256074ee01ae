/** Cards in lines of as many as fit, under the name of each team; each line with its place, so that only those in sight exist. */
import type { Seat } from './desk.svelte';
import { byTeam } from './filter';

/** Sizes in pixels; the cards' own style follows them. */
export const CARD = 94;
export const CARD_WIDTH = 196;
export const GAP = 10;
export const HEAD = 40;

export type Line = { key: string; top: number; height: number } & (
  { team: string; count: number } | { seats: readonly Seat[] }
);

export const columnsIn = (width: number): number =>
  Math.max(1, Math.floor((width + GAP) / (CARD_WIDTH + GAP)));

export function layOut(seats: readonly Seat[], columns: number): Line[] {
  const teams = byTeam(seats);
  const lines: Line[] = [];
  let top = 0;
  for (const { team, seats: people } of teams) {
    if (teams.length > 1) {
      lines.push({ key: `team ${team}`, top, height: HEAD, team, count: people.length });
      top += HEAD;
    }
    for (let from = 0; from < people.length; from += columns) {
      const line = people.slice(from, from + columns);
      lines.push({ key: line[0]?.agent ?? '', top, height: CARD + GAP, seats: line });
      top += CARD + GAP;
    }
  }
  return lines;
}
