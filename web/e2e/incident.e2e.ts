/** An abusive call at two desks, in both languages: the key, the ladder, who wants to listen, relief, and the end. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, callEnds, morning, ownAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { en } from '../src/lib/i18n/en';
import { zh } from '../src/lib/i18n/zh';
import { expectAccessible, visit } from './browser';
import { openSite, supervisor, type Site } from './site';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

async function desk(site: Site, login: string, path: string, language: 'en' | 'zh') {
  const { context, page, faults } = await visit(browser, { language });
  await signIn(context, site, login, site.password);
  await page.goto(site.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { context, page, faults };
}

for (const { id, profile, language, words } of [
  { id: 'lyon', profile: 'eu', language: 'en', words: en },
  { id: 'shanghai', profile: 'cn', language: 'zh', words: zh },
] as const) {
  test(`an incident is gone through and closed, and only its agent keeps the evidence (${language})`, async () => {
    const t = words.incidents;
    const site = await openSite(id, profile);
    try {
      const noor = await ownAgent(site, 'noor');
      await supervisor(site, 'sara', language);
      await noor.say(morning('noor'));
      const agent = await desk(site, 'noor', '/day', language);
      const floor = await desk(site, 'sara', '/incidents', language);
      await floor.page.getByText(t.none).waitFor();

      await noor.say(callBegins('noor', 'hard-call'));
      await agent.page.getByRole('button', { name: words.day.abuse.button }).waitFor();
      // Before it is known that a new call has begun, the key is about the one before.
      const inCall = language === 'en' ? 'In a call' : '通话中';
      await agent.page.getByText(inCall, { exact: true }).first().waitFor();
      await agent.page.keyboard.press('F9');
      await agent.page.getByText(t.own.say).waitFor();
      await expectAccessible(agent.page, 'my day with an incident');
      await agent.page.getByRole('button', { name: t.own.said.first_warning, exact: true }).click();
      await agent.page.getByRole('button', { name: t.own.said.second_warning, exact: true }).click();
      await agent.page.getByRole('button', { name: t.own.said.ending, exact: true }).waitFor();

      await floor.page.getByText(t.inCall).waitFor();
      await expectAccessible(floor.page, 'incidents');
      await floor.page.getByRole('button', { name: t.join.whisper }).click();
      await agent.page.getByText(language === 'en' ? 'asks to whisper' : '密语').waitFor();

      await agent.page.getByRole('button', { name: t.own.said.ending, exact: true }).click();
      await noor.say(callEnds('noor', 'hard-call'));
      await agent.page.getByText(t.own.relief({ minutes: 10, easier: 30 })).waitFor();
      await floor.page.getByText(t.afterCall).waitFor();
      await floor.page
        .getByRole('button', { name: new RegExp(`^${t.mark}`) })
        .first()
        .click();
      await floor.page.getByText(t.done, { exact: true }).waitFor();
      await floor.page.getByRole('button', { name: t.outcome.talked_over }).click();
      await floor.page.getByText(t.none).waitFor();

      await agent.page.getByRole('link', { name: t.own.download }).waitFor();
      await agent.page.getByRole('button', { name: t.own.forget }).click();
      await agent.page.getByText(t.own.deleted).waitFor();
      expect([...agent.faults, ...floor.faults]).toEqual([]);
      await agent.context.close();
      await floor.context.close();
    } finally {
      await site.stop();
    }
  });
}
