/** Short messages at the edge of the screen, and the way back from what was just done. */
import { Problem } from '../api';
import { i18n } from '../i18n/index.svelte';
import { explain } from './explain';

export interface Toast {
  id: number;
  text: string;
  tone: 'even' | 'deep';
  undo?: () => void;
}

/** How long a message stays; one that can be undone stays longer: milliseconds. */
const STAYS = 5000;
const UNDO_STAYS = 8000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, { timer: ReturnType<typeof setTimeout>; then?: (() => void) | undefined }>();

  constructor() {
    // What waits for its time to be undone is done when the page goes away.
    addEventListener('pagehide', () => [...this.#timers.keys()].forEach((id) => this.#end(id)));
  }

  say(text: string): void {
    this.#show({ text, tone: 'even' }, STAYS);
  }

  /** Says what went wrong in words. */
  fail(error: unknown): void {
    const problem = error instanceof Problem ? error : new Problem(0, 'unknown', String(error));
    this.#show({ text: explain(problem, i18n.t).text, tone: 'deep' }, UNDO_STAYS);
  }

  /** Shows a change as done and does it only once nobody has taken it back. */
  undoable(text: string, commit: () => Promise<unknown>, revert: () => void): void {
    let open = true;
    const run = () => {
      if (!open) return;
      open = false;
      commit().catch((error: unknown) => {
        revert();
        this.fail(error);
      });
    };
    const undo = () => {
      open = false;
      revert();
    };
    this.#show({ text, tone: 'even', undo }, UNDO_STAYS, run);
  }

  dismiss(id: number): void {
    this.#end(id);
  }

  /** A pointer or the focus on a message keeps it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id)?.timer);
  }

  release(id: number): void {
    const kept = this.#timers.get(id);
    if (kept) kept.timer = setTimeout(() => this.#end(id), STAYS);
  }

  #show(toast: Omit<Toast, 'id'>, stays: number, then?: () => void): void {
    const id = this.#next++;
    this.list = [...this.list, { ...toast, id }];
    this.#timers.set(id, { timer: setTimeout(() => this.#end(id), stays), then });
  }

  #end(id: number): void {
    const kept = this.#timers.get(id);
    clearTimeout(kept?.timer);
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
    kept?.then?.();
  }
}

export const toasts = new Toasts();
