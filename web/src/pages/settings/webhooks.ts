/** How webhooks are told of. */
import type { Schemas } from '$lib/api';
import type { Messages } from '$lib/i18n/index.svelte';

type Words = Messages['webhooks'];
export type Standing = keyof Words['states'];

/** How an address stands: what the server says, and whether it fails meanwhile. */
export function standing({ state, failing }: Pick<Schemas['WebhookBody'], 'state' | 'failing'>): Standing {
  return state === 'on' && failing ? 'failing' : (state as Standing);
}

/** What an address answered, or why it did not. */
export function answered(made: Pick<Schemas['DeliveryBody'], 'status' | 'failure'>, t: Words): string {
  if (made.status != null) return t.status({ status: made.status });
  return t.failures[made.failure as keyof Words['failures']] ?? made.failure ?? '';
}

/** The host of an address, which is how people know it. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** The types of events by what they are about, in the order in which they are offered. */
export function grouped(kinds: readonly string[]): { group: keyof Words['groups']; kinds: string[] }[] {
  const groupOf = (kind: string) =>
    kind.startsWith('alert.') ? 'alerts' : /^(notice|care)\./.test(kind) ? 'site' : 'work';
  return (['work', 'alerts', 'site'] as const)
    .map((group) => ({ group, kinds: kinds.filter((kind) => groupOf(kind) === group) }))
    .filter(({ kinds }) => kinds.length > 0);
}
