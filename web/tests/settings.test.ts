/** Settings: a table of people is looked at before it is imported, and a secret is there to be copied. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';

import type { Schemas } from '../src/lib/api';
import { i18n } from '../src/lib/i18n/index.svelte';
import ImportDialog from '../src/pages/settings/ImportDialog.svelte';
import KeyDialog from '../src/pages/settings/KeyDialog.svelte';
import { addressOf } from '../src/pages/settings/kinds';
import PersonDialog from '../src/pages/settings/PersonDialog.svelte';

afterEach(() => vi.unstubAllGlobals());

type Imported = Schemas['Imported'];
const planned = (more: Partial<Imported>): Imported => ({
  dry_run: true,
  add: [],
  change: [],
  same: 0,
  bad: [],
  invitations: [],
  ...more,
});
const wang = {
  line: 2,
  login: 'wang.fang',
  roles: ['agent'],
  agent_id: '1042',
  team: 'Billing',
  language: 'zh',
};

/** Answers each import with the next plan; what was asked is kept. */
function server(...plans: Imported[]) {
  const asked: { query: string; type: string | null; body: string }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const type = request.headers.get('content-type');
    asked.push({ query: new URL(request.url).search, type, body: await request.text() });
    return Response.json(plans.shift());
  });
  return asked;
}

async function choose(text: string) {
  const input = screen.getByLabelText<HTMLInputElement>(i18n.t.settings.import.choose, { selector: 'input' });
  const file = new File([text], 'people.csv', { type: 'text/csv' });
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  await fireEvent.change(input);
}
const importButton = () =>
  screen.getByRole<HTMLButtonElement>('button', { name: i18n.t.settings.import.run });

test('lines that cannot be taken stand with their remedy, and nothing can be imported', async () => {
  const bad = {
    line: 3,
    field: 'roles',
    code: 'import.role',
    text: 'There is no role “boss”.',
    remedy: 'Use one of …',
  };
  const asked = server(planned({ add: [wang], bad: [bad] }));
  render(ImportDialog, { onimported: () => undefined, onclose: () => undefined });
  await choose('login,roles\nwang.fang,agent\nx,boss');
  await waitFor(() => screen.getByText('Line 3'));
  expect(screen.getByText('Use one of …')).toBeTruthy();
  expect(importButton().disabled).toBe(true);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ type: 'text/csv', body: 'login,roles\nwang.fang,agent\nx,boss' });
  expect(asked[0]?.query).toContain('dry_run=true');
});

test('a good table is imported after its preview, and its invitations are handed on', async () => {
  const invitation = { login: 'wang.fang', code: 'abcd-efgh', expires: '2026-03-09T09:00:00Z' };
  const asked = server(
    planned({ add: [wang] }),
    planned({ dry_run: false, add: [wang], invitations: [invitation] }),
  );
  const imported = vi.fn();
  render(ImportDialog, { onimported: imported, onclose: () => undefined });
  await choose('login,roles\nwang.fang,agent');
  await waitFor(() => expect(importButton().disabled).toBe(false));
  importButton().click();
  await waitFor(() => expect(imported).toHaveBeenCalledWith([invitation]));
  expect(asked.map(({ query }) => query.includes('dry_run=true'))).toEqual([true, false]);
});

test('a key’s secrets are shown after it is made, with the address to give to the platform', async () => {
  vi.stubGlobal('fetch', async () =>
    Response.json({ id: 'k-1', api_key: 'the-key', client_secret: 'the-secret' }, { status: 201 }),
  );
  render(KeyDialog, { kind: 'audiohook', onclose: () => undefined });
  expect(screen.queryByText('the-key')).toBeNull();
  screen.getByRole('button', { name: i18n.t.settings.platforms.make }).click();
  await waitFor(() => screen.getByText('the-secret'));
  expect(screen.getByText('the-key')).toBeTruthy();
  expect(addressOf('audiohook', 'https://calm.example')).toBe('wss://calm.example/v1/audiohook/ws');
  expect(addressOf('events', 'https://calm.example')).toBe('https://calm.example/v1/events');
});

test('removing an account says what will happen and asks once more', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request.method);
    return new Response(null, { status: 204 });
  });
  const person: Schemas['PersonBody'] = {
    account: 'x-1',
    login: 'wang.fang',
    roles: ['agent'],
    agent: 'a-1',
    name: '1042',
    disabled: false,
    invited: false,
  };
  const handlers = { oninvited: vi.fn(), onchanged: vi.fn(), onclose: vi.fn() };
  render(PersonDialog, { person, teams: [], ...handlers });
  screen.getByRole('button', { name: `${i18n.t.settings.people.remove}…` }).click();
  await waitFor(() => screen.getByText(i18n.t.settings.people.removeText));
  expect(asked).toEqual([]);
  screen.getByRole('button', { name: i18n.t.settings.people.remove }).click();
  await waitFor(() => expect(handlers.onchanged).toHaveBeenCalledOnce());
  expect(asked).toEqual(['DELETE']);
});
