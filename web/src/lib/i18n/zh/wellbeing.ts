/** 团队状况。 */
import type { wellbeing as en } from '../en/wellbeing';
import type { Widened } from '../widened';

export const wellbeing: Widened<typeof en> = {
  title: '团队状况',
  lead: '五人及以上的团队，每周大致怎样，只用粗略的词来说。不点名，也推不出是谁。',
  wholeSite: '整个中心',
  weekLabel: '周',
  people: ({ least }) => `至少 ${least} 人`,
  measures: { load: '负荷', exposure: '难缠来电', strain: '耗损', energy: '剩余精力' },
  about: {
    load: '上班时间里，有多少时候活儿压得紧：一通接一通，中间没有喘息。按周统计，只分三档。',
    exposure: '上班时间里，有多少时候受激动或辱骂来电的影响。说的是来电者，不是坐席怎么应对。',
    strain: '上班时间里，有多少时候负荷、难缠来电和歇得少叠加到了一起。这是模型估算，不是对任何人的测量。',
    energy: '大家自己对“现在还剩多少精力？0–10”的回答。至少五人作答才显示。',
  },
  bands: {
    little: '少有偏高',
    some: '时有偏高',
    much: '常常偏高',
    low: '偏低',
    middle: '中等',
    good: '良好',
  },
  answered: '本人作答（满五人才显示）',
  few: '人数太少，不显示',
  fewTitle: '为什么有的不显示',
  fewText:
    '满五人的团队才显示。如果能从其他团队反推出某个小团队，就再多隐去一个。只分粗略的档，每周写定一次，不再改动。',
  history: ({ measure }) => `${measure}，按周从早到近`,
  none: '还没有满一周的数据',
  noneText: '过完第一个整周，若当周至少五人上班，下周一就会有第一份概况。',
  private: '一个人的负荷、自评和小休，只属于本人：没有任何页面或导出会给别人看。',
};
