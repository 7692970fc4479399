// Reads texts of Flux (flux_texts.cpp) with InfluxData's own parser, which is compiled to
// WebAssembly: every string that was put into a query must come out of it as it was.
//
//   node flux_parser.mjs FLUX_TEXTS      the program that prints them
//
// The parser is the npm package @influxdata/flux-lsp-browser, which tests/run keeps in the
// cache.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';

const cache = process.env.XDG_CACHE_HOME || `${homedir()}/.cache`;
const folder = `${cache}/chronopack/npm/@influxdata/flux-lsp-browser`;
const glue = './flux-lsp-browser_bg.js';

async function parser() {
  // Made for bundlers: it imports the module, where Node.js would have to be told that it may.
  const text = readFileSync(`${folder}/${glue}`, 'utf8')
    .replace(/^import .*$/m, 'let wasm;\nexport function use(it) { wasm = it; }')
    .replace(/^let (cached\w+Memory0);$/gm, 'let $1 = new Uint8Array(0);')
    .replace(/^cached\w+Memory0 = new .*$/gm, '');
  const made = await import('data:text/javascript,' + encodeURIComponent(text));
  const binary = readFileSync(`${folder}/flux-lsp-browser_bg.wasm`);
  made.use((await WebAssembly.instantiate(binary, { [glue]: made })).instance.exports);
  return made;
}

function strings(node, found = []) {
  if (Array.isArray(node)) {
    for (const one of node) strings(one, found);
  } else if (node !== null && typeof node === 'object') {
    if (node.type === 'StringExpression') throw new Error('an expression within a string');
    if (node.type === 'StringLiteral') found.push(node.value);
    for (const [name, value] of Object.entries(node)) if (name !== 'location') strings(value, found);
  }
  return found;
}

const decode = (part) => Buffer.from(part.slice(1), 'hex').toString('utf8');
const lines = execFileSync(process.argv[2], { encoding: 'utf8', maxBuffer: 1 << 28 }).trimEnd().split('\n');
const { is_valid_flux, parse } = await parser();
if (is_valid_flux('from(bucket: "b') || is_valid_flux('"a${x"')) throw new Error('it takes anything');
let failed = 0;
for (const line of lines) {
  const [kind, ...parts] = line.split(' ');
  const [text, ...expected] = parts.map(decode);
  const script = kind === 'text' ? `x = ${text}` : text;
  let found = [];
  try {
    found = is_valid_flux(script) ? strings(parse(script).body) : ['no valid Flux'];
  } catch (error) {
    found = [error.message];
  }
  // The places of strings in the tree are not those in the text.
  if (JSON.stringify(found.sort()) !== JSON.stringify(expected.sort())) {
    if (++failed <= 5) console.error(`${JSON.stringify(script)}\n  holds ${JSON.stringify(found)}\n  not   ${JSON.stringify(expected)}`);
  }
}
console.log(`${lines.length} texts, ${failed} misread`);
process.exit(lines.length > 2000 && failed === 0 ? 0 : 1);
