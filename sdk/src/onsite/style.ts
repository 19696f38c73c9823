/**
 * Physical directions are absent, so that right-to-left needs nothing of its own. A theme sets --accent, --card and
 * --text (see `theme.ts`); where it does not, light and dark follow the visitor. Borders are transparent where only
 * forced colours, which drop backgrounds and shadows, need to draw them.
 */
const CSS = `
:host{all:initial!important;position:fixed!important;inline-size:0!important;block-size:0!important}
*,::before,::after{box-sizing:border-box;margin:0;padding:0}
dialog{
  --c:var(--card,#fff);--t:var(--text,#16181d);--a:var(--accent,#1f5eff);--o:var(--on-accent,#fff);
  --line:color-mix(in srgb,var(--t) 14%,transparent);
  margin:auto;padding:0;border:1px solid transparent;border-radius:20px;
  inline-size:min(26rem,calc(100vw - 32px));max-inline-size:none;max-block-size:calc(100dvh - 32px);
  overflow:auto;overscroll-behavior:contain;
  background:var(--c);color:var(--t);
  font:400 16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  text-align:start;box-shadow:0 0 0 1px rgb(0 0 0/.04),0 8px 24px rgb(0 0 0/.12),0 32px 80px rgb(0 0 0/.28);
  animation:rise .24s cubic-bezier(.2,.8,.2,1)
}
dialog::backdrop{background:rgb(12 14 20/.56);animation:fade .2s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(12px) scale(.98)}}
@keyframes fade{from{opacity:0}}
.card{position:relative;display:flex;flex-direction:column;gap:16px;padding:40px 32px 32px}
.heading{font-size:26px;line-height:1.2;font-weight:700;letter-spacing:-.02em;text-wrap:balance;padding-inline:24px;text-align:center}
.text{color:color-mix(in srgb,var(--t) 76%,var(--c));text-align:center;text-wrap:pretty;overflow-wrap:anywhere}
.text a{color:inherit;text-underline-offset:3px}
.bold{font-weight:650;color:var(--t)}
.italic{font-style:italic}
button,.button{font:inherit;color:inherit;cursor:pointer;-webkit-tap-highlight-color:transparent}
.coupon{
  display:grid;grid-template-columns:1fr auto;align-items:center;column-gap:12px;
  padding-block:12px;padding-inline:20px 16px;min-block-size:56px;
  border:1.5px dashed color-mix(in srgb,var(--a) 55%,transparent);border-radius:14px;
  background:color-mix(in srgb,var(--a) 8%,var(--c));text-align:start;transition:background .15s
}
.coupon:hover{background:color-mix(in srgb,var(--a) 14%,var(--c))}
.label{grid-column:1;font-size:13px;line-height:1.3;color:color-mix(in srgb,var(--t) 72%,var(--c))}
.code{grid-column:1;font:700 20px/1.3 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.08em;overflow-wrap:anywhere;user-select:text}
.copy{grid-column:2;grid-row:1/span 2;position:relative;inline-size:24px;block-size:24px;font-size:20px;line-height:24px;text-align:center;color:var(--t)}
.copy::before,.copy::after{content:"";position:absolute;inline-size:13px;block-size:15px;border:2px solid currentColor;border-radius:4px;inset:2px auto auto 2px}
.copy::after{inset:6px auto auto 7px;background:var(--c)}
.copied .copy::before,.copied .copy::after{content:none}
.button{
  display:block;inline-size:100%;min-block-size:52px;padding:13px 20px;border:1px solid transparent;border-radius:14px;
  background:var(--a);color:var(--o);font-weight:650;text-align:center;text-decoration:none;transition:filter .15s
}
.button:hover{filter:brightness(1.08)}
.button~.button{background:none;color:inherit;font-weight:500;margin-block:-8px -12px}
.button~.button:hover{background:var(--line);filter:none}
.close{
  position:absolute;inset-block-start:6px;inset-inline-end:6px;inline-size:44px;block-size:44px;
  border:1px solid transparent;border-radius:50%;background:none;color:color-mix(in srgb,var(--t) 66%,var(--c));transition:background .15s
}
.close:hover{background:var(--line)}
.close::before,.close::after{content:"";position:absolute;inset:0;margin:auto;inline-size:16px;block-size:0;border-block-start:2px solid currentColor;transform:rotate(45deg)}
.close::after{transform:rotate(-45deg)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
dialog:focus-visible{outline:0}
@media (max-width:480px){.card{padding:36px 20px 20px}.heading{font-size:22px;padding-inline:20px}}
@media (prefers-color-scheme:dark){
  dialog{--c:var(--card,#1c1e24);--t:var(--text,#f3f4f6);--a:var(--accent,#7aa2ff);--o:var(--on-accent,#111)}
}
@media (prefers-reduced-motion:reduce){dialog,dialog::backdrop{animation:none}*{transition:none!important}}
@media (forced-colors:active){.close,.button{border-color:ButtonText}.coupon{border-style:solid}}
`;

let made: CSSStyleSheet | undefined;

/** Constructed, hence allowed under a CSP that forbids inline styles; made once. */
export function sheet(): CSSStyleSheet {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(CSS);
  }
  return made;
}
