/** 简体中文。条目与 ../en 一一对应，缺一不可；用行内人的说法，不逐字翻译。 */
import type { Messages } from '../index.svelte';
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

export const zh: Messages = {
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
