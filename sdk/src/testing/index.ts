export { createTestClient, type TestClient, type TestClientOptions } from './in-memory-client.js';
export { ManualClock } from './manual-clock.js';
