/** The order of breaks: those that wait for a word first, then those to come, then those that run. */
import type { Rest } from './types';

const rank = (rest: Rest): number => {
  if (rest.state === 'began') return 2;
  return rest.approved ? 1 : 0;
};

export const comingFirst = (breaks: readonly Rest[]): Rest[] =>
  [...breaks].sort((one, other) => rank(one) - rank(other) || one.since.localeCompare(other.since));
