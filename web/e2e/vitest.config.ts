import { defineConfig } from 'vitest/config';

// One file after the other: each starts a server and a browser, and the machine is shared.
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    retry: 0,
  },
});
