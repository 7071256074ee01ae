/** 登录用语。 */
import type { entrance as en } from '../en/entrance';
import type { Widened } from '../widened';

export const entrance: Widened<typeof en> = {
  signIn: '登录',
  login: '账号',
  password: '密码',
  forgot: '忘记密码？请本中心的系统管理员为您重设。',
  expired: '一段时间没有操作，已自动退出。登录后可接着做。',
  unreachable: '连不上服务器',
  unreachableText: '可能正在重启。本页会自动重试。',
  promise: '宁线知道的关于您的一切，先给您看；没有您的同意，不给别人看。',
};
