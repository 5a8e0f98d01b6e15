import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SERVER_KEY } from '../../test/support/client-stage.js';
import { FaultProxy } from '../../test/support/fault-proxy.js';
import { RulesetServer } from '../../test/support/ruleset-server.js';
import { rulesetOf } from '../../test/support/rulesets.js';
import { SdkBundle } from '../../test/support/sdk-process.js';

let bundle: SdkBundle;
let server: RulesetServer;
let proxy: FaultProxy;

beforeAll(async () => {
  bundle = await SdkBundle.make();
  server = await RulesetServer.start(rulesetOf({}));
  proxy = await FaultProxy.start(() => server.port);
});
afterAll(async () => {
  await proxy.close();
  await server.close();
  await bundle.remove();
});
beforeEach(() => {
  proxy.fault = { kind: 'none' };
});

const run = (script: string) => bundle.run(script, { url: proxy.url, key: SERVER_KEY });

describe('a process with a client', () => {
  it('exits by itself while the stream is open', async () => {
    const end = await run(`
      const flags = createClient({ url, key });
      console.log(await flags.ready(), flags.isActive('awesome'), flags.status().state);
    `);
    expect(end).toMatchObject({ code: 0, output: 'ok true live\n' });
  });

  it('exits by itself while the client waits to reconnect', async () => {
    proxy.fault = { kind: 'refuse' };
    const end = await run(`
      const flags = createClient({ url, key, logger: console, readyTimeoutMs: 300 });
      console.log(await flags.ready());
    `);
    expect(end.code).toBe(0);
    expect(end.output).toContain('timeout');
  });

  it('exits by itself while a connection hangs', async () => {
    proxy.fault = { kind: 'hold' };
    const end = await run(`
      const flags = createClient({ url, key, readyTimeoutMs: 300 });
      console.log(await flags.ready());
    `);
    expect(end).toMatchObject({ code: 0, output: 'timeout\n' });
  });

  it('stays alive until pending ready(), flush() and close() calls settle', async () => {
    const end = await run(`
      const flags = createClient({ url, key });
      await flags.ready();
      console.log(await flags.flush());
      await flags.close();
      console.log(flags.isActive('awesome'));
    `);
    expect(end).toMatchObject({ code: 0, output: 'true\ntrue\n' });
    expect(server.batches.all.at(-1)).toMatchObject({ seq: 1, applied: { revision: 1 } });
  });

  it('survives listeners, loggers and request readers that throw', async () => {
    const end = await run(`
      const fail = () => { throw new Error('mine'); };
      const failLater = async () => { throw new Error('mine'); };
      const logger = { debug: fail, info: fail, warn: fail, error: fail };
      const flags = createClient({ url, key, logger, contextFromRequest: fail });
      for (const event of ['ready', 'change', 'status', 'stale', 'error']) {
        flags.on(event, fail);
        flags.on(event, failLater);
      }
      await flags.ready();
      flags.isActive('unknown');
      console.log(flags.isActive('awesome', new Request('http://localhost')));
    `);
    expect(end).toMatchObject({ code: 0, output: 'true\n' });
  });
});
