/** An agent's day: what `GET /v1/me/day` answers, read once and kept fresh by the stream. */
import { answer, api, type Schemas } from '$lib/api';
import type { LiveEvent } from '$lib/live/events';
import { resource } from '$lib/state/resource.svelte';

export type Offer = Schemas['OfferBody'];
export type Call = Schemas['CallBody'];
export type Prompt = LiveEvent<'prompt.shown'>;
export type Standing = Schemas['StandingBody'];
export type Day = Omit<Schemas['Day'], 'prompts'> & { prompts: Prompt[] };

export const loadDay = () =>
  resource({
    load: async (lang) => (await answer(api.GET('/v1/me/day', { params: { query: { lang } } }))) as Day,
    refreshOn: [
      'agent.state',
      'call.answered',
      'call.held',
      'call.resumed',
      'call.transferred',
      'call.ended',
      'prompt.shown',
      'load.changed',
      'break.offered',
      'break.approved',
      'break.answered',
      'break.began',
      'break.unconfirmed',
      'break.ended',
      'break.lapsed',
      'self.reported',
      'inference.disputed',
    ],
  });

/** The offer that matters now, if any: the latest that is not over. */
export const openOffer = (day: Day, now: number): Offer | undefined =>
  day.breaks.find((offer) => isOpen(offer, now));

function isOpen(offer: Offer, now: number): boolean {
  const { state } = offer.state;
  if (state === 'offered') return Date.parse(offer.expires) > now;
  return state === 'accepted' || state === 'moved' || state === 'unconfirmed' || state === 'began';
}

/** When the break that goes on began: milliseconds since 1970. */
export function breakBegan(day: Day): number | undefined {
  const last = day.timeline.at(-1);
  return last?.state === 'on_break' && !last.to ? Date.parse(last.from) : undefined;
}

/** Since when the agent does what they do now. */
export function since(day: Day): number | undefined {
  const last = day.timeline.at(-1);
  return last && !last.to ? Date.parse(last.from) : undefined;
}

export const currentCall = (day: Day): Call | undefined =>
  day.calls.find((call) => call.call === day.current);

/** The call that an abuse report is about: the present one, or the last if it ended only now. */
const JUST_NOW = 10 * 60_000;
export function callToReport(day: Day, now: number): Call | undefined {
  const last = day.calls[0];
  const ended = last?.ended ? Date.parse(last.ended) : undefined;
  return currentCall(day) ?? (ended !== undefined && now - ended < JUST_NOW ? last : undefined);
}
