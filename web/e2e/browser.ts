/** A browser for tests, and what is looked at on every page. */
import axe from 'axe-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

interface Wish {
  language?: 'en' | 'zh';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

/** A browser's profile of its own, with its own cookies. */
export async function profile(browser: Browser, wish: Wish = {}): Promise<BrowserContext> {
  const { language = 'en', theme = 'light', width = 1280, height = 860 } = wish;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
    bypassCSP: false,
  });
  context.setDefaultTimeout(20_000);
  return context;
}

/** A window, and what goes wrong in it. */
export async function opened(context: BrowserContext): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // What the server refuses is told by the page in words; the browser writes it down as well.
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused) faults.push(message.text());
  });
  return { page, faults };
}

/** A window of a profile of its own. */
export async function visit(
  browser: Browser,
  wish: Wish = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await profile(browser, wish);
  return { context, ...(await opened(context)) };
}

/** WCAG 2.2 AA, as far as a program can tell. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return result.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map((node) => node.html.slice(0, 160)),
    }));
  });
  expect(found, what).toEqual([]);
}

/** Waits until all that a page shows is there: read, drawn, and no longer moving. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.skeleton, [aria-busy=true]') === null);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ends = (motion: Animation) => motion.effect?.getComputedTiming().endTime !== Infinity;
    await Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map((motion) => motion.finished),
    );
  });
}

/** Nothing is wider than the window. */
export async function expectNarrow(page: Page): Promise<void> {
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wider, 'the page scrolls sideways').toBeLessThanOrEqual(0);
}

/** Somebody's card on the floor. */
export const seat = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });

/** What has the focus, in words, and whether that can be seen: an outline around it, around its label, or within it. */
export const focused = (page: Page): Promise<{ name: string; html: string; seen: boolean }> =>
  page.evaluate(() => {
    const active = document.activeElement ?? document.body;
    const drawn = [active, active.closest('label'), ...active.children].filter((each) => each !== null);
    const outlined = drawn.some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    });
    if (active === document.body) return { name: '', html: 'the page', seen: true };
    const { top, bottom, left, right } = active.getBoundingClientRect();
    const inSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    return {
      name: (active.getAttribute('aria-label') ?? active.textContent).trim(),
      html: active.outerHTML.slice(0, 160),
      seen: outlined && inSight,
    };
  });

/** Presses Tab until the focus is on what has this name; on the whole way it must be seen where the focus is. */
export async function tabTo(page: Page, name: RegExp | string, most = 60): Promise<void> {
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    expect(here.seen, `the focus is seen on ${here.html}`).toBe(true);
    if (typeof name === 'string' ? here.name === name : name.test(here.name)) return;
  }
  throw new Error(`the focus did not come to ${name} within ${most} presses of Tab`);
}
