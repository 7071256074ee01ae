/** Two people at two desks, who see the same alert and the same break as it happens. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, callEnds, morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { seat, visit } from './browser';
import { openSite, supervisor, type Site } from './site';

let browser: Browser;
let site: Site;
let noor: OwnAgent;

beforeAll(async () => {
  browser = await launch();
  site = await openSite('lyon', 'eu');
  noor = await ownAgent(site, 'noor');
  await supervisor(site, 'sara');
  await noor.say(morning('noor'));
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

/** A page of somebody who is signed in. */
async function desk(login: string, path: string) {
  const { context, page, faults } = await visit(browser);
  await signIn(context, site, login, site.password);
  await page.goto(site.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { context, page, faults };
}

const alertIn = (page: Page) =>
  page.locator('[data-alert]').filter({ hasText: 'The agent pressed the abuse key' });

test('the abuse key is heard at the other desk, and what came of it is seen wherever alerts are', async () => {
  const agent = await desk('noor', '/day');
  const floor = await desk('sara', '/floor');
  const alerts = await floor.context.newPage();
  await alerts.goto(`${site.url}/alerts`);
  await alerts.getByText('No alert in this time').waitFor();

  await noor.say(callBegins('noor', 'hard-call'));
  await seat(floor.page, 'noor').getByText('in a call').waitFor();
  await agent.page.getByText('In a call').first().waitFor();
  await agent.page.getByRole('button', { name: 'Abusive caller' }).click();
  await agent.page.getByText('Help is on its way', { exact: false }).waitFor();

  // Nobody reloads anything.
  await alertIn(floor.page).getByRole('link', { name: 'noor' }).waitFor();
  await alertIn(alerts).getByRole('link', { name: 'noor' }).waitFor();
  await alertIn(floor.page).getByRole('button', { name: 'Joined the call' }).click();
  await alertIn(floor.page).getByRole('button', { name: 'It helped' }).click();
  await floor.page.getByText('Nobody needs you right now').waitFor();
  const message = floor.page.getByRole('status').filter({ hasText: 'Alert for noor answered.' });
  await message.getByRole('button', { name: 'Close' }).click();
  await alertIn(alerts).getByText('Joined the call · it helped').waitFor();
  await alerts.getByText('1 of 1 answered alerts were right', { exact: false }).waitFor();

  await noor.say(callEnds('noor', 'hard-call'));
  await seat(floor.page, 'noor').getByText('available').waitFor();
  await agent.page.getByText('No call right now').waitFor();
  expect([...agent.faults, ...floor.faults]).toEqual([]);
  await agent.context.close();
  await floor.context.close();
});

test('a break is taken at one desk, approved at the other, and real for both once the phone platform says so', async () => {
  const agent = await desk('noor', '/day');
  const floor = await desk('sara', '/floor');
  const breaks = floor.page.getByRole('region', { name: 'Breaks' });
  await breaks.getByText('No break is coming up or running').waitFor();

  await agent.page.getByRole('button', { name: 'Take it', exact: true }).click();
  await agent.page.getByRole('heading', { name: 'Your break is on its way' }).waitFor();
  await breaks.getByRole('button', { name: 'Approve the break of noor' }).click();
  await breaks.getByText('approved', { exact: true }).waitFor();
  await agent.page
    .getByText('Your supervisor has seen to it that calls are covered.', { exact: false })
    .waitFor();
  // Agreed upon is not begun: the phone platform still has them in the queue.
  await seat(floor.page, 'noor').getByText('available').waitFor();

  const state = (name: string) =>
    noor.say([{ type: 'agent.state', at: Date.now(), data: { agent_id: 'noor', state: name } }]);
  await state('on_break');
  await agent.page.getByRole('heading', { name: 'You are on a break' }).waitFor();
  await seat(floor.page, 'noor').getByText('on a break').waitFor();
  await breaks.getByText(/on break, \d+:\d\d left/).waitFor();

  await state('available');
  await agent.page.getByRole('heading', { name: 'You are on a break' }).waitFor({ state: 'hidden' });
  await seat(floor.page, 'noor').getByText('available').waitFor();
  await breaks.getByText('No break is coming up or running').waitFor();
  expect([...agent.faults, ...floor.faults]).toEqual([]);
  await agent.context.close();
  await floor.context.close();
});
