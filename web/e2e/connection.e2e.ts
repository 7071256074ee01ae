/** A live connection that is cut, whether the program ends or the network does. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
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

const CUT = 'The live connection is cut';

test('a program that died is missed, is found again by itself, and nothing that happened is missing', async () => {
  const { context, page, faults } = await visit(browser);
  await signIn(context, site, noor.login, noor.password);
  await page.goto(`${site.url}/day`);
  await page.getByText('Your day begins with your first call').waitFor();

  await site.kill();
  await page.getByText(CUT, { exact: false }).waitFor();
  await site.again();
  // Told before the page has found the way back: it must not be lost on it.
  await noor.say(callBegins('noor', 'c-1'));
  await page.getByText('Connected again', { exact: false }).waitFor({ timeout: 40_000 });
  expect(await page.getByText(CUT, { exact: false }).count()).toBe(0);
  await page.getByText('In a call').first().waitFor();
  await page.getByText('billing-en').waitFor();
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
  await day.goto(`${line.url}/day`);
  await day.getByRole('button', { name: 'Abusive caller' }).waitFor();
  await floor.goto(`${line.url}/floor`);
  await seat(floor, 'noor').getByText('in a call').waitFor();
  await wall.goto(`${line.url}/wallboard`);
  await wall.getByText('No queue has reported yet').waitFor();

  line.cut();
  await Promise.all([day, floor, wall].map((page) => page.getByText(CUT, { exact: false }).waitFor()));
  await wall.getByText('reconnecting', { exact: false }).waitFor();
  const at = Date.now();
  await noor.say([
    { type: 'call.ended', at, data: { call_id: 'c-1' } },
    { type: 'agent.state', at, data: { agent_id: 'noor', state: 'wrap_up' } },
    {
      type: 'queue.snapshot',
      at,
      data: { queue: 'billing-en', waiting: 7, available: 1, longest_wait_s: 42 },
    },
  ]);

  line.heal();
  await day.getByText('No call right now').waitFor({ timeout: 40_000 });
  await day.getByText('After-call work').first().waitFor();
  await seat(floor, 'noor').getByText('after-call work').waitFor({ timeout: 40_000 });
  await floor.getByText('billing-en').first().waitFor();
  const row = wall.getByRole('row').filter({ hasText: 'billing-en' });
  await row.getByRole('cell', { name: '7' }).waitFor({ timeout: 40_000 });
  await wall.getByText('reconnecting', { exact: false }).waitFor({ state: 'hidden' });
  for (const page of [day, floor, wall]) expect(await page.getByText(CUT, { exact: false }).count()).toBe(0);
  expect(desks.flatMap(({ faults }) => faults)).toEqual([]);
  await agent.context.close();
  await supervising.context.close();
  await line.close();
});

test('a session that ended elsewhere leads to signing in, and from there back to the same page', async () => {
  const { context, page } = await visit(browser);
  await signIn(context, site, noor.login, noor.password);
  await page.goto(`${site.url}/consents`);
  await page.getByRole('heading', { name: 'My consents and data' }).waitFor();
  await context.clearCookies();
  await page.getByRole('button', { name: 'Erase my texts' }).click();
  await page.getByLabel('Your password').fill(noor.password);
  await page.getByRole('dialog').getByRole('button', { name: 'Erase my texts' }).click();
  await page.getByText('You were signed out', { exact: false }).waitFor();
  await page.getByLabel('Name').fill('noor');
  await page.getByLabel('Password').fill(noor.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'My consents and data' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/consents');
  await context.close();
});
