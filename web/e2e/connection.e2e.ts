import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callBegins, ownAgent } from '../scripts/agent.js';
import { folder, launch, serve, signIn } from '../scripts/demo.js';
import { visit } from './browser';

let browser: Browser;
let data: Awaited<ReturnType<typeof folder>>;
let server: Awaited<ReturnType<typeof serve>>;
const password = 'a quiet line on a calm day';

beforeAll(async () => {
  [browser, data] = [await launch(), await folder()];
  server = await serve(data.path);
  const wish = {
    token: server.token,
    site: 'lyon',
    login: 'admin@lyon',
    password,
    profile: 'eu',
    language: 'en',
  };
  const made = await fetch(`${server.url}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
  expect(made.status).toBe(201);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await data.remove();
});

test('a cut connection is said, heals by itself, and nothing that happened is missing', async () => {
  const agent = await ownAgent({ ...server, password, agent: 'nobody@lyon' }, 'noor');
  const { context, page, faults } = await visit(browser);
  await signIn(context, server, agent.login, agent.password);
  await page.goto(`${server.url}/day`);
  await page.getByText('Your day begins with your first call').waitFor();

  await server.stop('SIGKILL');
  await page.getByText('The live connection is cut', { exact: false }).waitFor();
  const place = new URL(server.url).host;
  server = await serve(data.path, place);
  // Told before the page has found the way back: it must not be lost on it.
  await agent.say(callBegins('noor', 'c-1'));
  await page.getByText('Connected again', { exact: false }).waitFor({ timeout: 40_000 });
  expect(await page.getByText('The live connection is cut', { exact: false }).count()).toBe(0);
  await page.getByText('In a call').first().waitFor();
  await page.getByText('billing-en').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('a session that ended elsewhere leads to signing in, and from there back to the same page', async () => {
  const { context, page } = await visit(browser);
  await signIn(context, server, 'noor', password);
  await page.goto(`${server.url}/consents`);
  await page.getByRole('heading', { name: 'My consents and data' }).waitFor();
  await context.clearCookies();
  await page.getByRole('button', { name: 'Erase my texts' }).click();
  await page.getByLabel('Your password').fill(password);
  await page.getByRole('dialog').getByRole('button', { name: 'Erase my texts' }).click();
  await page.getByText('You were signed out', { exact: false }).waitFor();
  await page.getByLabel('Name').fill('noor');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'My consents and data' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/consents');
  await context.close();
});
