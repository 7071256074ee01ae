/** A running demo and a browser that looks at it: for pictures and for tests from end to end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** The program under test: `CALMLINE`, or what cargo built last. */
export const program = process.env['CALMLINE'] ?? here('../../target/debug/calmline');

/** Debian's Chromium; no browser is ever downloaded. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--font-render-hinting=none'],
  });

/** @typedef {{ url: string, said: RegExpExecArray, stop: (signal?: NodeJS.Signals) => Promise<void> }} Program */
/** @typedef {{ url: string, password: string, agent: string, stop: () => Promise<void> }} Demo */

/** Runs the program and waits until what it says fits `ready`, whose first group is its address.
 * @param {string[]} words @param {RegExp} ready @returns {Promise<Program>} */
export async function run(words, ready) {
  if (!existsSync(program)) throw new Error(`${program} is not there; build it, or set CALMLINE`);
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  /** @type {Promise<RegExpExecArray>} */
  const fits = new Promise((resolve, reject) => {
    const listen = (/** @type {Buffer} */ chunk) => {
      said += chunk.toString();
      const found = ready.exec(said);
      if (found) resolve(found);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => reject(new Error(`calmline ${words.join(' ')} ended with ${code}:\n${said}`)));
  });
  /** @param {NodeJS.Signals} [signal] */
  const stop = async (signal = 'SIGINT') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  };
  const found = await fits;
  return { url: found[1] ?? '', said: found, stop };
}

/** A folder of its own for one run.
 * @returns {Promise<{ path: string, remove: () => Promise<void> }>} */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'calmline-web-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts a demo on a free port.
 * @param {string[]} [options]
 * @returns {Promise<Demo>} */
export async function demo(options = []) {
  const data = await folder();
  const words = ['demo', '--lang', 'en', '--listen', '127.0.0.1:0', '--data', join(data.path, 'site')];
  const ready = /POST (http:\S+)\/v1\/session .*"password": "([^"]+)"[\s\S]*?(agent-\d+@\w+)/;
  const running = await run([...words, '--minutes', '60', ...options], ready);
  const stop = async () => {
    await running.stop();
    await data.remove();
  };
  return { url: running.url, password: running.said[2] ?? '', agent: running.said[3] ?? '', stop };
}

/** Starts `calmline serve` on a folder.
 * @param {string} data @param {string} [listen] @param {string[]} [options]
 * @returns {Promise<Program & { token: string }>} */
export async function serve(data, listen = '127.0.0.1:0', options = []) {
  const words = ['serve', '--lang', 'en', '--listen', listen, '--data', data, '--asr-model', 'none'];
  const ready = /listens on (http:\S+)(?:[\s\S]*?one-time token: (\S+))?[\s\S]*?\/healthz/;
  const running = await run([...words, ...options], ready);
  return { ...running, token: running.said[2] ?? '' };
}

/** Signs in by the API, so that the context has the cookie.
 * @param {import('playwright-core').BrowserContext} context
 * @param {{ url: string }} server
 * @param {string} login @param {string} password */
export async function signIn(context, server, login, password) {
  const answer = await context.request.post(`${server.url}/v1/session`, {
    data: { login, password },
    headers: { origin: server.url },
  });
  if (!answer.ok()) throw new Error(`signing in as ${login}: ${answer.status()} ${await answer.text()}`);
}
