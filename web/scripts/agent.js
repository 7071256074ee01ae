/** An agent of one's own on a demo's floor, whom no simulation answers for: an account, a key for work events, and a morning
 * of work told to the server, so that a break is due. */

/** @typedef {import('./demo.js').Demo} Demo */
/** @typedef {{ login: string, password: string, say: (events: readonly Told[]) => Promise<void> }} OwnAgent */
/** @typedef {{ type: string, at: number, data: Record<string, unknown> }} Told */

const MINUTE = 60_000;

/** Sends a request with an administrator's session.
 * @param {Demo} demo @param {string} cookie @param {string} path @param {unknown} body */
async function post(demo, cookie, path, body) {
  const response = await fetch(demo.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-calmline': '1', cookie },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** @param {Demo} demo @param {string} name @param {string} [site] @returns {Promise<OwnAgent>} */
export async function ownAgent(demo, name, site = demo.agent.split('@')[1] ?? '') {
  const signedIn = await post(demo, '', '/v1/session', { login: `admin@${site}`, password: demo.password });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const password = 'a quiet line on a calm day';
  const language = site === 'shanghai' ? 'zh' : 'en';
  await post(demo, cookie, '/v1/accounts', {
    login: name,
    password,
    roles: ['agent'],
    agent_id: name,
    language,
  });
  const made = await post(demo, cookie, '/v1/keys', { kind: 'events' });
  const { api_key: key } = /** @type {{ api_key: string }} */ (await made.json());

  let told = 0;
  /** @param {readonly Told[]} events */
  const say = async (events) => {
    const batch = events.map(({ type, at, data }) => ({
      specversion: '1.0',
      id: `${name}-${Date.now()}-${++told}`,
      source: 'web-tests',
      type,
      data: { ...data, occurred_at: new Date(at).toISOString() },
    }));
    const response = await fetch(`${demo.url}/v1/events`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(batch),
    });
    if (!response.ok) throw new Error(`events: ${response.status} ${await response.text()}`);
  };
  return { login: name, password, say };
}

/** A morning of three hours with two breaks; the last ended 56 minutes ago.
 * @param {string} agent @param {string} [queue] @returns {Told[]} */
export function morning(agent, queue = 'billing-en') {
  const now = Date.now();
  /** @type {Told[]} */
  const events = [];
  const state = (/** @type {number} */ ago, /** @type {string} */ state) =>
    events.push({ type: 'agent.state', at: now - ago * MINUTE, data: { agent_id: agent, state } });
  const lengths = [4, 6, 3.5, 8, 5, 2.5, 6.5];
  let ago = 180;
  let call = 0;
  for (const until of [128, 64, 0.5]) {
    state(ago, 'available');
    while (ago > until + 9) {
      const length = lengths[call % lengths.length] ?? 5;
      const data = { call_id: `${agent}-${now}-${++call}`, agent_id: agent, queue };
      ago -= 0.8;
      events.push({ type: 'call.answered', at: now - ago * MINUTE, data });
      state(ago, 'busy');
      ago -= length;
      events.push({ type: 'call.ended', at: now - ago * MINUTE, data: { call_id: data.call_id } });
      state(ago, 'wrap_up');
      ago -= 0.6;
      state(ago, 'available');
    }
    if (until > 1) {
      state(until, 'on_break');
      ago = until - 8;
    }
  }
  return events;
}

/** A call that begins now.
 * @param {string} agent @param {string} call @param {string} [queue] @returns {Told[]} */
export function callBegins(agent, call, queue = 'billing-en') {
  const at = Date.now();
  return [
    { type: 'call.answered', at, data: { call_id: call, agent_id: agent, queue } },
    { type: 'agent.state', at, data: { agent_id: agent, state: 'busy' } },
  ];
}

/** The end of that call, and waiting for the next.
 * @param {string} agent @param {string} call @returns {Told[]} */
export function callEnds(agent, call) {
  const at = Date.now();
  return [
    { type: 'call.ended', at, data: { call_id: call } },
    { type: 'agent.state', at, data: { agent_id: agent, state: 'available' } },
  ];
}
