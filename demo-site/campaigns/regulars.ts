import type { SegmentInput } from './definition.ts';

/** Who orders a second time, or has spent 150. */
export const regulars: SegmentInput = {
  id: 'regulars',
  name: 'Regulars: two orders, or 150 spent',
  audience: {
    rule: {
      or: [{ '>=': [{ var: 'visitor.orders' }, 2] }, { '>=': [{ var: 'visitor.lifetimeValue' }, 150] }],
    },
  },
};
