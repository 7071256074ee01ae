/** The floor as it is now: read once, then kept by its own live stream.
 *
 * Each person is one signal, so a change draws one row again. What concerns all of them (counts, filters, order) follows
 * `beat`, which moves once for all that arrived together. */
import { untrack } from 'svelte';

import { answer, api } from '$lib/api';
import { stream } from '$lib/live/stream.svelte';
import { resource, type Loaded } from '$lib/state/resource.svelte';
import { session } from '$lib/state/session.svelte';

import type { Alert, FloorBody, Queue, Rest, SeatBody } from './types';

export class Seat {
  readonly agent: string;
  body: SeatBody;

  constructor(body: SeatBody) {
    this.agent = body.agent;
    this.body = $state.raw(body);
  }
}

/** Everything that was told about one thing within a frame is one change: the last one. */
interface News {
  agents: Map<string, SeatBody>;
  queues: Map<string, Queue>;
  breaks: Map<string, Rest>;
  alerts: Map<string, Alert>;
}

const nothing = (): News => ({ agents: new Map(), queues: new Map(), breaks: new Map(), alerts: new Map() });

const byName = (one: string, other: string) => one.localeCompare(other, undefined, { numeric: true });

/** So many people are drawn again within one frame at most: more would keep the page from answering in time. */
const IN_A_FRAME = 170;

/** What is shown now and what waits for the next frame: every n-th person, so that those in sight, who stand side by side, are
 * spread over the frames. */
function portion<T>(rows: readonly T[]): { now: readonly T[]; later: readonly T[] } {
  const nth = Math.ceil(rows.length / IN_A_FRAME);
  const isNow = (_: T, index: number) => index % nth === 0;
  return { now: rows.filter(isNow), later: rows.filter((row, index) => !isNow(row, index)) };
}

/** What was shown with the changed ones in place; those that do not stay are gone. */
function merge<T>(
  shown: readonly T[],
  changed: Map<string, T>,
  id: (row: T) => string,
  stays: (row: T) => boolean,
): readonly T[] {
  if (changed.size === 0) return shown;
  const known = new Set(shown.map(id));
  const kept = shown.map((row) => changed.get(id(row)) ?? row);
  const fresh = [...changed].filter(([key]) => !known.has(key)).map(([, row]) => row);
  return [...kept, ...fresh].filter(stays);
}

export class Desk {
  /** All people, by name. */
  seats = $state.raw<readonly Seat[]>([]);
  queues = $state.raw<readonly Queue[]>([]);
  breaks = $state.raw<readonly Rest[]>([]);
  /** Of today, the latest first. */
  alerts = $state.raw<readonly Alert[]>([]);
  /** Moves when people's rows have changed, once all that arrived is shown. */
  beat = $state(0);
  /** When something was last told: milliseconds since 1970. */
  toldAt = $state(0);

  #byAgent = new Map<string, Seat>();
  #news = nothing();
  #frame = 0;

  /** Begins anew with the whole floor. */
  begin(floor: FloorBody, alerts: readonly Alert[]): void {
    this.stop();
    this.#byAgent = new Map(floor.agents.map((body) => [body.agent, new Seat(body)]));
    this.#order();
    this.queues = [...floor.queues].sort((one, other) => byName(one.queue, other.queue));
    this.breaks = floor.breaks;
    this.alerts = alerts;
    this.toldAt = Date.now();
    this.beat += 1;
  }

  /** Takes what changed; it is shown with the next frame, or the next few if it concerns hundreds. */
  hear = (floor: FloorBody): void => {
    for (const body of floor.agents) this.#news.agents.set(body.agent, body);
    for (const queue of floor.queues) this.#news.queues.set(queue.queue, queue);
    for (const rest of floor.breaks) this.#news.breaks.set(rest.offer, rest);
    for (const alert of floor.alerts ?? []) this.#news.alerts.set(alert.alert, alert);
    this.#frame ||= requestAnimationFrame(this.#show);
  };

  /** Forgets what is not shown yet. */
  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#news = nothing();
  }

  seat(agent: string): Seat | undefined {
    void this.seats;
    return this.#byAgent.get(agent);
  }

  /** Changes a break ahead of the server's word. */
  patchBreak(offer: string, change: Partial<Rest>): void {
    this.breaks = this.breaks.map((rest) => (rest.offer === offer ? { ...rest, ...change } : rest));
  }

  #show = (): void => {
    this.#frame = 0;
    const news = this.#news;
    this.#news = nothing();
    const { now, later } = portion([...news.agents.values()]);
    for (const body of later) this.#news.agents.set(body.agent, body);
    if (later.length > 0) this.#frame = requestAnimationFrame(this.#show);
    let came = false;
    for (const body of now) {
      const seat = this.#byAgent.get(body.agent);
      // With another name or team a person stands elsewhere: a new row, which every list sees as such.
      if (seat && seat.body.name === body.name && seat.body.team === body.team) {
        seat.body = body;
      } else {
        this.#byAgent.set(body.agent, new Seat(body));
        came = true;
      }
    }
    if (came) this.#order();
    this.queues = merge(
      this.queues,
      news.queues,
      (queue) => queue.queue,
      () => true,
    );
    this.breaks = merge(
      this.breaks,
      news.breaks,
      (rest) => rest.offer,
      (rest) => rest.state !== 'over',
    );
    const alerts = merge(
      this.alerts,
      news.alerts,
      (alert) => alert.alert,
      () => true,
    );
    if (alerts !== this.alerts)
      this.alerts = [...alerts].sort((one, other) => byName(other.raised, one.raised));
    this.toldAt = Date.now();
    if (now.length > 0 && later.length === 0) this.beat += 1;
  };

  #order(): void {
    const name = (seat: Seat) => seat.body.name ?? '\uffff';
    this.seats = [...this.#byAgent.values()].sort((one, other) => byName(name(one), name(other)));
  }
}

interface Snapshot {
  floor: FloorBody;
  alerts: Alert[];
}

/** Follows the floor for as long as the component lives. `loaded` is the first reading, to be shown by `Resource`. */
export function followFloor(): { desk: Desk; loaded: Loaded<Snapshot> } {
  const desk = new Desk();
  const seesAlerts = session.is('supervisor');
  const loaded = resource<Snapshot>({
    load: async (lang) => {
      const [floor, told] = await Promise.all([
        answer(api.GET('/v1/floor', { params: { query: { lang } } })),
        seesAlerts ? answer(api.GET('/v1/alerts', { params: { query: { lang } } })) : undefined,
      ]);
      return { floor: floor as FloorBody, alerts: (told?.alerts ?? []) as Alert[] };
    },
  });
  $effect(() => {
    const snapshot = loaded.data;
    if (!snapshot) return;
    untrack(() => desk.begin(snapshot.floor, snapshot.alerts));
    const { position } = snapshot.floor;
    const back = untrack(() => stream.instead('/v1/floor/stream', 'floor', desk.hear, position));
    return () => {
      back();
      desk.stop();
    };
  });
  return { desk, loaded };
}
