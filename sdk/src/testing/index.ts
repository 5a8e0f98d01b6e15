export {
  createTestClient,
  type TestClient,
  type TestClientOptions,
  type TrackedEvent,
} from './in-memory-client.js';
export { ManualClock } from './manual-clock.js';
