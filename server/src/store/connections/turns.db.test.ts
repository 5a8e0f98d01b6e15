import { sql } from 'drizzle-orm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshDatabase, withDatabase } from '../../../../test/support/database.js';
import { HANG_MS, PATIENT_LIMITS } from '../../../../test/support/patience.js';
import { openDatabase } from '../open-database.js';

describe('turns on the embedded database', () => {
  const database = withDatabase('embedded');

  test('let whoever is patient wait until nobody else asks', async () => {
    const fresh = await freshDatabase('embedded');
    const limits = { ...PATIENT_LIMITS, patienceMs: HANG_MS };
    const calm = await openDatabase({ ...fresh.options, limits });
    onTestFinished(async () => {
      await calm.close();
      await fresh.remove();
    });
    const order: string[] = [];
    const ask = async (name: string, from: 'db' | 'patientDb') => {
      await calm[from].execute(sql`select 1`);
      order.push(name);
    };
    /** A request is one statement after the other. */
    const request = async () => {
      for (let i = 0; i < 5; i += 1) await ask('request', 'db');
    };
    const requested = request();
    const patient = ask('patient', 'patientDb');
    await Promise.all([requested, patient]);
    expect(order).toEqual([...new Array<string>(5).fill('request'), 'patient']);
  });

  test('come to the patient too, however busy it is', async () => {
    let isBusy = true;
    const others = (async () => {
      while (isBusy) await database.db.execute(sql`select 1`);
    })();
    await database.patientDb.transaction((tx) => tx.execute(sql`select 1`));
    isBusy = false;
    await others;
  });
});
