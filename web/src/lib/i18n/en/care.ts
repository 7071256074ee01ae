/** Words of the page about rest and self-report. */
export const care = {
  title: 'Rest and check-ins',
  lead: 'For you alone: short ways to rest, what your check-ins say, and questionnaires that you may answer or leave.',

  fit: {
    title: 'What your check-ins say',
    off: 'Your check-ins are only listed. If you like, Calmline learns from them how strain works in you. It reaches no decision and nobody else.',
    on: ({ count }: { count: number }) => `It rests on ${count} of your check-ins.`,
    label: 'Learn from my check-ins, for me alone',
    chosen: 'It begins with your next check-in.',
  },

  questionnaires: {
    title: 'Questionnaires',
    open: 'Answer',
    send: 'Keep my answers',
    kept: 'Kept, for you alone.',
    last: ({ date }: { date: string }) => `Last answered: ${date}`,
    never: 'Not answered yet',
    source: ({ source }: { source: string }) => `Wording: ${source}`,
    missing: 'Please answer every line, or close without answering.',
  },

  exercises: {
    title: 'Short ways to rest',
    lead: 'They come with the app: once this page is open they work without a connection, and nothing about them is recorded.',
    evidence: 'Evidence',
    levels: { good: 'good', some: 'some', little: 'little' },
    breathing: {
      title: 'Slow breathing, two minutes',
      steps: ['Four seconds in through the nose, six out. Let the shoulders drop with each breath out.'],
      evidence:
        'Twelve randomised trials with 785 people: less felt stress, small to medium effect, many studies of limited quality (Fincham et al. 2023, Scientific Reports 13:432).',
    },
    moving: {
      title: 'Moving, five to ten minutes',
      steps: [
        'Stand up and walk a few steps; look at something far away.',
        'Roll the shoulders ten times, stretch the arms over the head, turn the neck gently to both sides.',
        'If there is room: climb a flight of stairs at an easy pace.',
      ],
      evidence:
        'In one study of 64 airline operators ten minutes of light exercise did more than ten minutes of sitting (PMC2910853). Short breaks in general restore vigour (meta-analysis, d = 0.36: Albulescu et al. 2022).',
    },
    perspective: {
      title: 'Another view, three minutes',
      steps: [
        'Think of the hard call: what may have happened to this person before they rang?',
        'Tell yourself in one sentence what they needed, and what you did for it.',
        'Remember one caller whom you have helped this week. What changed for them?',
        'What was abusive stays wrong. This is for you, not for them.',
      ],
      evidence:
        'Recalling help given, and taking the other’s perspective, reduced the after-effect of mistreatment by customers in field experiments (Song et al. 2018).',
    },
    grounding: {
      title: 'Back to the room, one minute',
      steps: [
        'Name five things that you see, four that you can touch, three that you hear, two that you smell, one that you taste.',
        'Put both feet on the floor and feel the chair carry you.',
      ],
      evidence: 'Widely taught and harmless; hardly studied by itself. Use it if it does you good.',
    },
    notTherapy:
      'This is rest, not treatment. If it does not get better, speak with somebody you trust or a doctor.',
  },
};
