/** A site of a test's own: the program on an empty folder, set up by its API. Nobody is simulated; all that happens is told. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { folder, serve, type Demo } from '../scripts/demo.js';

/** Like a demo whose `agent` is some login of the site. */
export interface Site extends Demo {
  /** Asks as the administrator; anything but success is an error. */
  ask: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** The program ends at once, as in a power cut. */
  kill: () => Promise<void>;
  /** The program is back on the same folder and address. */
  again: () => Promise<void>;
}

/** Opens a site; `settings` are lines of the configuration file. */
export async function openSite(id: string, profile: string, settings = ''): Promise<Site> {
  const made = await folder();
  const data = join(made.path, 'site');
  await mkdir(data);
  const file = join(made.path, 'calmline.toml');
  await writeFile(file, settings);
  const start = (listen?: string) => serve(data, listen, ['--config', file]);
  let server = await start();
  const { url, token } = server;
  const password = 'a quiet line on a calm day';
  let cookie = '';

  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json', 'x-calmline': '1', cookie };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };

  const login = `admin@${id}`;
  const language = profile === 'cn' ? 'zh' : 'en';
  await ask('POST', '/v1/setup', { token, site: id, login, password, profile, language });
  const signedIn = await ask('POST', '/v1/session', { login, password });
  cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';

  return {
    url,
    password,
    agent: `nobody@${id}`,
    ask,
    kill: () => server.stop('SIGKILL'),
    again: async () => {
      server = await start(new URL(url).host);
    },
    stop: async () => {
      await server.stop();
      await made.remove();
    },
  };
}

/** An account of somebody who supervises; the login is the name. */
export async function supervisor(site: Site, login: string, language: 'en' | 'zh' = 'en'): Promise<void> {
  const account = { login, password: site.password, roles: ['supervisor'], language };
  await site.ask('POST', '/v1/accounts', account);
}
