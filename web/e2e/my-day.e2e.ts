import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, callEnds, morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { demo, launch, signIn, type Demo } from '../scripts/demo.js';
import { expectNarrow, settled, tabTo, visit } from './browser';
import { openSite } from './site';

let browser: Browser;
let running: Demo;

beforeAll(async () => {
  browser = await launch();
  // So many that the share of people who may rest at once leaves room for the agents of these tests.
  running = await demo(['--agents', '40', '--asr-model', 'none']);
});

afterAll(async () => {
  await browser.close();
  await running.stop();
});

/** A page of an agent with a whole morning behind them and a break on offer, at a site of their own: nobody else's break is in
 * the way. */
async function offered(
  name: string,
  width = 1280,
): Promise<{ agent: OwnAgent; page: Page; close: () => Promise<void> }> {
  const site = await openSite('lyon', 'strict');
  const agent = await ownAgent(site, name);
  await agent.say(morning(name));
  const { context, page } = await visit(browser, { width });
  await signIn(context, site, agent.login, agent.password);
  await page.goto(`${site.url}/day`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // The page is open as the call ends after which a break is due.
  await agent.say(callBegins(name, `${name}-last`));
  await agent.say(callEnds(name, `${name}-last`));
  await page.getByRole('heading', { name: /A break of \d+ minutes is yours/ }).waitFor();
  const close = async () => {
    await context.close();
    await site.stop();
  };
  return { agent, page, close };
}

test('an offer comes by itself, is taken with the keyboard alone, and the phone platform makes it real', async () => {
  const { agent, page, close } = await offered('ida');
  await tabTo(page, /^Take it$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your break is on its way' }).waitFor();
  await agent.say([{ type: 'agent.state', at: Date.now(), data: { agent_id: 'ida', state: 'on_break' } }]);
  await page.getByRole('heading', { name: 'You are on a break' }).waitFor();
  await page.getByText(/\d:\d\d left/).waitFor();
  await page.getByRole('button', { name: 'Breathe with me' }).click();
  await page.getByText('Six slow breaths a minute', { exact: false }).waitFor();
  await close();
});

test('on a phone an offer can be moved, and a refusal taken back before it counts', async () => {
  const { page, close } = await offered('juan', 390);
  await settled(page);
  await expectNarrow(page);
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.getByRole('heading', { name: 'No break is due' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Move it' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /In 20 min/ })
    .click();
  await page.getByRole('heading', { name: /Your break is at \d\d:\d\d/ }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: /Your break is at \d\d:\d\d/ }).waitFor();
  await close();
});

test('the abuse key calls the supervisor, from any page of the agent and by one key', async () => {
  const agent = await ownAgent(running, 'lea');
  const { context, page } = await visit(browser, { width: 320, height: 700 });
  await signIn(context, running, agent.login, agent.password);
  await page.goto(`${running.url}/companion`);
  await page.getByText('Your day begins', { exact: false }).waitFor();
  await agent.say(callBegins('lea', 'hard-call'));
  await page.getByRole('button', { name: 'Abusive caller' }).waitFor();
  await settled(page);
  await expectNarrow(page);
  await page.keyboard.press('F9');
  await page.getByText('Help is on its way', { exact: false }).waitFor();

  const site = running.agent.split('@')[1];
  const other = await visit(browser);
  await signIn(other.context, running, `supervisor@${site}`, running.password);
  await expect
    .poll(async () => {
      const answer = await other.context.request.get(`${running.url}/v1/alerts?open=true&lang=en`);
      const { alerts } = (await answer.json()) as { alerts: { call: string; code: string }[] };
      return alerts.filter((alert) => alert.call === 'hard-call').map((alert) => alert.code);
    })
    .toEqual(['alert.abuse_reported']);
  await other.context.close();
  await agent.say(callEnds('lea', 'hard-call'));
  await page.getByText('No call right now').waitFor();
  await context.close();
});

test('a check-in takes one press, and a good moment stays', async () => {
  const { page, close } = await offered('mina');
  await page.getByRole('group', { name: 'Energy left, 0–10?' }).getByRole('button', { name: '6' }).click();
  await page.getByText('Thank you. Only you see it.').waitFor();
  await page.getByLabel('What went well?').fill('A caller laughed with me.');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('A caller laughed with me.').waitFor();
  await page.reload();
  await page.getByText('A caller laughed with me.').waitFor();
  await close();
});

test('what one agent may open, another role may not, and is told so kindly', async () => {
  const site = running.agent.split('@')[1];
  const { context, page } = await visit(browser);
  await signIn(context, running, `supervisor@${site}`, running.password);
  await page.goto(`${running.url}/day`);
  await page.getByText('This page belongs to other roles').waitFor();
  await page.goto(`${running.url}/nowhere`);
  await page.getByText('There is no such page').waitFor();
  await context.close();
});
