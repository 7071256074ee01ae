/** States that no address shows by itself: the first set-up, refusals, cuts, empty pages, a whole floor, a call in the midst of it, a
 * break from its offer to the breathing. Each tour takes several pictures. */
import { callBegins, callEnds, morning, ownAgent } from './agent.js';
import { account, agentInHardCall, fillFloor, freshSite, openSite, PASSWORD } from './world.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */

/** What a tour is given.
 *
 * @typedef {object} Guide
 * @property {import('playwright-core').Browser} browser
 * @property {import('./demo.js').Demo} demo
 * @property {'en' | 'zh'} language
 * @property {string} site the demo's site whose people speak that language
 * @property {(as?: { url?: string, login: string, password: string }, size?: { width: number, height: number }) =>
 *   Promise<{ context: BrowserContext, page: Page }>} visit a window of its own, signed in as somebody
 * @property {(page: Page, name: string, whole?: boolean) => Promise<void>} take
 */

/** @typedef {(guide: Guide) => Promise<void>} Tour */

const PHONE = { width: 390, height: 844 };
const COMPANION = { width: 320, height: 760 };
const WALL = { width: 1920, height: 1080 };
const FLOOR = 48;

const next = (/** @type {Page} */ page) => page.locator('form button[type=submit]').click();

/** The set-up of an empty installation, then its pages before the first call, then its floor.
 * @type {Tour} */
async function firstRun({ language, visit, take }) {
  const site = await freshSite(language);
  try {
    const { context, page } = await visit();
    await page.goto(site.url);
    const inputs = page.locator('form input:not([type=radio])');
    await inputs.first().waitFor();
    await take(page, 'set-up-site');
    await inputs.nth(0).fill(site.token);
    await inputs.nth(1).fill(site.centre.name);
    await inputs.nth(2).fill(site.centre.id);
    await inputs.nth(3).fill(site.centre.zone);
    await next(page);
    await page.locator(`input[value=${site.centre.profile}]`).check();
    await take(page, 'set-up-profile', true);
    await next(page);
    await inputs.nth(0).fill(site.admin.login);
    await inputs.nth(1).fill(PASSWORD);
    await inputs.nth(2).fill(`${PASSWORD}!`);
    await next(page);
    await take(page, 'set-up-admin');
    await inputs.nth(2).fill(PASSWORD);
    await next(page);
    await take(page, 'set-up-check');
    await next(page);
    await page.locator('h1').waitFor();
    await take(page, 'set-up-done', true);

    const supervisor = {
      url: site.url,
      ...(await account(context, site, 'supervisor', 'supervisor', language)),
    };
    const agent = { url: site.url, ...(await account(context, site, 'agent', 'agent', language, '2001')) };
    const chief = await visit(supervisor);
    for (const name of ['floor', 'alerts', 'calls', 'wellbeing']) {
      await chief.page.goto(`${site.url}/${name}`);
      await take(chief.page, `empty-${name}`);
    }
    const own = await visit(agent);
    await own.page.goto(`${site.url}/day`);
    await take(own.page, 'empty-day');
    await own.context.close();

    await fillFloor(context, site, FLOOR);
    await chief.page.goto(`${site.url}/floor`);
    await take(chief.page, 'whole-floor');
    await chief.page.locator('main input[value=table]').check();
    await take(chief.page, 'whole-floor-table');
    await chief.page.setViewportSize(PHONE);
    await take(chief.page, 'whole-floor-phone', true);
    await page.goto(`${site.url}/settings`);
    await take(page, 'whole-people');
    const wall = await visit(supervisor, WALL);
    await wall.page.goto(`${site.url}/wallboard`);
    await take(wall.page, 'whole-wallboard');

    await chief.page.setViewportSize({ width: 1280, height: 860 });
    await chief.page.locator('main input[value=cards]').check();
    await site.stop();
    await chief.page.locator('.banner').waitFor();
    await take(chief.page, 'cut');
    await take(wall.page, 'cut-wallboard');
    for (const each of [context, chief.context, wall.context]) await each.close();
  } finally {
    await site.stop();
  }
}

/** Refused, signed out by itself, nobody there, something broken, still loading.
 * @type {Tour} */
async function trouble({ demo, site, visit, take }) {
  const stranger = await visit();
  await stranger.page.goto(demo.url);
  await stranger.page.locator('input[type=password]').fill('not this one');
  await stranger.page.locator('input[autocomplete=username]').fill(`supervisor@${site}`);
  await next(stranger.page);
  await stranger.page.locator('.error').waitFor();
  await take(stranger.page, 'sign-in-wrong');
  await stranger.page.setViewportSize(PHONE);
  await take(stranger.page, 'sign-in-phone');
  await stranger.page.setViewportSize({ width: 1280, height: 860 });
  await stranger.page.route('**/v1/session', (route) => route.abort());
  await stranger.page.goto(demo.url);
  await take(stranger.page, 'unreachable');
  await stranger.context.close();

  const supervisor = { login: `supervisor@${site}`, password: demo.password };
  const { context, page } = await visit(supervisor);
  await page.route('**/v1/floor?*', () => undefined);
  await page.goto(`${demo.url}/floor`);
  await take(page, 'loading-floor');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.route('**/v1/calls?*', (route) => route.fulfill({ status: 500, json: { code: 'internal' } }));
  await page.goto(`${demo.url}/calls`);
  await take(page, 'failed');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.goto(`${demo.url}/floor`);
  await page.locator('.seat').first().waitFor();
  for (let press = 0; press < 9; press += 1) await page.keyboard.press('Tab');
  await take(page, 'focus');
  await page.locator('h1').click();
  await page.keyboard.press('?');
  await take(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await context.clearCookies();
  await page.locator('nav a[href="/calls"]').click();
  await page.locator('input[type=password]').waitFor();
  await take(page, 'sign-in-expired');
  await context.close();
}

/** A break from its offer to the breathing, each answer it can get, and an alert that asks for help.
 * @type {Tour} */
async function breaks({ language, visit, take }) {
  const site = await openSite(language);
  try {
    await answerBreak(site, { language, visit, take });
  } finally {
    await site.stop();
  }
}

/** @param {import('./world.js').Site} site @param {Pick<Guide, 'language' | 'visit' | 'take'>} guide */
async function answerBreak(site, { language, visit, take }) {
  const name = language === 'zh' ? 'meilin' : 'mara';
  const queue = site.centre.queues[0];
  const mara = await ownAgent({ ...site, password: PASSWORD, agent: '' }, name, site.centre.id);
  const as = { url: site.url, login: name, password: mara.password };
  await mara.say(morning(name, queue));
  const { context, page } = await visit(as);
  await page.goto(`${site.url}/day`);
  await mara.say(callBegins(name, `${name}-1`, queue));
  await mara.say(callEnds(name, `${name}-1`));
  const offer = page.locator('.offer .answers button');
  await offer.first().waitFor();
  await take(page, 'break-offer', true);
  const beside = await visit(as, COMPANION);
  await beside.page.goto(`${site.url}/companion`);
  await take(beside.page, 'break-companion', true);
  await beside.context.close();
  await offer.nth(1).click();
  await take(page, 'break-move');
  await page.keyboard.press('Escape');
  await offer.nth(2).click();
  await take(page, 'break-refused');
  await page.locator('.toast button').first().click();
  await offer.nth(0).click();
  await take(page, 'break-accepted');
  const at = Date.now();
  await mara.say([{ type: 'agent.state', at, data: { agent_id: name, state: 'on_break' } }]);
  const breathe = page.locator('.offer button');
  await page.locator('.offer [role=timer]').waitFor();
  await breathe.first().click();
  await take(page, 'break-breathing', true);
  const phone = await visit(as, PHONE);
  await phone.page.goto(`${site.url}/day`);
  await phone.page.locator('.offer button').first().click();
  await take(phone.page, 'break-phone', true);
  await phone.context.close();
  await helped(site, { language, visit, take }, mara, page);
  await context.close();
}

/** The abuse key, and the alert that it raises at another desk.
 * @param {import('./world.js').Site} site @param {Pick<Guide, 'language' | 'visit' | 'take'>} guide
 * @param {import('./agent.js').OwnAgent} mara @param {Page} page */
async function helped(site, { language, visit, take }, mara, page) {
  const admin = await visit({ url: site.url, ...site.admin });
  const as = await account(admin.context, site, 'supervisor', 'supervisor', language);
  await fillFloor(admin.context, site, 24);
  await admin.context.close();
  await mara.say(callBegins(mara.login, `${mara.login}-2`, site.centre.queues[0]));
  await page.locator('.abuse button').waitFor();
  await page.keyboard.press('F9');
  await take(page, 'abuse-reported');
  const chief = await visit({ url: site.url, ...as });
  await chief.page.goto(`${site.url}/floor`);
  await chief.page.locator('[data-alert]').first().waitFor();
  await take(chief.page, 'floor-alert');
  await chief.page.locator('[data-alert] .choice').first().click();
  await take(chief.page, 'floor-alert-answer');
  await chief.page.goto(`${site.url}/alerts`);
  await take(chief.page, 'alerts-open');
  await chief.context.close();
  await mara.say(callEnds(mara.login, `${mara.login}-2`));
}

/** A hard call in the midst of it: prompt, words of both, in the page, the companion and on a phone.
 * @type {Tour} */
async function call({ browser, demo, site, visit, take }) {
  const as = await agentInHardCall(browser, demo, site);
  const windows = [];
  for (const size of [undefined, COMPANION, PHONE]) {
    const window = await visit(as, size);
    await window.page.goto(demo.url + (size === COMPANION ? '/companion' : '/day'));
    windows.push(window);
  }
  const names = ['call-live', 'call-companion', 'call-phone'];
  for (const [index, { page }] of windows.entries()) await take(page, names[index] ?? '', true);
  for (const { context } of windows) await context.close();
}

/** @type {Readonly<Record<string, Tour>>} */
export const TOURS = { call, breaks, 'first-run': firstRun, trouble };
