/** What the server would answer after days that a picture cannot wait for, in the catalogue's own sentences. */
import { readFileSync } from 'node:fs';

/** @param {'en' | 'zh'} language @returns {(code: string) => string} */
function catalogue(language) {
  const path = new URL(`../../crates/core/catalog/${language}.json`, import.meta.url);
  const entries = /** @type {Record<string, string>} */ (JSON.parse(readFileSync(path, 'utf8')));
  return (code) => {
    const text = entries[code];
    if (text === undefined) throw new Error(`the catalogue has no ${code}`);
    return text;
  };
}

/** `GET /v1/me/cues` of an agent whose usual is known, and whose voice was unlike it in two of the last calls.
 * @param {'en' | 'zh'} language */
export function voice(language) {
  const say = catalogue(language);
  const ago = (/** @type {number} */ minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const call = (
    /** @type {number} */ number,
    /** @type {string} */ text,
    /** @type {object | null} */ cue,
  ) => ({
    event: `picture-${number}`,
    call: `picture-${number}`,
    at: ago(7 + number * 24),
    text: say(text),
    disputed: number === 2,
    cue,
  });
  const moved = (/** @type {number} */ confidence, /** @type {readonly string[]} */ why) => ({
    kind: 'tenser',
    confidence,
    why: why.map((feature) => say(`cue_feature.${feature}`)),
    meaning: [say('cue.meaning'), say('cue.false_alarms').replace('{percent}', '6')],
  });
  return {
    allowed: true,
    on: true,
    calls_known: 23,
    calls_needed: 5,
    calls: [
      call(0, 'cue.tenser', moved(0.82, ['pitch.up', 'balance.up', 'pace.up'])),
      call(1, 'cue_withheld.no_cue', null),
      call(2, 'cue.tenser', moved(0.77, ['movement.down', 'balance.up'])),
    ],
  };
}
