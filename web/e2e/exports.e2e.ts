/** What an administrator takes along for the law: each file is made, and says what the server knows. */
import { readFile } from 'node:fs/promises';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, signIn } from '../scripts/demo.js';
import { zh } from '../src/lib/i18n/zh';
import { visit } from './browser';
import { openSite, type Site } from './site';

let browser: Browser;
let site: Site;

beforeAll(async () => {
  browser = await launch();
  site = await openSite('shanghai', 'cn');
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

async function take(page: Page, title: string): Promise<[string, string]> {
  const t = zh.policy.record;
  const wanted = page.waitForEvent('download');
  await page.getByRole('button', { name: `${t.download}: ${title}`, exact: true }).click();
  const download = await wanted;
  return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];
}

test('an impact assessment, the rules in force and the record of changes can be taken along', async () => {
  const text = '本次通话将被转写并分析，仅用于改善服务。通话内容会被遮盖个人信息后保存。';
  await site.ask('PUT', '/v1/policy/notices/recording', { confirmed: true, text });
  const { context, page, faults } = await visit(browser, { language: 'zh', theme: 'light' });
  await signIn(context, site, 'admin@shanghai', site.password);
  await page.goto(`${site.url}/policy/record`);
  const t = zh.policy.record;

  const [name, assessment] = await take(page, t.assessment);
  expect(name).toMatch(/^calmline-assessment-shanghai-.*\.html$/);
  expect(assessment).toContain('第五十五、五十六条');
  expect(assessment).toContain('起已告知');

  const [, rules] = await take(page, t.rulesFile);
  expect(JSON.parse(rules)).toMatchObject({
    policy: { profile: 'cn' },
    retention: { kinds: expect.any(Array) },
  });

  const [, record] = await take(page, t.trailFile);
  expect(record).toMatch(/notice\.confirmed/);

  // The assessment is read by people: it must stand as a page of its own.
  await page.setContent(assessment);
  expect(await page.locator('h2').count()).toBe(5);
  expect(faults).toEqual([]);
  await context.close();
});
