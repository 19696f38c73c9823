import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEmitter } from '../../events.ts';
import type { JsonObject, PropertyCondition, Trigger } from '../../message.ts';
import { afterVisible } from '../after-visible.ts';
import { watch } from './index.ts';

let hidden = false;
let mouse = true;
let engaged = false;
beforeEach(() => {
  vi.useFakeTimers();
  hidden = engaged = false;
  mouse = true;
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  vi.stubGlobal('matchMedia', () => ({ matches: mouse }));
  page(1_000, 3_000);
});
const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  document.body.innerHTML = '';
});

function arm(...triggers: Trigger[]) {
  const fired = vi.fn();
  const fail = vi.fn();
  const stop = new AbortController();
  stops.push(stop);
  const { on, emit } = createEmitter();
  const fire = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    fired();
  };
  // As where it is loaded: what one trigger throws is none of the others' affair.
  for (const trigger of triggers)
    try {
      watch(trigger, on, stop.signal, fire, afterVisible, () => engaged);
    } catch (error) {
      fail(error);
    }
  return { fired, fail, stop, emit };
}
const pass = (ms: number) => vi.advanceTimersByTime(ms);
function page(windowHeight: number, height: number) {
  vi.stubGlobal('innerHeight', windowHeight);
  vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(height);
  vi.stubGlobal('scrollY', 0);
}
function scroll(y: number) {
  vi.stubGlobal('scrollY', y);
  dispatchEvent(new Event('scroll'));
  pass(16);
}
function show(visible: boolean) {
  hidden = !visible;
  document.dispatchEvent(new Event('visibilitychange'));
}

test.each([
  [undefined, 998, 999],
  [25, 498, 499],
  [100, 1_998, 1_999],
])('scrolled to %s percent of what can be scrolled, and not before', (percent, before, at) => {
  const { fired } = arm({ on: 'scroll', ...(percent && { percent }) });
  scroll(before);
  expect(fired).not.toHaveBeenCalled();
  scroll(at);
  expect(fired).toHaveBeenCalledOnce();
});

test('who is that far down already need not scroll again', () => {
  vi.stubGlobal('scrollY', 1_500);
  expect(arm({ on: 'scroll' }).fired).toHaveBeenCalledOnce();
});

test('a page that fits into the window is never scrolled down, until it grows', () => {
  page(1_000, 1_000);
  const { fired } = arm({ on: 'scroll', percent: 1 });
  scroll(0);
  expect(fired).not.toHaveBeenCalled();
  page(1_000, 2_000);
  scroll(20);
  expect(fired).toHaveBeenCalledOnce();
});

test.each(['pointermove', 'pointerdown', 'keydown', 'scroll'])(
  'a visitor who does something (%s) is not idle',
  (type) => {
    const { fired } = arm({ on: 'idle', idleMs: 5_000 });
    pass(4_000);
    document.body.dispatchEvent(new Event(type));
    pass(4_999);
    expect(fired).not.toHaveBeenCalled();
    pass(1);
    expect(fired).toHaveBeenCalledOnce();
  },
);

test('time in another tab is not idleness', () => {
  const { fired } = arm({ on: 'idle' });
  pass(19_000);
  show(false);
  pass(600_000);
  show(true);
  expect(fired).not.toHaveBeenCalled();
  pass(20_000);
  expect(fired).toHaveBeenCalledOnce();
});

test('a click on what appears later, or within it, counts, and does what it always did', () => {
  const { fired } = arm({ on: 'click', selector: '.size-guide' });
  document.body.innerHTML = '<p>x</p><a class=size-guide href="#s"><b>Sizes</b></a>';
  const click = (selector: string) => {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, composed: true });
    document.querySelector(selector)?.dispatchEvent(event);
    return event;
  };
  click('p');
  expect(fired).not.toHaveBeenCalled();
  document.querySelector('a')?.addEventListener('click', (event) => event.stopPropagation());
  expect(click('b').defaultPrevented).toBe(false);
  expect(fired).toHaveBeenCalledOnce();
});

test('a click in a shadow root counts', () => {
  const { fired } = arm({ on: 'click', selector: 'button.help' });
  const host = document.createElement('div');
  document.body.append(host);
  host.attachShadow({ mode: 'open' }).innerHTML = '<button class=help>?</button>';
  host.shadowRoot?.querySelector('button')?.click();
  expect(fired).toHaveBeenCalledOnce();
});

test('a selector that is none is reported once, and the other triggers work', () => {
  const { fired, fail } = arm({ on: 'click', selector: 'a[' }, { on: 'idle', idleMs: 1_000 });
  document.body.click();
  document.body.click();
  expect(fail).toHaveBeenCalledOnce();
  pass(1_000);
  expect(fired).toHaveBeenCalledOnce();
});

const item = { item_id: 'mug', price: 12.5, tags: ['new', 'red'] };
const properties: JsonObject = {
  currency: 'EUR',
  value: '40',
  items: [item],
  note: null,
  gift: true,
  empty: '',
};
const is = (property: string, is: PropertyCondition['is'], value: PropertyCondition['value']) => ({
  property,
  is,
  value,
});

function told(type: string, event: string, where?: PropertyCondition[], heard = 'add_to_cart') {
  const { fired, emit } = arm({ on: 'event', event: heard, ...(where && { where }) });
  emit('call', { type, event, properties, messageId: 'm' } as never);
  return fired.mock.calls.length === 1;
}

test('an event of the page fires by its name; a page view has one, too', () => {
  expect(told('track', 'add_to_cart')).toBe(true);
  expect(told('track', 'view_item')).toBe(false);
  expect(told('page', '', [], 'page_view')).toBe(true);
  expect(told('identify', undefined as never)).toBe(false);
});

test.each<[boolean, PropertyCondition]>([
  [true, is('currency', '==', 'EUR')],
  [false, is('currency', '==', 'USD')],
  [true, is('currency', '!=', 'USD')],
  [true, is('absent', '!=', 'USD')],
  [false, is('absent', '==', 'undefined')],
  [true, is('value', '==', 40)],
  [true, is('value', '>=', 40)],
  [false, is('value', '<=', 39.9)],
  [true, is('items.0.price', '<=', 12.5)],
  [false, is('items.1.price', '>=', 0)],
  [false, is('note', '>=', 0)],
  [false, is('empty', '<=', 0)],
  [true, is('gift', '==', true)],
  [true, is('items.0.tags', 'contains', 'red')],
  [false, is('items.0.tags', 'contains', 're')],
  [true, is('currency', 'contains', 'EU')],
  [false, is('absent', 'contains', 'u')],
  [true, is('items.length', '>=', 1)],
  [false, is('currency', 'like' as never, 'EUR')],
])('%s: %j', (expected, condition) => {
  expect(told('track', 'add_to_cart', [condition])).toBe(expected);
});

test('all conditions count', () => {
  expect(told('track', 'add_to_cart', [is('value', '>=', 1), is('currency', '==', 'USD')])).toBe(false);
});

function leave({ to = null as Element | null, y = -1, buttons = 0 } = {}) {
  const event = new MouseEvent('mouseout', { bubbles: true, relatedTarget: to, clientY: y, buttons });
  document.body.dispatchEvent(event);
}

test('the pointer leaves over the top edge', () => {
  const { fired } = arm({ on: 'exit' });
  leave();
  expect(fired).not.toHaveBeenCalled();
  pass(5_000);
  leave({ y: 300 });
  leave({ to: document.body });
  leave({ buttons: 1 });
  expect(fired).not.toHaveBeenCalled();
  leave({ y: 0 });
  expect(fired).toHaveBeenCalledOnce();
});

test('who follows a link, or chooses from a list that opens upwards, is not leaving', () => {
  const { fired } = arm({ on: 'exit' });
  pass(5_000);
  document.body.click();
  pass(500);
  leave();
  pass(1_000);
  engaged = true;
  leave();
  expect(fired).not.toHaveBeenCalled();
  engaged = false;
  leave();
  expect(fired).toHaveBeenCalledOnce();
});

const touch = () => dispatchEvent(new Event('touchmove'));

test('on touch a fast way up after some reading counts', () => {
  mouse = false;
  const { fired } = arm({ on: 'exit' });
  pass(5_000);
  for (let y = 0; y <= 900; y += 100) scroll(y);
  touch();
  for (let y = 900; y >= 500; y -= 100) scroll(y);
  expect(fired).not.toHaveBeenCalled();
  scroll(400);
  expect(fired).toHaveBeenCalledOnce();
});

test('neither a slow way up, nor one after a click, nor one right at its top counts', () => {
  mouse = false;
  const { fired } = arm({ on: 'exit' });
  pass(5_000);
  touch();
  scroll(400);
  scroll(-200);
  scroll(2_000);
  for (let y = 2_000; y >= 0; y -= 20) {
    touch();
    scroll(y);
  }
  scroll(2_000);
  document.body.click();
  scroll(0);
  expect(fired).not.toHaveBeenCalled();
});

test('a return after five seconds elsewhere counts on touch, and there only', () => {
  for (mouse of [true, false]) {
    const { fired } = arm({ on: 'exit' });
    pass(5_000);
    show(false);
    pass(4_999);
    show(true);
    expect(fired).not.toHaveBeenCalled();
    show(false);
    pass(5_000);
    show(true);
    expect(fired).toHaveBeenCalledTimes(mouse ? 0 : 1);
  }
});

test('the history is left alone', () => {
  const push = vi.spyOn(history, 'pushState');
  const replace = vi.spyOn(history, 'replaceState');
  for (mouse of [true, false]) arm({ on: 'exit' });
  pass(60_000);
  expect([push, replace].flatMap(({ mock }) => mock.calls)).toEqual([]);
});

test('the first of several ends the others, and a route that is left ends all', () => {
  const all: Trigger[] = [
    { on: 'scroll' },
    { on: 'exit' },
    { on: 'idle', idleMs: 1_000 },
    { on: 'click', selector: 'body' },
    { on: 'event', event: 'x' },
  ];
  const everything = ({ emit }: ReturnType<typeof arm>) => {
    document.body.click();
    emit('call', { type: 'track', event: 'x', messageId: 'm' } as never);
    scroll(2_000);
    pass(60_000);
    leave();
  };
  const first = arm(...all);
  everything(first);
  expect(first.fired).toHaveBeenCalledOnce();
  scroll(0);
  const left = arm(...all);
  left.stop.abort();
  everything(left);
  expect(left.fired).not.toHaveBeenCalled();
});
