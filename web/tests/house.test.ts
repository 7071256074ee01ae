/** What the app must not drift away from: the server's events, and the contrast that was promised. */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { KINDS } from '../src/lib/live/events';

const crates = '../crates';

test('the app knows every type of event that the server can tell', () => {
  const source = readFileSync(`${crates}/core/src/event/body.rs`, 'utf8');
  const body = source.slice(source.indexOf('pub enum Body'));
  const kinds = [...body.matchAll(/#\[serde\(rename = "([a-z._]+)"\)\]/g)].map((found) => found[1] ?? '');
  expect(kinds.length).toBeGreaterThan(30);
  // Timers are the decider's own.
  expect([...KINDS].sort()).toEqual(kinds.filter((kind) => kind !== 'timer.fired').sort());
});

describe('contrast (WCAG 2.2: 1.4.3 and 1.4.11)', () => {
  const css = readFileSync('src/styles/tokens.css', 'utf8');
  const [light = '', dark = ''] = css.split(":root[data-theme='dark']");
  const read = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/(--[a-z0-9-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]),
    );
  const themes = { light: read(light), dark: { ...read(light), ...read(dark) } };

  const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a: string, b: string) => {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  const grounds = ['--paper', '--surface', '--sunken', '--hover'];
  const text: [string, string[]][] = [
    ['--ink', [...grounds, '--accent-soft', '--warm-soft', '--deep-soft', '--calm-soft', '--even-soft']],
    ['--ink-2', [...grounds, '--accent-soft', '--warm-soft', '--deep-soft', '--calm-soft', '--even-soft']],
    ['--ink-3', grounds],
    ['--accent-ink', [...grounds, '--accent-soft']],
    ['--on-accent', ['--accent', '--accent-strong']],
    ...['calm', 'even', 'warm', 'deep'].map((tone): [string, string[]] => [
      `--${tone}-ink`,
      ['--surface', '--paper', `--${tone}-soft`],
    ]),
  ];
  const parts: [string, string[]][] = [
    ['--edge', ['--surface', '--paper', '--accent-soft']],
    ['--accent', ['--surface', '--paper', '--sunken']],
    ['--focus', [...grounds, '--accent-soft']],
  ];

  for (const [theme, colours] of Object.entries(themes)) {
    const worst = (pairs: [string, string[]][], least: number) =>
      pairs.flatMap(([ink, on]) =>
        on
          .map((ground) => [ink, ground, ratio(colours[ink] ?? '', colours[ground] ?? '')] as const)
          .filter(([, , found]) => !(found >= least))
          .map(([a, b, found]) => `${a} on ${b}: ${found.toFixed(2)}`),
      );
    test(`of text in ${theme} is at least 4.5`, () => expect(worst(text, 4.5)).toEqual([]));
    test(`of controls in ${theme} is at least 3`, () => expect(worst(parts, 3)).toEqual([]));
  }
});
