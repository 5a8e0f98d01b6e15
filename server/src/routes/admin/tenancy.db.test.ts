import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';

/** The contents of the two projects, which have different names. */
const MINE = { project: 'mine', environment: 'mine-env', flag: 'mine-flag', segment: 'mine-seg' };
const THEIRS = {
  project: 'theirs',
  environment: 'their-env',
  flag: 'their-flag',
  segment: 'their-seg',
};
type Names = Readonly<Record<string, string>>;

describe.each(databaseKinds)('two projects on %s', (kind) => {
  const api = withManagement(kind);
  let myKey = '';
  let theirKeyId = '';

  beforeAll(async () => {
    for (const names of [MINE, THEIRS]) {
      const { project, environment, flag, segment } = names;
      const make = (path: string, body: object) => api.expect(201, `POST ${path}`, { body });
      await make('/projects', { key: project });
      await make(`/projects/${project}/environments`, { key: environment });
      await make(`/projects/${project}/flags`, { key: flag });
      await make(`/projects/${project}/segments`, { key: segment, when: { all: [] } });
      const key = await make(`/projects/${project}/keys`, { kind: 'admin', name: project });
      if (names === MINE) myKey = key.secret;
      else theirKeyId = key.id;
    }
  });

  /** Every management route below a project, with a valid body. */
  const requests = async () => {
    const { paths, components } = await api.document();
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(() => path.startsWith('/api/v1/projects/{project}') && !path.endsWith('/live'))
        .map(([method, { requestBody }]) => {
          const schema = requestBody?.content['application/json']?.schema;
          const name = String(schema?.$ref).replace('#/components/schemas/', '');
          return {
            method: method.toUpperCase(),
            path: path.replace('/api/v1', ''),
            ...(schema ? { body: components.schemas[name]?.example } : {}),
          };
        }),
    );
  };

  const fill = (path: string, names: Names) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? name);

  const theirState = async () => {
    const audit = await api.expect(200, `GET /projects/${THEIRS.project}/audit?limit=200`);
    const { environments } = await api.expect(200, `GET /projects/${THEIRS.project}`);
    return { entries: audit.items.length, environments };
  };

  it('cannot be accessed with a key of the other project', async () => {
    const before = await theirState();
    const asked = await requests();
    expect(asked.length).toBeGreaterThan(25);
    for (const { method, path, body } of asked) {
      const target = fill(path, { ...THEIRS, key: theirKeyId, instance: 'x' });
      const answer = await api.call(`${method} ${target}`, { body, version: 1, key: myKey });
      expect(answer, `${method} ${target}: ${answer.text}`).toMatchObject({ status: 404 });
      expect(answer.body.detail).toBe('project "theirs" does not exist');
    }
    expect(await theirState()).toEqual(before);
  });

  it('cannot access items of the other project by name in any part of a path', async () => {
    const before = await theirState();
    for (const { method, path, body } of await requests()) {
      for (const swapped of ['environment', 'flag', 'segment', 'key'] as const) {
        if (!path.includes(`{${swapped}}`)) continue;
        const theirs = { ...THEIRS, key: theirKeyId }[swapped];
        const target = fill(path, { ...MINE, instance: 'x', [swapped]: theirs });
        for (const key of [myKey, undefined]) {
          const options = { body, version: 1, ...(key === undefined ? {} : { key }) };
          const answer = await api.call(`${method} ${target}`, options);
          expect(answer, `${method} ${target}: ${answer.text}`).toMatchObject({ status: 404 });
          expect(answer.text).not.toContain('"value"');
        }
      }
    }
    expect(await theirState()).toEqual(before);
  });

  it('are listed only for keys with access to them', async () => {
    const { items } = await api.expect(200, 'GET /projects', { key: myKey });
    expect(items.map((it: { key: string }) => it.key)).toEqual(['mine']);
    const body = { key: 'another' };
    const answer = await api.expect(403, 'POST /projects', { key: myKey, body });
    expect(answer.code).toBe('FORBIDDEN');
  });

  it('may use the same flag keys independently', async () => {
    const theirs = await api.expect(200, `GET /projects/theirs/environments/production`);
    const body = { key: THEIRS.flag };
    const made = await api.expect(201, 'POST /projects/mine/flags', { body, key: myKey });
    expect(made.seed).toBe(THEIRS.flag);
    expect(await api.expect(200, 'GET /projects/theirs/environments/production')).toEqual(theirs);
  });
});
