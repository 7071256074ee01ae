/** Words of the list of calls and of one call looked at again. */
import { some } from './some';

export const calls = {
  title: 'Calls',
  lead: {
    own: 'Your calls. Nobody else opens them as you do.',
    words:
      'Calls of your site. What was said opens with a call; what is about an agent alone stays with the agent.',
    facts: 'Calls of your site: when, where, how long. What was said is not open to your role.',
  },
  which: { label: 'Which calls', all: 'All', open: 'In progress' },
  columns: {
    began: 'Began',
    queue: 'Queue',
    agent: 'Agent',
    length: 'Length',
    state: 'State',
    heard: 'Heard',
  },
  state: {
    waiting: 'in the queue',
    talking: 'in progress',
    held: 'on hold',
    ended: 'ended',
    unanswered: 'not answered',
  },
  heard: {
    both: 'both sides',
    caller: 'caller only',
    agent: 'agent only',
    unknown: 'unknown speaker',
    none: 'no sound',
  },
  transfers: ({ count }: { count: number }) => `${count} ${some(count, 'hand-over', 'hand-overs')}`,
  newer: ({ count }: { count: number }) => `${count} newer ${some(count, 'call', 'calls')}`,
  earlier: 'Earlier calls',
  first: 'That was the first call.',
  none: 'No calls yet',
  noneText: 'Calls appear here as soon as the phone platform sends them.',
  noneOpen: 'No call in progress',
  noneOpenText: 'As soon as one begins it appears here by itself.',
  you: 'you',

  review: {
    title: 'Call',
    on: ({ queue }: { queue: string }) => `Call in “${queue}”`,
    back: 'All calls',
    running: 'still in progress',
    notYours: 'This call is not open to you',
    notYoursText:
      'Agents open their own calls; supervisors and quality coaches those of the site. The call may also have been erased.',
  },

  sight: {
    agent: 'You see everything that was recorded of this call. Nobody else does.',
    words:
      'You see what both said and what was sensed of the caller. What was sensed of the agent is theirs alone.',
    facts: 'Your role opens the facts of a call, not its words and signals.',
    rules: 'The rules',
  },

  track: {
    title: 'The call in time',
    cursor: 'Moment in the call',
    help: 'The shape shows how loud it was: peaks of tenths of a second, no sound is kept. Drag, click, or use the arrow keys: one second, with Page Up and Down ten. J and K go from sentence to sentence.',
    customer: 'Caller',
    agent: 'Agent',
    unknown: 'Unknown speaker',
    events: 'Events',
    speaks: ({ who, from, to }: { who: string; from: string; to: string }) => `${who}, ${from} to ${to}`,
    loudness: ({ who, at }: { who: string; at: string }) => `How loud: ${who}, loudest at ${at}`,
    at: ({ time, all }: { time: string; all: string }) => `${time} of ${all}`,
    atSpeaks: ({ time, all, who }: { time: string; all: string; who: string }) =>
      `${time} of ${all}, ${who} speaks`,
    held: 'on hold',
    silence: 'long silence',
    talk_over: 'both at once',
    gap: 'no sound arrived',
    nothing: 'No speech was heard in this call',
    nothingText: 'Either no sound came, or the site’s rules did not permit to listen.',
    next: 'Next sentence',
    previous: 'Previous sentence',
  },

  curves: {
    title: 'What was sensed',
    arousal: 'Agitation in the caller’s voice',
    arousalOwn: 'Agitation in your voice',
    rate: 'Caller’s pace',
    rateOwn: 'Your pace',
    rateUnit: 'syllables a second',
    levels: { low: 'calm', middle: 'lively', high: 'agitated' },
    helpArousal:
      'How agitated the voice sounds, from 0 to 1, per stretch of speech. An estimate from the voice alone: a loud line or a lively person can mislead it. The band is the range that the estimate’s own confidence leaves open; wide means “not sure”.',
    helpRate:
      'Syllables a second, counted from the voice. The band is one standard error of that count: short stretches are less certain.',
    value: ({ value, low, high }: { value: string; low: string; high: string }) =>
      `${value} (${low} to ${high})`,
    at: ({ word, sure }: { word: string; sure: string }) => `${word}, ${sure} sure`,
    noneAt: 'nothing here',
    none: 'No signals for this call',
    noneText: 'Signals need the site’s notices, and for an agent’s own voice the agent’s consent.',
    asTable: 'As a table',
    time: 'From',
    sure: 'Confidence',
    measured: 'Measured',
    why: 'Why so',
  },

  signals: {
    title: 'What was measured',
    times: ({ count }: { count: number }) => `${count} ${some(count, 'time', 'times')}`,
    usually: ({ value }: { value: string }) => `${value} as a rule`,
    rate: ({ value }: { value: string }) => `${value} syllables a second`,
    seconds: ({ value }: { value: string }) => `${value} s`,
    inAll: ({ value }: { value: string }) => `${value} s in all`,
    louder: ({ value }: { value: string }) => `up to ${value} dB louder`,
    gaveWay: ({ count, all }: { count: number; all: number }) =>
      `the other fell silent in ${count} of ${all}`,
    sure: ({ percent }: { percent: string }) => `${percent} sure as a rule`,
    about: {
      arousal:
        'From pitch, its movement and the voice’s timbre over a stretch of speech; never from how loud the line is.',
      talk_over: 'The share of a stretch of speech during which the other side spoke too.',
      interruption: 'One began to speak while the other still spoke.',
      silence: 'Neither side spoke; hold, music and tones are left out.',
      response_latency:
        'From the end of one side’s words to the beginning of the other’s; below zero where they overlapped.',
      speech_rate: 'Syllables counted in the voice, over the whole stretch of speech.',
      articulation_rate: 'Syllables counted in the voice, with the pauses left out.',
      pauses: 'The share of a stretch of speech that was silent for a fifth of a second or longer each time.',
      hesitation:
        'Voice held at one pitch for three tenths of a second or longer; a drawn-out word can look the same.',
      sudden_loudness:
        'The line rose far above its usual level within a moment; such a sound can hurt an ear.',
      music: 'Steady notes and harmonies over seconds. While it plays nothing of it is taken for a voice.',
      dial_tone: 'A steady tone of the network’s pitch.',
      ring_back: 'A tone of the network in long bursts with longer pauses.',
      busy_tone: 'A tone of the network in short, even bursts.',
      keys: 'The two pure tones of a key. Which key it was is recorded nowhere.',
      tone: 'One pure tone, such as a fax machine’s or a voicemail’s.',
      steady_noise:
        'Noise that does not change, not far below the voice. What is heard beside it is less sure.',
      dead_line: 'Not even the faint noise that every open line has.',
    },
  },

  words: {
    title: 'What was said',
    silent: 'Words not recognised',
    shed: {
      overload: 'The machine had too much to do; the call itself went on untouched.',
      no_model: 'No speech recognition is set up.',
      failed: 'Speech recognition failed here.',
      other: 'Why is not recorded.',
    },
    erased: 'The words are erased or not open to you.',
    many: ({ count, all, why }: { count: number; all: number; why: string }) =>
      `${count} of ${all} stretches of speech have no words. ${why}`,
    unsure: 'not sure of the words',
    signs: {
      abuse: 'abusive words',
      help: 'asks for help',
      negative: 'negative words',
      positive: 'friendly words',
    },
    none: 'Nothing was said, or nothing was heard',
    closed: 'What was said is not open to your role',
    hidden: ({ what }: { what: string }) => `${what}, hidden`,
    kinds: {
      URL: 'web address',
      EMAIL: 'e-mail',
      IP: 'IP address',
      BIRTH_DATE: 'date of birth',
      ADDRESS: 'address',
      ID: 'ID number',
      PASSPORT: 'passport number',
      SSN: 'social security number',
      CARD: 'card number',
      ACCOUNT: 'account number',
      PHONE: 'phone number',
      PLATE: 'number plate',
      NAME: 'name',
      other: 'personal data',
    },
  },

  moments: {
    title: 'Prompts and decisions',
    none: 'Nothing was prompted or decided',
    noneOthers: 'None that is open to you. Prompts are their agent’s alone.',
    kinds: {
      prompt: 'Prompt',
      alert: 'Alert',
      signal: 'Signal',
      outcome: 'Outcome',
      abuse: 'Abuse key',
      stopped: 'Stopped',
    },
    sure: ({ percent }: { percent: string }) => `${percent} sure`,
    goTo: ({ time }: { time: string }) => `Show ${time} in the call`,
  },

  permits: {
    title: 'What was permitted',
    summary: ({ granted, refused }: { granted: number; refused: number }) =>
      `${granted} permitted, ${refused} not`,
    reasons: 'By which rule?',
  },

  facts: {
    title: 'Facts',
    began: 'Began',
    agent: 'Agent',
    waited: 'Wait',
    length: 'Length',
    transfers: 'Hand-overs',
    line: 'Sound by',
    lost: 'Sound missing',
    lostNone: 'none',
    balance: 'Who spoke',
    balanceSaid: ({ agent, customer }: { agent: string; customer: string }) =>
      `you ${agent}, caller ${customer}`,
    id: 'Call id',
    events: 'Course of the call',
  },
};
