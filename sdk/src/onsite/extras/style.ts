/** What `../style.ts` says, for the other kinds and blocks. */
export const CSS = /* css */ `
.popup{--edge:color-mix(in srgb,var(--t) 55%,var(--c));--e:#c02626;--star:#b26b00}
.inline{position:relative;width:auto;box-shadow:none;border-color:var(--edge);animation:none;--h:none}
.slide-in,.bar{position:fixed;inset:auto 16px 16px auto;--x:calc(1.5*var(--g))}
.slide-in{width:min(368px,100vw - 32px);inset-inline:auto 16px}
.slide-in.start{inset-inline:16px auto}
.slide-in.top{inset-block:16px auto}
.slide-in .heading,.bar .heading{font-size:20px}
.bar{inset:0 0 auto;width:auto;border-radius:0}
.bar.bottom{inset:auto 0 0}
.bar .card{flex-flow:wrap;align-items:center;justify-content:center;padding:8px 56px;gap:8px 20px}
.bar .heading{font-size:17px;padding:0}
.bar :is(.button,.coupon){min-height:44px;padding-block:8px;margin:0}
.bar .offer{grid-auto-flow:column}
.tab{position:fixed;inset:0;inset-inline-start:auto;width:44px;height:fit-content;border-start-end-radius:0;border-end-end-radius:0;background:var(--a)}
.tab>button{writing-mode:vertical-rl;width:100%;padding:18px 0;max-height:70dvh;line-height:40px;color:var(--o);font-weight:650}
.picture{display:block;max-width:100%;height:auto;margin:0 auto;border-radius:var(--q);object-fit:cover}
.wide{width:100%}
.card>.wide:first-child{width:calc(100% + 2*var(--x));max-width:none;margin:calc(-1*var(--y)) calc(-1*var(--x)) 0;max-height:40dvh;border-radius:0}
.bar .wide.wide{width:auto;max-height:44px;margin:0}
.field{display:grid;gap:6px}
.field>.label{font-weight:600;color:var(--t)}
.control{width:100%;min-height:48px;padding:11px 14px;font:inherit;color:inherit;background:var(--c);border-color:var(--edge);border-radius:min(var(--r),12px)}
::placeholder{color:var(--soft);opacity:1}
textarea.control{field-sizing:content;min-height:84px;max-height:30dvh;resize:vertical}
[aria-invalid=true]{border-color:var(--e)}
.error{font-size:14px;font-weight:500;color:var(--e)}
.error:empty,.none{display:none}
.checkbox{grid-template-columns:24px 1fr;gap:0 12px}
.checkbox>*{grid-column:2}
.checkbox>.control{grid-area:1/1;width:24px;min-height:24px;accent-color:var(--a)}
.checkbox>.label{font-weight:400;color:var(--soft)}
fieldset{min-width:0;text-align:center}
legend{font-weight:600;width:100%;padding-bottom:12px}
.scale{display:flex;flex-wrap:wrap;justify-content:center;gap:4px}
.scale>label{position:relative;display:grid;place-items:center;min-width:48px;min-height:48px;border-radius:min(var(--r),10px);color:var(--soft)}
.scale input{position:absolute;inset:0;width:100%;height:100%;opacity:0;cursor:pointer}
.scale label:has(:focus-visible){outline:3px solid var(--a);outline-offset:1px}
.scale label:hover{background:var(--tint)}
.nps>.scale{display:grid;grid-template-columns:repeat(11,1fr)}
:is(.nps,.thumbs)>.scale>label{min-width:0;border-color:var(--edge)}
.thumbs>.scale>label{width:80px;min-height:64px}
.scale>label:has(:checked){color:var(--t);background:color-mix(in srgb,var(--a) 24%,var(--c));forced-color-adjust:none}
.nps>.scale>label:has(:checked){background:var(--a);color:var(--o)}
.modal:has(.nps){width:min(520px,100vw - 32px)}
svg{width:40px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round;pointer-events:none}
.stars label:has(:checked){background:none}
.stars label:has(:checked,~label :checked) svg{fill:var(--star);stroke:var(--star)}
.thumbs label:first-child svg{rotate:180deg}
.ends{display:flex;justify-content:space-between;gap:16px;max-width:264px;margin:auto;padding-top:8px;font-size:14px;color:var(--soft)}
.nps .ends{max-width:none}
.countdown{text-align:center;font-variant-numeric:tabular-nums}
.units{display:flex;flex-wrap:wrap;justify-content:center;gap:8px}
.units>span{min-width:52px;padding:8px 4px;border-radius:var(--q);background:var(--tint);font-size:13px;line-height:1.3}
.units b{display:block;font-size:24px}
.bar :is(.countdown,.units){display:flex;flex-wrap:wrap;justify-content:center;align-items:center;gap:8px}
.bar .units>span{min-width:0;padding:4px 8px;white-space:nowrap}
.bar .units b{display:inline;font-size:17px}
.products{list-style:none;display:grid;gap:8px}
.product{display:flex;align-items:center;gap:12px;min-height:48px;color:inherit;text-decoration:none}
a>.name{text-decoration:underline}
.product .picture{width:64px;height:64px;margin:0}
.name{flex:1;min-width:0}
.spacer{height:8px}
.small{height:0}
.large{height:32px}
@media (min-width:720px){
.modal:has(.wide):is(:has(.start),:has(.end)){width:760px}
:is(.start,.end):has(>.wide){min-height:400px;justify-content:center}
.start:has(>.wide){padding-inline-start:calc(44% + var(--x))}
.end:has(>.wide){padding-inline-end:calc(44% + var(--x))}
.card:is(.start,.end)>.wide.wide{position:absolute;inset:0;inset-inline-end:auto;margin:0;width:44%;height:100%;max-height:none}
.card.end>.wide.wide{inset-inline:auto 0}
}
@media (max-width:480px){
.slide-in.slide-in{inset:auto 0 0;width:auto;--h:60dvh;border-end-start-radius:0;border-end-end-radius:0}
.bar{--h:30dvh}
.bar .card{padding-inline:16px 48px;gap:6px 8px;justify-content:start}
.bar .heading{text-wrap:wrap;text-align:start}
.bar .countdown.countdown{justify-content:start}
.bar .units>span{min-width:0;padding:4px 0;background:none}
.nps>.scale{grid-template-columns:repeat(6,1fr)}
}
@media (prefers-color-scheme:dark){.popup{color-scheme:dark;--e:#ff9b9b;--star:#f5b544}}
`;

/** Of an inline one, which stands in the page's flow. */
export const IN_FLOW = ':host{position:static!important;display:block!important}';
