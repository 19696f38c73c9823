// An application as a developer writes it. `@ts-expect-error`: what TypeScript must refuse.
import { type Beckon, beckon, type CommerceEvent, createClient, type Item, type Options } from 'beckon';
import { BeckonProvider, useBeckon } from 'beckon/react';

const options: Options = { writeKey: 'demo', endpoint: 'https://c.example', consent: 'pending' };
beckon.init(options);
// @ts-expect-error: nowhere to send to.
beckon.init({ writeKey: 'demo' });

const mug: Item = { item_id: 'mug', price: 12, quantity: 2, size: 'L' };
beckon.track('add_to_cart', { items: [{ item_id: 'mug', price: 12 }] });
beckon.track('purchase', { transaction_id: 'T1', currency: 'EUR', value: 24, items: [mug], gift: true });
// @ts-expect-error: a price is a number.
beckon.track('add_to_cart', { items: [{ item_id: 'mug', price: {} }] });
// @ts-expect-error: items are a list.
beckon.track('view_item', { items: mug });
// @ts-expect-error: so is a value.
beckon.track('purchase', { value: '24' });

beckon.track('quiz_finished', { score: 3, at: new Date(), items: 'of any type' });
beckon.track('quiz_finished');
const named: string = 'quiz_' + 'left';
beckon.track(named, { score: 3 });
const anyOfGa4: CommerceEvent = 'refund';
beckon.track(anyOfGa4, { value: 24 });
// @ts-expect-error: an event has a name.
beckon.track({ score: 3 });

beckon.cart.add(mug);
beckon.cart.add({ item_id: 'mug', price: 12 }, { currency: 'EUR' });
beckon.cart.remove({ item_id: 'mug' });
beckon.cart.set([mug]);
beckon.cart.clear();
export const quantity: number | undefined = beckon.cart.get().items[0]?.quantity;
// @ts-expect-error: a quantity is a number.
beckon.cart.add({ item_id: 'mug', quantity: 'two' });

beckon.consent({ analytics: true, marketing: false });
// @ts-expect-error: not a purpose.
beckon.consent({ statistics: true });

beckon.identify('u1', { plan: 'gold' }, { token: 'a.b.c' });
beckon.identify({ newsletter: true });
// @ts-expect-error: a token is a string.
beckon.identify('u1', {}, { token: 1 });
beckon.alias('u1', 'lead-7');
beckon.group('acme', { seats: 3 });
beckon.page({ category: 'shop' });
beckon.reset();
export const anonymousId: string | undefined = beckon.anonymousId();

export const stop: () => void = beckon.on('error', ({ code, message }) => console.warn(code, message));
beckon.on('delivery', ({ status, sent }) => console.info(status.toFixed(), sent.length));
beckon.on('call', (message) => message.type === 'track' && console.info(message.event));
// @ts-expect-error: nothing of that name is told.
beckon.on('nothing', () => {});

const second: Beckon = createClient(options);
await second.flush();

function Add() {
  const client = useBeckon();
  return (
    <button type="button" onClick={() => client.cart.add(mug)}>
      Add
    </button>
  );
}
export const shop = (
  <BeckonProvider writeKey="demo" endpoint="https://c.example" linkDomains="shop.example">
    <Add />
  </BeckonProvider>
);
export const spread = <BeckonProvider {...options} />;
export const secondShop = (
  <BeckonProvider client={second}>
    <Add />
    <Add />
  </BeckonProvider>
);
// @ts-expect-error: nowhere to send to.
export const unfinished = <BeckonProvider writeKey="demo" />;
// @ts-expect-error: neither options nor a client.
export const empty = <BeckonProvider />;
