import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, describe, expect, test } from 'vitest';

import { duration, counter } from '../src/lib/i18n/format';
import { en } from '../src/lib/i18n/en';
import { i18n } from '../src/lib/i18n/index.svelte';
import { zh } from '../src/lib/i18n/zh';

/** Every sentence with its path; gaps are filled with something that would be noticed. */
function sentences(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, entry]): [string, string][] => {
    const here = `${path}.${key}`;
    if (typeof entry === 'string') return [[here, entry]];
    if (typeof entry === 'function') {
      const gaps = new Proxy({}, { get: (_, name) => `<${String(name)}>` });
      return [[here, String((entry as (gaps: object) => string)(gaps))]];
    }
    return sentences(entry as object, here);
  });
}

const gaps = (sentence: string) => [...new Set(sentence.match(/<\w+>/g) ?? [])].sort();

describe('words', () => {
  const chinese = new Map(sentences(zh));

  test('have the same gaps in both languages', () => {
    for (const [path, sentence] of sentences(en)) {
      const other = chinese.get(path);
      expect(other, path).toBeDefined();
      // A Chinese sentence has no plural, so it may use a number where English chooses a word by it.
      expect(gaps(other ?? ''), path).toEqual(gaps(sentence));
    }
  });

  test('in Chinese have full-width punctuation and are not English', () => {
    const files = readdirSync('src/lib/i18n/zh').filter((name) => name.endsWith('.ts'));
    for (const name of files) {
      const text = readFileSync(`src/lib/i18n/zh/${name}`, 'utf8');
      expect(text.match(/[\u4e00-\u9fff][,:;?!]/g) ?? [], name).toEqual([]);
    }
    const same = sentences(en).filter(
      ([path, sentence]) => chinese.get(path) === sentence && /[a-z]{4}/.test(sentence.replace(/<\w+>/g, '')),
    );
    expect(same.map(([path]) => path)).toEqual([]);
  });

  test('never name a person by a fault', () => {
    const banned = /情绪异常|风险员工|at-risk employee|poor performer/i;
    for (const [path, sentence] of [...sentences(en), ...chinese]) expect(sentence, path).not.toMatch(banned);
  });
});

describe('sentences for codes', () => {
  afterAll(() => i18n.load('en'));

  test('are told as the server tells them', async () => {
    expect(i18n.tell({ code: 'break.offer', params: { minutes: 8 } })).toContain(' 8 ');
    expect(i18n.tell({ code: 'load.occupancy', params: { percent: 87.456 } })).toContain('87.46%');
    expect(i18n.tell({ code: 'no.such.code' })).toBe('no.such.code');
    await i18n.load('zh');
    expect(i18n.say('band.heavy')).toBe('过重');
    expect(duration(3900)).toMatch(/1\s?小时\s?5\s?分/);
  });
});

test('lengths of time are rounded to what people say', () => {
  expect(duration(42)).toMatch(/^42 sec/);
  expect(duration(59.6)).toMatch(/^1 min/);
  expect(duration(3600)).toMatch(/^1 hr?$/);
  expect(duration(-5)).toMatch(/^0 sec/);
  expect(counter(247)).toBe('4:07');
  expect(counter(3729)).toBe('1:02:09');
});
