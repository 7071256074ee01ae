/** Words of the page about one's consents and data. */
import { some } from './some';

export const consents = {
  title: 'My consents and data',
  lead: 'What may be sensed about you, what is kept of it, who sees it. You decide where the law leaves it to you, and you can change your mind in the middle of a call.',
  yours: 'You decide',
  yoursNone:
    'Under your site’s policy profile nothing about you needs your consent, because nothing of that kind is sensed.',
  fixed: 'Settled by your site’s policy',
  stored: 'What is kept',
  seenBy: 'Who sees it',
  laws: 'Which law',
  agreed: 'Agreed',
  notAgreed: 'Not agreed',
  given: 'You agreed. It begins with your next call.',
  withdrawn: 'Withdrawn. Sensing stopped; this is without any consequence for you.',
  free: 'Agreeing or not has no consequences: nobody is told which you chose.',

  data: {
    title: 'Your data',
    export: 'Download everything',
    exportText: 'Every event that names you and every text about you, in words, as one file.',
    erase: 'Erase my texts',
    eraseText:
      'Words of your calls, what you wrote and how you answered. Gone for good, from backups that are restored later too. Facts such as call times stay, under a pseudonym.',
    counts: ({ transcript, reports }: { transcript: number; reports: number }) =>
      `${transcript} ${some(transcript, 'text', 'texts')} from calls, ${reports} ${some(reports, 'note', 'notes')} of your own`,
    confirmTitle: 'Erase for good?',
    confirmText: 'This cannot be undone, by anybody.',
    password: 'Your password',
    erased: ({ texts }: { texts: number }) =>
      `${texts} ${some(texts, 'text is', 'texts are')} gone for good.`,
  },
};
