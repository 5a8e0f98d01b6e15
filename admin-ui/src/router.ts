export const FLAG_TABS = ['targeting', 'release', 'try', 'settings', 'history'] as const;
export type FlagTab = (typeof FLAG_TABS)[number];

/** The pages with the settings for the releases of a project. */
const RELEASE_SETTINGS = ['metrics', 'sources', 'templates', 'windows', 'webhooks'] as const;
export type ReleaseSetting = (typeof RELEASE_SETTINGS)[number];

export const SECTIONS = [
  'flags',
  'segments',
  'instances',
  ...RELEASE_SETTINGS,
  'audit',
  'environments',
  'keys',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface Place {
  readonly project: string;
  readonly environment: string;
}

export type Route =
  | { readonly page: 'home' | 'setup' | 'sign-in' }
  | (Place & { readonly page: Section })
  | (Place & { readonly page: 'flag'; readonly flag: string; readonly tab: FlagTab })
  | (Place & { readonly page: 'segment'; readonly segment: string })
  | { readonly page: 'missing'; readonly path: string };

/** `path` is relative to the base: "default/production/flags". */
export function parseRoute(path: string): Route {
  const parts = path.split('/').filter(Boolean).map(decodePart);
  const [project, environment, section, key, tab, ...rest] = parts;
  const missing: Route = { page: 'missing', path };
  if (project === undefined) {
    return { page: 'home' };
  }
  if (environment === undefined) {
    return project === 'setup' || project === 'sign-in' ? { page: project } : missing;
  }
  const place = { project, environment };
  if (section === undefined) {
    return { page: 'flags', ...place };
  }
  if (key === undefined) {
    return isSection(section) ? { page: section, ...place } : missing;
  }
  if (section === 'flags' && isTab(tab ?? 'targeting') && rest.length === 0) {
    return { page: 'flag', ...place, flag: key, tab: (tab ?? 'targeting') as FlagTab };
  }
  return section === 'segments' && tab === undefined
    ? { page: 'segment', ...place, segment: key }
    : missing;
}

export function formatRoute(route: Exclude<Route, { page: 'missing' }>): string {
  if (!('project' in route)) {
    return route.page === 'home' ? '' : route.page;
  }
  const parts = [route.project, route.environment];
  if (route.page === 'flag') {
    parts.push('flags', route.flag, ...(route.tab === 'targeting' ? [] : [route.tab]));
  } else if (route.page === 'segment') {
    parts.push('segments', route.segment);
  } else {
    parts.push(route.page);
  }
  return parts.map(encodeURIComponent).join('/');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isSection(text: string): text is Section {
  return SECTIONS.some((section) => section === text);
}

export function isReleaseSetting(text: string): text is ReleaseSetting {
  return RELEASE_SETTINGS.some((setting) => setting === text);
}

function isTab(text: string): text is FlagTab {
  return FLAG_TABS.some((tab) => tab === text);
}
