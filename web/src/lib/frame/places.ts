/** Where people go by themselves: the navigation, in its order, and the keys that lead there. */
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Bell from '@lucide/svelte/icons/bell';
import Gauge from '@lucide/svelte/icons/gauge';
import HandHelping from '@lucide/svelte/icons/hand-helping';
import HeartHandshake from '@lucide/svelte/icons/heart-handshake';
import Leaf from '@lucide/svelte/icons/leaf';
import ListChecks from '@lucide/svelte/icons/list-checks';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import PhoneCall from '@lucide/svelte/icons/phone-call';
import Scale from '@lucide/svelte/icons/scale';
import Settings from '@lucide/svelte/icons/settings';
import Sun from '@lucide/svelte/icons/sun-medium';
import type { Component } from 'svelte';

import type { p } from '../../router';
import type { Messages } from '../i18n/index.svelte';
import type { Role } from '../state/session.svelte';

export interface Place {
  path: Parameters<typeof p>[0];
  name: (t: Messages) => string;
  icon: Component;
  roles: readonly Role[];
  /** After `g`. */
  key: string;
}

export const PLACES: readonly Place[] = [
  { path: '/day', name: (t) => t.nav.day, icon: Sun, roles: ['agent'], key: 'd' },
  { path: '/consents', name: (t) => t.nav.consents, icon: ShieldCheck, roles: ['agent'], key: 'c' },
  { path: '/care', name: (t) => t.care.title, icon: Leaf, roles: ['agent'], key: 'r' },
  {
    path: '/floor',
    name: (t) => t.floor.title,
    icon: LayoutGrid,
    roles: ['supervisor', 'analyst'],
    key: 'f',
  },
  { path: '/alerts', name: (t) => t.floor.alerts.title, icon: Bell, roles: ['supervisor'], key: 'a' },
  { path: '/incidents', name: (t) => t.incidents.title, icon: HandHelping, roles: ['supervisor'], key: 'i' },
  {
    path: '/wellbeing',
    name: (t) => t.wellbeing.title,
    icon: HeartHandshake,
    roles: ['supervisor', 'works_council'],
    key: 'w',
  },
  { path: '/plan', name: (t) => t.plan.title, icon: CalendarDays, roles: ['planner', 'analyst'], key: 'n' },
  {
    path: '/monitoring',
    name: (t) => t.monitoring.title,
    icon: Gauge,
    roles: ['analyst', 'admin', 'works_council'],
    key: 'm',
  },
  {
    path: '/council',
    name: (t) => t.council.title,
    icon: ListChecks,
    roles: ['works_council', 'admin'],
    key: 'o',
  },
  {
    path: '/calls',
    name: (t) => t.nav.calls,
    icon: PhoneCall,
    roles: ['agent', 'supervisor', 'analyst', 'coach'],
    key: 'l',
  },
  {
    path: '/policy',
    name: (t) => t.nav.policy,
    icon: Scale,
    roles: ['agent', 'supervisor', 'analyst', 'planner', 'coach', 'admin', 'works_council'],
    key: 'p',
  },
  { path: '/settings', name: (t) => t.nav.settings, icon: Settings, roles: ['admin'], key: 's' },
];
