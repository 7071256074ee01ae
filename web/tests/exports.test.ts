/** What of policy and privacy can be taken along. */
import { beforeEach, expect, test } from 'vitest';

import { i18n } from '../src/lib/i18n/index.svelte';
import { assessment, type Known } from '../src/pages/policy/assessment';
import { csv } from '../src/pages/policy/trail';

beforeEach(() => i18n.load('en'));

const known: Known = {
  site: 'Lyon <&> Fils',
  at: '2026-11-23T10:00:00Z',
  policy: {
    profile: 'eu',
    profile_text: 'European Union',
    version: 2,
    fingerprint: 'abc123',
    retention: [],
    notices: [
      {
        notice: 'recording',
        text: 'notice that calls are transcribed',
        confirmed: true,
        since: '2026-11-01T00:00:00Z',
      },
      { notice: 'workers', text: 'information of agents', confirmed: false },
    ],
    rules: [
      {
        purpose: 'voice_affect',
        purpose_text: 'arousal in the voice',
        party: 'agent',
        party_text: 'agent',
        verdict: 'forbidden',
        text: 'not allowed',
        conditions: [],
        laws: [{ code: 'law.eu.ai_act_5_1_f', text: 'EU AI Act Art. 5(1)(f)' }],
      },
    ],
  },
  consents: { note: '', purposes: [{ purpose: 'envelope', text: 'loudness', wanted: true, given: 5 }] },
  retention: {
    kinds: [{ kind: 'transcripts', text: 'transcripts', days: 90, default: 90, source: 'GDPR Art. 5(1)(e)' }],
  },
};

test('an assessment says what the server knows, leaves open what it cannot, and is no place for markup', () => {
  const page = assessment(known);
  for (const said of [
    'EU AI Act Art. 5(1)(f)',
    'not under this profile',
    '5 or a few more',
    '90 days',
    'given since',
  ])
    expect(page).toContain(said);
  expect(page.match(/class="open"/g)).toHaveLength(5);
  expect(page).not.toContain('<&>');
  expect(page).toContain('Lyon &#60;&#38;&#62; Fils');
});

test('in Chinese it follows the order of the law there', async () => {
  await i18n.load('zh');
  const page = assessment(known);
  expect(page).toContain('lang="zh"');
  expect(page.indexOf('合法、正当、必要')).toBeLessThan(page.indexOf('对个人权益的影响'));
  expect(page).toContain('90 天');
});

test('a record of changes is read by spreadsheets as text', () => {
  const entry = {
    position: 7,
    at: '2026-11-23T10:00:00Z',
    type: 'notice.confirmed',
    by: '=ops',
    text: 'a "word", b',
  };
  expect(csv([entry])).toBe(
    '\ufeffposition,at,type,text,by,text_sha256\r\n7,2026-11-23T10:00:00Z,notice.confirmed,"a ""word"", b",\'=ops,\r\n',
  );
});
