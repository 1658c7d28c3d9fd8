// Builds dist/fomo.js and dist/manifest.json; with --check it compares what it would build with what is committed.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cssAsText } from './css.mjs';

const widget = fileURLToPath(new URL('..', import.meta.url));
const PLACEHOLDER = '@version@';

/** The package's version, from the one place that states it. */
function packageVersion() {
  const project = readFileSync(`${widget}../pyproject.toml`, 'utf8').split(/^\[project\]$/m)[1] ?? '';
  const version = /^version\s*=\s*"([^"]+)"/m.exec(project)?.[1];
  if (!version) throw new Error('pyproject.toml: no [project] version');
  return version;
}

/** The two files' contents by name; the same sources give the same bytes. */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [`${widget}src/main.ts`],
    absWorkingDir: widget,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'ascii',
    minify: true,
    legalComments: 'none',
    define: { SETTINGS: '$', VERSION: JSON.stringify(PLACEHOLDER) },
    plugins: [cssAsText],
  });
  // One expression statement that ends in its argument, so that the server can put an application's settings there.
  const code = `($=>{"use strict";${outputFiles[0].text.trim()}})(null);\n`;
  const version = `${packageVersion()}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}`;
  const script = code.replace(PLACEHOLDER, version);
  const integrity = `sha384-${createHash('sha384').update(script).digest('base64')}`;
  return {
    'fomo.js': script,
    'manifest.json': `${JSON.stringify({ version, files: { 'fomo.js': integrity } }, null, 2)}\n`,
  };
}

async function main() {
  const files = await bundle();
  const check = process.argv.includes('--check');
  mkdirSync(`${widget}dist`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = `${widget}dist/${name}`;
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`widget/dist/${name} is not what its sources give: run "npm run build" in widget/ and commit it.`);
      process.exitCode = 1;
    }
  }
  console.log(`${check ? 'checked' : 'built'} widget ${JSON.parse(files['manifest.json']).version}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
