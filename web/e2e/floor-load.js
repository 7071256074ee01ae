/** What a floor of 500 people costs the browser while everybody changes each second.
 *
 *     npm run build && node e2e/floor-load.js [folder]     # `dist` unless said otherwise
 *
 * A small server speaks the routes that the page reads (`/v1/floor`, `/v1/floor/stream`, …) as the real one does, from a fixed
 * pattern. For cards and for the table it prints the main thread's share of a core (`Performance.getMetrics`,
 * TaskDuration, CPU time), that of all of Chromium's processes, and the longest frame of each second by a trace. On a busy
 * machine the clock tells of the others too; the CPU time does not. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch } from '../scripts/demo.js';

const folder = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));
const PEOPLE = 500;
const WARM_S = 4;
const MEASURED_S = 25;
const QUEUES = ['billing', 'orders', 'returns', 'technical'];
const STATES = ['available', 'busy', 'busy', 'busy', 'wrap_up', 'on_break'];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const at = (/** @type {number} */ secondsAgo) => new Date(Date.now() - secondsAgo * 1000).toISOString();

/** Everybody as they are in the n-th second: each person's state, call and times have changed.
 * @param {number} n */
function floor(n) {
  const agents = Array.from({ length: PEOPLE }, (_, index) => {
    const state = STATES[(index + n) % STATES.length] ?? 'busy';
    const call = {
      call: `c-${index}-${n}`,
      queue: QUEUES[index % QUEUES.length],
      since: at((index + n) % 600),
      held: (index + n) % 9 === 0,
      transfers: n % 2,
    };
    return {
      agent: `a-${index}`,
      name: `agent-${String(index).padStart(3, '0')}`,
      team: `Team ${1 + (index % 25)}`,
      state,
      text: state,
      since: at((index * 7 + n) % 900),
      reason: null,
      call: state === 'busy' ? call : null,
      work_since: at((index * 13 + n * 60) % 3600),
    };
  });
  const queues = QUEUES.map((queue, index) => {
    const waiting = (n + index) % 5;
    return { queue, waiting, available: (n * 3 + index) % 40, longest_wait_s: waiting * 21, at: at(0) };
  });
  return { position: n, agents, queues, breaks: [] };
}

const me = {
  account: 'x-1',
  login: 'supervisor@load',
  roles: ['supervisor'],
  agent: null,
  language: 'en',
  site: { id: 'load', name: 'Load', profile: 'eu', time_zone: 'Europe/Paris' },
};
const outcomes = { helped: 0, not_needed: 0, wrong: 0, precision: null };

let second = 1;
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const json = (/** @type {unknown} */ body) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (pathname === '/v1/session') return json(me);
  if (pathname === '/v1/floor') return json(floor(second));
  if (pathname === '/v1/alerts') return json({ alerts: [], outcomes });
  if (pathname.endsWith('/stream')) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': here\n\n');
    if (pathname !== '/v1/floor/stream') return;
    const timer = setInterval(() => {
      second += 1;
      response.write(`id: ${second}\nevent: floor\ndata: ${JSON.stringify(floor(second))}\n\n`);
    }, 1000);
    response.on('close', () => clearInterval(timer));
    return;
  }
  const wanted = join(folder, normalize(pathname));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(folder, 'index.html');
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type });
  createReadStream(file).pipe(response);
});

/** @typedef {{ name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number }} Traced */

/** The longest frame of each second out of a trace: milliseconds on the clock and of the main thread's CPU time, from the first
 * callback until it is handed to be drawn.
 * @param {Traced[]} events */
function longestFrames(events) {
  const begun = events.filter(({ name, ph }) => name === 'FireAnimationFrame' && ph === 'X');
  const tasks = events.filter(({ name, ph }) => name === 'RunTask' && ph === 'X');
  const holds = (/** @type {Traced} */ task, /** @type {Traced} */ { tid, pid, ts }) =>
    task.tid === tid && task.pid === pid && task.ts <= ts && ts <= task.ts + (task.dur ?? 0);
  const frames = tasks.filter((task) => begun.some((event) => holds(task, event)));
  /** @type {Map<number, { clock: number, cpu: number }>} */
  const longest = new Map();
  for (const { ts, dur = 0, tdur = 0 } of frames) {
    const { clock, cpu } = longest.get(Math.floor(ts / 1e6)) ?? { clock: 0, cpu: 0 };
    longest.set(Math.floor(ts / 1e6), {
      clock: Math.max(clock, dur / 1000),
      cpu: Math.max(cpu, tdur / 1000),
    });
  }
  return [...longest.values()];
}

const quantile = (/** @type {number[]} */ values, /** @type {number} */ share) =>
  [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))] ?? NaN;

await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const browser = await launch();
try {
  const processes = await browser.newBrowserCDPSession();
  const cpu = async () => {
    const { processInfo } = await processes.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  for (const view of ['cards', 'table']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript((kept) => localStorage.setItem('calmline.floor', kept), view);
    await page.goto(`http://127.0.0.1:${port}/floor`);
    await page.getByText('agent-000').waitFor();
    await page.waitForTimeout(WARM_S * 1000);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      const value = (/** @type {string} */ name) => metrics.find((one) => one.name === name)?.value ?? NaN;
      return {
        at: value('Timestamp'),
        busy: value('TaskDuration'),
        script: value('ScriptDuration'),
        cpu: await cpu(),
      };
    };
    const before = await read();
    const first = second;
    await page.waitForTimeout(MEASURED_S * 1000);
    const after = await read();
    const told = second - first;
    const share = (/** @type {'busy' | 'script' | 'cpu'} */ name) =>
      `${((100 * (after[name] - before[name])) / (after.at - before.at)).toFixed(1)} %`;
    await browser.startTracing(page, {
      categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
    });
    await page.waitForTimeout(MEASURED_S * 1000);
    const frames = longestFrames(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
    const spread = (/** @type {number[]} */ values) =>
      `${[0.5, 0.95].map((share) => quantile(values, share).toFixed(1)).join(' / ')} ms`;
    console.log(
      `${view}: ${PEOPLE} people × ${told} changes in ${MEASURED_S} s: main thread ${share('busy')} of a core ` +
        `(script ${share('script')}), all of Chromium ${share('cpu')}; longest frame of each second, median / p95: ` +
        `${spread(frames.map(({ cpu }) => cpu))} of CPU time, ${spread(frames.map(({ clock }) => clock))} on the clock; ` +
        `rows in the page: ${await page.locator('li .seat, [role=row]').count()}`,
    );
    await page.close();
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
