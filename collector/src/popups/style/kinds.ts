import { both, hasBlock, hasScale, isKind, type Part } from './part.ts';

/** Of the element in the page, which the page's own rules cannot move; `all` leaves the direction out. */
export function hostRule(isInFlow: boolean, dir: 'ltr' | 'rtl'): string {
  const place = isInFlow ? 'display:block' : 'position:fixed';
  return `:host{all:initial!important;direction:${dir}!important;${place}!important}`;
}

/** Where each kind but the modal one stands, and the tab that opens one. After the blocks, of which some look different here. */
export const KINDS: Part[] = [
  {
    needs: isKind('inline'),
    css: /* css */ `
.inline { position: relative; width: auto; box-shadow: none; border-color: var(--edge); animation: none; --h: none }`,
  },
  {
    needs: isKind('slide-in'),
    css: /* css */ `
.slide-in { position: fixed; inset: auto 16px 16px auto; inset-inline: auto 16px; width: min(368px,100vw - 32px); --x: calc(1.5*var(--g)) }
.slide-in .heading { font-size: 20px }`,
  },
  {
    needs: ({ kind, position = '' }) => kind === 'slide-in' && position.endsWith('start'),
    css: '.slide-in { inset-inline: 16px auto }',
  },
  {
    needs: ({ kind, position = '' }) => kind === 'slide-in' && position.startsWith('top'),
    css: '.slide-in { inset-block: 16px auto }',
  },
  {
    needs: isKind('slide-in'),
    css: /* css */ `
@media (max-width: 480px) {
  .slide-in.slide-in { inset: auto 0 0; width: auto; --h: 60dvh; border-end-start-radius: 0; border-end-end-radius: 0 }
}`,
  },
  {
    needs: isKind('bar'),
    css: /* css */ `
.bar { position: fixed; inset: 0 0 auto; width: auto; border-radius: 0; --x: calc(1.5*var(--g)); box-shadow: 0 0 24px rgb(0 0 0/.2) }
.bar .card { flex-flow: wrap; align-items: center; justify-content: center; padding: 8px 56px; gap: 8px 20px }
.bar .heading { font-size: 17px; padding: 0 }
.bar :is(.button,.coupon) { min-height: 44px; padding-block: 8px; margin: 0 }
.bar .offer { grid-auto-flow: column }
@media (max-width: 480px) {
  .bar { --h: 30dvh }
  .bar .offer { grid-auto-flow: row }
  .bar .card { padding-inline: 16px 48px; gap: 6px 8px; justify-content: start }
  .bar .heading { text-wrap: wrap; text-align: start }
}`,
  },
  {
    needs: both(isKind('bar'), hasBlock('text')),
    css: '@media (max-width: 480px) { .bar .text { text-align: start } }',
  },
  {
    needs: ({ kind, position }) => kind === 'bar' && position === 'bottom',
    css: '.bar { inset: auto 0 0 }',
  },
  {
    needs: both(isKind('slide-in', 'bar'), hasScale('nps')),
    css: '.nps.nps > .scale { grid-template-columns: repeat(6,1fr) }',
  },
  {
    needs: both(isKind('bar'), hasBlock('countdown')),
    css: /* css */ `
.bar :is(.countdown,.units) { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 8px }
.bar .units > span { min-width: 0; padding: 4px 8px; white-space: nowrap }
.bar .units b { display: inline; font-size: 17px }
@media (max-width: 480px) {
  .bar .countdown.countdown { justify-content: start }
  .bar .units > span { min-width: 0; padding: 4px 0; background: none }
}`,
  },
  {
    needs: both(isKind('bar'), hasBlock('image')),
    css: '.bar .wide.wide { width: auto; max-height: 44px; margin: 0 }',
  },
  {
    needs: ({ tab }) => tab,
    css: /* css */ `
.tab {
  position: fixed; inset: 0; inset-inline-start: auto; width: 44px; height: fit-content; background: var(--a);
  border-start-end-radius: 0; border-end-end-radius: 0
}
.tab > button {
  writing-mode: vertical-rl; width: 100%; padding: 18px 0; max-height: 70dvh; line-height: 40px; color: var(--o);
  font-weight: 650
}`,
  },
];
