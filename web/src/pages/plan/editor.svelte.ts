/** A week's roster while a planner changes it: what was done can be undone, and rules are checked person by person. */
import { answer, api, type Schemas } from '$lib/api';

export type Week = Schemas['Week'];
export type Person = Schemas['Person'];
export type Shift = Schemas['Shift'];
export type Rules = Schemas['Rules'];
export type Fault = Schemas['RosterFault'];

const DAY = 1440;
const SLOT = 15;

/** A shift of the rules that starts at a time: each break as early as it may be. */
export function fresh(rules: Rules, day: number, start: number): Shift {
  return {
    day,
    start,
    end: start + rules.shift_minutes,
    breaks: rules.breaks.map(({ name, minutes, from }) => ({ name, minutes, start: start + from })),
    locked: false,
  };
}

/** The same shift by so many minutes later, breaks with it. */
export function moved(shift: Shift, by: number): Shift {
  const start = Math.min(DAY - SLOT, Math.max(0, shift.start + by));
  const real = start - shift.start;
  const breaks = shift.breaks.map((pause) => ({ ...pause, start: pause.start + real }));
  return { ...shift, start, end: shift.end + real, breaks };
}

/** People there in each quarter of an hour of a day; shifts of the day before reach into it. */
export function there(people: readonly Person[], day: number): number[] {
  const count = new Array<number>(96).fill(0);
  for (const { shifts } of people) {
    for (const shift of shifts) {
      const before = (day - shift.day) * DAY;
      if (before < 0 || before > DAY) continue;
      for (let at = shift.start; at < shift.end; at += SLOT) {
        const slot = (at - before) / SLOT;
        if (slot < 0 || slot >= 96) continue;
        if (shift.breaks.some((pause) => at >= pause.start && at < pause.start + pause.minutes)) continue;
        count[slot] = (count[slot] ?? 0) + 1;
      }
    }
  }
  return count;
}

export class Editor {
  week = $state.raw<Week | undefined>();
  faults = $state.raw<readonly Fault[]>([]);
  /** Whether there is something that was not saved. */
  changed = $state(false);
  /** The version that was read or saved last; null where the week has none. */
  version: string | null = null;
  #undo = $state.raw<readonly { at: number; before: Person }[]>([]);

  get undoable(): boolean {
    return this.#undo.length > 0;
  }

  /** Begins anew with a roster. */
  open(week: Week | undefined, changed: boolean): void {
    this.week = week;
    this.changed = changed;
    this.faults = [];
    this.#undo = [];
    if (week) void this.#check(week.people);
  }

  shift(at: number, day: number): Shift | undefined {
    return this.week?.people[at]?.shifts.find((shift) => shift.day === day);
  }

  /** Changes somebody's shift of a day; `undefined` takes it out. */
  change(at: number, day: number, to: Shift | undefined): void {
    const before = this.week?.people[at];
    if (!before) return;
    const others = before.shifts.filter((shift) => shift.day !== day);
    const shifts = [...others, ...(to ? [to] : [])].sort((one, other) => one.day - other.day);
    this.#undo = [...this.#undo.slice(-199), { at, before }];
    this.#put(at, { ...before, shifts });
  }

  undo(): void {
    const last = this.#undo.at(-1);
    if (!last) return;
    this.#undo = this.#undo.slice(0, -1);
    this.#put(last.at, last.before);
  }

  #put(at: number, person: Person): void {
    if (!this.week) return;
    this.week = { ...this.week, people: this.week.people.with(at, person) };
    this.changed = true;
    void this.#check([person]);
  }

  /** Asks which rules these people's shifts break. */
  async #check(people: readonly Person[]): Promise<void> {
    const week = this.week;
    if (!week) return;
    const agents = new Set(people.map(({ agent }) => agent));
    const body = { rules: week.rules, people: [...people] };
    const found = await answer(api.POST('/v1/plan/check', { body })).catch(() => undefined);
    // Of somebody whose shifts were changed again meanwhile, a later answer tells.
    if (!found || !people.every((person) => this.week?.people.includes(person))) return;
    this.faults = [...this.faults.filter(({ agent }) => !agents.has(agent)), ...found];
  }
}
