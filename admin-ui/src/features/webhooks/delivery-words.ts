import type { Delivery } from '../../api/release-types.js';

/** Delivered, on its way, or given up. */
export function deliveryWords({ deliveredAt, nextAt, attempts }: Delivery): {
  readonly label: string;
  readonly tone: 'good' | 'neutral' | 'notice';
} {
  if (deliveredAt !== null) {
    return { label: 'delivered', tone: 'good' };
  }
  if (nextAt === null) {
    return { label: `given up after ${attempts} tries`, tone: 'notice' };
  }
  return attempts === 0
    ? { label: 'on its way', tone: 'neutral' }
    : { label: `${attempts} tries so far`, tone: 'notice' };
}
