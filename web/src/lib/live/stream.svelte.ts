/** The one live connection. It resumes where it was cut, tries again by itself, and says how it stands.
 *
 * The browser's own retry of an `EventSource` gives up on an HTTP error and knows no patience, so a broken connection is
 * closed and opened again here, with the position of the last event. */
import { api } from '../api';
import { i18n } from '../i18n/index.svelte';
import { KINDS, PARTIAL, type Hearing, type Kind, type LiveEvent } from './events';

type Told = (event: LiveEvent) => void;

/** Seconds before each further try; the last one repeats. */
const PATIENCE = [1, 2, 4, 8, 15];
/** A cut shorter than this is not worth a word: seconds. */
const UNNOTICED = 2.5;
/** After so many tries in vain the position is given up: the log may have been restored from a backup. */
const TRIES_WITH_POSITION = 3;

/** Where events are followed: everything one may see, or what one page needs of it. */
interface Source {
  path: string;
  /** The names of its server-sent events. */
  names: readonly string[];
}

const EVERYTHING: Source = { path: '/v1/stream', names: [...KINDS, PARTIAL] };

class Stream {
  /** `live`: events arrive. `cut`: they do not, and somebody may notice. `off`: not wanted. */
  state = $state<'off' | 'opening' | 'live' | 'cut'>('off');
  /** When the next try is made, while the connection is cut. */
  nextTry = $state<number | undefined>();

  #from = EVERYTHING;
  #source: EventSource | undefined;
  #last: string | undefined;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unnoticed: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Map<string, Set<Told>>();
  #again = new Set<() => void>();

  /** Opens the connection, until {@link close}. */
  open(): void {
    if (this.state !== 'off') return;
    this.state = 'opening';
    addEventListener('online', this.#now);
    document.addEventListener('visibilitychange', this.#seen);
    this.#connect();
  }

  close(): void {
    this.#drop();
    clearTimeout(this.#timer);
    clearTimeout(this.#unnoticed);
    removeEventListener('online', this.#now);
    document.removeEventListener('visibilitychange', this.#seen);
    this.state = 'off';
    this.nextTry = undefined;
    this.#last = undefined;
    this.#tries = 0;
  }

  /** Starts anew in the language that is shown now; nothing is missed. */
  reopen(): void {
    if (this.state === 'off') return;
    this.#drop();
    this.#connect();
  }

  /** Tries at once. */
  retry(): void {
    if (this.state === 'cut') this.#now();
  }

  /** Calls back with every event of these types, until the returned function is called. */
  on<K extends Kind>(kinds: readonly K[], told: (event: LiveEvent<K>) => void): () => void {
    for (const kind of kinds) {
      const set = this.#listeners.get(kind) ?? new Set();
      this.#listeners.set(kind, set.add(told as Told));
    }
    return () => kinds.forEach((kind) => this.#listeners.get(kind)?.delete(told as Told));
  }

  /** Calls back with what is understood so far of what is being said, until the returned function is called. */
  hearing(told: (partial: Hearing) => void): () => void {
    const heard: Told = (data) => told(data as unknown as Hearing);
    const set = this.#listeners.get(PARTIAL) ?? new Set();
    this.#listeners.set(PARTIAL, set.add(heard));
    return () => set.delete(heard);
  }

  /** Follows another route in place of the usual one, such as the floor's own stream; positions are the same log's, so
   * nothing is missed. Its data goes to `told`, from `after` on where a first reading said how far it came. The returned
   * function goes back to the usual one. */
  instead<T>(path: string, name: string, told: (data: T) => void, after?: number): () => void {
    if (after !== undefined) this.#last = String(after);
    const heard: Told = (data) => told(data as unknown as T);
    this.#listeners.set(name, new Set([heard]));
    this.#follow({ path, names: [name] });
    return () => {
      this.#listeners.delete(name);
      this.#follow(EVERYTHING);
    };
  }

  #follow(source: Source): void {
    this.#from = source;
    this.reopen();
  }

  /** Calls back when events may have been missed, so that everything shown must be read again. */
  onGap(then: () => void): () => void {
    this.#again.add(then);
    return () => this.#again.delete(then);
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.nextTry = undefined;
    const query = new URLSearchParams({ lang: i18n.language });
    if (this.#last) query.set('after', this.#last);
    const source = new EventSource(`${this.#from.path}?${query}`);
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#broken();
    for (const name of this.#from.names) source.addEventListener(name, this.#tell);
  }

  #opened(): void {
    clearTimeout(this.#unnoticed);
    this.#unnoticed = undefined;
    const missed = this.#tries > 0 && this.#last === undefined;
    this.#tries = 0;
    this.state = 'live';
    if (missed) this.#again.forEach((then) => then());
  }

  #broken(): void {
    this.#drop();
    this.#unnoticed ??= setTimeout(() => (this.state = 'cut'), UNNOTICED * 1000);
    const wait = PATIENCE[Math.min(this.#tries, PATIENCE.length - 1)] ?? 1;
    this.#tries += 1;
    if (this.#tries > TRIES_WITH_POSITION) this.#last = undefined;
    this.nextTry = Date.now() + wait * 1000;
    this.#timer = setTimeout(() => this.#connect(), wait * 1000);
    // A refused stream looks like a cut one; the client's own answer to 401 ends the session if it is over.
    if (this.#tries === 2) api.GET('/v1/session').catch(() => undefined);
  }

  #drop(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #now = (): void => {
    if (this.state === 'live' && this.#source) return;
    this.#drop();
    this.#connect();
  };

  #seen = (): void => {
    if (document.visibilityState === 'visible' && this.state === 'cut') this.#now();
  };

  #tell = (message: MessageEvent<string>): void => {
    this.#last = message.lastEventId || this.#last;
    const event = JSON.parse(message.data) as LiveEvent;
    this.#listeners.get(message.type)?.forEach((told) => told(event));
  };
}

export const stream = new Stream();
