/** How the cells of the policy table stand, and what stands in their way. */
import type { Schemas } from '$lib/api';

export type Rule = Schemas['RuleBody'];
export type Stand = 'on' | 'consent' | 'notice' | 'off';
export type Subject = 'agent' | 'customer' | 'unknown';

const NOTICE = 'condition.notice.';

/** Off for good, off until a notice is given, on for those who agreed, or on. */
export function stand(rule: Rule): Stand {
  if (rule.verdict === 'forbidden') return 'off';
  if (rule.conditions.some(({ code, met }) => code.startsWith(NOTICE) && met === false)) return 'notice';
  return rule.conditions.some(({ code }) => code === 'condition.agent_consent') ? 'consent' : 'on';
}

/** Which notices a cell rests on. */
export const noticesOf = (rule: Rule): string[] =>
  rule.conditions.flatMap(({ code }) => (code.startsWith(NOTICE) ? [code.slice(NOTICE.length)] : []));

/** What rests on a notice, and is not forbidden anyway. */
const restsOn = (rules: readonly Rule[], notice: string): Rule[] =>
  rules.filter((rule) => rule.verdict !== 'forbidden' && noticesOf(rule).includes(notice));

/** What rests on a notice, each purpose once with those whom it is about. */
export function groupsOn(
  rules: readonly Rule[],
  notice: string,
): { purpose: string; text: string; who: string[] }[] {
  const groups = new Map<string, { purpose: string; text: string; who: string[] }>();
  for (const { purpose, purpose_text, party_text } of restsOn(rules, notice)) {
    const group = groups.get(purpose) ?? { purpose, text: purpose_text, who: [] };
    group.who.push(party_text);
    groups.set(purpose, group);
  }
  return [...groups.values()];
}

/** The table by whose voice and words it is; the reader's own first. */
export function bySubject(rules: readonly Rule[]): { subject: Subject; rules: Rule[] }[] {
  const subjects = ['agent', 'customer', 'unknown'] as const;
  return subjects.map((subject) => ({ subject, rules: rules.filter(({ party }) => party === subject) }));
}

/** A sentence of the catalogue that stands alone: its first letter is large. */
export const sentence = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
