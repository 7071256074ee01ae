/** The story on the screens of those whom it concerns, in both languages at once: one hard call and what comes of it. */
import { join } from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { folder, launch, run, signIn } from '../scripts/demo.js';
import { en } from '../src/lib/i18n/en';
import { zh } from '../src/lib/i18n/zh';
import { opened, profile } from './browser';

/** Each scene has its time; the break is the longest. */
const NOTICED = 100_000;
const REST = 120_000;
/** Three links, then how to sign in without them. */
const READY =
  /agent\s+(\S+\/door\/\S+)\s+supervisor\s+(\S+)\s+works council\s+(\S+)[\s\S]*?POST (http:\S+)\/v1\/session .*"login": "([^"]+)" \| "([^"]+)" \| "([^"]+)", "password": "([^"]+)"/;
const PAGES = ['/day', '/incidents', '/policy/record'] as const;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

interface Screens {
  agent: Page;
  supervisor: Page;
  council: Page;
}

/** Windows of three people, each with a session of its own. */
async function screens(
  language: 'en' | 'zh',
  enter: (context: BrowserContext, page: Page, who: number) => Promise<void>,
): Promise<Screens & { faults: string[][]; close: () => Promise<void> }> {
  const kept = JSON.stringify({ language, theme: language === 'zh' ? 'light' : 'dark' });
  const people = await Promise.all(
    PAGES.map(async (_, who) => {
      const context = await profile(browser, { language });
      await context.addInitScript((kept) => localStorage.setItem('calmline.preferences', kept), kept);
      const { page, faults } = await opened(context);
      await enter(context, page, who);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return { context, page, faults };
    }),
  );
  const [agent, supervisor, council] = people.map(({ page }) => page) as [Page, Page, Page];
  const close = async () => void (await Promise.all(people.map(({ context }) => context.close())));
  return { agent, supervisor, council, faults: people.map(({ faults }) => faults), close };
}

test('an abusive call is ended and rested from, others are refused, and what was kept is erased', async () => {
  const made = await folder();
  const words = [
    'demo',
    '--story',
    '--lang',
    'en',
    '--profile',
    'eu',
    '--agents',
    '12',
    '--asr-model',
    'none',
  ];
  const data = join(made.path, 'site');
  const story = await run([...words, '--wait', '90', '--minutes', '10', '--data', data], READY);
  try {
    const [, agentLink, supervisorLink, councilLink, url = '', ...rest] = story.said;
    const [agent = '', supervisor = '', council = '', password = ''] = rest;
    const english = await screens('en', async (context, page, who) => {
      await signIn(context, { url }, [agent, supervisor, council][who] ?? '', password);
      await page.goto(url + (PAGES[who] ?? ''));
    });
    // The story begins once these three are open.
    const links = [agentLink, supervisorLink, councilLink];
    const chinese = await screens('zh', async (_, page, who) => {
      await page.goto(links[who] ?? '');
      await page.waitForURL(url + (PAGES[who] ?? ''));
    });
    const used = await chinese.agent.context().request.get(agentLink ?? '');
    expect(used.status(), 'a link opens once').toBe(410);

    await Promise.all(
      [
        { t: en, seen: english, busy: 'In a call', refused: 'was refused' },
        { t: zh, seen: chinese, busy: '通话中', refused: '已拒绝访问' },
      ].map(async ({ t, seen, busy, refused }) => {
        await seen.agent.getByText(busy, { exact: true }).first().waitFor();
        await seen.agent.locator('.prompt').first().waitFor({ timeout: NOTICED });
        await seen.agent.getByText(t.incidents.own.say).first().waitFor();
        await seen.supervisor.getByText(t.incidents.inCall).waitFor();
        await seen.agent
          .getByText(t.incidents.own.relief({ minutes: 1, easier: 30 }))
          .waitFor({ timeout: REST });
        await seen.supervisor.getByText(t.incidents.afterCall).waitFor();
        await seen.agent.getByRole('heading', { name: t.day.offer.began }).waitFor();
        await seen.agent.getByRole('heading', { name: t.day.offer.none }).waitFor({ timeout: REST });
        await seen.council.getByText(refused).first().waitFor({ timeout: REST });
        await seen.supervisor.getByText(t.incidents.none).waitFor({ timeout: REST });
        await expect
          .poll(
            async () => {
              await seen.agent.reload();
              await seen.agent.getByRole('heading', { level: 1 }).waitFor();
              return seen.agent.getByText(t.incidents.own.deleted).count();
            },
            { timeout: REST, interval: 3_000 },
          )
          .toBe(1);
      }),
    );
    expect([...english.faults, ...chinese.faults].flat()).toEqual([]);
    await Promise.all([english.close(), chinese.close()]);
  } finally {
    await story.stop();
    await made.remove();
  }
}, 300_000);
