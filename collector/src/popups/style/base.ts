import { hasBlock, isKind, type Part } from './part.ts';

/**
 * What every popup has. Left and right are absent, so that right-to-left needs nothing of its own; lengths are in px, for
 * the root's font size is the page's. Borders are transparent where only forced colours, which drop backgrounds and
 * shadows, draw them. Colours, fonts (--f), the radius (--r) and the gap (--g) come from theme-rules.ts: --c is the card,
 * --t the text, --a the accent, --o what stands on it.
 */
export const BASE: Part[] = [
  {
    needs: () => true,
    css: /* css */ `
* { box-sizing: border-box; min-width: 0; margin: 0; padding: 0; border: 1px solid transparent }
.popup {
  --x: calc(2*var(--g)); --y: calc(2.5*var(--g)); --q: min(var(--r),14px);
  --h: calc(100dvh - 32px);
  margin: auto; width: min(416px,100vw - 32px); max-width: none; max-height: none; overflow: clip;
  background: var(--c); color: var(--t); border-radius: var(--r);
  font: 16px/1.5 var(--f); text-align: start; overflow-wrap: break-word;
  box-shadow: 0 8px 24px rgb(0 0 0/.12),0 32px 80px rgb(0 0 0/.28);
  animation: appear .24s
}
@keyframes appear { from { opacity: 0 } }
.card {
  position: relative; display: flex; flex-direction: column; gap: var(--g);
  padding: var(--y) var(--x) var(--x); max-height: var(--h); overflow: auto; overscroll-behavior: contain;
  outline: 0; border: 0
}
button, .button { font: inherit; color: inherit; cursor: pointer; background: none }
.close {
  position: absolute; inset-inline-end: 6px; top: 6px; width: 44px; height: 44px; border-radius: 50%;
  font-size: 26px; line-height: 1; background: var(--c)
}
:is(a,button):hover { filter: brightness(1.1) }
:focus-visible { outline: 3px solid var(--a); outline-offset: 2px }
@media (prefers-reduced-motion) { .popup { animation: none } }`,
  },
  {
    needs: hasBlock('heading'),
    css: /* css */ `
.heading { font-size: 26px; line-height: 1.2; letter-spacing: -.02em; text-wrap: balance; padding: 0 16px; text-align: center }
@media (max-width: 480px) { .heading { font-size: 22px } }`,
  },
  {
    needs: hasBlock('text'),
    css: /* css */ `
.text { color: var(--soft); text-align: center; text-wrap: pretty }
.text a { color: inherit }
.bold { font-weight: 650; color: var(--t) }
.italic { font-style: italic }`,
  },
  {
    needs: ({ blocks }) => blocks.some((block) => block.type === 'text' && block.consent),
    css: '[data-consent] { font-size: 13px }',
  },
  {
    needs: hasBlock('coupon'),
    css: /* css */ `
.offer { display: grid; gap: var(--g) }
.coupon {
  padding-block: 12px; padding-inline: 20px 110px; min-height: 56px; text-align: start;
  border: 1.5px dashed var(--a); border-radius: var(--q); background: var(--tint)
}
.coupon .label { display: block }
.code { font: 700 20px/1.3 ui-monospace,monospace; letter-spacing: .08em; user-select: text }
.coupon, .copy { grid-area: 1/1 }
.copy { place-self: center end; margin-inline-end: 20px; font-weight: 650; pointer-events: none }`,
  },
  {
    needs: ({ blocks }) =>
      blocks.some((block) => block.type === 'button' || (block.type === 'coupon' && block.apply)),
    css: /* css */ `
.button {
  display: block; min-height: 52px; padding: 13px 20px; border-radius: var(--q); background: var(--a); color: var(--o);
  font-weight: 650; text-align: center; text-decoration: none
}
.button ~ .button { background: none; color: inherit; font-weight: 500; margin: -8px 0 -12px }`,
  },
  {
    needs: hasBlock('coupon', 'field', 'countdown'),
    css: '.label { font-size: 14px; color: var(--soft) }',
  },
  {
    needs: isKind('modal'),
    css: 'dialog::backdrop { background: rgb(12 14 20/.56) }',
  },
  {
    // The others have margins of their own.
    needs: isKind('modal', 'inline'),
    css: '@media (max-width: 480px) { .popup { --x: calc(1.25*var(--g)) } }',
  },
];
