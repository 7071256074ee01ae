/** Texts whose personal data was replaced by placeholders. */

/** A piece of a text: words as they are, or the kind of personal data that is hidden there. */
export type Piece = { words: string } | { hidden: string; number: number };

/** Cuts a text at its placeholders, such as `[PHONE_1]`. */
export function pieces(text: string): Piece[] {
  const cut: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(/\[([A-Z][A-Z_]*)_(\d+)\]/g)) {
    if (match.index > from) cut.push({ words: text.slice(from, match.index) });
    cut.push({ hidden: match[1] ?? '', number: Number(match[2]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) cut.push({ words: text.slice(from) });
  return cut;
}
