// DuckDB's own files of the same rows beside ours, in one thread: rows of the table that
// parquet-speed begins.
//
//   node parquet_peer.mjs OURS.parquet FOLDER
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';

const [ours, folder] = process.argv.slice(2);
const cache = `${process.env.XDG_CACHE_HOME || `${homedir()}/.cache`}/chronopack/npm`;
const { DuckDBInstance } = createRequire(`${cache}/`)('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const points = 5_000_000;

async function row(what, sql, file) {
  const before = process.cpuUsage();
  const began = performance.now();
  await connection.run(sql);
  const wall = (performance.now() - began) / 1000;
  const used = process.cpuUsage(before);
  const bytes = file ? (statSync(file).size / points).toFixed(2).padStart(5) : '     ';
  console.log(`| ${what.padEnd(36)} | ${(points / wall / 1e6).toFixed(2).padStart(6)} M | ` +
    `${((used.user + used.system) * 1000 / points).toFixed(0).padStart(5)} ns | ${bytes} |          |`);
}

// Of nanoseconds, as ours has them.
await connection.run(`create table rows as select timestamp::timestamp_ns as timestamp, * exclude (timestamp) from '${ours}'`);
const made = `${folder}/duckdb.parquet`;
const options = 'format parquet, compression zstd, parquet_version v2';
await row('DuckDB, write, series by series', `copy rows to '${made}' (${options})`, made);
await row('DuckDB, write, in order of time', `copy (select * from rows order by timestamp) to '${folder}/time.parquet' (${options})`, `${folder}/time.parquet`);
for (const [name, file] of [['its own', made], ['our', ours], ['its own', made], ['our', ours]])
  await row(`DuckDB, sum(value) of ${name} file`, `select sum(value) from '${file}'`);
