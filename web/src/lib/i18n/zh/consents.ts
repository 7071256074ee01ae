/** “我的授权与数据”页用语。 */
import type { consents as en } from '../en/consents';
import type { Widened } from '../widened';

export const consents: Widened<typeof en> = {
  title: '我的授权与数据',
  lead: '关于您可以感知什么、留下什么、谁能看到。法律交给您决定的，由您决定；通话当中也能改主意。',
  yours: '由您决定',
  yoursNone: '按本中心的规则方案，没有需要您授权的事项，因为这类内容根本不会感知。',
  fixed: '由本中心的规则方案决定',
  stored: '留下什么',
  seenBy: '谁能看到',
  laws: '依据哪条法律',
  agreed: '已同意',
  notAgreed: '未同意',
  given: '已同意，从下一通电话开始。',
  withdrawn: '已撤回，感知已停止。对您没有任何影响。',
  free: '同意与否都没有后果：没有人会被告知您怎么选。',

  data: {
    title: '您的数据',
    export: '全部下载',
    exportText: '提到您的每一条记录、关于您的每一段文字，合成一个文件，用人话写明。',
    erase: '销毁我的文字',
    eraseText: '通话文字、您写下的和回答过的。永久销毁，以后恢复备份也不会回来。通话时间等事实仍以化名保留。',
    counts: ({ transcript, reports }) => `通话文字 ${transcript} 段，您自己的记录 ${reports} 条`,
    confirmTitle: '确定永久销毁？',
    confirmText: '任何人都无法恢复。',
    password: '您的密码',
    erased: ({ texts }) => `${texts} 段文字已永久销毁。`,
  },
};
