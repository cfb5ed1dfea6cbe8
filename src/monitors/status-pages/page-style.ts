import { createHash } from 'node:crypto'

/** The look of status pages. It stands in the page, which loads nothing but the icon. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f8; --raised: #fff; --line: #dde3e5; --ink: #17211f; --soft: #55635f; --link: #3a49bf;
  --good: #197a43; --fair: #b26a00; --poor: #c02b2b; --none: #bcc6ca; --busy: #1d6fd0;
  --good-wash: #e3f4ea; --poor-wash: #fdeaea; --fair-wash: #fdf3dc; --busy-wash: #e4effc; --none-wash: #eef1f2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1214; --raised: #151b1e; --line: #252e32; --ink: #dfe7e6; --soft: #93a29f; --link: #93a4ff;
    --good: #4ecb83; --fair: #e0a63c; --poor: #ff7a73; --none: #3a464b; --busy: #6cb0ff;
    --good-wash: #12291c; --poor-wash: #331819; --fair-wash: #2c2311; --busy-wash: #13243a; --none-wash: #1a2226;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
}
main, footer { max-width: 52rem; margin: 0 auto; padding: 0 1rem; }
main { padding-top: 2.5rem; }
h1 { margin: 0 0 1.25rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.125rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; min-width: 0; }
p { margin: .75rem 0; }
a { color: var(--link); }
ul { margin: 0; padding: 0; list-style: none; }
.state { padding: .9rem 1.1rem; border-radius: 8px; border-left: 6px solid var(--none); background: var(--none-wash); }
.state p { margin: 0; }
.state strong { font-size: 1.25rem; }
.up.state { border-color: var(--good); background: var(--good-wash); }
.degraded.state { border-color: var(--fair); background: var(--fair-wash); }
.down.state { border-color: var(--poor); background: var(--poor-wash); }
.maintenance.state { border-color: var(--busy); background: var(--busy-wash); }
.notice { padding: .6rem 1.1rem; border-radius: 8px; background: var(--fair-wash); }
.soft, time { color: var(--soft); }
.small { font-size: .875rem; }
.card { border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.card > li { padding: .9rem 1.1rem; }
.card > li + li { border-top: 1px solid var(--line); }
.row { display: flex; flex-wrap: wrap; gap: .1rem 1rem; justify-content: space-between; align-items: baseline; }
.status { font-weight: 600; color: var(--soft); }
.status.up { color: var(--good); }
.status.down { color: var(--poor); }
.status.maintenance { color: var(--busy); }
.status::before { content: ""; display: inline-block; width: .6rem; height: .6rem; margin-right: .45rem; border-radius: 50%; background: currentcolor; }
.status.down::before { border-radius: 1px; }
.bars { display: block; width: 100%; height: 32px; margin: .6rem 0 .3rem; }
.good { fill: var(--good); }
.fair { fill: var(--fair); }
.poor { fill: var(--poor); }
.none { fill: var(--none); }
footer { padding-top: 2rem; padding-bottom: 2.5rem; }
@media print { .card, .state { break-inside: avoid; } }
`

/** For the page's content security policy: this style, and no other. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`
