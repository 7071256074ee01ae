/** Alerts on the desktop, for those who asked for it by a click, while Calmline lies open behind other windows. */
import { stream } from './stream.svelte';

class Desktop {
  /** What the browser says: `default` until it was asked, `unsupported` where it has no notifications. */
  permission = $state<NotificationPermission | 'unsupported'>(
    'Notification' in globalThis ? Notification.permission : 'unsupported',
  );

  /** Asks the browser; only ever after a click. */
  async ask(): Promise<void> {
    if (this.permission !== 'unsupported') this.permission = await Notification.requestPermission();
  }

  /** Shows alerts as they come, without anybody's name; returns how to stop. */
  follow(): () => void {
    return stream.on(['alert.raised'], (event) => {
      if (this.permission !== 'granted' || !document.hidden || !event.text) return;
      const shown = new Notification('Calmline', { body: event.text, tag: event.data.alert });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
    });
  }
}

export const desktop = new Desktop();
