/** Who is signed in, and how far the installation is. */
import { answer, api, onSignedOut, Problem, type Schemas } from '../api';
import { i18n } from '../i18n/index.svelte';
import { preferences, type Language } from './preferences.svelte';

export type Role = 'agent' | 'supervisor' | 'analyst' | 'planner' | 'coach' | 'admin' | 'works_council';
export type Me = Omit<Schemas['Me'], 'roles' | 'language'> & { roles: Role[]; language: Language };

type State = 'starting' | 'unreachable' | 'set_up' | 'signed_out' | 'signed_in';

class Session {
  state = $state<State>('starting');
  me = $state.raw<Me | undefined>();
  /** True when a session ended by itself while someone was working: the sign-in page then says so. */
  expired = $state(false);

  constructor() {
    onSignedOut(() => {
      if (this.state !== 'signed_in') return;
      this.expired = true;
      this.#leave();
    });
  }

  /** Finds out where things stand. */
  async start(): Promise<void> {
    try {
      const me = await answer(api.GET('/v1/session'));
      await this.#enter(me as Me);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await this.#whetherSetUp();
      else this.state = 'unreachable';
    }
  }

  async #whetherSetUp(): Promise<void> {
    try {
      const { done } = await answer(api.GET('/v1/setup'));
      this.state = done ? 'signed_out' : 'set_up';
    } catch {
      this.state = 'unreachable';
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    const me = await answer(api.POST('/v1/session', { body: { login, password } }));
    await this.#enter(me as Me);
  }

  async signOut(): Promise<void> {
    await answer(api.DELETE('/v1/session'));
    this.expired = false;
    this.#leave();
  }

  /** Whether one of the roles is held. */
  is(...roles: Role[]): boolean {
    return this.me?.roles.some((role) => roles.includes(role)) ?? false;
  }

  /** Shows the app in a language from now on, here and wherever the account signs in. */
  async speak(language: Language): Promise<void> {
    preferences.setLanguage(language);
    await i18n.load(language);
    if (!this.me || this.me.language === language) return;
    await answer(api.PATCH('/v1/session/account', { body: { language } }));
    this.me = { ...this.me, language };
  }

  async #enter(me: Me): Promise<void> {
    preferences.suggest(me.language);
    await i18n.load();
    this.me = me;
    this.expired = false;
    this.state = 'signed_in';
  }

  #leave(): void {
    this.me = undefined;
    this.state = 'signed_out';
  }
}

export const session = new Session();
