/** All addresses of the app. A page is one line here and, if people go to it by themselves, one in `lib/frame/places.ts`. */
import { createRouter, type LazyRouteComponent } from 'sv-router';

import { goingTo } from './lib/frame/afresh';
import type { Messages } from './lib/i18n/index.svelte';
import type { Role } from './lib/state/session.svelte';

declare module 'sv-router' {
  interface RouteMeta {
    /** The page's name in the window's title. */
    title?: (t: Messages) => string;
    /** Who may open it; everybody, if left out. The server decides for itself; this only spares people a dead end. */
    roles?: readonly Role[];
    /** Without navigation around it: the companion, a wallboard. */
    bare?: boolean;
    /** Says by itself when the live connection is cut. */
    tellsCut?: boolean;
  }
}

interface About {
  title: (t: Messages) => string;
  roles?: readonly Role[];
  bare?: boolean;
  tellsCut?: boolean;
}

const page = (load: LazyRouteComponent, meta: About) => ({ '/': load, meta }) as const;

export const { p, navigate, isActive, route, preload } = createRouter({
  '/': () => import('./pages/Home.svelte'),
  '/day': page(() => import('./pages/my-day/MyDay.svelte'), { title: (t) => t.nav.day, roles: ['agent'] }),
  '/companion': page(() => import('./pages/my-day/Companion.svelte'), {
    title: (t) => t.nav.day,
    roles: ['agent'],
    bare: true,
  }),
  '/consents': page(() => import('./pages/consents/Consents.svelte'), {
    title: (t) => t.consents.title,
    roles: ['agent'],
  }),
  '/care': page(() => import('./pages/care/Care.svelte'), { title: (t) => t.care.title, roles: ['agent'] }),
  '/council': page(() => import('./pages/council/Council.svelte'), {
    title: (t) => t.council.title,
    roles: ['works_council', 'admin'],
  }),
  '/floor': page(() => import('./pages/floor/Floor.svelte'), {
    title: (t) => t.floor.title,
    roles: ['supervisor', 'analyst'],
  }),
  '/alerts': page(() => import('./pages/floor/Alerts.svelte'), {
    title: (t) => t.floor.alerts.title,
    roles: ['supervisor'],
  }),
  '/incidents': page(() => import('./pages/incidents/Incidents.svelte'), {
    title: (t) => t.incidents.title,
    roles: ['supervisor'],
  }),
  '/wellbeing': page(() => import('./pages/wellbeing/Wellbeing.svelte'), {
    title: (t) => t.wellbeing.title,
    roles: ['supervisor', 'works_council'],
  }),
  '/monitoring': page(() => import('./pages/monitoring/Monitoring.svelte'), {
    title: (t) => t.monitoring.title,
    roles: ['analyst', 'admin', 'works_council'],
  }),
  '/plan': page(() => import('./pages/plan/Histories.svelte'), {
    title: (t) => t.plan.title,
    roles: ['planner', 'analyst'],
  }),
  '/plan/forecast': page(() => import('./pages/plan/Forecast.svelte'), {
    title: (t) => t.plan.title,
    roles: ['planner', 'analyst'],
  }),
  '/plan/roster': page(() => import('./pages/plan/Roster.svelte'), {
    title: (t) => t.plan.title,
    roles: ['planner', 'analyst'],
  }),
  '/wallboard': page(() => import('./pages/floor/Wallboard.svelte'), {
    title: (t) => t.floor.wallboard,
    roles: ['supervisor', 'analyst'],
    bare: true,
    tellsCut: true,
  }),
  '/calls': page(() => import('./pages/calls/Calls.svelte'), {
    title: (t) => t.nav.calls,
    roles: ['agent', 'supervisor', 'analyst', 'coach'],
  }),
  '/calls/:id': page(() => import('./pages/calls/CallReview.svelte'), {
    title: (t) => t.calls.review.title,
    roles: ['agent', 'supervisor', 'analyst', 'coach'],
  }),
  '/policy': page(() => import('./pages/policy/Policy.svelte'), { title: (t) => t.nav.policy }),
  '/policy/notices': page(() => import('./pages/policy/Notices.svelte'), { title: (t) => t.nav.policy }),
  '/policy/thresholds': page(() => import('./pages/policy/PolicyThresholds.svelte'), {
    title: (t) => t.nav.policy,
  }),
  '/policy/retention': page(() => import('./pages/policy/Retention.svelte'), {
    title: (t) => t.nav.policy,
  }),
  '/policy/record': page(() => import('./pages/policy/Record.svelte'), {
    title: (t) => t.nav.policy,
    roles: ['admin', 'works_council'],
  }),
  '/settings': page(() => import('./pages/settings/People.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '/settings/platforms': page(() => import('./pages/settings/Platforms.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '/settings/webhooks': page(() => import('./pages/settings/Webhooks.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '/settings/thresholds': page(() => import('./pages/settings/Thresholds.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '/settings/health': page(() => import('./pages/settings/Health.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '/settings/erase': page(() => import('./pages/settings/Erase.svelte'), {
    title: (t) => t.nav.settings,
    roles: ['admin'],
  }),
  '*elsewhere': () => import('./pages/NoSuchPage.svelte'),
  layout: () => import('./lib/frame/Shell.svelte'),
  hooks: { beforeLoad: ({ pathname }) => goingTo(pathname) },
});
