/** A day at a desk without a pointer, in both languages and themes. Wherever the focus goes, it must be seen. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { callBegins, callEnds, morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { en } from '../src/lib/i18n/en';
import { zh } from '../src/lib/i18n/zh';
import { focused, tabTo, visit } from './browser';
import { openSite, supervisor, type Site } from './site';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** Goes in by the front door. The first field has the focus by itself. */
async function signInByHand(page: Page, site: Site, login: string) {
  await page.goto(site.url);
  await page.locator('input:focus').waitFor();
  await page.keyboard.type(login);
  await page.keyboard.press('Tab');
  await page.keyboard.type(site.password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').waitFor();
}

describe.each([
  { language: 'en', theme: 'light', t: en, id: 'lyon', profile: 'eu' },
  { language: 'zh', theme: 'dark', t: zh, id: 'shanghai', profile: 'cn' },
] as const)('$language $theme', ({ language, theme, t, id, profile }) => {
  let site: Site;
  let agent: OwnAgent;

  beforeAll(async () => {
    site = await openSite(id, profile);
    agent = await ownAgent(site, 'noor');
    await supervisor(site, 'sara', language);
    await agent.say(morning('noor'));
  });

  afterAll(() => site.stop());

  test('an agent signs in, asks why, answers, takes a break and signs out', async () => {
    const { context, page, faults } = await visit(browser, { language, theme });
    await signInByHand(page, site, agent.login);
    await page.getByRole('button', { name: t.day.offer.take, exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/day');

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: t.shortcuts.title }).waitFor();
    expect((await focused(page)).seen).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await tabTo(page, t.day.offer.move);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: t.day.offer.moveTitle }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    // Back where one was.
    await expect.poll(async () => (await focused(page)).name).toBe(t.day.offer.move);

    await tabTo(page, t.states.why);
    await page.keyboard.press('Enter');
    await page.locator('details[open]').getByRole('listitem').first().waitFor();

    await tabTo(page, '6');
    await page.keyboard.press('Enter');
    await page.getByText(t.day.checkIn.thanks).waitFor();

    await tabTo(page, t.day.offer.take);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: t.day.offer.acceptedNow }).waitFor();
    await agent.say([{ type: 'agent.state', at: Date.now(), data: { agent_id: 'noor', state: 'on_break' } }]);
    await page.getByRole('heading', { name: t.day.offer.began }).waitFor();

    await tabTo(page, new RegExp(t.nav.preferences));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: t.nav.preferences }).waitFor();
    await tabTo(page, t.nav.signOut);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: t.entrance.signIn }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('a supervisor goes to the alert, says what was done and what came of it', async () => {
    const call = 'hard-call';
    await agent.say(callBegins('noor', call));
    const other = await visit(browser);
    await signIn(other.context, site, agent.login, agent.password);
    const pressed = await other.context.request.post(`${site.url}/v1/me/abuse`, {
      data: { call },
      headers: { 'x-calmline': '1' },
    });
    expect(pressed.ok(), await pressed.text()).toBe(true);
    await other.context.close();

    const { context, page, faults } = await visit(browser, { language, theme });
    await signInByHand(page, site, 'sara');
    await page.getByRole('button', { name: t.floor.alerts.done['action.join_call'] }).waitFor();
    await page.keyboard.press('a');
    await expect.poll(async () => (await focused(page)).html).toContain('data-alert');
    expect((await focused(page)).seen).toBe(true);
    await tabTo(page, new RegExp(`^${t.floor.alerts.done['action.join_call']}`));
    await page.keyboard.press('Enter');
    // The next question takes the focus.
    await expect.poll(async () => (await focused(page)).name).toBe(t.floor.alerts.outcome.helped);
    expect((await focused(page)).seen).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText(t.floor.alerts.none).waitFor();

    // What was just done can be taken back, by keyboard as well; and then it is done after all.
    await tabTo(page, t.states.undo);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: t.floor.alerts.done['action.join_call'] }).waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('1');
    await expect.poll(async () => (await focused(page)).name).toBe(t.floor.alerts.outcome.helped);
    await page.keyboard.press('1');
    await page.getByText(t.floor.alerts.none).waitFor();
    await tabTo(page, t.states.close);
    await page.keyboard.press('Enter');

    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: t.floor.alerts.title }).waitFor();
    // What came of it is told of nobody any more.
    await page.getByText(t.floor.alerts.noneEver).waitFor();
    await agent.say(callEnds('noor', call));
    expect(faults).toEqual([]);
    await context.close();
  });
});
