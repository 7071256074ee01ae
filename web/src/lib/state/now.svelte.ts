/** The present time as a state: one timer for all who look, none when nobody does. */
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** Milliseconds since 1970; what reads it in a template is drawn again each second. */
export function now(): number {
  subscribe();
  return Date.now();
}
