/** Photographs every page and every tour, or those named, in both languages, light and dark: `OUT/NAME-LANGUAGE-THEME.png`.
 *
 *     npm run shots -- floor breaks          # two of them
 *     VARIANTS=zh-dark npm run shots         # one variant */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { callBegins, callEnds, morning, ownAgent } from './agent.js';
import { demo, launch, signIn } from './demo.js';
import { SHOTS } from './pages.js';
import { TOURS } from './tours.js';

const out = process.env['OUT'] ?? 'shots';
const wanted = process.argv.slice(2);
const isWanted = (/** @type {string} */ name) => wanted.length === 0 || wanted.includes(name);
const shots = SHOTS.filter(({ name }) => isWanted(name));
const tours = Object.entries(TOURS).filter(([name]) => isWanted(name));
const variants = (process.env['VARIANTS'] ?? 'en-light,en-dark,zh-light,zh-dark').split(',');
/** A demo that runs already: `DEMO=URL,PASSWORD,AGENT`. */
const given = process.env['DEMO']?.split(',');
/** How long the floor lives before it is photographed, and how long a page has to come to rest: milliseconds. */
const WARM_UP = given ? 0 : 60_000;
const SETTLE = 1200;
const USUAL = { width: 1280, height: 860 };
/** The demo's sites by the language that their people speak. */
const SITES = { en: 'lyon', zh: 'shanghai' };
/** A demo that is photographed again knows the agents of earlier runs. */
const again = given ? `-${String(process.pid)}` : '';

const running = given
  ? { url: given[0] ?? '', password: given[1] ?? '', agent: given[2] ?? '', stop: async () => undefined }
  : await demo(['--agents', '12']);
const browser = await launch();
/** @type {Map<string, import('./agent.js').OwnAgent>} */
const offerees = new Map();
try {
  await mkdir(out, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, WARM_UP));
  for (const variant of variants) {
    const [language, theme] = variant.split('-');
    if ((language !== 'en' && language !== 'zh') || (theme !== 'light' && theme !== 'dark'))
      throw new Error(`VARIANTS: ${variant} is none of en-light, en-dark, zh-light, zh-dark`);
    const room = studio(language, theme);
    for (const shot of shots) await room.page(shot);
    for (const [name, tour] of tours) {
      const { visit, take } = room;
      await tour({ browser, demo: running, language, site: SITES[language], visit, take }).catch((error) => {
        console.error(`${name}-${variant}: ${error}`);
        process.exitCode = 1;
      });
    }
  }
} finally {
  await browser.close();
  await running.stop();
}

/** Windows in one language and theme, and their pictures.
 * @param {'en' | 'zh'} language @param {'light' | 'dark'} theme */
function studio(language, theme) {
  const site = SITES[language];

  /** @param {{ url?: string, login: string, password: string }} [as] @param {{ width: number, height: number }} [size] */
  async function visit(as, size = USUAL) {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: theme,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      reducedMotion: 'reduce',
      // A phone's scroll bars take no room.
      isMobile: size.width > 320 && size.width < 500,
    });
    context.setDefaultTimeout(20_000);
    const kept = JSON.stringify({ language, theme });
    await context.addInitScript((kept) => localStorage.setItem('calmline.preferences', kept), kept);
    if (as) await signIn(context, { url: as.url ?? running.url }, as.login, as.password);
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${page.url()}: ${error.message}`));
    return { context, page };
  }

  /** @param {import('playwright-core').Page} page @param {string} name @param {boolean} [whole] */
  async function take(page, name, whole = false) {
    await page.locator('h1, h2, .empty').first().waitFor();
    const loaded = () => document.querySelector('.skeleton') === null;
    if (!name.startsWith('loading')) await page.waitForFunction(loaded).catch(() => undefined);
    await page.waitForTimeout(SETTLE);
    const size = page.viewportSize() ?? USUAL;
    if (whole) {
      // As high as the page, so that what sticks to an edge of the window stands at an edge of the picture.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ ...size, height: Math.max(height, size.height) });
      await page.waitForTimeout(150);
    }
    const path = join(out, `${name}-${language}-${theme}.png`);
    await page.screenshot({ path });
    if (whole) await page.setViewportSize(size);
    console.log(path);
  }

  /** @param {import('./pages.js').Shot} shot */
  async function page(shot) {
    const { width = USUAL.width, height = USUAL.height } = shot;
    const mara = shot.as === 'mara' ? await offered(site) : undefined;
    const login = shot.as === 'agent' ? `agent-001@${site}` : `${shot.as}@${site}`;
    const as = shot.as && (mara ?? { login, password: running.password });
    const { context, page } = await visit(as, { width, height });
    for (const [path, answer] of Object.entries(shot.answers ?? {}))
      await page.route(`**${path}?*`, (route) => route.fulfill({ json: answer(language) }));
    const answered = Object.keys(shot.answers ?? {}).map((path) => page.waitForResponse(`**${path}?*`));
    await page.goto(running.url + shot.path);
    await Promise.all(answered);
    if (shot.open) {
      await page.waitForTimeout(SETTLE);
      for (const each of await page.locator(shot.open).all()) await each.click();
    }
    await take(page, shot.name, shot.whole);
    await context.close();
  }

  return { visit, take, page };
}

/** An agent who has a break on offer. The morning is told once; each call that ends lets the offer come again.
 * @param {string} site */
async function offered(site) {
  const [name, queue] = site === SITES.zh ? ['meiling', 'billing-zh'] : ['tess', 'billing-en'];
  let agent = offerees.get(site);
  if (!agent) {
    agent = await ownAgent(running, name + again, site);
    offerees.set(site, agent);
    await agent.say(morning(agent.login, queue));
  }
  const call = `${agent.login}-${Date.now()}`;
  await agent.say(callBegins(agent.login, call, queue));
  await agent.say(callEnds(agent.login, call));
  return agent;
}
