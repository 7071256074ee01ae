/** Every page, as it is photographed: accessible, without an error, in both languages and themes. */
import { readFile } from 'node:fs/promises';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { demo, launch, signIn, type Demo } from '../scripts/demo.js';
import { SHOTS, type Shot } from '../scripts/pages.js';
import { expectAccessible, expectNarrow, opened, profile, settled } from './browser';

let browser: Browser;
let running: Demo;
let mara: OwnAgent;

beforeAll(async () => {
  browser = await launch();
  running = await demo(['--agents', '12', '--asr-model', 'none']);
  mara = await ownAgent(running, 'mara');
  await mara.say(morning('mara'));
});

afterAll(async () => {
  await browser.close();
  await running.stop();
});

/** Presses all that fit a selector; where that leads to another page, waits until it is there and has the focus. */
async function press(page: Page, selector: string): Promise<void> {
  const all = await page.locator(selector).all();
  expect(all.length, `there is ${selector}`).toBeGreaterThan(0);
  for (const each of all) {
    const leads = (await each.getAttribute('href')) !== null;
    await each.click();
    if (leads) await page.locator('h1:focus').waitFor();
  }
  await settled(page);
}

test('no page is left out', async () => {
  const router = await readFile(new URL('../src/router.ts', import.meta.url), 'utf8');
  const paths = [...router.matchAll(/^ {2}'(\/[^']*)': /gm)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(10);
  const seen = new Set(SHOTS.map(({ name, path }) => (name === 'call-review' ? '/calls/:id' : path)));
  expect(paths.filter((path) => path !== undefined && !seen.has(path))).toEqual([]);
});

describe.each([
  { language: 'en', theme: 'light' },
  { language: 'zh', theme: 'dark' },
] as const)('$language $theme', ({ language, theme }) => {
  /** One per account: signing in, and reading the app for the first time, take longer than any page. */
  const profiles = new Map<Shot['as'], BrowserContext>();

  afterAll(async () => {
    for (const context of profiles.values()) await context.close();
  });

  async function profileOf(as: Shot['as']): Promise<BrowserContext> {
    const known = profiles.get(as);
    if (known) return known;
    const context = await profile(browser, { language, theme });
    profiles.set(as, context);
    await context.addInitScript(
      (kept) => localStorage.setItem('calmline.preferences', kept),
      JSON.stringify({ language, theme }),
    );
    const site = running.agent.split('@')[1];
    const login = as === 'agent' ? running.agent : `${as}@${site}`;
    if (as === 'mara') await signIn(context, running, mara.login, mara.password);
    else if (as) await signIn(context, running, login, running.password);
    return context;
  }

  test.each(SHOTS)('$name', async (shot) => {
    const { width = 1280, height = 860 } = shot;
    const { page, faults } = await opened(await profileOf(shot.as));
    await page.setViewportSize({ width, height });
    await page.goto(running.url + shot.path);
    await page
      .getByRole('heading', { level: 1 })
      .or(page.getByRole('heading', { level: 2 }))
      .or(page.locator('.empty'))
      .first()
      .waitFor();
    await settled(page);
    if (shot.open) await press(page, shot.open);
    await expectAccessible(page, shot.name);
    await expectNarrow(page);
    expect(faults).toEqual([]);
    await page.close();
  });
});
