import { both, hasBlock, hasScale, isKind, type Part, type Shown } from './part.ts';

const stands =
  (...sides: Shown['picture'][]) =>
  ({ kind, picture, blocks }: Shown) =>
    kind === 'modal' && sides.includes(picture) && blocks.some(({ type }) => type === 'image');

/** Blocks beyond those of a plain popup. */
export const BLOCKS: Part[] = [
  {
    needs: ({ blocks }) =>
      blocks.some(
        (block) =>
          block.type === 'image' || (block.type === 'products' && block.items.some(({ image }) => image)),
      ),
    css: /* css */ `
.picture { display: block; max-width: 100%; height: auto; margin: 0 auto; border-radius: var(--q); object-fit: cover }`,
  },
  {
    needs: hasBlock('image'),
    css: /* css */ `
.wide { width: 100% }
.card > .wide:first-child {
  width: calc(100% + 2*var(--x)); max-width: none; max-height: 40dvh; border-radius: 0;
  margin: calc(-1*var(--y)) calc(-1*var(--x)) 0
}`,
  },
  {
    needs: stands('start', 'end'),
    css: /* css */ `
@media (min-width: 720px) {
  .modal:has(.wide) { width: 760px }
  .card:has(> .wide) { min-height: 400px; justify-content: center }
  .card > .wide.wide.wide { position: absolute; inset: 0; margin: 0; width: 44%; height: 100%; max-height: none }
}`,
  },
  {
    needs: stands('start'),
    css: /* css */ `
@media (min-width: 720px) {
  .card:has(> .wide) { padding-inline-start: calc(44% + var(--x)) }
  .card > .wide.wide.wide { inset-inline-end: auto }
}`,
  },
  {
    needs: stands('end'),
    css: /* css */ `
@media (min-width: 720px) {
  .card:has(> .wide) { padding-inline-end: calc(44% + var(--x)) }
  .card > .wide.wide.wide { inset-inline-start: auto }
}`,
  },
  {
    needs: hasBlock('field'),
    css: /* css */ `
.field { display: grid; gap: 6px }
.field > .label { font-weight: 600; color: var(--t) }
.control {
  width: 100%; min-height: 48px; padding: 11px 14px; font: inherit; color: inherit; background: var(--c);
  border-color: var(--edge); border-radius: min(var(--r),12px)
}
::placeholder { color: var(--soft); opacity: 1 }
textarea.control { field-sizing: content; min-height: 84px; max-height: 30dvh; resize: vertical }`,
  },
  {
    needs: ({ blocks }) => blocks.some((block) => block.type === 'field' && block.input === 'checkbox'),
    css: /* css */ `
.field:has([type=checkbox]) { grid-template-columns: 24px 1fr; gap: 0 12px }
.field:has([type=checkbox]) > * { grid-column: 2 }
.control[type=checkbox] { grid-area: 1/1; width: 24px; min-height: 24px; accent-color: var(--a) }
.field:has([type=checkbox]) > .label { font-size: 14px; font-weight: 400; color: var(--soft) }`,
  },
  {
    // A rating that leads on has no form in which it could be missing.
    needs: ({ blocks }) =>
      blocks.some((block) => block.type === 'field' || (block.type === 'rating' && !block.next)),
    css: /* css */ `
[aria-invalid=true] { border-color: var(--e) }
.error { font-size: 14px; font-weight: 500; color: var(--e) }
.error:empty { display: none }`,
  },
  {
    needs: hasBlock('rating'),
    css: /* css */ `
fieldset { min-width: 0; text-align: center }
legend { font-weight: 600; width: 100%; padding-bottom: 12px }
.scale { display: flex; flex-wrap: wrap; justify-content: center; gap: 4px }
.score {
  position: relative; display: grid; place-items: center; min-width: 48px; min-height: 48px;
  border-radius: min(var(--r),10px); color: var(--soft)
}
.score input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer }
.score:has(:focus-visible) { outline: 3px solid var(--a); outline-offset: 1px }
.score:hover { background: var(--tint) }
.score:has(:checked) { color: var(--t); background: var(--chosen); forced-color-adjust: none }
.ends { display: flex; justify-content: space-between; gap: 16px; max-width: 264px; margin: auto; padding-top: 8px; font-size: 14px; color: var(--soft) }`,
  },
  {
    needs: hasScale('stars', 'faces', 'thumbs'),
    css: /* css */ `
svg { width: 40px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; pointer-events: none }`,
  },
  {
    needs: hasScale('nps', 'thumbs'),
    css: ':is(.nps,.thumbs) .score { min-width: 0; border-color: var(--edge) }',
  },
  {
    needs: hasScale('nps'),
    css: /* css */ `
.nps > .scale { display: grid; grid-template-columns: repeat(11,1fr) }
.nps .score:has(:checked) { background: var(--a); color: var(--o) }
.nps .ends { max-width: none }
@media (max-width: 480px) { .nps > .scale { grid-template-columns: repeat(6,1fr) } }`,
  },
  {
    needs: both(isKind('modal'), hasScale('nps')),
    css: '.modal:has(.nps) { width: min(520px,100vw - 32px) }',
  },
  {
    needs: hasScale('stars'),
    css: /* css */ `
.stars .score:is(:hover,:has(:checked)) { background: none }
.stars .score:is(:hover,:has(~ :hover),:has(:checked),:has(~ label :checked)) svg { fill: var(--star); stroke: var(--star) }`,
  },
  {
    needs: hasScale('thumbs'),
    css: '.thumbs .score { width: 80px; min-height: 64px }',
  },
  {
    needs: hasBlock('countdown'),
    css: /* css */ `
.countdown { text-align: center; font-variant-numeric: tabular-nums }
.units { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px }
.units > span { min-width: 52px; padding: 8px 4px; border-radius: var(--q); background: var(--tint); font-size: 13px; line-height: 1.3 }
.units b { display: block; font-size: 24px }`,
  },
  {
    needs: hasBlock('products'),
    css: /* css */ `
.products { list-style: none; display: grid; gap: 8px }
.product { display: flex; align-items: center; gap: 12px; min-height: 48px; color: inherit; text-decoration: none }
a > .name { text-decoration: underline }
.name { flex: 1; min-width: 0 }`,
  },
  {
    needs: ({ blocks }) =>
      blocks.some((block) => block.type === 'products' && block.items.some(({ image }) => image)),
    css: /* css */ `
.product .picture { width: 64px; height: 64px; margin: 0 }
.products:has(img) .product:not(:has(img)) { padding-inline-start: 76px }`,
  },
  {
    needs: hasBlock('spacer'),
    css: '.small { height: 0 } .medium { height: 8px } .large { height: 32px }',
  },
];
