/** “我的一天”与小窗用语。 */
import type { day as en } from '../en/day';
import type { Widened } from '../widened';

export const day: Widened<typeof en> = {
  title: '我的一天',
  now: {
    in_call: '通话中',
    wrap_up: '话后处理',
    waiting: '示闲，等待来电',
    rest: '小休中',
    aside: '示忙',
    off: '未签入',
    unknown: '今天还没有开始',
  },
  onlyYou: '这一页只有您自己能看到。',
  noStanding: '接起第一通电话，这一天就开始了',
  noStandingText: '电话平台一告知您已签入，本页会自动更新。',

  standing: {
    title: '这一天的分量',
    load: '负荷',
    exposure: '难缠来电',
    strain: '耗损',
    help: {
      load: '此刻压在您身上的：近一小时有多忙、是否一通接一通、长通话、保持与转接、距上次小休多久。来自电话平台的工作事件，与您的声音和言语无关。',
      exposure: '您遇到的辱骂和激动的来电。随时间和休息慢慢淡去。',
      strain:
        '一天的负荷和难缠来电积下来的影响，由模型估算，休息会让它降下来。它可能说得不准：您自己的感受更重要。',
      common: '别人看不到。绝不用于计件绩效、评级或遵时率。',
    },
    last: ({ at }) => `最近变化于 ${at}`,
    nothing: '眼下没有什么在加重它。',
    bandsAsk: '和您的实际感受不一样？',
  },

  offer: {
    title: ({ minutes }) => `您有 ${minutes} 分钟小休`,
    take: '现在休息',
    takeAfter: '这通打完就休息',
    move: '换个时间',
    refuse: '先不休息',
    until: ({ time }) => `${time}内有效`,
    fair: '不影响遵时率和绩效。不休息也不会被记录。',
    moveTitle: '什么时候合适？',
    inMinutes: ({ minutes }) => `${minutes} 分钟后`,
    moved: ({ time }) => `小休改到 ${time}`,
    refused: '先不休息，之后还会再问您。',
    accepted: '这通打完就小休',
    acceptedNow: '小休马上开始',
    approved: '班组长已安排好人手。',
    acceptedText: '电话平台将您置忙后，小休就开始。',
    unconfirmed: '电话平台还没有确认您的小休，现场正在处理。',
    none: '现在还不到小休',
    noneText: ({ time }) => `距上次小休已工作 ${time}。约 50 分钟后会有小休，遇到难缠来电会提早。`,
    noneSoon: ({ time }) => `距上次小休已工作 ${time}。一有合适的时机，就会请您小休。`,
    began: '小休中',
    left: ({ time }) => `还有 ${time}`,
    over: '时间到了，准备好了再回来。',
    breathe: '跟我一起呼吸',
    stop: '停下',
    in: '吸',
    out: '呼',
    pacerHelp: '每分钟约六次慢呼吸，呼气比吸气略长。两分钟就够。',
  },

  call: {
    title: '这通电话',
    none: '现在没有通话',
    noneText: '通话中的提示会出现在这里，只给您看。',
    sure: ({ percent }) => `把握 ${percent}`,
    earlier: '这通电话里早些时候',
    noPrompts: '目前没有需要提醒的。',
    you: '您',
    caller: '来电者',
    transcript: '通话文字',
    hearing: '正在识别：',
    balance: ({ percent }) => `您说话的时间占 ${percent}%`,
    held: '保持中',
  },

  abuse: {
    button: '遇到辱骂',
    text: '马上通知班组长。您可按本中心的规定结束通话。',
    done: '已经叫人了。您做得对。',
    key: '随时可按 F9。',
  },

  timeline: {
    title: '今天',
    calls: ({ count }) => `${count} 通电话`,
    breaks: ({ count }) => `${count} 次小休`,
    talk: ({ time }) => `通话 ${time}`,
    prompt: ({ at }) => `${at} 的提示`,
    asList: '看清单',
    empty: '今天还没有通话',
    running: '进行中',
  },

  checkIn: {
    none: '没有了',
    full: '还很足',
    later: '等会儿',
    thanks: '谢谢。只有您自己看得到。',
  },

  good: {
    title: '值得记住的',
    label: '今天有什么顺心的事？',
    help: '只给您自己看，用您自己的密钥封存。',
    keep: '记下来',
  },

  voice: {
    title: '上一通电话里您的声音',
    help: '只与您自己以往的通话相比，只给您自己看。',
    sure: ({ percent }: { percent: string }) => `有 ${percent} 的把握，这通电话与您平时不同。`,
    learning: ({ known, needed }: { known: number; needed: number }) =>
      `正在了解您平时的声音：已有 ${known} 通，需要 ${needed} 通。`,
    earlier: '更早的通话',
    off: '关闭',
    offHelp: '已了解到的声音数值会立即清除。',
    offDone: ({ count }: { count: number }) => `已关闭，清除了 ${count} 条关于您声音的加密记录。`,
  },

  companionOpen: '放在其他窗口旁边打开',
};
