/** The whole record of changes, and as a table that spreadsheets read. */
import { answer, api, type Schemas } from '$lib/api';

type Entry = Schemas['TrailBody'];

const PAGE = 100;

/** Every entry, the latest first. */
export async function whole(lang: 'en' | 'zh'): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const before = all.at(-1)?.position;
    const query = { limit: PAGE, lang, ...(before === undefined ? {} : { before }) };
    const entries = await answer(api.GET('/v1/policy/trail', { params: { query } }));
    all.push(...entries);
    if (entries.length < PAGE) return all;
  }
}

/** A cell that a spreadsheet takes for text and never for a formula (RFC 4180; OWASP on CSV injection). */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** The entries as CSV, with a byte-order mark so that spreadsheets read Chinese. */
export function csv(entries: readonly Entry[]): string {
  const rows = entries.map(({ position, at, type, text, by, text_sha256 }) => [
    String(position),
    at,
    type,
    text,
    by ?? '',
    text_sha256 ?? '',
  ]);
  const lines = [['position', 'at', 'type', 'text', 'by', 'text_sha256'], ...rows];
  return `\ufeff${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
