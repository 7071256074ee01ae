/** What supervisors said became of alerts, from the second click on: shown at once, sent when nobody took it back. */
import { SvelteMap } from 'svelte/reactivity';

import { answer, api } from '$lib/api';
import { i18n } from '$lib/i18n/index.svelte';
import { now } from '$lib/state/now.svelte';
import { toasts } from '$lib/state/toasts.svelte';

import type { Action, Alert, Outcome } from './types';

const given = new SvelteMap<string, { action: Action; outcome: Outcome }>();

/** The alert with the answer that was just given to it. */
export function answered(alert: Alert): Alert {
  const mine = given.get(alert.alert);
  return mine && !alert.outcome ? { ...alert, open: false, outcome: mine.outcome, done: mine.action } : alert;
}

/** Whether an alert still waits for somebody; reads the time. */
export const waits = (alert: Alert): boolean => !alert.outcome && Date.parse(alert.expires) > now();

/** Takes an answer; until the message about it goes, it can be taken back. */
export function give(alert: Alert, action: Action, outcome: Outcome): void {
  const { floor } = i18n.t;
  given.set(alert.alert, { action, outcome });
  toasts.undoable(
    floor.alerts.answered({ name: alert.name ?? floor.unknownName }),
    () =>
      answer(
        api.POST('/v1/alerts/{id}/outcome', {
          params: { path: { id: alert.alert } },
          body: { outcome, action },
        }),
      ),
    () => given.delete(alert.alert),
  );
}
