// The style sheet of the HTML report: light and dark, screen and paper.
#pragma once

#include <string_view>

namespace chronopack::report {

inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f27;--soft:#5c6675;--line:#e3e7ed;
--bar:#dbe6fb;--yes:#18794e;--no:#c62828;--reference:#6b7482;
--c0:#2563eb;--c1:#d9480f;--c2:#0f8a5f;--c3:#8b3fd1;--c4:#c2255c;--c5:#a16207;--c6:#0e7490;--c7:#4d7c0f}
@media(prefers-color-scheme:dark){:root{--page:#12151b;--card:#1a1f27;--ink:#e8ebf0;--soft:#9aa5b4;
--line:#2c343f;--bar:#24406f;--yes:#4cc38a;--no:#ff6b6b;--reference:#97a1af;
--c0:#6ea0ff;--c1:#ff9a5c;--c2:#3fcf95;--c3:#c08cff;--c4:#ff7eb0;--c5:#e3b341;--c6:#4fc3dc;--c7:#a3d55d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:26px;line-height:1.2;margin:0}
h2{font-size:19px;margin:0 0 4px}
p{margin:4px 0 0;color:var(--soft)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:22px 24px;
margin-top:20px;overflow-x:auto}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin-top:20px}
.tile{flex:1 1 140px;background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:12px 16px}
.tile b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums}
.tile i{font-style:normal}
.tile span{color:var(--soft);font-size:13px}
figure{margin:14px 0 10px}
svg{display:block;width:100%;min-width:640px;height:auto;font:12.5px system-ui,-apple-system,"Segoe UI",
Roboto,"Helvetica Neue",Arial,sans-serif}
.grid line{stroke:var(--line)}
.grid text{fill:var(--soft)}
.grid .axis{fill:var(--ink)}
.memcpy line{stroke:var(--soft);stroke-dasharray:5 4}
.memcpy text{fill:var(--soft)}
.codec{color:var(--reference)}
.c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}
.c4{color:var(--c4)}.c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}
.small{fill:currentColor;opacity:.28}
.small:hover{opacity:1;stroke:var(--ink)}
.large{fill:currentColor;stroke:var(--card);stroke-width:2}
.codec.reference .large{fill:var(--card);stroke:currentColor;stroke-width:2.5}
.codec.integers .large{fill:color-mix(in srgb,currentColor 35%,var(--card));stroke:currentColor;stroke-width:2.5}
.label{fill:currentColor;font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px;
stroke-linejoin:round;pointer-events:none}
.leader{stroke:currentColor;stroke-width:1.2}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:500;font-size:12.5px}
th:first-child,td:first-child,.series th:nth-child(2),.series td:nth-child(2){text-align:left}
tbody tr:last-child td{border-bottom:0}
tbody tr:hover{background:var(--page)}
td:first-child{font-weight:600}
.series td:first-child{font-weight:400;color:var(--soft)}
tr.reference td:first-child{font-weight:400;color:var(--reference)}
.bar{display:block;padding:0 6px;border-radius:3px;
background:linear-gradient(90deg,var(--bar) calc(100%*var(--share)),transparent 0)}
.yes{color:var(--yes)}.no{color:var(--no);font-weight:700}
.notes ul{margin:8px 0 0;padding-left:20px;color:var(--soft)}
.notes li{margin:3px 0}
details{border-top:1px solid var(--line)}
h2+details{border-top:0;margin-top:8px}
summary{cursor:pointer;padding:8px 0;display:flex;gap:12px;justify-content:space-between;flex-wrap:wrap}
summary b{font-weight:600;overflow-wrap:anywhere}
summary span{color:var(--soft);font-size:13.5px}
details[open] summary{border-bottom:1px solid var(--line)}
@media print{body{background:#fff}section,.tile{break-inside:avoid}}
)css";

}  // namespace chronopack::report
