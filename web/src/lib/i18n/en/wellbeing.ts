/** Words of group wellbeing. */
export const wellbeing = {
  title: 'Group wellbeing',
  lead: 'How groups of five and more were, week by week, in coarse words. Nobody is named, and nobody can be worked out.',
  wholeSite: 'Whole site',
  weekLabel: 'Week',
  people: ({ least }: { least: number }) => `${least} or more people`,
  measures: { load: 'Load', exposure: 'Hard calls', strain: 'Strain', energy: 'Energy left' },
  about: {
    load: 'For how much of their working time the work asked a lot of people: calls without room between them. A week, in three coarse steps.',
    exposure:
      'For how much of their working time people were under the effect of agitated or abusive callers. It is about the callers, not about how anybody took it.',
    strain:
      'For how much of their working time load, hard calls and missing breaks are likely to have added up. A model, not a measurement of any person.',
    energy:
      'What people answered themselves to “Energy left, 0–10?”. Only shown where at least five of them answered.',
  },
  bands: {
    little: 'rarely high',
    some: 'sometimes high',
    much: 'often high',
    low: 'low',
    middle: 'middling',
    good: 'good',
  },
  answered: 'Answered by themselves, where five and more did',
  few: 'Too few to show',
  fewTitle: 'Why something is left out',
  fewText:
    'A group is shown from five people up. If one small team could be worked out from the others, a second group is left out as well. Bands are coarse, and each week is written once and never changes.',
  history: ({ measure }: { measure: string }) => `${measure} by week, the earliest first`,
  none: 'No week is over yet',
  noneText:
    'The first overview comes on the Monday after the first full week, if at least five people were at work.',
  private:
    'What one person’s load, check-ins or breaks were is theirs alone: no page and no export shows it to anybody else.',
};
