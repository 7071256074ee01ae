import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeAll } from 'vitest';

import { i18n } from '../src/lib/i18n/index.svelte';

// Components show words; English ones, unless a test asks for others.
beforeAll(() => i18n.load('en'));
afterEach(cleanup);
