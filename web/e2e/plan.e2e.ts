/** A week from a table of calls to an agent's own day and calendar: ten people, one planner. */
import { convertIcsCalendar } from 'ts-ics';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ownAgent } from '../scripts/agent.js';
import { launch, signIn } from '../scripts/demo.js';
import { en as t } from '../src/lib/i18n/en';
import { expectAccessible, expectNarrow, settled, visit } from './browser';
import { openSite, type Site } from './site';

const DAY = 86_400_000;
let browser: Browser;
let site: Site;

/** Ten weeks of half hours, Monday to Friday, up to yesterday. */
function table(bad = false): string {
  const rows = ['interval_start,calls'];
  for (let back = 70; back >= 1; back -= 1) {
    const date = new Date(Date.now() - back * DAY);
    if (date.getUTCDay() % 6 === 0) continue;
    for (let slot = 0; slot < 20; slot += 1) {
      const time = `${String(8 + Math.floor(slot / 2)).padStart(2, '0')}:${slot % 2 ? '30' : '00'}`;
      const calls = 16 + (date.getUTCDay() === 1 ? 6 : 0) + (slot % 5);
      rows.push(`${date.toISOString().slice(0, 10)} ${time},${calls}`);
    }
  }
  if (bad) rows.push('03/04/2026,5', `${rows[1]}`);
  return rows.join('\n');
}

const file = (bad = false) => ({
  name: 'billing.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(table(bad)),
});

async function desk(login: string, path: string) {
  const { context, page, faults } = await visit(browser, { width: 1440 });
  await signIn(context, site, login, site.password);
  await page.goto(site.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { context, page, faults };
}

const pick = (page: Page) => page.locator('input[type=file]');

beforeAll(async () => {
  browser = await launch();
  site = await openSite('lyon', 'eu');
  const noor = await ownAgent(site, 'noor');
  const others = Array.from({ length: 9 }, (_, at) => `person-${at + 1}`);
  await noor.say(
    others.map((agent_id) => ({
      type: 'agent.state',
      at: Date.now(),
      data: { agent_id, state: 'available' },
    })),
  );
  const account = { login: 'pia', password: site.password, roles: ['planner'], language: 'en' };
  await site.ask('POST', '/v1/accounts', account);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

test('bad rows are listed with their lines and nothing is taken', async () => {
  const { page, context, faults } = await desk('pia', '/plan');
  await page.getByText(t.plan.histories.none).waitFor();
  await expectAccessible(page, 'the empty desk');
  await page.getByRole('button', { name: t.plan.histories.import }).click();
  await pick(page).setInputFiles(file(true));
  await page.getByText(t.plan.import.bad({ count: 2 })).waitFor();
  await page.getByText('is no time').waitFor();
  await page.getByText('is there twice').waitFor();
  await expect
    .poll(() => page.getByRole('button', { name: t.plan.import.run, exact: true }).isDisabled())
    .toBe(true);
  await expectAccessible(page, 'the import');
  await page.getByRole('button', { name: t.states.cancel }).click();
  await page.getByText(t.plan.histories.none).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('a week goes from a table to an agent’s day and calendar', async () => {
  const { page, context, faults } = await desk('pia', '/plan');
  await page.getByRole('button', { name: t.plan.histories.import }).click();
  await pick(page).setInputFiles(file());
  await page.getByText('interval_start').first().waitFor({ state: 'attached' });
  await page.getByRole('button', { name: t.plan.import.run, exact: true }).click();
  await page.getByRole('rowheader', { name: 'billing' }).waitFor();
  await settled(page);
  await expectAccessible(page, 'the histories');

  await page.getByRole('button', { name: t.plan.histories.use, exact: true }).click();
  await page.getByRole('button', { name: t.plan.forecast.run, exact: true }).click();
  await page.getByText(/^\d+ calls expected$/).waitFor();
  await page.getByText(/people on calls at the peak/).waitFor();
  await page.getByText(/^Simulated 30 times/).waitFor();
  const peak = () => page.getByText(/people on calls at the peak/).innerText();
  const before = await peak();
  await page.getByRole('slider', { name: t.plan.staffing.volume }).fill('1.8');
  await expect.poll(peak).not.toBe(before);
  await page.getByRole('button', { name: t.plan.staffing.reset }).click();
  await expect.poll(peak).toBe(before);
  await settled(page);
  await expectAccessible(page, 'the forecast');
  await expectNarrow(page);

  await page.getByRole('link', { name: t.plan.tabs.roster }).click();
  await page.getByText(t.plan.roster.none).waitFor();
  await page.getByLabel(t.plan.roster.seconds).selectOption('2');
  await page.getByRole('button', { name: t.plan.roster.run }).click();
  const grid = page.getByRole('grid');
  await grid.getByRole('rowheader', { name: 'noor' }).waitFor();
  await page.getByText(t.plan.roster.noFaults).waitFor();
  await settled(page);
  await expectAccessible(page, 'the roster');

  // By keys alone: a shift far too late breaks a rule at once, and is undone.
  const cell = grid.locator('[data-cell="0 0"]');
  await cell.focus();
  const was = await cell.getAttribute('aria-label');
  for (let press = 0; press < 6; press += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.getByText(/the shift starts outside/).waitFor();
  for (let press = 0; press < 6; press += 1) await page.keyboard.press('Control+z');
  await page.getByText(t.plan.roster.noFaults).waitFor();
  expect(await cell.getAttribute('aria-label')).toBe(was);
  await page.keyboard.press('l');
  await page.getByRole('button', { name: t.plan.roster.again }).waitFor();

  await page.getByRole('button', { name: t.plan.roster.publish, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: t.plan.roster.publish, exact: true }).click();
  await page.getByText(t.plan.roster.published).waitFor();
  expect(faults).toEqual([]);

  const agent = await desk('noor', '/day');
  const card = agent.page.getByRole('region', { name: t.plan.own.title });
  const shifts = card.getByRole('listitem');
  await shifts.first().waitFor();
  const count = await shifts.count();
  expect(count).toBeGreaterThan(2);
  await card.getByText(t.plan.roster.defaults.lunch, { exact: false }).first().waitFor();
  await card.getByText(t.plan.own.calendar).click();
  await card.getByRole('button', { name: t.plan.own.make }).click();
  const address = await card.getByLabel(t.plan.own.address).inputValue();
  const feed = await fetch(address);
  expect(feed.headers.get('content-type')).toContain('text/calendar');
  const calendar = convertIcsCalendar(undefined, await feed.text());
  expect(calendar.events).toHaveLength(count);
  const hours = (calendar.events ?? []).map(
    ({ start, end }) => ((end?.date.getTime() ?? 0) - start.date.getTime()) / 3_600_000,
  );
  expect(new Set(hours)).toEqual(new Set([8.5]));
  expect(calendar.events?.[0]?.description).toContain(t.plan.roster.defaults.lunch);
  await expectAccessible(agent.page, 'my day with shifts');
  await card.getByRole('button', { name: t.plan.own.end }).click();
  await agent.page.getByText(t.plan.own.ended).waitFor();
  expect((await fetch(address)).status).toBe(404);
  expect(agent.faults).toEqual([]);
  await agent.context.close();
  await context.close();
});
