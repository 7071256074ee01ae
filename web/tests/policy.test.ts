/** How the policy table reads: what is on, off, and for whom; and what a change asks before it is done. */
import { render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';

import type { Schemas } from '../src/lib/api';
import { i18n } from '../src/lib/i18n/index.svelte';
import NoticeDialog from '../src/pages/policy/NoticeDialog.svelte';
import { bySubject, groupsOn, stand, type Rule } from '../src/pages/policy/rules';
import RuleTable from '../src/pages/policy/RuleTable.svelte';

afterEach(() => vi.unstubAllGlobals());

const rule = (
  purpose: string,
  party: string,
  verdict: string,
  conditions: Rule['conditions'] = [],
): Rule => ({
  purpose,
  purpose_text: purpose,
  party,
  party_text: party,
  verdict,
  text: verdict,
  conditions,
  laws: [{ code: 'law.x', text: 'The law of X' }],
});
const notice = (met: boolean | null) => ({ code: 'condition.notice.recording', text: 'not told yet', met });
const consent = { code: 'condition.agent_consent', text: 'not agreed', met: null };

test('a cell is off for good, off for want of a notice, on for those who agreed, or on', () => {
  expect([
    stand(rule('a', 'agent', 'forbidden', [notice(true)])),
    stand(rule('a', 'agent', 'allowed', [notice(false), consent])),
    stand(rule('a', 'agent', 'allowed', [notice(true), consent])),
    stand(rule('a', 'agent', 'allowed', [notice(true)])),
  ]).toEqual(['off', 'notice', 'consent', 'on']);
});

test('what rests on a notice is said once a purpose, and nothing that is forbidden anyway', () => {
  const rules = [
    rule('words', 'agent', 'allowed', [notice(true)]),
    rule('words', 'customer', 'allowed', [notice(true)]),
    rule('voice', 'agent', 'forbidden', [notice(true)]),
    rule('voice', 'customer', 'allowed'),
  ];
  expect(groupsOn(rules, 'recording')).toEqual([
    { purpose: 'words', text: 'words', who: ['agent', 'customer'] },
  ]);
  expect(bySubject(rules).map(({ subject, rules }) => [subject, rules.length])).toEqual([
    ['agent', 2],
    ['customer', 2],
    ['unknown', 0],
  ]);
});

test('a row says its state in words, what is missing, and the law', () => {
  render(RuleTable, { rules: [rule('words', 'agent', 'allowed', [notice(false)])], label: 'Agents' });
  expect(screen.getByText(i18n.t.policy.rules.states.notice)).toBeTruthy();
  expect(screen.getByText('Not told yet')).toBeTruthy();
  expect(screen.getByText('The law of X')).toBeTruthy();
});

test('withdrawing a notice shows what will stop, and does nothing before it is pressed', async () => {
  const asked: string[] = [];
  const preview: Schemas['Preview'] = {
    text: 'What is listed stops within a second.',
    calls_now: 3,
    changes: [
      {
        purpose: 'transcription',
        purpose_text: 'transcription',
        party: 'customer',
        party_text: 'caller',
        before: 'on',
        before_text: 'on',
        after: 'off',
        after_text: 'off',
      },
    ],
  };
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return request.method === 'GET' ? Response.json(preview) : new Response(null, { status: 204 });
  });
  const done = vi.fn();
  const told: Schemas['NoticeBody'] = {
    notice: 'recording',
    text: 'notice that calls are transcribed',
    confirmed: true,
    given: 'This call is transcribed.',
  };
  render(NoticeDialog, { notice: told, confirm: false, onclose: () => undefined, ondone: done });
  await waitFor(() => screen.getByText('Transcription (caller)'));
  expect(asked).toEqual(['GET /v1/policy/preview']);
  screen.getByRole('button', { name: i18n.t.policy.notices.withdraw }).click();
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(asked).toEqual(['GET /v1/policy/preview', 'DELETE /v1/policy/notices/recording']);
});
