const CSS = `
:host{
  all:initial!important;display:block!important;position:fixed!important;inset:auto!important;z-index:2147483647!important;
  inline-size:min(384px,calc(100vw - 16px))!important;overflow:visible!important;
  color-scheme:light dark
}
:host([data-corner^=bottom]){inset-block-end:8px!important}
:host([data-corner^=top]){inset-block-start:8px!important}
:host([data-corner$=end]){inset-inline-end:8px!important}
:host([data-corner$=start]){inset-inline-start:8px!important}
*,::before,::after{box-sizing:border-box;margin:0;padding:0}
[hidden]{display:none!important}
.panel{
  --c:#fff;--t:#16181d;--m:#5b6270;--line:#e3e6eb;--soft:#f4f6f8;--good:#0a7a45;--wait:#8a5a00;--bad:#b3261e;--a:#1a56db;
  display:flex;flex-direction:column;max-block-size:min(680px,calc(100dvh - 16px));overflow:hidden;
  background:var(--c);color:var(--t);border:1px solid var(--line);border-radius:14px;
  font:400 13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;text-align:start;
  box-shadow:0 1px 2px rgb(0 0 0/.08),0 12px 40px rgb(0 0 0/.22)
}
header{display:flex;align-items:center;gap:8px;padding:6px 6px 6px 14px;flex:none}
.light{inline-size:10px;block-size:10px;border-radius:50%;background:var(--wait);flex:none}
.light[data-tone=good]{background:var(--good)}.light[data-tone=bad]{background:var(--bad)}
header strong{font-weight:650}
.site{color:var(--m);flex:1;min-inline-size:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.count{color:var(--m);white-space:nowrap;margin-inline-end:4px;font-variant-numeric:tabular-nums}
button,summary,input{font:inherit;color:inherit;cursor:pointer;-webkit-tap-highlight-color:transparent}
.tool{inline-size:32px;block-size:32px;border:1px solid transparent;border-radius:8px;background:none;font-size:17px;line-height:1;color:var(--m);flex:none}
.tool:hover{background:var(--soft);color:var(--t)}
:focus-visible{outline:2px solid var(--a);outline-offset:-2px;border-radius:6px}
.body{overflow:auto;overscroll-behavior:contain;border-block-start:1px solid var(--line);padding-block-end:6px;min-block-size:0}
ul{list-style:none}
b{font-weight:600}
p{overflow-wrap:anywhere}
.notice{padding:8px 14px;background:color-mix(in srgb,var(--bad) 10%,var(--c));color:var(--t)}
.steps{padding:6px 8px}
.line{display:flex;align-items:center;gap:8px;padding:4px 6px;min-block-size:30px;border-radius:6px;list-style:none}
.line .state{margin-inline-start:auto}
.state{color:var(--m);font-size:12px;white-space:nowrap}
.mark{inline-size:18px;block-size:18px;border-radius:50%;border:1.5px solid var(--m);display:grid;place-items:center;font-size:12px;font-weight:700;line-height:1;flex:none}
[data-state=done] .mark{background:var(--good);border-color:var(--good);color:var(--c)}
[data-state=done] .line .state{color:var(--good)}
[data-state=waiting] .mark{border-style:dashed;border-color:var(--wait)}
.steps [data-state=refused] .mark{border-color:var(--bad);color:var(--bad)}
.steps summary:hover,.rows summary:hover{background:var(--soft)}
.steps p{padding:2px 6px 6px 32px;color:var(--m)}
.code{display:flex;align-items:flex-start;gap:8px;margin:0 6px 8px 32px;padding:8px 8px 8px 10px;border-radius:8px;background:var(--soft)}
code,pre{font:12px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.code code{flex:1;overflow-wrap:anywhere;user-select:text}
.copy{border:1px solid var(--line);border-radius:6px;background:var(--c);padding:3px 8px;min-block-size:26px;font-size:12px;flex:none}
.copy:hover{border-color:var(--m)}
.problems{padding:0 14px}
.problems:not(:empty){padding-block:6px}
.problems li{padding:6px 10px;margin-block:4px;border-inline-start:3px solid var(--bad);background:var(--soft);border-radius:0 6px 6px 0;overflow-wrap:anywhere}
.problems [data-severity=warning]{border-color:var(--wait)}
.body>details{border-block-start:1px solid var(--line)}
.body>details>summary{padding:8px 14px;font-weight:600;display:flex;align-items:center;gap:6px;list-style:none;min-block-size:36px}
summary::-webkit-details-marker{display:none}
.body>details>summary::before{content:"";inline-size:6px;block-size:6px;border:solid var(--m);border-width:0 1.5px 1.5px 0;transform:rotate(-45deg);margin-inline-end:4px}
.body>details[open]>summary::before{transform:rotate(45deg) translate(-1px,-1px)}
.content{padding:0 14px 10px}
.content .problems{padding-inline:0}
.note{color:var(--m);font-size:12px;padding-block:4px 0}
.campaigns li{padding-block:7px;border-block-start:1px solid var(--line);display:grid;gap:2px}
.campaigns li:first-child{border:0;padding-block-start:0}
.campaigns li>div{display:flex;align-items:center;gap:6px;flex-wrap:wrap}
.chip{font-size:11px;padding:1px 7px;border-radius:999px;border:1px solid var(--line);color:var(--m);white-space:nowrap}
.gate{border-color:transparent;background:color-mix(in srgb,var(--wait) 14%,var(--c));color:var(--wait);margin-inline-start:auto}
[data-open=true] .gate{background:color-mix(in srgb,var(--good) 14%,var(--c));color:var(--good)}
.because{color:var(--m);overflow-wrap:anywhere}
.popup{font-size:12px;overflow-wrap:anywhere}
.rows{margin-inline:-6px}
.rows summary{display:flex;align-items:baseline;gap:8px;padding:3px 6px;border-radius:6px;list-style:none;min-block-size:26px}
.rows summary b{flex:1;min-inline-size:0;overflow-wrap:anywhere}
time{color:var(--m);font-size:12px;font-variant-numeric:tabular-nums}
.rows [data-state=delivered] .state{color:var(--good)}
.rows [data-state=waiting] .state{color:var(--wait)}
.rows [data-state=refused] .state{color:var(--bad)}
.reason{color:var(--bad);padding:0 6px 4px;font-size:12px}
details[open]+.short{display:none}
pre{margin:2px 6px 6px;padding:8px 10px;border-radius:8px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;max-block-size:220px;overflow:auto;user-select:text}
h3{font-size:13px;font-weight:600;padding-block:2px}
.lines li{display:flex;gap:8px;justify-content:space-between;color:var(--m);overflow-wrap:anywhere}
.lines:not(:empty){padding-block-end:6px}
dl{display:grid;grid-template-columns:auto 1fr;gap:3px 12px}
dt{color:var(--m)}
dd{overflow-wrap:anywhere;user-select:text}
.test{display:flex;gap:6px;align-items:flex-start;padding-block-start:8px}
.test input{margin-block-start:2px;inline-size:16px;block-size:16px;accent-color:var(--a);flex:none}
@media (max-width:480px){.panel{max-block-size:min(680px,64dvh)}}
@media (prefers-color-scheme:dark){
  .panel{--c:#1b1d22;--t:#f2f3f5;--m:#a6adba;--line:#343841;--soft:#262930;--good:#4ccb8b;--wait:#f0b44c;--bad:#ff8a80;--a:#8ab4ff}
}
@media (forced-colors:active){.tool,.copy,.chip{border-color:ButtonText}.light{forced-color-adjust:none}}
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
