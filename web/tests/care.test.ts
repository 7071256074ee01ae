/** Ways to rest: all four, each with how well it is studied, without asking the server for anything. */
import { render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';

import Exercises from '../src/pages/care/Exercises.svelte';
import { en } from '../src/lib/i18n/en';
import { zh } from '../src/lib/i18n/zh';

test('each exercise says how well it is studied, and none asks the server', () => {
  const asked = vi.spyOn(globalThis, 'fetch');
  render(Exercises);
  const words = en.care.exercises;
  for (const name of ['breathing', 'moving', 'perspective', 'grounding'] as const) {
    expect(screen.getByText(words[name].title)).toBeTruthy();
    expect(screen.getByText(words[name].evidence)).toBeTruthy();
    expect(zh.care.exercises[name].steps.length).toBe(words[name].steps.length);
  }
  expect(screen.getAllByText('Evidence: some').length).toBe(3);
  expect(screen.getByText('Evidence: little')).toBeTruthy();
  expect(asked).not.toHaveBeenCalled();
});
