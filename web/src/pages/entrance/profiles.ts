/** What a policy profile means for people, in six rows drawn from the server's own table. */
import type { Schemas } from '$lib/api';

export const PROFILES = ['strict', 'eu', 'cn', 'us', 'kr', 'jp'] as const;
export type Profile = (typeof PROFILES)[number];

/** `notice`: once callers are told; `asks`: if each agent agrees, separately and revocably. */
export type Verdict = 'on' | 'notice' | 'asks' | 'off';

type Rules = readonly Schemas['RuleBody'][];

function verdict(rules: Rules, purpose: string, party: string): Verdict {
  const rule = rules.find((each) => each.purpose === purpose && each.party === party);
  if (rule?.verdict !== 'allowed') return 'off';
  const codes = rule.conditions.map((condition) => condition.code);
  if (codes.includes('condition.agent_consent')) return 'asks';
  return codes.some((code) => code.startsWith('condition.notice')) ? 'notice' : 'on';
}

/** The rows, in the order in which they are read. Work events need no permit, and no voiceprint can be made at all. */
export const rows = (rules: Rules) =>
  [
    ['load', 'on'],
    ['words', verdict(rules, 'transcription', 'customer')],
    ['callerVoice', verdict(rules, 'voice_affect', 'customer')],
    ['agentVoice', verdict(rules, 'voice_affect', 'agent')],
    ['agentWords', verdict(rules, 'word_reading', 'agent')],
    ['voiceprint', 'off'],
  ] as const;

/** The laws behind what is said about agents, each once. */
export const laws = (rules: Rules): string[] => [
  ...new Set(
    rules.filter((rule) => rule.party === 'agent').flatMap((rule) => rule.laws.map((law) => law.text)),
  ),
];
