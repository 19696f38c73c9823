import { afterEach, expect, test, vi } from 'vitest';
import { createEmitter } from '../events.ts';
import { start } from './debug.ts';

afterEach(() => vi.restoreAllMocks());

function open() {
  const lines: string[] = [];
  for (const level of ['info', 'warn'] as const)
    vi.spyOn(console, level).mockImplementation((text) => lines.push(`${level}: ${text}`));
  const { on, emit } = createEmitter();
  start({ on } as never);
  lines.length = 0;
  return { emit, lines };
}
const attempt = (status: number) => ({ sent: [{}, {}] as never, status, answer: null });

test('a developer reads what was called and whether it arrived', () => {
  const { emit, lines } = open();
  emit('call', { type: 'track', event: 'add_to_cart', messageId: '1' });
  emit('call', { type: 'page', messageId: '2' });
  emit('delivery', attempt(200));
  emit('delivery', attempt(0));
  emit('delivery', attempt(400));
  emit('delivery', attempt(503));
  expect(lines).toEqual([
    'info: [beckon] track add_to_cart',
    'info: [beckon] page',
    'info: [beckon] delivery of 2: 200',
    'warn: [beckon] delivery of 2: 0, no answer: offline, blocked by an extension, or a wrong endpoint. Kept, and sent again later.',
    'warn: [beckon] delivery of 2: 400, a message in it is refused. The others are sent again.',
    'warn: [beckon] delivery of 2: 503, kept, and sent again later.',
  ]);
});

test('each error says what to do about it', () => {
  const { emit, lines } = open();
  emit('error', { code: 'forbidden_origin', message: 'https://shop.example is not allowed' });
  emit('error', { code: 'invalid_call', message: 'track: no event' });
  emit('error', { code: 'invalid_call', message: 'cart' });
  emit('error', { code: 'invalid_call', message: 'nonsense: no such call' });
  emit('error', { code: 'no_id', message: 'The message has neither anonymousId nor userId.' });
  emit('error', { code: 'unheard_of', message: 'Something' });
  expect(lines).toEqual([
    "warn: [beckon] forbidden_origin: https://shop.example is not allowed. Add this page's origin to the site's allowed origins.",
    'warn: [beckon] invalid_call: track: no event. track needs the name of an event, a text.',
    'warn: [beckon] invalid_call: cart. Each item of a cart needs item_id or item_name.',
    'warn: [beckon] invalid_call: nonsense: no such call. Check the name and the arguments of this call.',
    'warn: [beckon] no_id: The message has neither anonymousId nor userId. Send anonymousId or userId with each message.',
    'warn: [beckon] unheard_of: Something.',
  ]);
});

test('a popup that does not show says why', () => {
  const { emit, lines } = open();
  const popup = { id: '1', cause: 'm', campaign: 'cart-saver', variant: 'a', triggers: [] };
  emit('message', { phase: 'armed', popup });
  emit('message', { phase: 'refused', popup, reason: 'cap' });
  emit('message', { phase: 'shown', popup });
  expect(lines).toEqual([
    'info: [beckon] popup of cart-saver waits for its trigger',
    'info: [beckon] popup of cart-saver was refused when it was about to be shown: cap',
    'info: [beckon] popup of cart-saver is shown',
  ]);
});
