/** What the pictures show beside a demo: an installation that nobody has set up yet, a floor of a whole centre told to it by work
 * events, and people in the demo who are in the midst of a call. */
import { folder, serve, signIn } from './demo.js';

/** @typedef {import('./demo.js').Demo} Demo */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {{ login: string, password: string }} Account */
/** @typedef {Awaited<ReturnType<typeof freshSite>>} Site */

export const PASSWORD = 'a quiet line on a calm day';

/** How the centre in the pictures is called, and how its people and queues are. */
const CENTRE = {
  en: {
    id: 'leeds',
    name: 'Leeds customer care',
    zone: 'Europe/London',
    profile: 'eu',
    teams: ['Billing', 'Deliveries', 'Evening shift', 'Technical help'],
    queues: ['Billing', 'Deliveries', 'Returns', 'Technical-help', 'Complaints'],
  },
  zh: {
    id: 'hangzhou',
    name: '杭州客服中心',
    zone: 'Asia/Shanghai',
    profile: 'cn',
    teams: ['账单一组', '物流组', '技术支持组', '晚班'],
    queues: ['账单咨询', '物流查询', '退换货', '技术支持', '投诉处理'],
  },
};

/** Starts a server on an empty folder.
 * @param {'en' | 'zh'} language */
export async function freshSite(language) {
  const data = await folder();
  const server = await serve(data.path);
  const centre = CENTRE[language];
  const admin = { login: `admin@${centre.id}`, password: PASSWORD };
  return {
    ...server,
    centre,
    admin,
    stop: async () => {
      await server.stop();
      await data.remove();
    },
  };
}

/** A server that is set up, with its administrator and nobody at work yet.
 * @param {'en' | 'zh'} language */
export async function openSite(language) {
  const site = await freshSite(language);
  const { id, name, zone, profile } = site.centre;
  const { login, password } = site.admin;
  const body = { token: site.token, site: id, name, time_zone: zone, profile, login, password, language };
  const answer = await fetch(`${site.url}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`setup: ${answer.status} ${await answer.text()}`);
  return site;
}

/** Calls the API in the name of whoever is signed in within the context.
 * @param {BrowserContext} context @param {string} url @param {unknown} body @param {string} [type] */
async function post(context, url, body, type = 'application/json') {
  const headers = { 'content-type': type, 'x-calmline': '1', origin: new URL(url).origin };
  const data = type === 'application/json' ? JSON.stringify(body) : String(body);
  const answer = await context.request.post(url, { data, headers });
  if (!answer.ok()) throw new Error(`${url}: ${answer.status()} ${await answer.text()}`);
  return answer;
}

/** Makes an account.
 * @param {BrowserContext} admin @param {Site} site @param {string} login @param {string} role @param {'en' | 'zh'} language
 * @param {string} [agent] @returns {Promise<Account>} */
export async function account(admin, site, login, role, language, agent) {
  const about = { login, password: PASSWORD, roles: [role], language, ...(agent && { agent_id: agent }) };
  await post(admin, `${site.url}/v1/accounts`, about);
  return { login, password: PASSWORD };
}

/** Every so many calls one is on hold. */
const HELD = 7;

/** Tells a floor of that many people in teams, and its queues, as a phone platform would.
 * @param {BrowserContext} admin @param {Site} site @param {number} people */
export async function fillFloor(admin, site, people) {
  const made = await post(admin, `${site.url}/v1/keys`, { kind: 'events' });
  const { api_key: key } = /** @type {{ api_key: string }} */ (await made.json());
  const { teams, queues } = site.centre;
  const now = Date.now();
  const states = ['busy', 'busy', 'available', 'busy', 'wrap_up', 'busy', 'on_break', 'busy', 'available'];
  const name = (/** @type {number} */ index) => String(1001 + index);
  const of = (/** @type {readonly string[]} */ list, /** @type {number} */ index) =>
    list[index % list.length] ?? '';
  let told = 0;
  const event = (/** @type {string} */ type, /** @type {number} */ ago, /** @type {object} */ data) => ({
    specversion: '1.0',
    id: `floor-${++told}`,
    source: 'pictures',
    type,
    data: { ...data, occurred_at: new Date(now - ago * 1000).toISOString() },
  });
  const events = Array.from({ length: people }, (_, index) => {
    const agent_id = name(index);
    const state = of(states, index);
    const ago = 20 + ((index * 53) % 640);
    const call_id = `call-${index}`;
    const call = [
      event('call.answered', ago, { agent_id, call_id, queue: of(queues, index) }),
      ...(index % HELD === 0 ? [event('call.held', ago / 2, { call_id })] : []),
    ];
    return [
      event('agent.state', 1800 + ((index * 37) % 900), { agent_id, state: 'available' }),
      ...(state === 'busy' ? call : []),
      event('agent.state', ago, { agent_id, state }),
    ];
  });
  const snapshots = queues.map((queue, index) =>
    event('queue.snapshot', 1, {
      queue,
      waiting: [0, 3, 0, 12, 1][index] ?? 0,
      available: [4, 0, 2, 0, 1][index] ?? 0,
      longest_wait_s: [0, 48, 0, 227, 9][index] ?? 0,
    }),
  );
  const answer = await fetch(`${site.url}/v1/events`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([...events.flat(), ...snapshots]),
  });
  if (!answer.ok) throw new Error(`events: ${answer.status} ${await answer.text()}`);
  const rows = Array.from({ length: people }, (_, index) => {
    const team = of(teams, Math.floor(index / Math.ceil(people / teams.length)));
    return `${name(index)}@${site.centre.id},agent,${name(index)},${team}`;
  });
  await post(
    admin,
    `${site.url}/v1/people/import`,
    ['login,roles,agent_id,team', ...rows].join('\n'),
    'text/csv',
  );
}

/** Waits for an agent of the demo whose call has a prompt that still stands and words of both speakers; if none comes in time, one
 * in a call with words.
 * @param {import('playwright-core').Browser} browser @param {Demo} demo @param {string} site @param {number} seconds
 * @returns {Promise<Account>} */
export async function agentInHardCall(browser, demo, site, seconds = 150) {
  const agents = Array.from(
    { length: 12 },
    (_, index) => `agent-${String(index + 1).padStart(3, '0')}@${site}`,
  );
  const contexts = [];
  for (const login of agents) {
    const context = await browser.newContext();
    await signIn(context, demo, login, demo.password);
    contexts.push({ login, context });
  }
  /** @type {string | undefined} */
  let second;
  const get = async (/** @type {BrowserContext} */ context, /** @type {string} */ path) =>
    (await context.request.get(demo.url + path)).json();
  try {
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      for (const { login, context } of contexts) {
        const day = await get(context, '/v1/me/day?lang=en');
        if (!day.current) continue;
        const call = await get(context, `/v1/calls/${encodeURIComponent(day.current)}?lang=en`);
        const said = call.timeline.filter((/** @type {{ words?: string }} */ event) => event.words);
        const parties = new Set(
          said.map((/** @type {{ data: { party: string } }} */ { data }) => data.party),
        );
        if (parties.has('agent') && parties.has('customer')) second ??= login;
        const stands = day.prompts.some(
          (/** @type {{ data: { call: string, expires: string } }} */ { data }) =>
            data.call === day.current && Date.parse(data.expires) > Date.now() + 8000,
        );
        // A hard call is worth more than both voices, as time runs out.
        if (stands && (parties.size > 1 || Date.now() > until - (seconds * 1000) / 2))
          return { login, password: demo.password };
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  } finally {
    for (const { context } of contexts) await context.close();
  }
  const login = second ?? agents[0] ?? '';
  console.error(`no call of ${site} had a prompt within ${seconds} s; the picture shows ${login}`);
  return { login, password: demo.password };
}
