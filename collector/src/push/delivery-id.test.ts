import { describe, expect, it } from 'vitest';
import { makeDeliveryId, readDeliveryId } from './delivery-id.ts';

const STEP = { campaign: 'abandoned-cart', version: 12, variant: 'B_2', step: 'after-1h' };

describe('the id of a delivery', () => {
  it('is the same for every try, and another for every seed', async () => {
    const id = await makeDeliveryId(STEP, 'site a:v 1');
    expect(id).toMatch(/^abandoned-cart@12\.B_2\.after-1h\.[\w-]{22}$/);
    expect(await makeDeliveryId({ ...STEP }, 'site a:v 1')).toBe(id);
    expect(await makeDeliveryId(STEP, 'site a:v 2')).not.toBe(id);
    expect(await makeDeliveryId({ ...STEP, step: 'other' }, 'site a:v 1')).not.toContain(id.slice(-22));
  });

  it('says what it is of', async () => {
    expect(readDeliveryId(await makeDeliveryId(STEP, 'x'))).toEqual(STEP);
  });

  it('is refused where a browser made it up', () => {
    const hash = 'A'.repeat(22);
    expect(readDeliveryId(`c@1.a.s.${hash}`)).not.toBeNull();
    for (const wrong of [
      ...['', 'c@1.a.s', `c@1.a.s.${hash}A`, `c@1.a.s.${hash}\n`, `C@1.a.s.${hash}`, `c@01.a.s.${hash}`],
      ...[`c@draft.a.s.${hash}`, `c@1.a.s.x.${hash}`, `c@-1.a.s.${hash}`, `@1.a.s.${hash}`, `c@1..s.${hash}`],
      ...[`c@1.a.s.${'+'.repeat(22)}`, `c@9999999999.a.s.${hash}`, `${'c'.repeat(64)}@1.a.s.${hash}`],
      ...[7, null, undefined, {}, [`c@1.a.s.${hash}`]],
    ]) {
      expect(readDeliveryId(wrong), String(wrong)).toBeNull();
    }
  });
});
