/** Types of the API from its document, which must be `openapi.json`: `src/lib/api/schema.d.ts`. What the document can only
 * call an object, because Rust's enums say more than OpenAPI can, gets its type from `src/lib/live/events.ts`. */
import { writeFile } from 'node:fs/promises';

import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

/** Places of the document, and their types. */
const KNOWN = new Map([
  ['#/components/schemas/EventBody', 'LiveEvent'],
  ['#/components/schemas/OfferBody/state', 'OfferState'],
  ['#/components/schemas/AnswerBody', 'OfferAnswer'],
]);

const found = new Set();
const ast = await openapiTS(new URL('../openapi.json', import.meta.url), {
  inject: `import type { ${[...new Set(KNOWN.values())].join(', ')} } from '../live/events';`,
  transform(_, { path }) {
    const name = KNOWN.get(path ?? '');
    if (!name) return undefined;
    found.add(path);
    return ts.factory.createTypeReferenceNode(name);
  },
});
const missing = [...KNOWN.keys()].filter((path) => !found.has(path));
if (missing.length > 0) throw new Error(`openapi.json has no ${missing.join(', ')}`);
await writeFile(new URL('../src/lib/api/schema.d.ts', import.meta.url), astToString(ast));
