/** Who is shown, and in which groups. */
import type { WorkState } from '$lib/live/events';

import type { Seat } from './desk.svelte';

export interface Wanted {
  /** What the name, the team, the queue or the state's word must hold. */
  words: string;
  team: string;
  state: WorkState | 'all';
}

/** Stands for people without a team; no team can be called so. */
export const NO_TEAM = '\u0000';
export const ALL_TEAMS = '';

export const teamOf = (seat: Seat): string => seat.body.team ?? NO_TEAM;

/** Whether someone fits all that is wanted, but for the state; each word must be found somewhere. */
export function fits(seat: Seat, wanted: Wanted, stateWord: (state: WorkState) => string): boolean {
  if (wanted.team !== ALL_TEAMS && teamOf(seat) !== wanted.team) return false;
  if (wanted.words.trim() === '') return true;
  const { name, team, state, call } = seat.body;
  const held = [name, team, call?.queue, stateWord(state)].join(' ').toLocaleLowerCase();
  return wanted.words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => held.includes(word));
}

/** How many there are in each state. */
export function counts(seats: readonly Seat[]): Map<WorkState, number> {
  const found = new Map<WorkState, number>();
  for (const { body } of seats) found.set(body.state, (found.get(body.state) ?? 0) + 1);
  return found;
}

/** People by team, in the order of the teams' names; those without one come last. */
export function byTeam(seats: readonly Seat[]): { team: string; seats: Seat[] }[] {
  const teams = new Map<string, Seat[]>();
  for (const seat of seats) {
    const team = teamOf(seat);
    const there = teams.get(team);
    if (there) there.push(seat);
    else teams.set(team, [seat]);
  }
  const last = (team: string) => (team === NO_TEAM ? 1 : 0);
  return [...teams]
    .map(([team, people]) => ({ team, seats: people }))
    .sort((one, other) => last(one.team) - last(other.team) || one.team.localeCompare(other.team));
}

/** The earlier list if the later one holds the same, so that nothing is drawn again for it. */
export function steady<T>(earlier: readonly T[], later: readonly T[]): readonly T[] {
  const same = earlier.length === later.length && later.every((row, index) => row === earlier[index]);
  return same ? earlier : later;
}
