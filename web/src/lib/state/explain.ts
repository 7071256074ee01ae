/** What went wrong, in the reader's words: by the server's code where we know it, else by what the server said. */
import type { Problem } from '../api';
import type { Messages } from '../i18n/index.svelte';

export function explain(problem: Problem, t: Messages): { text: string; hint?: string } {
  const known = t.problems[problem.code as keyof Messages['problems']];
  if (known) return { text: known };
  return problem.hint ? { text: problem.message, hint: problem.hint } : { text: problem.message };
}
