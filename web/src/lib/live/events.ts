/** The events of the live stream, as `GET /v1/stream` tells them (`calmline_core::event::Body`). */
import type { Reason } from '../i18n/index.svelte';

export type Party = 'agent' | 'customer' | 'unknown';
export type WorkState = 'offline' | 'available' | 'busy' | 'wrap_up' | 'on_break' | 'away' | 'training';
export type Band = 'light' | 'usual' | 'high' | 'heavy';
/** How an offer of a break stands (`calmline_store::OfferState`). */
export type OfferState =
  | { state: 'offered' | 'accepted' | 'refused' | 'lapsed' | 'began' | 'unconfirmed' }
  | { state: 'moved'; to: string }
  | { state: 'ended'; minutes: number };
export type OfferAnswer = { answer: 'accepted' | 'refused' } | { answer: 'moved'; to: string };

interface OfCall {
  call: string;
}
interface OfParty extends OfCall {
  party: Party;
}
interface OfIncident {
  incident: string;
  agent: string;
}
interface OfOffer {
  offer: string;
  agent: string;
}

/** What a `signal` measures (`calmline_core::event::SignalKind`), in the order in which they are told. */
export const SIGNALS = [
  'arousal',
  'talk_over',
  'interruption',
  'silence',
  'response_latency',
  'speech_rate',
  'articulation_rate',
  'pauses',
  'hesitation',
  'sudden_loudness',
  'music',
  'dial_tone',
  'ring_back',
  'busy_tone',
  'keys',
  'tone',
  'steady_noise',
  'dead_line',
] as const;
export type SignalKind = (typeof SIGNALS)[number];

/** What the phone platform is to show of an agent. */
export type Presence = 'on_break' | 'available';

/** What each type of event carries in `data`. */
export interface Bodies {
  'agent.state': { agent: string; state: WorkState; reason?: string };
  'call.offered': OfCall & { agent?: string; queue?: string };
  'call.answered': OfCall & { agent: string; queue?: string };
  'call.customer': OfCall & { customer: string };
  'call.held': OfCall;
  'call.resumed': OfCall;
  'call.transferred': OfCall & { to?: string; queue?: string };
  'call.ended': OfCall & { reason?: string };
  'call.described': OfCall & { intent?: string; systems?: number; distressing?: boolean };
  /** Whether an agent is available again by themselves after a break. */
  'return.chosen': { agent: string; automatic: boolean };
  'customer.flagged': { flag: string; customer: string; why: string; until: string; by: string };
  'customer.flag_renewed': { flag: string; until: string; by: string };
  'customer.appealed': { flag: string; by: string };
  'customer.unflagged': { flag: string; end: string; by: string };
  /** Who is told of alerts that nobody answers: of a team, or of the site. */
  'second.chosen': { team?: string; second?: string; by: string };
  'agent.skills': { agent: string; skills: { name: string; level: number }[]; languages: string[] };
  'easier.asked': { agent: string; minutes: number };
  'route.asked': OfCall;
  'entrance.opened': OfCall;
  'entrance.moved': OfCall & { queue: string; done: boolean };
  'entrance.decided': OfCall & { step: 'ask' | 'transfer'; queue?: string; intent?: string; reason: Reason };
  'call.routed': OfCall & { agent?: string; then?: string[]; until?: string; reasons: Reason[] };
  'presence.wanted': OfOffer & { presence: Presence };
  'presence.confirmed': OfOffer & { presence: Presence };
  'presence.refused': OfOffer & { presence: Presence; fault: string };
  'presence.unconfirmed': OfOffer & { presence: Presence; fault: string };
  'queue.snapshot': { queue: string; waiting: number; available: number; longest_wait_s: number };
  'leg.opened': OfParty & { protocol: string; rate: number };
  'leg.gap': OfParty & { start_s: number; lost_s: number };
  'leg.closed': OfParty & { frames: number; lost: number; speech_s?: number };
  utterance: OfParty & {
    start_s: number;
    end_s: number;
    language?: string;
    confidence?: number;
    text?: string;
    signs?: { sentiment: number; abuse: number; help: number };
  };
  'words.shed': OfParty & { start_s: number; end_s: number; reason: string };
  signal: OfParty & {
    kind: SignalKind;
    start_s: number;
    end_s: number;
    value: number;
    confidence: number;
    drivers?: string[];
  };
  'site.opened': { name: string; profile: string; time_zone: string };
  /** From here on decisions rest on these settings. */
  'care.settings': { version: number; settings: unknown };
  /** From here on these models sense. */
  'models.used': { models: { task: string; name: string; sha256?: string }[] };
  'notice.confirmed': { notice: string; text_sha256: string; by: string };
  'notice.withdrawn': { notice: string; by: string };
  'leg.envelope': OfParty & {
    subject: string;
    start_s: number;
    step_s: number;
    steps: number;
    levels: string;
  };
  'consent.given': { agent: string; purpose: string; policy_version: number };
  'consent.withdrawn': { agent: string; purpose: string };
  'permit.decided': OfParty & { purpose: string; granted: boolean; rules: string[] };
  'sensing.stopped': OfParty & { purpose: string; reason: string };
  erased: { subject: string; kinds: string[] };
  /** What is inferred of a caller, behind a prompt or an alert, or by itself. */
  'caller.signal': OfCall & {
    agent: string;
    kind: 'agitation' | 'abuse' | 'help_wanted' | 'crisis' | 'escalation_risk';
    value: number;
    confidence: number;
    baseline: number;
    from_s?: number;
    to_s?: number;
    evidence: { reason: Reason; event: string; quote?: string }[];
  };
  'prompt.shown': OfCall & { agent: string; reason: Reason; confidence: number; expires: string };
  'load.changed': { agent: string; load: Band; exposure: Band; strain: Band; reasons: Reason[] };
  'break.offered': OfOffer & { minutes: number; reasons: Reason[]; expires: string };
  'break.approved': OfOffer & { by: string };
  'break.answered': OfOffer & OfferAnswer;
  'break.priced': {
    queue: string;
    minutes: number;
    agents: number;
    service_level: number;
    without: number;
    moved_minutes: number;
  };
  'break.began': OfOffer;
  'break.unconfirmed': OfOffer;
  'break.ended': OfOffer & { minutes: number };
  'break.lapsed': OfOffer;
  'alert.raised': {
    alert: string;
    agent?: string;
    queue?: string;
    call?: string;
    reason: Reason;
    confidence: number;
    evidence: { reason: Reason; event: string; quote?: string }[];
    action: string;
    expires: string;
  };
  'alert.held': { agent?: string; call?: string; reason: Reason };
  'alert.closed': { alert: string; outcome: 'helped' | 'not_needed' | 'wrong'; by: string };
  'alert.acknowledged': { alert: string; by: string };
  'alert.escalated': { alert: string; to?: string };
  'alert.rule_muted': { rule: string; right: number; answers: number; until: string };
  'alert.rated': { alert: string; agent: string; right: boolean; welcome: boolean };
  'help.asked': { agent: string; call?: string; action: string };
  'cue.sharing_chosen': { agent: string; sharing: string };
  'incident.opened': OfIncident & OfCall & { next?: string };
  'incident.stepped': OfIncident & { step: string };
  'incident.advanced': OfIncident & { step: string; next?: string };
  'incident.join_asked': OfIncident & OfCall & { join: string; by: string };
  'incident.relieved': OfIncident & { cool_off_minutes: number; easier_minutes: number };
  'incident.due': OfIncident;
  'incident.lapsed': OfIncident;
  'incident.duty_done': OfIncident & { duty: string; by: string };
  'incident.closed': OfIncident & { outcome: string; by: string };
  'incident.bundled': OfIncident & { bundle: string; head: string };
  'call.excluded': OfCall;
  'agent.team': { agent: string; team?: string; by: string };
  'wellbeing.frozen': { week: string; cohorts: unknown[] };
  'access.refused': { route: string; by: string };
  'plan.history': { name: string; document?: string; by: string };
  'plan.roster': { week: string; document: string; published: boolean; by: string };
  'calendar.feed': { agent: string; token_sha256?: string };
  'erasure.asked': OfCall & { by: string };
  'webhook.changed': { webhook: string; change: string; host: string; kinds: string[]; by: string };
  'retention.set': { days: Partial<Record<string, number>>; by: string };
  'retention.ran': { erased: Partial<Record<string, number>> };
  'abuse.reported': OfCall & { agent: string };
  'inference.disputed': {
    agent: string;
    event: string;
    objection: 'wrong_person' | 'wrong_reading' | 'unwelcome';
  };
  'agent.cue': { agent: string; call: string; cue: string };
  'fit.chosen': { agent: string; own: boolean; team: boolean };
  'rhythm.chosen': { rhythm: string; by: string };
  'self.reported': {
    agent: string;
    report: 'check_in' | 'good_moment' | 'who5' | 'burnout' | 'pulse';
    call?: string;
    text: string;
  };
}

export type Kind = keyof Bodies;

interface Head {
  position: number;
  site: string;
  id: string;
  at: string;
  because?: string[];
  /** What happened, in the language of the stream. */
  text?: string;
  /** Why, in the language of the stream. */
  reasons?: string[];
  /** What was said, where the reader may read it. */
  words?: string;
}

/** One event, told apart by its `type`. */
export type LiveEvent<K extends Kind = Kind> = { [P in K]: Head & { type: P; data: Bodies[P] } }[K];

/** What is understood so far of what somebody is saying; no event of the log, and without a position. */
export interface Hearing {
  type: typeof PARTIAL;
  site: string;
  data: { call: string; party: Party; start_s: number };
  /** Empty where nothing is being said after all. */
  words: string;
}
export const PARTIAL = 'utterance.partial';

/** All types; `EventSource` listens to each by its name. */
export const KINDS = [
  'agent.state',
  'call.offered',
  'call.answered',
  'call.customer',
  'call.held',
  'call.resumed',
  'call.transferred',
  'call.ended',
  'call.described',
  'queue.snapshot',
  'leg.opened',
  'leg.gap',
  'leg.closed',
  'leg.envelope',
  'utterance',
  'words.shed',
  'signal',
  'site.opened',
  'care.settings',
  'models.used',
  'notice.confirmed',
  'notice.withdrawn',
  'consent.given',
  'consent.withdrawn',
  'permit.decided',
  'sensing.stopped',
  'erased',
  'prompt.shown',
  'load.changed',
  'break.offered',
  'break.approved',
  'break.answered',
  'break.priced',
  'break.began',
  'break.unconfirmed',
  'break.ended',
  'break.lapsed',
  'alert.raised',
  'alert.held',
  'alert.closed',
  'alert.acknowledged',
  'alert.escalated',
  'alert.rule_muted',
  'alert.rated',
  'help.asked',
  'cue.sharing_chosen',
  'incident.opened',
  'incident.stepped',
  'incident.advanced',
  'incident.join_asked',
  'incident.relieved',
  'incident.due',
  'incident.lapsed',
  'incident.duty_done',
  'incident.closed',
  'incident.bundled',
  'call.excluded',
  'agent.team',
  'wellbeing.frozen',
  'access.refused',
  'plan.history',
  'plan.roster',
  'calendar.feed',
  'erasure.asked',
  'webhook.changed',
  'retention.set',
  'retention.ran',
  'abuse.reported',
  'inference.disputed',
  'self.reported',
  'fit.chosen',
  'rhythm.chosen',
  'agent.cue',
  'return.chosen',
  'customer.flagged',
  'customer.flag_renewed',
  'customer.appealed',
  'customer.unflagged',
  'second.chosen',
  'agent.skills',
  'easier.asked',
  'route.asked',
  'call.routed',
  'entrance.opened',
  'entrance.moved',
  'entrance.decided',
  'caller.signal',
  'presence.wanted',
  'presence.confirmed',
  'presence.refused',
  'presence.unconfirmed',
] as const satisfies readonly Kind[];

/** Fails to compile when a type of event is missing in {@link KINDS}. */
type Missing = Exclude<Kind, (typeof KINDS)[number]>;
export const complete: [Missing] extends [never] ? true : Missing = true;
