/** The API client, generated from the server's OpenAPI document (`openapi.json` → `schema.d.ts`, by `npm run api`). */
import createClient, { type Middleware } from 'openapi-fetch';

import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** Why a request gave no answer, in a shape that pages can show. */
export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** For programs: the server's code, or `unreachable`. */
    readonly code: string,
    message: string,
    readonly hint?: string,
    /** Which member of the request is wrong. */
    readonly field?: string,
    /** What is wrong with each event or row of a batch. */
    readonly faults: Schemas['FaultBody'][] = [],
  ) {
    super(message);
  }
}

const signedOut = new Set<() => void>();

/** Calls back when the server says that nobody is signed in any more. */
export function onSignedOut(then: () => void): () => void {
  signedOut.add(then);
  return () => signedOut.delete(then);
}

const watch: Middleware = {
  onResponse({ response, schemaPath, request }) {
    const signingIn = schemaPath === '/v1/session' && request.method === 'POST';
    if (response.status === 401 && !signingIn) signedOut.forEach((then) => then());
  },
};

// The address is looked up with each request, so that a test can put its own `fetch` in place.
export const api = createClient<paths>({
  baseUrl: location.origin,
  headers: { 'X-Calmline': '1' },
  fetch: (request) => fetch(request),
});
api.use(watch);

function problem(response: Response, body: unknown): Problem {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Partial<Schemas['ErrorBody']>;
  const code = said.code ?? (response.status >= 500 ? 'internal' : 'unknown');
  return new Problem(
    response.status,
    code,
    said.message ?? response.statusText,
    said.hint ?? undefined,
    said.field ?? undefined,
    said.faults ?? [],
  );
}

/** The body of a good answer; every other outcome becomes a {@link Problem}.
 *
 *     const day = await answer(api.GET('/v1/me/day', { params: { query: { lang } } }));
 */
export async function answer<R extends { data?: unknown; error?: unknown; response: Response }>(
  request: Promise<R>,
): Promise<NonNullable<R['data']>> {
  let got: R;
  try {
    got = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', error instanceof Error ? error.message : String(error));
  }
  if (!got.response.ok) throw problem(got.response, got.error);
  return got.data as NonNullable<R['data']>;
}
