/** `npm run demo`: the real server, a shop that uses the SDK, and visitors that browse it. */
const { build } = await import('../../server/build.mjs');
if (!(await build())) process.exit(1);
const { ADMIN, startDemoServer } = await import('./demo-server.mjs');
const { startShop } = await import('./shop.mjs');
const { sendVisitors } = await import('./visitors.mjs');

const server = await startDemoServer('demo');
await createFlag();
const shopPort = Number(process.env.SHOP_PORT ?? 4001);
const shop = await startShop({ port: shopPort, url: server.url, key: server.serverKey });
sendVisitors(shop.url);

console.log(`
  The shop      ${shop.url}
  The admin UI  ${server.url}/default/production/flags/awesome
                sign in as ${ADMIN.email} with ${ADMIN.password}

  Open both side by side. Drag the slider of the rule "ramp" and save, then press Kill.
  Ctrl-C ends it; what you did stays in data/demo.
`);

async function createFlag() {
  const created = await server.call('POST', '/flags', {
    key: 'awesome',
    name: 'One-click checkout',
    description: 'Buy with one click instead of three pages.',
    tags: ['demo'],
    owner: 'checkout team',
  });
  if (!created) return;
  const path = '/environments/production/flags/awesome';
  const config = await server.call('GET', path);
  await server.call('PUT', path, rampFrom(config), { 'If-Match': `"${config.version}"` });
}

function rampFrom({ parent, offVariant, onVariant, defaultVariant }) {
  const staff = { attribute: 'staff', operator: 'in', values: [true] };
  return {
    status: 'conditional',
    parent,
    offVariant,
    onVariant,
    defaultVariant,
    rules: [
      { id: 'staff', when: staff, serve: { variant: 'on' } },
      { id: 'ramp', rollout: { to: 5 }, serve: { variant: 'on' } },
    ],
  };
}
