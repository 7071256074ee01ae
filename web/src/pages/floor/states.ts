/** How the states of work look: an icon and a tone each, never alone. No state is a bad one. */
import BookOpen from '@lucide/svelte/icons/book-open';
import Coffee from '@lucide/svelte/icons/coffee';
import Headphones from '@lucide/svelte/icons/headphones';
import Moon from '@lucide/svelte/icons/moon';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import Phone from '@lucide/svelte/icons/phone';
import Power from '@lucide/svelte/icons/power';
import type { Component } from 'svelte';

import type { WorkState } from '$lib/live/events';

/** In the order in which they are offered as filters. */
export const STATES = [
  'available',
  'busy',
  'wrap_up',
  'on_break',
  'away',
  'training',
  'offline',
] as const satisfies readonly WorkState[];

export const LOOKS: Record<WorkState, { icon: Component; tone: 'even' | 'calm' | 'accent' }> = {
  available: { icon: Headphones, tone: 'calm' },
  busy: { icon: Phone, tone: 'accent' },
  wrap_up: { icon: NotebookPen, tone: 'even' },
  on_break: { icon: Coffee, tone: 'even' },
  away: { icon: Moon, tone: 'even' },
  training: { icon: BookOpen, tone: 'even' },
  offline: { icon: Power, tone: 'even' },
};
