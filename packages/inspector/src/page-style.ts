/** Colours in both schemes have a contrast of 4.5 and more. */
const colours = `:root{color-scheme:light dark;--ground:#fbfaf8;--raised:#fff;--text:#1d1c1a;--quiet:#5c5952;--line:#d9d5cc;--link:#0b57a4;--good:#116329;--bad:#a40e26}
@media (prefers-color-scheme:dark){:root{--ground:#151412;--raised:#1e1c1a;--text:#edeae4;--quiet:#aaa59b;--line:#3b3832;--link:#8cc0ff;--good:#6fd08c;--bad:#ff9aa5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Noto Sans KR",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
input,select,textarea,button{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:6px 10px;max-width:100%}
button{cursor:pointer;font-weight:600}
button:disabled{opacity:.6;cursor:default}
label span{display:block;font-size:13px;color:var(--quiet)}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
`

/** The look of the page. */
export const pageStyle: string = `${colours}
header{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;padding:10px 16px;border-bottom:1px solid var(--line)}
h1{font-size:16px;margin:0}
h2{font-size:20px;margin:16px 0 8px}
h3{font-size:16px;margin:20px 0 6px}
h4{font-size:14px;margin:10px 0 4px}
header nav,nav.parts{display:flex;flex-wrap:wrap;gap:4px}
header nav a,nav.parts a{padding:4px 10px;border-radius:6px;text-decoration:none}
nav a[aria-current]{background:var(--raised);box-shadow:inset 0 0 0 1px var(--line);color:var(--text);font-weight:600}
header .end{margin-inline-start:auto;display:flex;gap:12px;align-items:center}
main{padding:0 16px 40px;max-width:1400px;margin:0 auto}
main:focus{outline:none}
#notice{margin:0;padding:0 16px;color:var(--bad);min-height:24px;max-width:1400px;margin:0 auto}
form{display:flex;flex-wrap:wrap;gap:10px;align-items:end;margin:8px 0 14px}
form .whole{flex:1 1 320px}
form .whole textarea{width:100%}
textarea,code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--raised)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:start;vertical-align:top;padding:6px 10px;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;font-size:13px;color:var(--quiet);font-weight:600}
td code{white-space:pre-wrap;display:block;min-width:20ch;max-width:60ch}
td:has(details[open]){white-space:normal}
td pre{min-width:min(70ch,72vw)}
pre{margin:8px 0;padding:10px;overflow:auto;max-height:60vh;border:1px solid var(--line);border-radius:8px;background:var(--raised);white-space:pre-wrap}
.quiet{color:var(--quiet);font-size:13px}
.good,.is-ready{color:var(--good)}
.bad,.warn,.is-degraded,.is-draining{color:var(--bad)}
ol.journal,ol.tail,ul.proofs{list-style:none;padding:0;margin:0}
ol.journal li,ol.tail li,ul.proofs li{padding:6px 0;border-top:1px solid var(--line)}
time{color:var(--quiet);font-variant-numeric:tabular-nums}
.steps{display:flex;flex-wrap:wrap;gap:8px;margin-top:6px}
.step{border:1px solid var(--line);border-radius:8px;background:var(--raised);padding:4px 10px;min-width:84px}
.step small{display:block;color:var(--quiet);font-size:12px}
.step.good{border-color:var(--good)}
.step.bad{border-color:var(--bad)}
article{border:1px solid var(--line);border-radius:8px;background:var(--raised);padding:4px 14px 10px;margin:12px 0}
summary{cursor:pointer;padding:4px 0;min-height:32px}
.travel{display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin:12px 0}
.travel input{flex:1 1 180px;padding:0}
output{font-variant-numeric:tabular-nums}
`

/** The look of the page where whoever is there signs in: nothing else of the inspector is told before. */
export const doorStyle: string = `${colours}main{max-width:360px;margin:14vh auto;padding:0 16px}h1{font-size:20px}form{display:grid;gap:12px}p{color:var(--bad)}`
