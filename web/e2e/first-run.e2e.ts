import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { folder, launch, serve, signIn } from '../scripts/demo.js';
import { expectAccessible, visit } from './browser';

let browser: Browser;
let data: Awaited<ReturnType<typeof folder>>;
let server: Awaited<ReturnType<typeof serve>>;
const password = 'a quiet line on a calm day';

beforeAll(async () => {
  [browser, data] = [await launch(), await folder()];
  server = await serve(data.path);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await data.remove();
});

test('a new installation is set up in four steps, and nothing can be set up twice', async () => {
  const { context, page, faults } = await visit(browser);
  await page.goto(server.url);
  await page.getByLabel('Set-up token').fill('wrong');
  await page.getByLabel('Name', { exact: true }).fill('Lyon customer care');
  await expect.poll(() => page.getByLabel('Short name').inputValue()).toBe('lyon-customer-care');
  await page.getByLabel('Time zone').fill('Europe/Paris');
  await expectAccessible(page, 'site');
  await page.getByRole('button', { name: 'Next' }).click();

  const means = page.locator('.means');
  await page.getByRole('radio', { name: /China/ }).check();
  await expect.poll(() => means.textContent()).toContain('if each agent agrees');
  await page.getByRole('radio', { name: /European Union/ }).check();
  await expect.poll(() => means.textContent()).not.toContain('if each agent agrees');
  await expectAccessible(page, 'profile');
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByLabel('Name to sign in with').fill('anna');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill('another one altogether');
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => page.getByText('The two passwords differ.').count()).toBe(1);
  await page.getByLabel('Password again').fill(password);
  await page.getByRole('button', { name: 'Next' }).click();
  await expectAccessible(page, 'last look');
  await page.getByRole('button', { name: 'Set up' }).click();

  // The wrong token leads back to where it was asked for.
  await expect.poll(() => page.getByText('The set-up token does not fit', { exact: false }).count()).toBe(1);
  await page.getByLabel('Set-up token').fill(server.token);
  for (let step = 0; step < 3; step += 1) await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Set up' }).click();
  await expect.poll(() => page.getByText('Your site is set up.', { exact: false }).count()).toBe(1);
  expect(faults).toEqual([]);
  await context.close();

  const later = await visit(browser, { language: 'zh' });
  await later.page.goto(server.url);
  await later.page.getByLabel('账号').fill('anna');
  await later.page.getByLabel('密码').fill('not this one');
  await later.page.getByRole('button', { name: '登录' }).click();
  await expect.poll(() => later.page.getByText('账号与密码不符', { exact: false }).count()).toBe(1);
  await later.page.getByLabel('密码').fill(password);
  await later.page.getByRole('button', { name: '登录' }).click();
  await expect.poll(() => later.page.getByRole('navigation').count()).toBe(1);
  await later.context.close();
});

test('language and theme are kept, and the language follows the account to another browser', async () => {
  const { context, page } = await visit(browser);
  await signIn(context, server, 'anna', password);
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Language, theme, account' }).click();
  await page.getByRole('radio', { name: '中文' }).check();
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await page.getByRole('radio', { name: '深色' }).check();
  await page.reload();
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await context.close();

  const other = await visit(browser);
  await signIn(other.context, server, 'anna', password);
  await other.page.goto(server.url);
  await expect.poll(() => other.page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await other.context.close();
});
