/** Webhooks and retention: how an address stands, what is asked before anything goes, and what is sent. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';

import type { Schemas } from '../src/lib/api';
import { i18n } from '../src/lib/i18n/index.svelte';
import { days } from '../src/pages/policy/retention';
import RetentionDialog from '../src/pages/policy/RetentionDialog.svelte';
import WebhookDialog from '../src/pages/settings/WebhookDialog.svelte';
import { answered, grouped, hostOf, standing } from '../src/pages/settings/webhooks';

afterEach(() => vi.unstubAllGlobals());

/** Answers by method and path; what was asked is kept. */
function server(answers: Record<string, (url: URL) => Response>) {
  const asked: { what: string; body: string }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url);
    const what = `${request.method} ${url.pathname}`;
    asked.push({ what, body: await request.text() });
    return answers[what]?.(url) ?? Response.json({ code: 'unknown', message: what }, { status: 500 });
  });
  return asked;
}

test('an address that takes nothing is failing, and says what it answered', () => {
  expect(standing({ state: 'on', failing: null })).toBe('on');
  expect(standing({ state: 'on', failing: '2026-11-23T09:00:00Z' })).toBe('failing');
  expect(standing({ state: 'given_up', failing: '2026-11-23T09:00:00Z' })).toBe('given_up');
  const t = i18n.t.webhooks;
  expect(answered({ status: 502, failure: null }, t)).toBe('HTTP 502');
  expect(answered({ status: null, failure: 'tls' }, t)).toBe(t.failures.tls);
  expect([hostOf('https://crm.example:8443/x?y'), hostOf('junk')]).toEqual(['crm.example:8443', 'junk']);
  const groups = grouped(['call.ended', 'notice.confirmed', 'alert.raised', 'care.settings']);
  expect(groups.map(({ group, kinds }) => [group, kinds.length])).toEqual([
    ['work', 1],
    ['alerts', 1],
    ['site', 2],
  ]);
});

test('a wrong address is said at its field; a right one shows its secret once', async () => {
  let refuse = true;
  const asked = server({
    'POST /v1/webhooks': () =>
      refuse
        ? Response.json({ code: 'invalid', message: 'no', field: 'url' }, { status: 422 })
        : Response.json({ id: 'w-1', secret: 'whsec_abc' }, { status: 201 }),
  });
  render(WebhookDialog, { kinds: ['alert.raised', 'alert.closed', 'call.ended'], onclose: vi.fn() });
  const t = i18n.t.webhooks;
  const url = screen.getByLabelText(t.url);
  await fireEvent.input(url, { target: { value: 'https://10.0.0.1/' } });
  await fireEvent.click(screen.getByLabelText(t.kindNames['call.ended'] ?? ''));
  const form = url.closest('form') as HTMLFormElement;
  await fireEvent.submit(form);
  await waitFor(() => expect(url.getAttribute('aria-invalid')).toBe('true'));
  refuse = false;
  await fireEvent.submit(form);
  await screen.findByText('whsec_abc');
  expect(JSON.parse(asked[1]?.body ?? '')).toEqual({
    url: 'https://10.0.0.1/',
    kinds: ['call.ended', 'alert.raised', 'alert.closed'],
  });
});

test('days are whole numbers from 1 to 3650, or nothing', () => {
  expect(days({ transcript: ' 30 ', original: '' })).toEqual({ transcript: 30 });
  for (const wrong of ['0', '3651', '1.5', '-3', 'x', '1e3'])
    expect(days({ transcript: wrong })).toBeUndefined();
});

test('what a shorter time erases is counted first, and wants to be known before it is set', async () => {
  const kept = (kind: string, days: number | null): Schemas['RetentionSettings']['kinds'][number] => ({
    kind,
    text: kind,
    days,
    default: 90,
    source: 'a choice',
  });
  const asked = server({
    'GET /v1/policy/retention/preview': (url) =>
      Response.json({ erased: Number(url.searchParams.get('days')) < 60 ? 7 : 0 }),
    'PUT /v1/policy/retention': () => Response.json({ erased: 7 }),
  });
  const ondone = vi.fn();
  const data = { kinds: [kept('transcript', 90), kept('self_report', null)], set: null, ran: null };
  render(RetentionDialog, { data, onclose: vi.fn(), ondone });
  const t = i18n.t.retention;
  const save = screen.getByRole<HTMLButtonElement>('button', { name: t.save });
  expect(save.disabled, 'it can be set before it was counted').toBe(true);
  await screen.findByText(t.nothing);
  expect(save.disabled).toBe(false);
  const field = screen.getByLabelText(t.field({ what: 'transcript' }));
  await fireEvent.input(field, { target: { value: '0' } });
  expect(save.disabled).toBe(true);
  await fireEvent.input(field, { target: { value: '30' } });
  await screen.findByText(t.erases({ count: 7 }));
  expect(save.disabled, 'it can be set without a word').toBe(true);
  await fireEvent.click(screen.getByLabelText(t.sure));
  await fireEvent.submit(field.closest('form') as HTMLFormElement);
  await waitFor(() => expect(ondone).toHaveBeenCalled());
  const put = asked.find(({ what }) => what.startsWith('PUT'));
  expect(JSON.parse(put?.body ?? '')).toEqual({ days: { transcript: 30 } });
});
