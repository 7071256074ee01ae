/** Days as they are typed. */

/** After how many days each kind goes; a kind that has no end is left out. */
export type Days = Record<string, number>;

/** The longest time: ten years, as the server has it. */
const LONGEST = 3650;

/** Reads what was typed; `undefined` if any of it is no whole number of days from 1 to 3650. An empty field has no end. */
export function days(typed: Readonly<Record<string, string>>): Days | undefined {
  const wanted: Days = {};
  for (const [kind, text] of Object.entries(typed)) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    const number = Number(trimmed);
    if (!/^\d+$/.test(trimmed) || number < 1 || number > LONGEST) return undefined;
    wanted[kind] = number;
  }
  return wanted;
}
