import { voice } from './answers.js';

/** The pages that are photographed and looked over by axe, and as whom. One line per page.
 *
 * @typedef {object} Shot
 * @property {string} name
 * @property {string} path
 * @property {'agent' | 'mara' | 'supervisor' | 'planner' | 'admin' | 'council'} [as] the demo's account, or `mara`, an agent with a break
 *   on offer whom nobody simulates; nobody is signed in, if left out
 * @property {number} [width]
 * @property {number} [height]
 * @property {string} [open] a selector; all that fit it are pressed first
 * @property {boolean} [whole] the page in its full length
 * @property {Record<string, (language: 'en' | 'zh') => unknown>} [answers] what routes answer in place of the server
 */

/** @type {readonly Shot[]} */
export const SHOTS = [
  { name: 'sign-in', path: '/' },
  { name: 'my-day', path: '/day', as: 'agent', whole: true },
  { name: 'my-day-offer', path: '/day', as: 'mara', whole: true, open: 'summary' },
  { name: 'my-day-phone', path: '/day', as: 'agent', width: 390, height: 844, whole: true },
  {
    name: 'my-voice',
    path: '/day',
    as: 'agent',
    whole: true,
    open: 'summary',
    answers: { '/v1/me/cues': voice },
  },
  { name: 'companion', path: '/companion', as: 'mara', width: 320, height: 760 },
  { name: 'consents', path: '/consents', as: 'agent', whole: true },
  { name: 'preferences', path: '/consents', as: 'agent', open: '.person' },
  { name: 'floor', path: '/floor', as: 'supervisor' },
  { name: 'alerts', path: '/alerts', as: 'supervisor' },
  { name: 'incidents', path: '/incidents', as: 'supervisor', whole: true },
  { name: 'care', path: '/care', as: 'agent', whole: true, open: 'summary' },
  { name: 'council', path: '/council', as: 'council', whole: true },
  { name: 'wellbeing', path: '/wellbeing', as: 'council' },
  { name: 'monitoring', path: '/monitoring', as: 'council', whole: true },
  { name: 'plan', path: '/plan', as: 'planner' },
  { name: 'plan-forecast', path: '/plan/forecast', as: 'planner' },
  { name: 'plan-roster', path: '/plan/roster', as: 'planner' },
  { name: 'wallboard', path: '/wallboard', as: 'supervisor', width: 1920, height: 1080 },
  { name: 'calls', path: '/calls', as: 'supervisor' },
  { name: 'call-review', path: '/calls', as: 'supervisor', open: '[role=cell] a >> nth=8', whole: true },
  { name: 'policy', path: '/policy', as: 'agent', whole: true },
  { name: 'notices', path: '/policy/notices', as: 'admin', whole: true },
  { name: 'retention', path: '/policy/retention', as: 'admin', whole: true },
  { name: 'policy-record', path: '/policy/record', as: 'council', whole: true },
  { name: 'policy-thresholds', path: '/policy/thresholds', as: 'council' },
  { name: 'people', path: '/settings', as: 'admin' },
  { name: 'platforms', path: '/settings/platforms', as: 'admin' },
  { name: 'webhooks', path: '/settings/webhooks', as: 'admin' },
  { name: 'thresholds', path: '/settings/thresholds', as: 'admin' },
  { name: 'health', path: '/settings/health', as: 'admin' },
  { name: 'erase', path: '/settings/erase', as: 'admin' },
  { name: 'not-yours', path: '/day', as: 'supervisor' },
  { name: 'no-such-page', path: '/nowhere', as: 'supervisor' },
];
