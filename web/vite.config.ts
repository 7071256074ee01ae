import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds a running server: `calmline serve` or `calmline demo --listen 127.0.0.1:8470`. */
const server = process.env['CALMLINE_SERVER'] ?? 'http://127.0.0.1:8470';

/** Writes compressed copies beside each file that gains from it; the server sends the one that the browser accepts. */
function compress(): Plugin {
  return {
    name: 'calmline-compress',
    apply: 'build',
    closeBundle() {
      const dist = here('./dist');
      for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        if (bytes.length < 512) continue;
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
      }
    },
  };
}

/** Vite empties the folder; the file that keeps it in the repository comes back. */
function keepFolder(): Plugin {
  return {
    name: 'calmline-keep-folder',
    apply: 'build',
    closeBundle: () => writeFileSync(here('./dist/.gitignore'), '*\n!.gitignore\n'),
  };
}

export default defineConfig({
  plugins: [svelte(), compress(), keepFolder()],
  resolve: { alias: { $lib: here('./src/lib'), $catalog: here('../crates/core/catalog') } },
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    // The Host header stays ours: the server compares it with Origin.
    proxy: { '/v1': { target: server, changeOrigin: false } },
    fs: { allow: ['.', here('../crates/core/catalog')] },
  },
});
