/** What to do when a page's part of the app could not be fetched. After an upgrade of the server the files of the old build are
 * gone, and a window that was open meanwhile loads the page anew, with the new build. While the server is away, that is said,
 * and one stays where one is. The router (sv-router 0.16) itself would wait for ever, so Vite's own event is listened to. */
import { Problem } from '../api';
import { toasts } from '../state/toasts.svelte';

let aim: string | undefined;

/** Keeps which page is being gone to. */
export function goingTo(pathname: string): void {
  aim = pathname;
}

async function goAfresh(): Promise<void> {
  // Where a page was loaded anew already, loading it once more would not help.
  if (aim === undefined || aim === location.pathname) return;
  try {
    await fetch('/healthz', { cache: 'no-store' });
    location.assign(aim);
  } catch {
    toasts.fail(new Problem(0, 'unreachable', ''));
  }
}

addEventListener('vite:preloadError', () => void goAfresh());
