import type { ApiClient } from '../api/client.js';
import { ApiError } from '../api/api-error.js';
import type { Session } from '../api/types.js';

export type SessionStatus = 'unknown' | 'unreachable' | 'signed-out' | 'signed-in' | 'expired';

export class SessionState {
  readonly #api: ApiClient;
  #status = $state<SessionStatus>('unknown');
  #session = $state.raw<Session>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  get status(): SessionStatus {
    return this.#status;
  }

  get user(): Session['user'] | undefined {
    return this.#session?.user;
  }

  get serverVersion(): string | undefined {
    return this.#session?.serverVersion;
  }

  async restore(): Promise<void> {
    try {
      this.accept(await this.#api.get('/session'));
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      this.#status = refused ? 'signed-out' : 'unreachable';
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    this.accept(await this.#api.post('/session', { body: { email, password } }));
  }

  async signOut(): Promise<void> {
    await this.#api.delete('/session');
    this.#session = undefined;
    this.#status = 'signed-out';
  }

  accept(session: Session): void {
    this.#session = session;
    this.#status = 'signed-in';
  }

  /** Distinguishes an ended session from an unreachable server. */
  async check(): Promise<void> {
    try {
      this.accept(await this.#api.get('/session'));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        this.expire();
      }
    }
  }

  /** Keeps the page and its unsaved changes behind a sign-in dialog. */
  expire(): void {
    if (this.#status === 'signed-in') {
      this.#status = 'expired';
    }
  }
}
