/** Says what a first visit loads, compressed, page by page, and fails when it is more than promised (200 kB). */
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const PROMISED = 200;
const dist = new URL('../dist/', import.meta.url);

/** @typedef {{ file: string, src?: string, imports?: string[], dynamicImports?: string[], css?: string[], isEntry?: boolean }} Chunk */
/** @type {Record<string, Chunk>} */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** @param {string} file */
const weight = (file) => {
  const packed = new URL(`${file}.gz`, dist);
  return (existsSync(packed) ? readFileSync(packed) : gzipSync(readFileSync(new URL(file, dist)))).length;
};

/** Everything that a chunk needs at once.
 * @param {string} name @param {Set<string>} files */
function files(name, files = new Set()) {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return files;
  files.add(chunk.file);
  chunk.css?.forEach((file) => files.add(file));
  chunk.imports?.forEach((each) => filesOf(each, files));
  return files;
}
const filesOf = files;

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
if (!entry) throw new Error('the build has no entry');
const frame = ['src/lib/i18n/zh/index.ts', '../crates/core/catalog/zh.json', 'src/lib/frame/Shell.svelte'];
const always = filesOf(entry);
for (const name of frame) filesOf(name, always);
for (const file of ['index.html', 'first.js', 'favicon.svg']) always.add(file);

/** @param {Iterable<string>} set */
const sum = (set) => [...set].reduce((total, file) => total + weight(file), 0) / 1000;

const pages = Object.keys(manifest).filter(
  (name) => name.startsWith('src/pages/') && name.endsWith('.svelte'),
);
const rows = pages
  .map((name) => ({ name, kb: sum(filesOf(name, new Set(always))) }))
  .sort((a, b) => b.kb - a.kb);
const heaviest = rows[0]?.kb ?? 0;
const page = rows[0]?.name.slice('src/pages/'.length) ?? 'none';
console.log(
  `first load, gzip: frame ${sum(always).toFixed(1)} kB; with the heaviest page, ${page}: ${heaviest.toFixed(1)} kB`,
);
if (heaviest > PROMISED) {
  console.error(
    `the heaviest first load is ${heaviest.toFixed(1)} kB; no more than ${PROMISED} kB was promised`,
  );
  process.exitCode = 1;
}
