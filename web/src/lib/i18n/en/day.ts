/** Words of My day and the companion. */
import { some } from './some';

export const day = {
  title: 'My day',
  now: {
    in_call: 'In a call',
    wrap_up: 'After-call work',
    waiting: 'Waiting for a call',
    rest: 'On a break',
    aside: 'Not taking calls',
    off: 'Signed out of the phone',
    unknown: 'No work yet today',
  },
  onlyYou: 'Only you see this page.',
  noStanding: 'Your day begins with your first call',
  noStandingText: 'As soon as the phone platform says that you are signed in, this page fills by itself.',

  standing: {
    title: 'How your day weighs',
    load: 'Load',
    exposure: 'Hard calls',
    strain: 'Strain',
    help: {
      load: 'What acts on you now: how busy the last hour was, calls back to back, long calls, holds and transfers, time since your last break. It comes from the phone platform’s events, never from your voice or words.',
      exposure: 'Abuse and agitation you have met in callers. It fades with hours and with rest.',
      strain:
        'What the day’s load and hard calls have left behind, as a model estimates it. Rest lowers it. It can be wrong about you: how you feel counts more.',
      common: 'Nobody else sees it. It is never used for pay, rating or adherence.',
    },
    last: ({ at }: { at: string }) => `last changed at ${at}`,
    nothing: 'Nothing adds to it at the moment.',
    bandsAsk: 'Is this not how your day is?',
  },

  offer: {
    title: ({ minutes }: { minutes: number }) =>
      `A break of ${minutes} ${some(minutes, 'minute', 'minutes')} is yours`,
    take: 'Take it',
    takeAfter: 'Take it after this call',
    move: 'Move it',
    refuse: 'Not now',
    until: ({ time }: { time: string }) => `The offer stands for ${time}`,
    fair: 'It changes nothing in your adherence or pay. Saying no is not counted.',
    moveTitle: 'When would it suit you?',
    inMinutes: ({ minutes }: { minutes: number }) => `In ${minutes} min`,
    moved: ({ time }: { time: string }) => `Your break is at ${time}`,
    refused: 'No break for now. Another offer will come.',
    accepted: 'Your break comes after this call',
    acceptedNow: 'Your break is on its way',
    approved: 'Your supervisor has seen to it that calls are covered.',
    acceptedText: 'The phone platform makes you unavailable; then the break begins.',
    unconfirmed:
      'The phone platform has not confirmed your break yet. Your supervisor’s team looks after it.',
    none: 'No break is due',
    noneText: ({ time }: { time: string }) =>
      `${time} of work since your last break. An offer comes after about 50 minutes, sooner after hard calls.`,
    noneSoon: ({ time }: { time: string }) =>
      `${time} of work since your last break. An offer comes as soon as it fits.`,
    began: 'You are on a break',
    left: ({ time }: { time: string }) => `${time} left`,
    over: 'The time is up. Come back when you are ready.',
    breathe: 'Breathe with me',
    stop: 'Stop',
    in: 'in',
    out: 'out',
    pacerHelp: 'Six slow breaths a minute, a little longer out than in. Two minutes are enough.',
  },

  call: {
    title: 'This call',
    none: 'No call right now',
    noneText: 'Prompts appear here during a call, for you alone.',
    sure: ({ percent }: { percent: string }) => `${percent} sure`,
    earlier: 'Earlier in this call',
    noPrompts: 'Nothing to point out so far.',
    you: 'You',
    caller: 'Caller',
    transcript: 'What is being said',
    hearing: 'Still being heard: ',
    balance: ({ percent }: { percent: number }) => `You speak ${percent}% of the time`,
    held: 'on hold',
  },

  abuse: {
    button: 'Abusive caller',
    text: 'Your supervisor is called at once. You may end the call by your site’s rules.',
    done: 'Help is on its way. You did right.',
    key: 'Press F9 at any time.',
  },

  timeline: {
    title: 'Today',
    calls: ({ count }: { count: number }) => `${count} ${some(count, 'call', 'calls')}`,
    breaks: ({ count }: { count: number }) => `${count} ${some(count, 'break', 'breaks')}`,
    talk: ({ time }: { time: string }) => `${time} in calls`,
    prompt: ({ at }: { at: string }) => `Prompt at ${at}`,
    asList: 'As a list',
    empty: 'No calls yet today',
    running: 'in progress',
  },

  checkIn: {
    none: 'none',
    full: 'plenty',
    later: 'Later',
    thanks: 'Thank you. Only you see it.',
  },

  good: {
    title: 'Good moments',
    label: 'What went well?',
    help: 'For your own eyes, sealed under your own key.',
    keep: 'Keep it',
  },

  voice: {
    title: 'Your voice in the last call',
    help: 'Compared with your own earlier calls, for you alone.',
    sure: ({ percent }: { percent: string }) =>
      `${percent} sure that this call lay outside of your usual ones.`,
    learning: ({ known, needed }: { known: number; needed: number }) =>
      `Your usual is being learned: ${known} of ${needed} calls.`,
    earlier: 'Earlier calls',
    off: 'Switch off',
    offHelp: 'Erases at once what was learned of your voice.',
    offDone: ({ count }: { count: number }) =>
      `Switched off. ${count} ${some(count, 'sealed text', 'sealed texts')} about your voice ${some(count, 'was', 'were')} erased.`,
  },

  companionOpen: 'Open beside your other windows',
};
