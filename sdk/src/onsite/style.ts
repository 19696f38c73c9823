/**
 * Physical directions are absent, so that right-to-left needs nothing of its own; lengths are in px, for the root's
 * font size is the page's. A theme sets --bk-accent and so on (see `theme.ts`); where it does not, light and dark follow
 * the visitor. Borders are transparent where only forced colours, which drop backgrounds and shadows, draw them.
 */
export const CSS = /* css */ `
:host{all:initial!important;position:fixed!important;z-index:2147483647!important;inline-size:0!important;block-size:0!important}
*,::before,::after{box-sizing:border-box;margin:0;padding:0}
.popup{
  --c:var(--bk-card,#fff);--t:var(--bk-text,#16181d);--a:var(--bk-accent,#1f5eff);--o:var(--bk-on-accent,#fff);
  --soft:color-mix(in srgb,var(--t) 76%,var(--c));--line:color-mix(in srgb,var(--t) 12%,transparent);
  --s:var(--bk-spacing,1);--g:calc(16px*var(--s));--x:calc(32px*var(--s));--y:calc(40px*var(--s));
  --r:var(--bk-radius,20px);--q:min(var(--r),14px);
  margin:auto;padding:0;border:1px solid transparent;border-radius:var(--r);
  inline-size:min(416px,100vw - 32px);max-inline-size:none;max-block-size:calc(100dvh - 32px);
  overflow:auto;overscroll-behavior:contain;
  background:var(--c);color:var(--t);
  font:400 16px/1.5 var(--bk-font,system-ui),system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  text-align:start;overflow-wrap:anywhere;
  box-shadow:0 0 0 1px rgb(0 0 0/.04),0 8px 24px rgb(0 0 0/.12),0 32px 80px rgb(0 0 0/.28);
  animation:rise .24s cubic-bezier(.2,.8,.2,1)
}
.popup::backdrop{background:rgb(12 14 20/.56);animation:fade .2s}
@keyframes rise{from{opacity:0;transform:translateY(12px)}}
@keyframes fade{from{opacity:0}}
.card{position:relative;display:flex;flex-direction:column;gap:var(--g);padding:var(--y) var(--x) var(--x)}
.heading{font-size:26px;line-height:1.2;font-weight:700;letter-spacing:-.02em;text-wrap:balance;padding-inline:20px;text-align:center}
.text{color:var(--soft);text-align:center;text-wrap:pretty}
.text a{color:inherit;text-underline-offset:3px}
.bold{font-weight:650;color:var(--t)}
.italic{font-style:italic}
.hidden{position:absolute;opacity:0;inline-size:1px;block-size:1px;overflow:hidden}
button,.button{font:inherit;color:inherit;cursor:pointer;border:1px solid transparent;background:none;-webkit-tap-highlight-color:transparent}
.offer{position:relative;display:grid;gap:var(--g)}
.coupon{
  display:grid;grid-template-columns:1fr auto;align-items:center;column-gap:12px;
  padding:12px 20px;min-block-size:56px;
  border:1.5px dashed color-mix(in srgb,var(--a) 55%,transparent);border-radius:var(--q);
  background:color-mix(in srgb,var(--a) 8%,var(--c));text-align:start
}
.coupon:hover{background:color-mix(in srgb,var(--a) 14%,var(--c))}
.label{font-size:14px;line-height:1.4;color:var(--soft)}
.coupon>*{grid-column:1}
.code{font:700 20px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.08em;user-select:text}
.coupon>.copy{grid-area:1/2/span 2;font-weight:650}
.button{display:block;inline-size:100%;min-block-size:52px;padding:13px 20px;border-radius:var(--q);background:var(--a);color:var(--o);font-weight:650;text-align:center;text-decoration:none}
.button:hover{filter:brightness(1.08)}
.button~.button{background:none;color:inherit;font-weight:500;margin-block:-8px -12px}
.button~.button:hover{background:var(--line);filter:none}
.close{
  position:sticky;z-index:1;inset-block-start:6px;order:-1;flex:none;align-self:end;inline-size:44px;block-size:44px;
  margin-block:calc(6px - var(--y)) calc(var(--y) - 50px - var(--g));margin-inline-end:calc(6px - var(--x));
  border-radius:50%;background:var(--c);color:var(--soft)
}
.close:hover{color:var(--t);box-shadow:inset 0 0 0 44px var(--line)}
.close::before,.close::after{content:"";position:absolute;inset:0;margin:auto;inline-size:16px;block-size:0;border-block-start:2px solid;transform:rotate(45deg)}
.close::after{transform:rotate(-45deg)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
.popup:focus-visible{outline:0}
@media (max-width:480px){.popup{--x:calc(20px*var(--s))}.heading{font-size:22px}}
@media (prefers-color-scheme:dark){.popup{
  --c:var(--bk-dark-card,var(--bk-card,#1c1e24));--t:var(--bk-dark-text,var(--bk-text,#f3f4f6));
  --a:var(--bk-dark-accent,var(--bk-accent,#7aa2ff));--o:var(--bk-dark-on-accent,var(--bk-on-accent,#111))
}}
@media (prefers-reduced-motion:reduce){.popup,.popup::backdrop{animation:none}}
@media (forced-colors:active){.close,.button{border-color:ButtonText}}
@media print{:host{display:none!important}}
`;

/** Constructed, hence allowed under a CSP that forbids inline styles. */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
