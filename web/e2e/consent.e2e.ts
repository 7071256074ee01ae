/** A consent that is given and withdrawn at an agent's desk, and what the log says about a call that goes on meanwhile. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, ownAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import type { LiveEvent } from '../src/lib/live/events';
import { zh as t } from '../src/lib/i18n/zh';
import { visit } from './browser';
import { streamCall } from './phone';
import { openSite, type Site } from './site';

let browser: Browser;
let site: Site;
const TOKEN = 'twelve quiet lines';

beforeAll(async () => {
  browser = await launch();
  site = await openSite('shanghai', 'cn', 'twilio_inbound = "customer"\ntwilio_outbound = "agent"\n');
  for (const notice of ['recording', 'workers']) {
    const text = `为保障服务质量，本次通话会录音并转写。告知 ${notice}。`;
    await site.ask('PUT', `/v1/policy/notices/${notice}`, { text });
  }
  await site.ask('POST', '/v1/keys', { kind: 'twilio', auth_token: TOKEN });
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

test('a withdrawal stops the sensor within a second in the middle of a call, and leaves the others alone', async () => {
  const agent = await ownAgent(site, 'li.wei');
  const { context, page, faults } = await visit(browser, { language: 'zh' });
  await signIn(context, site, agent.login, agent.password);
  await page.goto(`${site.url}/consents`);
  const read = async <T>(path: string) => (await (await context.request.get(site.url + path)).json()) as T;
  const ofCall = async (call: string) =>
    (await read<{ timeline: LiveEvent[] }>(`/v1/calls/${call}`)).timeline;
  /** What was decided about sensing the agent in a call. */
  const permits = async (call: string) => {
    const events = await ofCall(call);
    const decided = events.flatMap((event) => (event.type === 'permit.decided' ? [event.data] : []));
    const agents = decided.filter(({ party }) => party === 'agent');
    return Object.fromEntries(agents.map(({ purpose, granted }) => [purpose, granted]));
  };
  const stops = async (call: string) =>
    (await ofCall(call)).flatMap((event) => (event.type === 'sensing.stopped' ? [event] : []));

  const voice = page.getByRole('switch', { name: '从声音判断激动与语气' });
  const pace = page.getByRole('switch', { name: '语速、停顿与抢话' });
  for (const toggle of [voice, pace]) {
    await toggle.click();
    await page.getByText(t.consents.given).last().waitFor();
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('true');
  }
  await expect
    .poll(async () => {
      const consents = await read<{ purpose: string; given: boolean }[]>('/v1/me/consents?lang=zh');
      return consents.filter(({ given }) => given).map(({ purpose }) => purpose);
    })
    .toEqual(expect.arrayContaining(['voice_affect', 'talk_dynamics']));
  await page.reload();
  await expect.poll(() => voice.getAttribute('aria-checked')).toBe('true');

  await agent.say(callBegins('li.wei', 'first'));
  const hangUp = await streamCall(site, TOKEN, 'first');
  await expect.poll(() => permits('first')).toMatchObject({ voice_affect: true, talk_dynamics: true });
  expect(await stops('first')).toEqual([]);

  await voice.focus();
  await page.keyboard.press('Space');
  await page.getByText(t.consents.withdrawn).waitFor();
  await expect.poll(() => voice.getAttribute('aria-checked')).toBe('false');
  await expect.poll(async () => (await stops('first')).length).toBe(1);
  const [stopped] = await stops('first');
  expect(stopped?.data).toMatchObject({ party: 'agent', purpose: 'voice_affect' });
  const { events } = await read<{ events: LiveEvent[] }>('/v1/me/export?lang=zh');
  const withdrawn = events.filter(({ type }) => type === 'consent.withdrawn');
  expect(withdrawn.map(({ data }) => data)).toMatchObject([{ purpose: 'voice_affect' }]);
  // By the log's own times, not by this test's clock.
  const late = Date.parse(stopped?.at ?? '') - Date.parse(withdrawn[0]?.at ?? '');
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(1000);
  hangUp();

  await agent.say(callBegins('li.wei', 'second'));
  const hangUpAgain = await streamCall(site, TOKEN, 'second');
  await expect.poll(() => permits('second')).toMatchObject({ voice_affect: false, talk_dynamics: true });
  hangUpAgain();
  expect(faults).toEqual([]);
  await context.close();
});

test('one’s own texts are erased on the same page, which says how many are gone', async () => {
  const agent = await ownAgent(site, 'zhang.min');
  const { context, page } = await visit(browser, { language: 'zh' });
  await signIn(context, site, agent.login, agent.password);
  await agent.say(callBegins('zhang.min', 'good-call'));
  await page.goto(`${site.url}/day`);
  await page.getByLabel(t.day.good.label).fill('客户说谢谢我。');
  await page.getByRole('button', { name: t.day.good.keep }).click();
  await page.getByText('客户说谢谢我。').waitFor();

  await page.goto(`${site.url}/consents`);
  await page.getByText(t.consents.data.counts({ transcript: 0, reports: 1 })).waitFor();
  await page.getByRole('button', { name: t.consents.data.erase }).click();
  await page.getByLabel(t.consents.data.password).fill(agent.password);
  await page.getByRole('dialog').getByRole('button', { name: t.consents.data.erase }).click();
  await page.getByText(t.consents.data.erased({ texts: 1 })).waitFor();
  await page.getByText(t.consents.data.counts({ transcript: 0, reports: 0 })).waitFor();
  await page.goto(`${site.url}/day`);
  await page.getByLabel(t.day.good.label).waitFor();
  expect(await page.getByText('客户说谢谢我。').count()).toBe(0);
  await context.close();
});
