/** Photographs every page, or those named, in both languages, light and dark: `OUT/NAME-LANGUAGE-THEME.png`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { callBegins, callEnds, morning, ownAgent } from './agent.js';
import { demo, launch, signIn } from './demo.js';
import { SHOTS } from './pages.js';

const out = process.env['OUT'] ?? 'shots';
const wanted = process.argv.slice(2);
const shots = SHOTS.filter((shot) => wanted.length === 0 || wanted.includes(shot.name));
/** A demo that runs already: `DEMO=URL,PASSWORD,AGENT`. */
const given = process.env['DEMO']?.split(',');
/** How long the floor lives before it is photographed, and how long a page has to come to rest: milliseconds. */
const WARM_UP = given ? 0 : 60_000;
const SETTLE = 1500;

let offered = false;

const running = given
  ? { url: given[0] ?? '', password: given[1] ?? '', agent: given[2] ?? '', stop: async () => undefined }
  : await demo();
const browser = await launch();
try {
  await mkdir(out, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, WARM_UP));
  const mara = await ownAgent(running, 'mara');
  for (const language of ['en', 'zh']) {
    for (const theme of ['light', 'dark']) {
      for (const shot of shots) await take(shot, language, theme, mara);
    }
  }
} finally {
  await browser.close();
  await running.stop();
}

/** Who a page is photographed as.
 * @param {import('./pages.js').Shot['as']} as @param {import('./agent.js').OwnAgent} mara @returns {[string, string]} */
function account(as, mara) {
  if (as === 'mara') return [mara.login, mara.password];
  const site = running.agent.split('@')[1];
  return [as === 'agent' ? running.agent : `${as}@${site}`, running.password];
}

/** @param {import('./pages.js').Shot} shot @param {string} language @param {string} theme
 * @param {import('./agent.js').OwnAgent} mara */
async function take(shot, language, theme, mara) {
  const context = await browser.newContext({
    viewport: { width: shot.width ?? 1280, height: shot.height ?? 860 },
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: 'reduce',
  });
  const kept = JSON.stringify({ language, theme });
  await context.addInitScript((kept) => localStorage.setItem('calmline.preferences', kept), kept);
  if (shot.as) await signIn(context, running, ...account(shot.as, mara));
  if (shot.as === 'mara') await offer(mara);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${shot.name}: ${error.message}`));
  await page.goto(running.url + shot.path);
  await page.waitForTimeout(SETTLE);
  if (shot.open) {
    for (const each of await page.locator(shot.open).all()) await each.click();
    await page.waitForTimeout(300);
  }
  const path = join(out, `${shot.name}-${language}-${theme}.png`);
  await page.screenshot({ path, fullPage: shot.whole ?? false });
  console.log(path);
  await context.close();
}

/** Sees to it that Mara has a break on offer. The morning is told once; each call that ends lets the offer come again.
 * @param {import('./agent.js').OwnAgent} mara */
async function offer(mara) {
  if (!offered) await mara.say(morning(mara.login));
  offered = true;
  const call = `${mara.login}-${Date.now()}`;
  await mara.say(callBegins(mara.login, call));
  await mara.say(callEnds(mara.login, call));
}
