import { createContext } from 'svelte';
import { ApiClient } from '../api/client.js';
import { LiveUpdates } from '../api/live.svelte.js';
import { Toasts } from '../ui/toasts.svelte.js';
import { Navigation } from './navigation.svelte.js';
import { SessionState } from './session.svelte.js';
import { ThemeState } from './theme.svelte.js';
import { Workspace } from './workspace.svelte.js';

export interface App {
  readonly api: ApiClient;
  readonly navigation: Navigation;
  readonly session: SessionState;
  readonly workspace: Workspace;
  readonly live: LiveUpdates;
  readonly toasts: Toasts;
  readonly theme: ThemeState;
  readonly storage: Storage | undefined;
}

export const [useApp, provideApp] = createContext<App>();

/** Constructs every object of the app; no other code does. */
export function createApp(host: Window): App {
  const base = new URL(host.document.baseURI).pathname;
  const storage = openStorage(host);
  const api = new ApiClient(base);
  const session = new SessionState(api);
  api.onUnauthenticated = () => session.expire();
  return {
    api,
    session,
    navigation: new Navigation(base, host),
    workspace: new Workspace(api, storage),
    live: new LiveUpdates(),
    toasts: new Toasts(),
    theme: new ThemeState(host.document.documentElement, storage),
    storage,
  };
}

/** Reading `localStorage` throws when the browser denies storage. */
function openStorage(host: Window): Storage | undefined {
  try {
    return host.localStorage;
  } catch {
    return undefined;
  }
}
