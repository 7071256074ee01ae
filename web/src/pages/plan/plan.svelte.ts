/** What the parts of the planner's desk share, and how a job in the background is followed. */
import { answer, api, Problem, type Schemas } from '$lib/api';

export type Assumptions = Schemas['Assumptions'];
export type Job = Schemas['JobBody'];
export type Forecast = Schemas['ForecastBody'];

/** What holds until somebody asks "what if". Occupancy is the trade's ceiling; the rest is a choice. */
export const USUAL: Assumptions = {
  volume: 1,
  aht_s: 240,
  patience_s: 120,
  target: 0.8,
  within_s: 20,
  ceiling: 0.85,
  breaks: 0.12,
  shrinkage: 0.1,
};

class Desk {
  /** The history that is looked at, by its id. */
  history = $state('');
  assumptions = $state<Assumptions>({ ...USUAL });
}

export const desk = new Desk();

/** Follows a job to its end; the server answers when there is news. */
export async function follow(started: Job, told: (job: Job) => void, gone: () => boolean): Promise<Job> {
  let job = started;
  let seen = 0;
  while (job.state === 'running' && !gone()) {
    told(job);
    const params = { path: { id: job.id }, query: { seen } };
    job = await answer(api.GET('/v1/plan/jobs/{id}', { params }));
    seen = job.seen;
  }
  if (job.error) {
    const { code, message, hint, field } = job.error;
    throw new Problem(422, code, message, hint ?? undefined, field ?? undefined);
  }
  return job;
}

export const cancel = (job: Job) =>
  answer(api.DELETE('/v1/plan/jobs/{id}', { params: { path: { id: job.id } } }));

/** 08:30 of minutes from midnight; past midnight it begins anew. */
export const time = (minute: number): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
};

/** A date as an instant at noon, so that no time zone makes it another day. */
export const noon = (date: string): number => Date.parse(`${date}T12:00:00Z`);

export const plusDays = (date: string, days: number): string =>
  new Date(noon(date) + days * 86_400_000).toISOString().slice(0, 10);
