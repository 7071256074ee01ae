/** Words of monitoring. */
export const monitoring = {
  title: 'Monitoring',
  tooFew: ({ answers }: { answers: number }) => `too few answers: ${answers}`,
  lead: 'How often the software was right: by rule and signal, by language and phone line, week by week. Never by person.',
  weekLabel: 'Week',
  running: 'This week is not over yet.',
  group: 'Calls',
  all: 'All calls',
  language: ({ name }: { name: string }) => `Language: ${name}`,
  protocol: ({ name }: { name: string }) => `Line: ${name}`,
  rules: 'Rules and signals',
  columns: {
    rule: 'What was told',
    shown: 'Told',
    wrong: 'Said to be wrong',
    unwelcome: 'Right, but no help',
    right: 'Supervisors and agents: right',
    cameTrue: 'Came true',
  },
  interval: ({ share, low, high }: { share: string; low: string; high: string }) =>
    `${share} (${low} to ${high})`,
  of: ({ wrong, shown }: { wrong: string; shown: string }) => `${wrong} of ${shown}`,
  review: 'Under review',
  reviewText: ({ bound }: { bound: string }) =>
    `More than ${bound} of what these rules said was wrong, even at the lower end of the interval. Look at their thresholds before you rely on them.`,
  reviewNone: ({ bound }: { bound: string }) =>
    `No rule is under review: of none is more than ${bound} wrong, even at the lower end of the interval.`,
  scores: 'How readings are spread',
  scoresText: ({ week }: { week: string }) =>
    `Each bar is the share of readings in a tenth of the scale. Drift compares the week with that of ${week}.`,
  scoresFirst:
    'Each bar is the share of readings in a tenth of the scale. Drift is told once a first whole week is there to compare with.',
  count: ({ n }: { n: string }) => `${n} readings`,
  drift: {
    little: 'hardly any drift',
    some: 'some drift: worth a look',
    much: 'much drift: what was measured before may no longer hold',
  },
  noDrift: 'nothing to compare with yet',
  bars: ({ shares }: { shares: string }) => `Shares from the lowest tenth to the highest: ${shares}`,
  latency: 'How fast prompts come',
  latencyText: ({ half, most, n }: { half: string; most: string; n: string }) =>
    `Of ${n} prompts half came ${half}, 99 of 100 ${most}, counted from the sound behind them. Since the server started.`,
  latencyNone: 'No prompt has come from sound since the server started.',
  within: ({ value }: { value: string }) => `within ${value} s`,
  atOnce: 'at once',
  models: {
    title: 'Models in use',
    text: 'What is inferred rests on these. A change is in the log and in the attestation.',
    task: 'What for',
    name: 'Name',
    since: 'Since',
    remote: 'on its own server',
  },
  none: 'Nothing was counted yet',
  noneText: 'Figures come with the first calls, once at least five agents have taken some in a week.',
  few: 'Too few people',
  fewText: ({ fewest }: { fewest: number }) =>
    `Fewer than ${fewest} agents took calls in this week, so that nothing is told of it.`,
  leftOut: ({ fewest }: { fewest: number }) =>
    `Calls of a language or line with fewer than ${fewest} agents are not told apart.`,
};
