/**
 * Left and right are absent, so that right-to-left needs nothing of its own; lengths are in px, for the root's font size
 * is the page's. A theme sets --bk-accent and so on (see `theme.ts`); where it does not, light and dark follow the
 * visitor. Borders are transparent where only forced colours, which drop backgrounds and shadows, draw them.
 */
export const CSS = /* css */ `
:host{all:initial!important;position:fixed!important}
*{box-sizing:border-box;margin:0;padding:0;border:1px solid transparent}
.popup{
  --c:var(--bk-card,#fff);--t:var(--bk-text,#16181d);--a:var(--bk-accent,#1f5eff);--o:var(--bk-on-accent,#fff);
  --soft:color-mix(in srgb,var(--t) 76%,var(--c));--tint:color-mix(in srgb,var(--a) 9%,var(--c));
  --g:calc(16px*var(--bk-spacing,1));--x:calc(2*var(--g));--y:calc(2.5*var(--g));--r:var(--bk-radius,20px);--q:min(var(--r),14px);
  --h:calc(100dvh - 32px);
  margin:auto;width:min(416px,100vw - 32px);max-width:none;max-height:none;overflow:clip;
  background:var(--c);color:var(--t);border-radius:var(--r);
  font:16px/1.5 var(--bk-font,system-ui),sans-serif;text-align:start;overflow-wrap:break-word;
  box-shadow:0 8px 24px rgb(0 0 0/.12),0 32px 80px rgb(0 0 0/.28);animation:rise .24s
}
dialog::backdrop{background:rgb(12 14 20/.56)}
@keyframes rise{from{opacity:0;translate:0 12px}}
.card{position:relative;display:flex;flex-direction:column;gap:var(--g);padding:var(--y) var(--x) var(--x);max-height:var(--h);overflow:auto;overscroll-behavior:contain;outline:0;border:0}
.heading{font-size:26px;line-height:1.2;letter-spacing:-.02em;text-wrap:balance;padding:0 16px;text-align:center}
.text{color:var(--soft);text-align:center;text-wrap:pretty}
.text a{color:inherit}
.bold{font-weight:650;color:var(--t)}
.italic{font-style:italic}
button,.button{font:inherit;color:inherit;cursor:pointer;background:none}
.offer{position:relative;display:grid;gap:var(--g)}
.coupon{padding-block:12px;padding-inline:20px 110px;min-height:56px;border:1.5px dashed var(--a);border-radius:var(--q);background:var(--tint);text-align:start}
.label{display:block;font-size:14px;color:var(--soft)}
.code{font:700 20px/1.3 ui-monospace,monospace;letter-spacing:.08em;user-select:text}
.copy{position:absolute;inset-inline-end:20px;top:0;height:100%;max-height:70px;display:grid;align-items:center;font-weight:650;pointer-events:none}
.button{display:block;min-height:52px;padding:13px 20px;border-radius:var(--q);background:var(--a);color:var(--o);font-weight:650;text-align:center;text-decoration:none}
.button~.button{background:none;color:inherit;font-weight:500;margin:-8px 0 -12px}
:is(a,button):hover{filter:brightness(1.1)}
.close{position:absolute;inset-inline-end:6px;top:6px;width:44px;height:44px;border-radius:50%;font-size:26px;line-height:1;background:var(--c)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
@media (max-width:480px){.popup{--x:calc(1.25*var(--g))}.heading{font-size:22px}}
@media (prefers-color-scheme:dark){.popup{--c:var(--bk-dark-card,var(--bk-card,#1c1e24));--t:var(--bk-dark-text,var(--bk-text,#f3f4f6));--a:var(--bk-dark-accent,var(--bk-accent,#7aa2ff));--o:var(--bk-dark-on-accent,var(--bk-on-accent,#111))}}
@media (prefers-reduced-motion){.popup{animation:none}}
`;

/** Constructed, hence allowed under a CSP that forbids inline styles. */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
