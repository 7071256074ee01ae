/** What the floor's routes tell, with the codes that the document leaves as plain strings. */
import type { Schemas } from '$lib/api';
import type { WorkState } from '$lib/live/events';

export type SeatBody = Omit<Schemas['AgentBody'], 'state'> & { state: WorkState };
export type Queue = Schemas['QueueBody'];
export type BreakState = 'accepted' | 'moved' | 'began' | 'unconfirmed' | 'over';
export type Rest = Omit<Schemas['BreakBody'], 'state'> & { state: BreakState };
export type Outcome = 'helped' | 'not_needed' | 'wrong';
export type Action =
  | 'action.join_call'
  | 'action.take_over'
  | 'action.check_in'
  | 'action.more_hands'
  | 'action.lighter'
  | 'action.ears'
  | 'action.none';
export type Alert = Omit<Schemas['AlertBody'], 'outcome'> & { outcome?: Outcome | null };

/** The floor, or what changed on it. */
export interface FloorBody {
  position: number;
  agents: SeatBody[];
  queues: Queue[];
  breaks: Rest[];
  /** On the stream, for those who may see alerts. */
  alerts?: Alert[];
}
