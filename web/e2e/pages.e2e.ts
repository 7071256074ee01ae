/** Every page, as it is photographed: accessible, without an error, in both languages and themes. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { morning, ownAgent, type OwnAgent } from '../scripts/agent.js';
import { demo, launch, signIn, type Demo } from '../scripts/demo.js';
import { SHOTS } from '../scripts/pages.js';
import { expectAccessible, visit } from './browser';

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

describe.each([
  { language: 'en', theme: 'light' },
  { language: 'zh', theme: 'dark' },
] as const)('$language $theme', ({ language, theme }) => {
  test.each(SHOTS)('$name', async (shot) => {
    const { width = 1280, height = 860 } = shot;
    const { context, page, faults } = await visit(browser, { language, theme, width, height });
    await context.addInitScript(
      (kept) => localStorage.setItem('calmline.preferences', kept),
      JSON.stringify({ language, theme }),
    );
    const site = running.agent.split('@')[1];
    if (shot.as === 'mara') await signIn(context, running, mara.login, mara.password);
    else if (shot.as) {
      await signIn(
        context,
        running,
        shot.as === 'agent' ? running.agent : `${shot.as}@${site}`,
        running.password,
      );
    }
    await page.goto(running.url + shot.path);
    await page.waitForLoadState('load');
    await page
      .getByRole('heading', { level: 1 })
      .or(page.getByRole('heading', { level: 2 }))
      .or(page.locator('.empty'))
      .first()
      .waitFor();
    await page.waitForTimeout(1200);
    if (shot.open) {
      for (const each of await page.locator(shot.open).all()) await each.click();
      await page.waitForTimeout(300);
    }
    await expectAccessible(page, shot.name);
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wider, 'the page scrolls sideways').toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
    await context.close();
  });
});
