/** 监测。 */
import type { monitoring as en } from '../en/monitoring';
import type { Widened } from '../widened';

export const monitoring: Widened<typeof en> = {
  title: '监测',
  lead: '软件判断得准不准：按规则和信号、按语种和线路，逐周统计。从不按人统计。',
  weekLabel: '周',
  running: '这一周还没过完。',
  group: '通话',
  all: '全部通话',
  language: ({ name }) => `语种：${name}`,
  protocol: ({ name }) => `线路：${name}`,
  rules: '规则与信号',
  columns: {
    rule: '提示内容',
    shown: '次数',
    wrong: '被指有误',
    unwelcome: '没错但帮不上忙',
    right: '班组长认为属实',
    cameTrue: '后来应验',
  },
  interval: ({ share, low, high }) => `${share}（${low} 至 ${high}）`,
  of: ({ wrong, shown }) => `${wrong} / ${shown}`,
  review: '复核中',
  reviewText: ({ bound }) =>
    `以下规则的误判超过 ${bound}（按置信区间下限算也是如此）。请先复核阈值，再决定是否采信。`,
  reviewNone: ({ bound }) => `没有规则需要复核：误判比例（置信区间下限）都没有超过 ${bound}。`,
  scores: '读数分布',
  scoresText: ({ week }) => `每根柱子是落在该十分位的读数占比。漂移是与 ${week} 那一周相比。`,
  scoresFirst: '每根柱子是落在该十分位的读数占比。满第一个整周之后，才有漂移可比。',
  count: ({ n }) => `${n} 个读数`,
  drift: {
    little: '几乎没有漂移',
    some: '有些漂移，值得看看',
    much: '漂移明显，以前测得的准确度可能不再适用',
  },
  noDrift: '暂无可比的数据',
  bars: ({ shares }) => `从最低到最高十分位的占比：${shares}`,
  latency: '提示来得多快',
  latencyText: ({ half, most, n }) =>
    `共 ${n} 次提示：从声音到达算起，一半${half}给出，99% ${most}给出。自服务器启动起统计。`,
  latencyNone: '服务器启动以来，还没有由声音引出的提示。',
  within: ({ value }) => `在 ${value} 秒内`,
  atOnce: '即刻',
  models: {
    title: '使用中的模型',
    text: '推断结果都出自这些模型。更换模型会记入日志和证明。',
    task: '用途',
    name: '名称',
    since: '启用时间',
    remote: '运行在外部服务器上',
  },
  none: '还没有统计数据',
  noneText: '有了通话，且一周内至少五名坐席接过电话，这里就会有数据。',
  few: '人数太少',
  fewText: ({ fewest }) => `这一周接电话的坐席不足 ${fewest} 人，因此不显示任何数据。`,
  leftOut: ({ fewest }) => `坐席不足 ${fewest} 人的语种或线路，不单独列出。`,
};
