import type { Delivery } from '../../api/types.js';

/** The label of a delivery: delivered, pending or given up. */
export function deliveryWords({ state, attempts }: Delivery): {
  readonly label: string;
  readonly tone: 'good' | 'neutral' | 'notice';
} {
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
  switch (state) {
    case 'delivered':
      return { label: 'delivered', tone: 'good' };
    case 'given_up':
      return { label: `given up after ${tries}`, tone: 'notice' };
    case 'waiting':
      return attempts === 0
        ? { label: 'on its way', tone: 'neutral' }
        : { label: `${tries} so far`, tone: 'notice' };
  }
}
