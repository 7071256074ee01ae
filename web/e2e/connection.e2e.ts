/** A live connection that is cut, whether the program ends or the network does. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, callEnds, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { en as t } from '../src/lib/i18n/en';
import { seat, visit } from './browser';
import { lineTo } from './line';
import { openSite, supervisor, type Site } from './site';

let browser: Browser;
let site: Site;
let noor: OwnAgent;

beforeAll(async () => {
  browser = await launch();
  site = await openSite('lyon', 'eu');
  noor = await ownAgent(site, 'noor');
  await supervisor(site, 'sara');
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

const CUT = t.live.cut;

test('a program that died is missed, is found again by itself, and nothing that happened is missing', async () => {
  const { context, page, faults } = await visit(browser);
  await signIn(context, site, noor.login, noor.password);
  await page.goto(`${site.url}/day`);
  await page.getByText(t.day.noStanding).waitFor();

  await site.kill();
  await page.getByText(CUT).waitFor();
  await site.again();
  // Told before the page has found the way back: it must not be lost on it.
  await noor.say(callBegins('noor', 'c-1'));
  await page.getByText(t.live.back).waitFor({ timeout: 40_000 });
  expect(await page.getByText(CUT).count()).toBe(0);
  await page.getByText(t.day.now.in_call).first().waitFor();
  await page.getByText('billing-en').waitFor();
  await noor.say(callEnds('noor', 'c-1'));
  expect(faults).toEqual([]);
  await context.close();
});

test('a line that is cut heals by itself at every desk, and what happened meanwhile is there', async () => {
  const line = await lineTo(site.url);
  const desks = await Promise.all([visit(browser), visit(browser)]);
  const [agent, supervising] = desks;
  await signIn(agent.context, line, noor.login, noor.password);
  await signIn(supervising.context, line, 'sara', site.password);
  const day = agent.page;
  const floor = supervising.page;
  const wall = await supervising.context.newPage();
  await noor.say(callBegins('noor', 'c-2'));
  await day.goto(`${line.url}/day`);
  await day.getByRole('button', { name: t.day.abuse.button }).waitFor();
  await floor.goto(`${line.url}/floor`);
  await seat(floor, 'noor').getByText('in a call').waitFor();
  await wall.goto(`${line.url}/wallboard`);
  await wall.getByText(t.floor.wall.noQueues).waitFor();

  line.cut();
  await Promise.all([day, floor].map((page) => page.getByText(CUT).waitFor()));
  // A wall has no room for a banner and says it in its head.
  const asOf = wall.getByText(/^As of .* · reconnecting$/);
  await asOf.waitFor();
  // A page that was not read before cannot be now; one is told, and stays.
  await floor.getByRole('link', { name: t.floor.alerts.title, exact: true }).click();
  await floor.getByText(t.problems.unreachable).waitFor();
  await seat(floor, 'noor').waitFor();
  const at = Date.now();
  await noor.say([
    { type: 'call.ended', at, data: { call_id: 'c-2' } },
    { type: 'agent.state', at, data: { agent_id: 'noor', state: 'wrap_up' } },
    {
      type: 'queue.snapshot',
      at,
      data: { queue: 'billing-en', waiting: 7, available: 1, longest_wait_s: 42 },
    },
  ]);

  line.heal();
  await day.getByText(t.day.call.none).waitFor({ timeout: 40_000 });
  await day.getByText(t.day.now.wrap_up).first().waitFor();
  await seat(floor, 'noor').getByText('after-call work').waitFor({ timeout: 40_000 });
  await floor.getByText('billing-en').first().waitFor();
  const row = wall.getByRole('row').filter({ hasText: 'billing-en' });
  await row.getByRole('cell', { name: '7' }).waitFor({ timeout: 40_000 });
  await asOf.waitFor({ state: 'hidden' });
  for (const page of [day, floor]) expect(await page.getByText(CUT).count()).toBe(0);
  expect(agent.faults).toEqual([]);
  await agent.context.close();
  await supervising.context.close();
  await line.close();
});

test('a window that was open during an upgrade goes on with the new app', async () => {
  const { context, page } = await visit(browser);
  await signIn(context, site, noor.login, noor.password);
  await page.goto(`${site.url}/consents`);
  await page.getByRole('heading', { name: t.consents.title }).waitFor();
  // The file of the old build is not there any more; what is asked for after a reload is.
  await page.route('**/assets/MyDay-*.js', (route) =>
    page.url().endsWith('/consents') ? route.fulfill({ status: 404 }) : route.continue(),
  );
  await page.getByRole('link', { name: t.nav.day }).click();
  await page.getByRole('heading', { name: t.day.call.title }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/day');
  await context.close();
});

test('a session that ended elsewhere leads to signing in, and from there back to the same page', async () => {
  const { context, page } = await visit(browser);
  await signIn(context, site, noor.login, noor.password);
  await page.goto(`${site.url}/consents`);
  await page.getByRole('heading', { name: t.consents.title }).waitFor();
  await context.clearCookies();
  await page.getByRole('button', { name: t.consents.data.erase }).click();
  await page.getByLabel(t.consents.data.password).fill(noor.password);
  await page.getByRole('dialog').getByRole('button', { name: t.consents.data.erase }).click();
  await page.getByText(t.entrance.expired).waitFor();
  await page.getByLabel(t.entrance.login).fill('noor');
  await page.getByLabel(t.entrance.password).fill(noor.password);
  await page.getByRole('button', { name: t.entrance.signIn }).click();
  await page.getByRole('heading', { name: t.consents.title }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/consents');
  await context.close();
});
