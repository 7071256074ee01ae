/** A call's timeline, put in the order in which a person looks at it: who spoke when, what was said, what was sensed, what was
 * prompted and decided. Times are seconds since the first frame of audio. */
import type { Schemas } from '$lib/api';
import { SIGNALS, type Bodies, type Party, type SignalKind } from '$lib/live/events';

type Told = Schemas['EventBody'];
/** `EventBody` as its type says it: `data` is then known. */
type Known = {
  [K in keyof Bodies]: Omit<Told, 'type' | 'data'> & { type: K; data: Bodies[K] };
}[keyof Bodies];
type Signs = NonNullable<Bodies['utterance']['signs']>;

/** A stretch of speech of one person. */
export interface Line {
  id: string;
  party: Party;
  start: number;
  end: number;
  words?: string | undefined;
  /** Whether words are kept of it, whoever may read them. */
  kept: boolean;
  /** Why there are none. */
  shed?: string | undefined;
  /** How sure the recogniser was, from 0 to 1. */
  confidence?: number | undefined;
  signs?: Signs | undefined;
  language?: string | undefined;
}

/** One measurement over a stretch of speech, with the range that its confidence leaves open. */
export interface Point {
  id: string;
  start: number;
  end: number;
  value: number;
  confidence: number;
  low: number;
  high: number;
  reasons: readonly string[];
}

export interface Curve {
  kind: 'arousal' | 'speech_rate';
  party: Party;
  points: Point[];
}

/** All that was measured of one kind on one side. */
export interface Measured {
  kind: SignalKind;
  party: Party;
  /** What it is, in the reader's language. */
  text: string;
  points: Omit<Point, 'low' | 'high'>[];
}

/** Something that lasted: on hold, silence, both at once, sound that did not arrive. */
export interface Stretch {
  kind: 'held' | 'silence' | 'talk_over' | 'gap';
  start: number;
  end: number;
}

/** Something that happened at one moment and has a sentence. */
export interface Moment {
  id: string;
  type: Known['type'];
  /** Negative before the sound begins. */
  at: number;
  text: string;
  reasons: readonly string[];
  confidence?: number | undefined;
  /** Whether it names causes that can be asked for. */
  because: boolean;
  quote?: string | undefined;
}

export interface Permit {
  id: string;
  party: Party;
  granted: boolean;
  text: string;
  reasons: readonly string[];
}

export interface Story {
  /** How long the sound is: seconds. */
  length: number;
  lines: Line[];
  curves: Curve[];
  stretches: Stretch[];
  /** Everything that was measured, kind by kind. */
  signals: Measured[];
  /** Prompts, alerts and what became of them. */
  decisions: Moment[];
  /** The course of the call as the phone platform told it. */
  course: Moment[];
  permits: Permit[];
  /** Events of which the agent said that they are wrong. */
  disputed: Set<string>;
}

const DECISIONS: readonly string[] = [
  'prompt.shown',
  'caller.signal',
  'alert.raised',
  'alert.closed',
  'abuse.reported',
  'sensing.stopped',
];

/** A signal behind a prompt or an alert is told as its cause. */
const isCause = (event: Known) => event.type === 'caller.signal' && event.data.kind !== 'escalation_risk';

/** Reads a timeline; `now` is in milliseconds since 1970 and matters to a call that goes on. */
export function story(timeline: readonly Told[], ended: string | null | undefined, now: number): Story {
  const events = timeline as readonly Known[];
  const zero = begin(events);
  const at = (event: Known) => Math.max(0, (Date.parse(event.at) - zero) / 1000);
  const lines = linesOf(events);
  const last = ended ? Date.parse(ended) : now;
  const length = Math.max(1, (last - zero) / 1000, ...lines.map((line) => line.end));
  const moment = (event: Known): Moment => ({
    id: event.id,
    type: event.type,
    at: Math.min((Date.parse(event.at) - zero) / 1000, length),
    text: event.text ?? '',
    reasons: event.reasons ?? [],
    // How sure a signal is stands in its sentence.
    confidence:
      'confidence' in event.data && event.type !== 'caller.signal' ? event.data.confidence : undefined,
    because: (event.because ?? []).length > 0,
    quote:
      event.type === 'alert.raised' ? event.data.evidence.find((piece) => piece.quote)?.quote : undefined,
  });
  return {
    length,
    lines,
    curves: curvesOf(events),
    stretches: stretchesOf(events, at, length),
    signals: signalsOf(events),
    decisions: events
      .filter((event) => DECISIONS.includes(event.type) && event.text && !isCause(event))
      .map(moment)
      .map((each) => ({ ...each, at: Math.max(0, each.at) })),
    course: events.filter((event) => event.type.startsWith('call.') && event.text).map(moment),
    permits: permitsOf(events),
    disputed: new Set(
      events.flatMap((event) => (event.type === 'inference.disputed' ? [event.data.event] : [])),
    ),
  };
}

/** When the sound begins; without any, when the call was answered or offered. */
function begin(events: readonly Known[]): number {
  const first = (type: Known['type']) => events.find((event) => event.type === type)?.at;
  const found = first('leg.opened') ?? first('call.answered') ?? events[0]?.at;
  return found ? Date.parse(found) : 0;
}

function linesOf(events: readonly Known[]): Line[] {
  const lines: Line[] = [];
  const where = new Map<string, Line>();
  for (const event of events) {
    if (event.type === 'utterance') {
      const { party, start_s, end_s, text, confidence, signs, language } = event.data;
      const words = event.words ?? undefined;
      const line = {
        id: event.id,
        party,
        start: start_s,
        end: end_s,
        words,
        kept: Boolean(text),
        confidence,
        signs,
        language,
      };
      where.set(`${party} ${start_s}`, line);
      lines.push(line);
    } else if (event.type === 'words.shed') {
      const line = where.get(`${event.data.party} ${event.data.start_s}`);
      if (line) line.shed = event.data.reason;
    }
  }
  return lines.sort((one, other) => one.start - other.start);
}

function curvesOf(events: readonly Known[]): Curve[] {
  const curves = new Map<string, Curve>();
  for (const event of events) {
    if (event.type !== 'signal') continue;
    const { kind, party, start_s, end_s, value, confidence } = event.data;
    if (kind !== 'arousal' && kind !== 'speech_rate') continue;
    const key = `${kind} ${party}`;
    const curve = curves.get(key) ?? { kind, party, points: [] };
    curves.set(key, curve);
    const [low, high] = range(kind, value, confidence);
    const reasons = event.reasons ?? [];
    curve.points.push({ id: event.id, start: start_s, end: end_s, value, confidence, low, high, reasons });
  }
  const order = ['arousal customer', 'speech_rate customer', 'arousal agent', 'speech_rate agent'];
  const rank = ({ kind, party }: Curve) => order.indexOf(`${kind} ${party}`);
  return [...curves.values()].sort((one, other) => rank(one) - rank(other));
}

function signalsOf(events: readonly Known[]): Measured[] {
  const signals = new Map<string, Measured>();
  for (const event of events) {
    if (event.type !== 'signal') continue;
    const { kind, party, start_s, end_s, value, confidence } = event.data;
    const key = `${kind} ${party}`;
    const signal = signals.get(key) ?? { kind, party, text: event.text ?? kind, points: [] };
    signals.set(key, signal);
    const reasons = event.reasons ?? [];
    signal.points.push({ id: event.id, start: start_s, end: end_s, value, confidence, reasons });
  }
  const rank = ({ kind }: Measured) => SIGNALS.indexOf(kind);
  return [...signals.values()].sort((one, other) => rank(one) - rank(other));
}

/** What a measurement's confidence leaves open. Agitation is a share from 0 to 1: full confidence leaves nothing, none the whole.
 * Pace counts syllables, and its confidence is 1 − 1/√n of n syllables: the rest is the count's relative standard error. */
export function range(kind: Curve['kind'], value: number, confidence: number): [low: number, high: number] {
  const open = 1 - Math.min(1, Math.max(0, confidence));
  if (kind === 'arousal') return [Math.max(0, value - open / 2), Math.min(1, value + open / 2)];
  return [Math.max(0, value * (1 - open)), value * (1 + open)];
}

function stretchesOf(events: readonly Known[], at: (event: Known) => number, length: number): Stretch[] {
  const stretches: Stretch[] = [];
  let held: number | undefined;
  const release = (end: number) => {
    if (held !== undefined) stretches.push({ kind: 'held', start: held, end });
    held = undefined;
  };
  for (const event of events) {
    if (event.type === 'call.held') held ??= at(event);
    else if (event.type === 'call.resumed' || event.type === 'call.ended')
      release(Math.min(at(event), length));
    else if (event.type === 'leg.gap') {
      const { start_s, lost_s } = event.data;
      stretches.push({ kind: 'gap', start: start_s, end: start_s + lost_s });
    } else if (
      event.type === 'signal' &&
      (event.data.kind === 'silence' || event.data.kind === 'talk_over')
    ) {
      stretches.push({ kind: event.data.kind, start: event.data.start_s, end: event.data.end_s });
    }
  }
  release(length);
  return stretches;
}

function permitsOf(events: readonly Known[]): Permit[] {
  const last = new Map<string, Permit>();
  for (const event of events) {
    if (event.type !== 'permit.decided') continue;
    const { purpose, party, granted } = event.data;
    const permit = {
      id: event.id,
      party,
      granted,
      text: event.text ?? purpose,
      reasons: event.reasons ?? [],
    };
    last.set(`${purpose} ${party}`, permit);
  }
  return [...last.values()];
}

/** The line at a moment: the one that is being said, or the last one before it. */
export function lineAt(lines: readonly Line[], at: number): number {
  let found = -1;
  for (const [index, line] of lines.entries()) if (line.start <= at + 0.05) found = index;
  return found;
}

/** The measurement at a moment, if one covers it or ended within two seconds before. */
export function pointAt(points: readonly Point[], at: number): Point | undefined {
  return points.findLast((point) => point.start <= at + 0.05 && at <= point.end + 2);
}
