/** Two people at two desks, who see the same alert and the same break as it happens. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, callEnds, morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { en as t } from '../src/lib/i18n/en';
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
  await alerts.getByText(t.floor.alerts.noneEver).waitFor();

  await noor.say(callBegins('noor', 'hard-call'));
  await seat(floor.page, 'noor').getByText('in a call').waitFor();
  await agent.page.getByText(t.day.now.in_call).first().waitFor();
  await agent.page.getByRole('button', { name: t.day.abuse.button }).click();
  await agent.page.getByText(t.day.abuse.done).waitFor();

  // Nobody reloads anything.
  await alertIn(floor.page).getByRole('link', { name: 'noor' }).waitFor();
  await alertIn(alerts).getByRole('link', { name: 'noor' }).waitFor();
  await alertIn(floor.page).getByRole('button', { name: t.floor.alerts.done['action.join_call'] }).click();
  await alertIn(floor.page).getByRole('button', { name: t.floor.alerts.outcome.helped }).click();
  await floor.page.getByText(t.floor.alerts.none).waitFor();
  const message = floor.page
    .getByRole('status')
    .filter({ hasText: t.floor.alerts.answered({ name: 'noor' }) });
  await message.getByRole('button', { name: t.states.close }).click();
  // It vanishes with its answer; how good alerts were is told of all of them.
  await alerts.getByText(t.floor.alerts.noneEver).waitFor();
  await alerts.getByText(t.floor.alerts.precision({ right: 1, all: 1, percent: '100%' })).waitFor();

  await noor.say(callEnds('noor', 'hard-call'));
  await seat(floor.page, 'noor').getByText('available').waitFor();
  await agent.page.getByText(t.day.call.none).waitFor();
  expect([...agent.faults, ...floor.faults]).toEqual([]);
  await agent.context.close();
  await floor.context.close();
});

test('a break is taken at one desk, approved at the other, and real for both once the phone platform says so', async () => {
  const agent = await desk('noor', '/day');
  const floor = await desk('sara', '/floor');
  const breaks = floor.page.getByRole('region', { name: t.floor.breaks.title });
  await breaks.getByText(t.floor.breaks.none).waitFor();

  await agent.page.getByRole('button', { name: t.day.offer.take, exact: true }).click();
  await agent.page.getByRole('heading', { name: t.day.offer.acceptedNow }).waitFor();
  await breaks.getByRole('button', { name: t.floor.breaks.approveFor({ name: 'noor' }) }).click();
  await breaks.getByText(t.floor.breaks.approved, { exact: true }).waitFor();
  await agent.page.getByText(t.day.offer.approved, { exact: false }).waitFor();
  // Agreed upon is not begun: the phone platform still has them in the queue.
  await seat(floor.page, 'noor').getByText('available').waitFor();

  const state = (name: string) =>
    noor.say([{ type: 'agent.state', at: Date.now(), data: { agent_id: 'noor', state: name } }]);
  await state('on_break');
  await agent.page.getByRole('heading', { name: t.day.offer.began }).waitFor();
  await seat(floor.page, 'noor').getByText('on a break').waitFor();
  await breaks.getByText(/on break, \d+:\d\d left/).waitFor();

  await state('available');
  await agent.page.getByRole('heading', { name: t.day.offer.began }).waitFor({ state: 'hidden' });
  await seat(floor.page, 'noor').getByText('available').waitFor();
  await breaks.getByText(t.floor.breaks.none).waitFor();
  expect([...agent.faults, ...floor.faults]).toEqual([]);
  await agent.context.close();
  await floor.context.close();
});
