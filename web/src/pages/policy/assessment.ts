/** An impact assessment, begun: what the server knows of itself, as one HTML page that needs nothing else. */
import type { Schemas } from '$lib/api';
import { calendar, moment } from '$lib/i18n/format';
import { i18n } from '$lib/i18n/index.svelte';
import { assessment as en } from '$lib/i18n/en/assessment';
import { assessment as zh } from '$lib/i18n/zh/assessment';

import { bySubject, sentence, stand, type Rule } from './rules';

/** What it is made from. */
export interface Known {
  site: string;
  at: string;
  policy: Schemas['PolicyBody'];
  consents: Schemas['ConsentCounts'];
  retention: Schemas['RetentionSettings'];
}

const STYLE = `body{max-width:48rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif;color:#1d2528}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem}table{width:100%;border-collapse:collapse;font-size:.9rem}
th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid #d8ddda;text-align:start;vertical-align:top}
.quiet{color:#566064;font-size:.9rem}.open{min-height:5rem;margin:1rem 0;padding:.6rem .8rem;border:1px solid #aab3af;background:#eef0ee}`;

/** Text that cannot become markup. */
const safe = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cell: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((text) => `<${cell}>${safe(text)}</${cell}>`).join('')}</tr>`;
  return `<table><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`;
};

const list = (lines: readonly string[]): string =>
  `<ul>${lines.map((line) => `<li>${safe(line)}</li>`).join('')}</ul>`;

/** Makes the page in the reader's language. */
export function assessment({ site, at, policy, consents, retention }: Known): string {
  const t = i18n.language === 'zh' ? zh : en;
  const heading = (text: string) => `<h2>${safe(text)}</h2>`;
  const part = (text: string) => `<h3>${safe(text)}</h3>`;
  const quiet = (text: string) => `<p class="quiet">${safe(text)}</p>`;
  const open = (text: string) => `<div class="open"><strong>${safe(t.open)}</strong>${quiet(text)}</div>`;
  const states = { on: t.on, consent: t.consent, notice: t.notice, off: t.never };
  const row = (rule: Rule) => [
    sentence(rule.purpose_text),
    states[stand(rule)],
    rule.laws.map(({ text }) => text).join(' · '),
  ];
  const purposes = bySubject(policy.rules).map(
    ({ subject, rules }) => part(t.who[subject]) + table([t.purpose, t.state, t.basis], rules.map(row)),
  );
  const notices = policy.notices.map(({ text, since, confirmed }) => [
    sentence(text),
    confirmed && since ? t.given({ time: calendar(since) }) : t.missing,
  ]);
  const agreed = consents.purposes.map(({ text, wanted, given }) => [
    sentence(text),
    !wanted ? t.notAsked : given == null ? t.few : t.atLeast({ count: given }),
  ]);
  const kept = retention.kinds.map(({ text, days, source }) => [
    sentence(text),
    days == null ? t.noEnd : t.days({ days }),
    sentence(source),
  ]);
  const body = [
    `<h1>${safe(t.title)}</h1>`,
    `<p><strong>${safe(t.made({ site, time: moment(at) }))}</strong></p>`,
    quiet(t.law),
    quiet(t.draft),
    heading(t.what),
    part(t.profile),
    `<p>${safe(sentence(policy.profile_text))}</p>`,
    quiet(t.table({ version: policy.version, fingerprint: policy.fingerprint })),
    part(t.purposes),
    ...purposes,
    quiet(t.also),
    open(t.scope),
    heading(t.necessity),
    part(t.notices),
    table([t.notices, t.state], notices),
    part(t.consents),
    table([t.purpose, t.state], agreed),
    part(t.retention),
    table([t.retention, t.state, t.source], kept),
    open(t.why),
    heading(t.risks),
    list(t.riskList),
    open(t.likelihood),
    heading(t.measures),
    list(t.measureList),
    open(t.site),
    heading(t.decision),
    open(t.residual),
  ];
  return `<!doctype html><html lang="${i18n.language}"><head><meta charset="utf-8"><title>${safe(t.title)}</title><style>${STYLE}</style></head><body>${body.join('\n')}</body></html>\n`;
}
