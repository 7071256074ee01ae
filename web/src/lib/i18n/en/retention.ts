/** Words of how long texts are kept. */
import { some } from './some';

export const retention = {
  tab: 'What is kept',
  lead: 'How long texts and curves are kept. What is past its time is erased for ever, once a day, from restored backups too.',
  ends: 'What has an end',
  days: 'Days',
  after: ({ days }: { days: number }) => `${days} ${some(days, 'day', 'days')}`,
  never: 'until it is erased',
  default: ({ days }: { days: number }) => `default: ${days} days`,
  source: 'Where the default comes from',
  byDefault: 'These are the defaults; nobody has set others.',
  set: ({ time }: { time: string }) => `Set ${time}`,
  ran: ({ time, count }: { time: string; count: number }) =>
    `Last run ${time}: ${count} ${some(count, 'text', 'texts')} erased`,
  neverRan: 'The first daily run is yet to come.',
  stays: 'What else is kept',
  change: 'Change the times',
  title: 'How long texts are kept',
  text: 'From 1 to 3650 days. Leave a field empty to keep its texts until somebody has them erased.',
  field: ({ what }: { what: string }) => `Days: ${what}`,
  wrong: 'Give a number from 1 to 3650, or leave it empty.',
  effect: 'What this will do',
  weighing: 'Counting…',
  notWeighed: 'It could not be counted. Try again.',
  nothing: 'Nothing is erased now.',
  erases: ({ count }: { count: number }) =>
    `${count} ${some(count, 'text is', 'texts are')} erased now, for ever. Nobody can bring them back.`,
  ofKind: ({ what, count }: { what: string; count: number }) => `${count}: ${what}`,
  sure: 'I know that this cannot be taken back',
  save: 'Set these times',
  done: ({ count }: { count: number }) => `Set. ${count} ${some(count, 'text was', 'texts were')} erased.`,
  onlyAdmin: 'An administrator sets these times.',
};
