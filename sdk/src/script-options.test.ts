import { afterEach, expect, test } from 'vitest';
import { findScript, optionsOf } from './script-options.ts';

afterEach(() => document.head.replaceChildren());

test('the endpoint is where the script comes from, any path prefix included', () => {
  const endpointOf = (src: string) => optionsOf({ src, dataset: {} }).endpoint;
  expect(endpointOf('https://c.example/beckon.js')).toBe('https://c.example');
  expect(endpointOf('https://shop.example/a/b/beckon.js?key=demo')).toBe('https://shop.example/a/b');
});

test('a tag manager that strips data attributes leaves the query string', () => {
  const src = 'https://c.example/beckon.js?key=demo&pageViews=false&currency=EUR';
  expect(optionsOf({ src, dataset: {} })).toEqual({
    endpoint: 'https://c.example',
    writeKey: 'demo',
    pageViews: 'false',
    currency: 'EUR',
  });
});

test('attributes win over the query string', () => {
  const dataset = { writeKey: 'attribute', endpoint: 'https://other.example' };
  expect(optionsOf({ src: 'https://c.example/beckon.js?key=query', dataset })).toEqual(dataset);
});

test('an injected tag is found by its name, whatever follows it', () => {
  for (const src of ['https://x.example/other.js', 'https://c.example/p/beckon.js?key=demo']) {
    const script = document.createElement('script');
    script.setAttribute('src', src);
    script.type = 'text/plain';
    document.head.append(script);
  }
  expect(findScript()?.src).toBe('https://c.example/p/beckon.js?key=demo');
});
