/** 初次设置用语。 */
import type { setUp as en } from '../en/setUp';
import type { Widened } from '../widened';

export const setUp: Widened<typeof en> = {
  title: '初次设置',
  lead: '大约五分钟，四个问题。只有规则方案以后不能更改。',
  step: ({ now, all }) => `第 ${now} 步，共 ${all} 步`,
  next: '下一步',
  back: '上一步',
  finish: '完成设置',
  token: '设置口令',
  tokenHelp: '服务器启动时会显示它，用来确认您有权设置这台机器。',
  site: {
    title: '您的中心',
    name: '名称',
    nameHelp: '大家平时怎么叫就怎么写，如“杭州客服中心”。',
    id: '简称',
    idHelp: '小写字母、数字和连字符。电话平台送来的工作事件会带上它。',
    zone: '时区',
    zoneHelp: '日期、班次和所有钟点都按它计算。',
  },
  profile: {
    title: '当地法律允许什么',
    lead: '规则方案决定可以感知什么、感知谁。一经选定不能更改，并写入每一份证明。',
    unsure: '拿不准就选“严格”：它只做各地都允许的事。',
    chosen: '已选',
    off: '关闭',
    on: '开启',
    asks: '坐席本人同意后开启',
    notice: '告知来电者后开启',
    names: { strict: '严格', eu: '欧盟', cn: '中国', us: '美国', kr: '韩国', jp: '日本' },
    short: {
      strict: '对坐席不作任何推断，各地通行。',
      eu: '不从声音或文字推断坐席情绪：《人工智能法》第 5 条，本人同意也不行。',
      cn: '坐席的声音特征须单独同意，可随时撤回（《个人信息保护法》第 28、29 条）。',
      us: '通话各方均被告知；不留声纹；遵守各州书面许可的规定。',
      kr: '敏感信息须单独同意；来电者辱骂时有保护员工的义务。',
      jp: '公示使用目的；审慎处理敏感信息；来电者骚扰时有保护员工的义务。',
    },
    rows: {
      load: '由工作事件得出的负荷与小休',
      words: '通话转文字',
      callerVoice: '来电者声音里的激动程度',
      agentVoice: '坐席的语气',
      agentWords: '由文字推断坐席的心情',
      voiceprint: '声纹',
    },
  },
  admin: {
    title: '第一位系统管理员',
    login: '登录账号',
    password: '密码',
    passwordHelp: '至少 12 个字符。用一句话最好记。',
    again: '再输一遍密码',
    differ: '两次输入的密码不一样。',
  },
  check: {
    title: '再看一眼',
    lead: '完成之后，规则方案不能更改。',
    done: '设置好了。',
    then: '接下来：在“设置”里连接电话平台、邀请同事。',
  },
};
