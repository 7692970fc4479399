// Five other readers take every file that parquet-files writes, by their own makers: DuckDB,
// ClickHouse, arrow-rs (parquet-wasm), polars, hyparquet.
//
//   node readers.mjs PARQUET_FILES CHDB_SERVER [READER ...]
//
// All but hyparquet write what they have read as a file of their own, and parquet-files compares its
// rows with ours: by all bits, and our reader is tried on four other writers. What a reader cannot
// is said below, and checked: it must then refuse, and not misread.
//
// tests/run keeps the packages in the cache.
import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { gunzipSync } from 'node:zlib';

const [program, chdb, ...chosen] = process.argv.slice(2);
const cache = `${process.env.XDG_CACHE_HOME || `${homedir()}/.cache`}/chronopack/npm`;
const require = createRequire(`${cache}/`);
const folder = mkdtempSync(`${tmpdir()}/chronopack-readers-`);
const run = (...words) => execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 29 });

const at_exit = [() => rmSync(folder, { recursive: true })];
const is_alp = (name) => name.startsWith('alp');

async function duckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return {
    allowed: ['cut'],  // it has microseconds for all times in UTC
    refuses: is_alp,
    skips: (name) => name === 'extreme_times',  // past its microseconds
    // What it leaves out by our statistics is none of what it asks for.
    async ask(name, from) {
      const asked = {
        nans_and_zeros: [['v = 0', 50], ['isnan(v)', 50], ['v < 0', 0], ['v >= 0', 100]],
        different_texts: [["s > ''", 5000], ["s = 'x'", 0]],
        long_texts: [["s > 'zz'", 4], ["s < 'zz'", 0]],
        points: [["metric_name = 'cpu'", 2667], ["tags['host'] = 'h3'", 671]],
      }[name] ?? [];
      for (const [where, rows] of asked) {
        const answer = await connection.runAndReadAll(`select count(*) from '${from}' where ${where}`);
        const found = Number(answer.getRows()[0][0]);
        if (found !== rows) return `${where}: ${found} rows of ${rows}`;
      }
      return '';
    },
    async copy(from, to) {
      await connection.run(`copy (select * from read_parquet('${from}')) to '${to}' (format parquet, dictionary_size_limit 1)`);
    },
  };
}

async function clickhouse() {
  const port = await new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
  const server = spawn(chdb, [`${folder}/clickhouse`, `${port}`], { stdio: 'ignore' });
  at_exit.push(() => server.kill('SIGKILL'));
  const ask = async (sql) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: sql });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  };
  for (let tries = 0; ; ++tries) {
    try { await ask('select 1'); break; } catch (error) {
      if (tries === 600) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  return {
    allowed: ['empty'],  // it has no maps that are not there
    refuses: is_alp,
    async copy(from, to) {
      await ask(`insert into function file('${to}', 'Parquet') select * from file('${from}', 'Parquet')
        settings schema_inference_make_columns_nullable = 'auto', output_format_parquet_datetime_as_uint32 = 0,
        max_threads = 1, max_insert_threads = 1, output_format_parquet_compression_method = 'none', input_format_parquet_preserve_order = 1`);
    },
  };
}

async function arrow_rs() {
  const wasm = await import(`${cache}/parquet-wasm/node/parquet_wasm.js`);
  return {
    refuses: is_alp,
    async copy(from, to) {
      const table = wasm.readParquet(new Uint8Array(readFileSync(from)));
      const properties = new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.SNAPPY).build();
      writeFileSync(to, wasm.writeParquet(table, properties));
    },
  };
}

async function polars() {
  const pl = require('nodejs-polars');
  return {
    refuses: is_alp,
    // It writes maps as lists of structs.
    columns: (schema) => schema.filter((name) => name !== 'tags'),
    async copy(from, to, columns) {
      pl.readParquet(from, { columns }).writeParquet(to, { compression: 'snappy' });
    },
  };
}

async function hyparquet() {
  const { parquetReadObjects } = await import(`${cache}/hyparquet/src/index.js`);
  const { decompress } = await import(`${cache}/fzstd/esm/index.mjs`);
  const compressors = {
    GZIP: (input) => new Uint8Array(gunzipSync(input)),
    ZSTD: (input, size) => decompress(input, new Uint8Array(size)),
  };
  const ticks = (t) => t;
  const parsers = { timestampFromMilliseconds: ticks, timestampFromMicroseconds: ticks, timestampFromNanoseconds: ticks };
  const words = new DataView(new ArrayBuffer(8));
  const plain = (value) => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'bigint') return `${value}`;
    if (typeof value === 'number') {
      words.setFloat64(0, value);
      return words.getBigUint64(0).toString(16).padStart(16, '0');
    }
    return value;
  };
  // JavaScript keeps no bits of a NaN; it reads JSON as what it says.
  const same = (found, expected) => {
    if (typeof expected === 'string' && /^[7f]ff[0-9a-f]{13}$/.test(expected) && !/^[7f]ff0{13}$/.test(expected))
      return /^[7f]ff[0-9a-f]{13}$/.test(found) && !/^[7f]ff0{13}$/.test(found);
    if (typeof found === 'object' && found !== null && typeof expected === 'string') expected = JSON.parse(expected);
    return JSON.stringify(found) === JSON.stringify(expected);
  };
  return {
    async check(from) {
      const data = readFileSync(from);
      const file = { byteLength: data.length, slice: async (begin, end) => new Uint8Array(data.subarray(begin, end)).buffer };
      const found = await parquetReadObjects({ file, compressors, parsers });
      const expected = run('json', from).split('\n').filter((line) => line).map((line) => JSON.parse(line));
      if (found.length !== expected.length) return `${found.length} rows of ${expected.length}`;
      for (let row = 0; row < found.length; ++row) {
        const values = Object.values(found[row]).map(plain);
        const bad = expected[row].findIndex((value, c) => !same(values[c], value));
        if (bad >= 0) return `row ${row}, column ${bad}: ${JSON.stringify(values[bad])}, not ${JSON.stringify(expected[row][bad])}`;
      }
      return '';
    },
  };
}

async function try_file(reader, name) {
  const from = `${folder}/${name}.parquet`, to = `${folder}/copy.parquet`;
  if (reader.skips?.(name)) return '';
  try {
    if (reader.check) return await reader.check(from);
    let expected = from;
    let columns;
    if (reader.columns) {
      const schema = JSON.parse(run('columns', from));
      columns = reader.columns(schema);
      if (columns.length !== schema.length) {
        expected = `${folder}/expected.parquet`;
        run('project', from, expected, ...columns);
      }
    }
    await reader.copy(from, to, columns);
    if (reader.refuses?.(name)) return 'it is read, and was thought not to be';
    run('compare', expected, to, ...(reader.allowed ?? []));
    if (reader.ask) return await reader.ask(name, from);
  } catch (error) {
    if (reader.refuses?.(name)) return '';
    return error.stderr || error.message || `${error}`;
  } finally {
    rmSync(to, { force: true });
  }
  return '';
}

let failed = 0, tried = 0;
try {
  const names = run('write', folder).trim().split('\n');
  for (const make of [hyparquet, arrow_rs, duckdb, clickhouse, polars]) {
    if (chosen.length > 0 && !chosen.includes(make.name)) continue;
    const reader = await make();
    for (const name of names) {
      const why = await try_file(reader, name);
      ++tried;
      if (why) {
        ++failed;
        console.error(`${make.name}, ${name}: ${why.slice(0, 1500)}`);
      }
    }
  }
} finally {
  for (const end of at_exit.reverse()) end();
}
console.log(`${tried} files read, ${failed} misread`);
process.exit(tried > 25 && failed === 0 ? 0 : 1);
