import { describe, expect, it } from 'vitest';
import { templateFaults, usesPersonData, variablesIn } from './template-faults.ts';

const contentOf = (text: string) => ({
  closeLabel: 'Close',
  blocks: [{ type: 'text', runs: ['a', { text }] }],
});

describe('a template with a mistake', () => {
  it.each([
    ['{{ visitor.traits.name ', '{{ visitor.traits.name'],
    ['{% if visitor.orders %}Hi', '{% if visitor.orders %} is opened and never closed'],
    ['{{ visitor.traits.name | upper }}', 'no filter called "upper". There are abs,'],
    ['{{ visitor.traits.name | escape }}', 'no filter called "escape"'],
    ['{% include "footer" %}', '{% include %} cannot be used here'],
    ['{% render "x" %}', '{% render %} cannot'],
    ['{% layout "x" %}', '{% layout %} cannot'],
    ['{% block x %}{% endblock %}', '{% block %} cannot'],
    ['{{ first_name }}', 'nothing called "first_name". A value starts with visitor, session,'],
    ['{% for i in items %}{{ i }}{% endfor %}', 'nothing called "items"'],
    ['{% for i in cart.items %}{{ i.price }}{% endfor %}{{ i }}', 'nothing called "i"'],
    ['{{ constructor }}', 'nothing called "constructor"'],
    ['{{ cart.items.size | plural: one: "item" }}', 'the form "other"'],
    ['{{ 5 | money: "EURO" }}', 'cannot be read'],
    ['{% if %}{% endif %}', 'cannot be read'],
  ])('is told before anybody sees it: %s', (text, message) => {
    const [fault, ...others] = templateFaults(contentOf(text));
    expect(fault).toMatchObject({
      pointer: '/blocks/0/runs/1/text',
      message: expect.stringContaining(message),
    });
    expect(fault?.message).not.toMatch(/line:|undefined/);
    expect(others).toEqual([]);
  });

  it('does not hide those of other texts', () => {
    const blocks = [{ text: '{{ a }} {{ b.c }}' }, { type: 'button', text: 'Go', href: '/{{ d }}' }];
    expect(templateFaults({ blocks }).map(({ pointer }) => pointer)).toEqual([
      '/blocks/0/text',
      '/blocks/0/text',
      '/blocks/1/href',
    ]);
  });
});

it.each([
  'Plain { text } % and 50 %',
  'Hi {{ visitor.traits.first_name | default: "there" }}',
  '{% for i in cart.items limit: 3 %}{{ forloop.index }} {{ i.item_name }} {{ i.price | times: i.quantity | money }}{% endfor %}',
  '{% assign n = cart.items | size %}{{ n | plural: one: "# item", other: "# items" }}',
  '{% capture x %}{{ coupon.code }}{% endcapture %}{{ x }} until {{ coupon.expiresAt | date: "long" }}',
  '{% case session.pageViews %}{% when 1 %}one{% else %}more{% endcase %} {{ facts.views7d }} {{ event.name }} {{ page.url }}',
])('nothing is wrong with %s', (text) => {
  expect(templateFaults(contentOf(text))).toEqual([]);
});

it.each([
  ['Hi', false],
  ['visitor', false],
  ['{{ cart.value | money }}', false],
  ['{{ visitor.orders }}', true],
  ['{% if visitor["traits"].vip %}x{% endif %}', true],
  ['{% assign v = visitor %}{{ v.id }}', true],
  ['{{ cart.value | plus: visitor.orders }}', true],
  ['{% for i in cart.items limit: visitor.orders %}{% endfor %}', true],
  ['{{ cart[visitor.traits.x] }}', true],
  ['{{ ["visitor"].orders }}', true],
  ['{% liquid echo visitor.id %}', true],
  ['{% case 1 %}{% when visitor.orders %}{% endcase %}', true],
  ['{% cycle visitor.id, "b" %}', true],
])('whether somebody has to be known: %s', (text, personal) => {
  expect(usesPersonData(contentOf(text))).toBe(personal);
});

it('what a content reads is known', () => {
  const blocks = [{ text: '{{ cart.value }}' }, { href: '/{{ coupon.code }}' }];
  expect([...variablesIn({ blocks })]).toEqual(['cart', 'coupon']);
});
