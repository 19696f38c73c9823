/** What `../style.ts` says, for the other kinds and blocks. */
export const CSS = /* css */ `
.popup.inline{position:relative;inline-size:auto;max-block-size:none;box-shadow:none;border-color:var(--line);animation:none}
.slide-in,.bar{position:fixed;inset:auto}
.slide-in{--x:calc(24px*var(--s));--y:calc(32px*var(--s));inline-size:min(368px,100vw - 32px)}
.start{inset-inline-start:16px}
.end{inset-inline-end:16px}
.top{inset-block-start:16px}
.bottom{inset-block-end:16px}
.slide-in .heading{font-size:20px}
.bar{--x:24px;--y:8px;--g:12px;inline-size:auto;inset-inline:0;border-radius:0;box-shadow:0 0 0 1px var(--line),0 4px 24px rgb(0 0 0/.16)}
.bar.top{inset-block-start:0}
.bar.bottom{inset-block-end:0}
.bar .card{flex-flow:row wrap;align-items:center;justify-content:center;padding:8px 56px 8px 24px;padding-inline:24px 56px;min-block-size:60px;column-gap:20px}
.bar .heading{font-size:16px;letter-spacing:0;padding:0}
.bar .text{font-size:15px}
.bar .button,.bar .coupon{inline-size:auto;min-block-size:44px;padding:9px 20px;margin:0}
.bar .offer{grid-auto-flow:column}
.bar .code,.bar .units b{font-size:16px}
.bar .close{position:absolute;inset-block-start:8px;inset-inline-end:6px;margin:0}
.tab{
  position:fixed;inset:auto;inset-inline-end:0;inset-block:0;inline-size:fit-content;block-size:fit-content;max-block-size:70dvh;
  border-start-end-radius:0;border-end-end-radius:0;background:var(--a);overflow:visible;border:0;padding:0
}
.tab>button{writing-mode:vertical-rl;min-inline-size:44px;min-block-size:44px;max-block-size:70dvh;padding:16px 10px;color:var(--o);font-weight:650;border-radius:inherit;overflow:hidden}
.picture{display:block;max-inline-size:100%;block-size:auto;margin-inline:auto;border-radius:var(--q);object-fit:cover}
.wide{inline-size:100%}
.modal .wide:first-child,.slide-in .wide:first-child{inline-size:calc(100% + 2*var(--x));max-inline-size:none;margin:calc(-1*var(--y)) calc(-1*var(--x)) 0;max-block-size:40dvh;border-radius:0}
.bar .picture{inline-size:auto;max-block-size:44px;margin:0}
.field{display:grid;gap:6px}
.field>.label{font-weight:600;color:var(--t)}
.control{
  inline-size:100%;min-block-size:48px;padding:11px 14px;font:inherit;color:inherit;background:var(--c);
  border:1px solid color-mix(in srgb,var(--t) 55%,var(--c));border-radius:min(var(--r),12px)
}
.control::placeholder{color:color-mix(in srgb,var(--t) 66%,var(--c));opacity:1}
textarea{field-sizing:content;min-block-size:84px!important;max-block-size:30dvh;resize:vertical}
.control:focus-visible{outline-offset:-1px}
[aria-invalid=true].control{border:2px solid var(--e);padding:10px 13px}
.popup{--e:#c02626}
.error{font-size:14px;font-weight:500;color:var(--e)}
.error:empty{display:none}
.field.checkbox{grid-template-columns:auto 1fr;gap:6px 12px}
.checkbox .control{grid-area:1/1;inline-size:24px;min-block-size:24px;accent-color:var(--a)}
.checkbox>.label{font-weight:400;padding-block:2px;color:var(--soft)}
.checkbox .error{grid-column:1/-1}
.card:has(.field~.field) .field:has(:required)>.label::after{content:" *"}
.rating{border:0;min-inline-size:0;display:grid;gap:12px}
legend{font-weight:600;text-align:center;inline-size:100%;margin-block-end:12px}
.scale{display:flex;justify-content:center;gap:4px}
.scale>label{position:relative;cursor:pointer;display:grid;place-items:center;min-inline-size:44px;min-block-size:48px;border-radius:min(var(--r),10px)}
.scale input{position:absolute;inset:0;inline-size:100%;block-size:100%;opacity:0;cursor:pointer}
.scale label:has(:focus-visible){outline:3px solid var(--a);outline-offset:2px}
.nps .scale{display:grid;grid-template-columns:repeat(11,1fr)}
.nps .scale>label{min-inline-size:0;min-block-size:44px;border:1px solid color-mix(in srgb,var(--t) 55%,var(--c));font-size:15px;font-weight:600;font-variant-numeric:tabular-nums}
.nps label:hover{background:color-mix(in srgb,var(--a) 12%,var(--c))}
.nps .scale>label:has(:checked){background:var(--a);border-color:var(--a);color:var(--o)}
.modal:has(.nps){inline-size:min(520px,100vw - 32px)}
svg{inline-size:40px;block-size:40px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round;color:var(--soft);transition:transform .1s}
.scale label:hover svg{transform:scale(1.1);color:var(--t)}
.stars label:has(:checked) svg,.stars label:has(~label :checked) svg{fill:var(--star);stroke:var(--star)}
.popup{--star:#b26b00}
.faces :checked+svg,.thumbs :checked+svg{fill:color-mix(in srgb,var(--a) 22%,transparent);color:var(--t);stroke-width:2}
.thumbs .scale{gap:16px}
.thumbs .scale>label{min-inline-size:72px;min-block-size:64px;border:1px solid color-mix(in srgb,var(--t) 55%,var(--c))}
.thumbs label:first-child svg{rotate:180deg}
.ends{display:flex;justify-content:space-between;gap:16px;font-size:14px;line-height:1.3;color:var(--soft)}
.ends>:last-child{text-align:end}
.countdown{text-align:center;font-variant-numeric:tabular-nums}
.units{display:flex;justify-content:center;gap:8px;margin-block-start:4px}
.units>span{min-inline-size:64px;padding:8px 6px;border-radius:var(--q);background:var(--line);font-size:12px;line-height:1.3;color:var(--soft)}
.units b{display:block;font-size:24px;line-height:1.2;color:var(--t)}
.bar .countdown,.bar .units{display:flex;align-items:center;gap:8px;margin:0}
.bar .units>span{min-inline-size:0;padding:4px 8px}
.bar .units b{display:inline;margin-inline-end:3px}
.products{list-style:none;display:grid;gap:8px}
.product{display:grid;grid-template-columns:auto 1fr auto;align-items:center;gap:2px 12px;min-block-size:48px;color:inherit;text-decoration:none;border-radius:var(--q);padding:6px}
.products .picture{inline-size:56px;block-size:56px;margin:0;border-radius:min(var(--r),10px)}
.name{grid-column:2;line-height:1.35}
a.product:hover{background:var(--line)}
a.product .name{text-decoration:underline;text-underline-offset:3px;text-decoration-color:color-mix(in srgb,var(--t) 40%,transparent)}
.price{grid-column:3;font-weight:650;font-variant-numeric:tabular-nums}
.bar .products{grid-auto-flow:column}
.small{block-size:0}
.medium{block-size:12px}
.large{block-size:32px}
@media (min-width:720px){
  .modal:has(.aside){inline-size:760px}
  .card:has(>.aside){min-block-size:400px;justify-content:center}
  .card.start:has(>.aside){padding-inline-start:calc(44% + var(--x))}
  .card.end:has(>.aside){padding-inline-end:calc(44% + var(--x))}
  .modal .aside.aside{position:absolute;inset-block:0;margin:0;inline-size:44%;block-size:100%;max-block-size:none;border-radius:0}
  .start>.aside{inset-inline-start:0}
  .end>.aside{inset-inline-end:0}
}
.card.start,.card.end{inset:auto}
@media (max-width:480px){
  .slide-in{inset:auto 0 0!important;inline-size:auto;max-block-size:60dvh;border-end-start-radius:0;border-end-end-radius:0}
  .slide-in .picture{max-block-size:20dvh!important}
  .bar{max-block-size:30dvh}
  .bar .card{--g:8px;padding-inline-start:16px;justify-content:start}
  .bar .heading,.bar .text{text-align:start;inline-size:100%}
  .nps .scale{grid-template-columns:repeat(6,1fr)}
  .units>span{min-inline-size:56px}
}
@media (prefers-color-scheme:dark){.popup{--e:#ff9b9b;--star:#f5b544}}
@media (forced-colors:active){.scale>label:has(:checked){outline:3px solid Highlight}.tab>button{border-color:ButtonText}}
@media (prefers-reduced-motion:reduce){svg{transition:none}}
`;
