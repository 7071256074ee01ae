/** Keyboard shortcuts: what is bound, and the one place that listens.
 *
 *     shortcut({ keys: 'F9', label: () => i18n.t.day.abuse.button, run: report });   // while a component is set up
 */

import { untrack } from 'svelte';

export interface Shortcut {
  /** As `KeyboardEvent.key`, or two keys one after the other: `g d`. */
  keys: string;
  label: () => string;
  run: () => void;
  /** Shown under "everywhere" in the sheet; otherwise under "on this page". */
  general?: boolean;
}

/** How long the second key of two may take: milliseconds. */
const SECOND_KEY = 1200;
const KEPT = 'calmline.singleKeys';

class Shortcuts {
  list = $state.raw<readonly Shortcut[]>([]);
  /** Whether keys that are letters alone are listened to (WCAG 2.1.4 asks that they can be turned off). */
  single = $state(localStorage.getItem(KEPT) !== 'off');
  sheetOpen = $state(false);
  #first: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  bind(shortcut: Shortcut): () => void {
    // An effect that binds must not depend on what else is bound.
    untrack(() => (this.list = [...this.list, shortcut]));
    return () => untrack(() => (this.list = this.list.filter((other) => other !== shortcut)));
  }

  setSingle(on: boolean): void {
    this.single = on;
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  }

  heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const named = event.key.length > 1;
    if (!named && (!this.single || isTyping(event.target))) return;
    const pressed = this.#first ? `${this.#first} ${event.key}` : event.key;
    clearTimeout(this.#timer);
    this.#first = undefined;
    const found = this.list.findLast((shortcut) => shortcut.keys === pressed);
    if (found) {
      event.preventDefault();
      found.run();
    } else if (this.list.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
      this.#first = event.key;
      this.#timer = setTimeout(() => (this.#first = undefined), SECOND_KEY);
    }
  };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=radio], [type=checkbox]), select, textarea'))
  );
}

export const shortcuts = new Shortcuts();

/** Binds a shortcut for as long as the component lives. */
export function shortcut(bound: Shortcut): void {
  $effect(() => shortcuts.bind(bound));
}
