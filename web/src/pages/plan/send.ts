/** Sends a large table. `fetch` does not say how much of a body is sent, so this asks the older way. */
import { Problem, type Schemas } from '$lib/api';

export function send(
  path: string,
  table: Blob,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Schemas['HistoryImport']> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('X-Calmline', '1');
    request.setRequestHeader('Content-Type', 'text/csv');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.upload.onload = () => progress(1);
    const unreachable = () => reject(new Problem(0, 'unreachable', 'the server was not reached'));
    request.onerror = unreachable;
    request.onabort = unreachable;
    request.onload = () => {
      if (request.status === 200) {
        resolve(request.response as Schemas['HistoryImport']);
        return;
      }
      const said = (request.response ?? {}) as Partial<Schemas['ErrorBody']>;
      const { code = 'unknown', message = request.statusText, hint, field } = said;
      reject(new Problem(request.status, code, message, hint ?? undefined, field ?? undefined));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(table);
  });
}
