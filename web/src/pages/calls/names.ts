/** What agents and curves are called. Calls name them by pseudonym; the floor, for those who may see it, by their name on the phone. */
import { answer, api } from '$lib/api';
import type { Messages } from '$lib/i18n/index.svelte';
import { session } from '$lib/state/session.svelte';

import type { Curve } from './story';

export type Names = ReadonlyMap<string, string>;

/** The names that this person may see; none if the floor is not theirs. */
export async function names(): Promise<Names> {
  if (!session.is('supervisor', 'analyst')) return new Map();
  const floor = await answer(api.GET('/v1/floor'));
  return new Map(floor.agents.flatMap(({ agent, name }) => (name ? [[agent, name]] : [])));
}

/** An agent's name, or the beginning of the pseudonym: enough to tell two apart. */
export const nameOf = (agent: string, known: Names | undefined): string =>
  known?.get(agent) ?? agent.slice(0, 8);

/** What a curve shows, and whose: the only agent's curves that anybody is shown are their own. */
export function curveName({ kind, party }: Curve, t: Messages['calls']['curves']): string {
  if (kind === 'arousal') return party === 'agent' ? t.arousalOwn : t.arousal;
  return party === 'agent' ? t.rateOwn : t.rate;
}
