/** Who browses the shop: everybody comes back every few seconds, over real HTTP. */
export const VISITORS = Array.from({ length: 400 }, (_, i) => ({
  id: `visitor-${i + 1}`,
  staff: i < 4,
}));

const VISITS_PER_SECOND = 80;

export function sendVisitors(shopUrl) {
  const timer = setInterval(() => {
    const { id } = VISITORS[Math.floor(Math.random() * VISITORS.length)];
    fetch(`${shopUrl}/checkout`, { headers: { cookie: `visitor=${id}` } })
      .then((response) => response.text())
      .catch(() => undefined);
  }, 1_000 / VISITS_PER_SECOND);
  timer.unref();
}
