/** English. The original of all words of the app: one file per area. `../zh` must have the same entries.
 *
 * An entry with gaps is a function of one object. Sentences say what is, then what can be done; no blame. */
import { calls } from './calls';
import { care } from './care';
import { consents } from './consents';
import { council } from './council';
import { day } from './day';
import { entrance } from './entrance';
import { floor } from './floor';
import { frame } from './frame';
import { incidents } from './incidents';
import { monitoring } from './monitoring';
import { plan } from './plan';
import { policy } from './policy';
import { retention } from './retention';
import { setUp } from './setUp';
import { settings } from './settings';
import { webhooks } from './webhooks';
import { wellbeing } from './wellbeing';

export const en = {
  ...frame,
  entrance,
  setUp,
  day,
  care,
  consents,
  council,
  floor,
  wellbeing,
  calls,
  incidents,
  monitoring,
  plan,
  policy,
  retention,
  settings,
  webhooks,
};
