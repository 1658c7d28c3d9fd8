// Runs the unit tests: each is bundled by the same esbuild into a temporary folder and given to Node's own runner.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cssAsText } from './css.mjs';

const tests = fileURLToPath(new URL('../test/unit/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'widget-tests-'));
const names = readdirSync(tests).filter((name) => name.endsWith('.test.ts'));

await build({
  entryPoints: names.map((name) => tests + name),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
  plugins: [cssAsText],
});
const files = names.map((name) => join(folder, name.replace(/\.ts$/, '.mjs')));
const { status } = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
