/** 保存期限页用语。 */
import type { retention as en } from '../en/retention';
import type { Widened } from '../widened';

export const retention: Widened<typeof en> = {
  tab: '保存期限',
  lead: '文字和曲线保存多久。到期的内容每天清除一次，永久销毁，以后恢复备份也不会回来。',
  ends: '有期限的内容',
  days: '天数',
  after: ({ days }) => `${days} 天`,
  never: '直到被清除',
  default: ({ days }) => `默认 ${days} 天`,
  source: '默认值的依据',
  byDefault: '目前是默认值，还没有人改过。',
  set: ({ time }) => `${time} 设定`,
  ran: ({ time, count }) => `最近一次清除 ${time}：${count} 条`,
  neverRan: '还没有到第一次每日清除。',
  stays: '另外还留存什么',
  change: '修改期限',
  title: '设定保存期限',
  text: '1 到 3650 天。留空表示一直保存，直到有人要求清除。',
  field: ({ what }) => `天数：${what}`,
  wrong: '请填 1 到 3650 的数字，或者留空。',
  effect: '改了会怎样',
  weighing: '正在清点…',
  notWeighed: '没能清点出来，请再试一次。',
  nothing: '现在不会清除任何内容。',
  erases: ({ count }) => `现在就会永久清除 ${count} 条，任何人都无法恢复。`,
  ofKind: ({ what, count }) => `${count} 条：${what}`,
  sure: '我知道这无法撤回',
  save: '按此设定',
  done: ({ count }) => `已设定，清除了 ${count} 条。`,
  onlyAdmin: '由管理员设定期限。',
};
