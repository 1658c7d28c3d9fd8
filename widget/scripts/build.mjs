// Builds dist/: fomo.js, its parts and manifest.json; with --check it compares what it would build with what is committed.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { cssAsText } from './css.mjs';

const widget = fileURLToPath(new URL('..', import.meta.url));
const PLACEHOLDER = '@version@';
// Modules of their own, which the core fetches by import() when a page needs them.
const PARTS = ['page_rules', 'feed_box', 'explain', 'goals'];

/** The package's version, from the one place that states it. */
function packageVersion() {
  const project = readFileSync(`${widget}../pyproject.toml`, 'utf8').split(/^\[project\]$/m)[1] ?? '';
  const version = /^version\s*=\s*"([^"]+)"/m.exec(project)?.[1];
  if (!version) throw new Error('pyproject.toml: no [project] version');
  return version;
}

// Members that only core and parts name; each becomes the letter of its place. No word of window.fomo, of the settings, of an
// event, or of what the widget uses of the DOM and the language may stand here (so no `clear()` of a Map). New ones go to the end: a part meets cores that were built before it (caches).
const INTERNAL = [
  'after beacon blocked count dodge element flush forgetSeen fresh hasItsPlace hold living markSeen memory',
  'mount muted paused prepared present retime schedule seen series shown sight stage dress why shared emit',
  'listen look running leave say ready text load show stale fits aging reached notes save refusal clear',
].flatMap((line) => line.split(' '));
const LETTERS = 'abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
if (INTERNAL.length > LETTERS.length) throw new Error('There are more internal names than letters.');
const nameCache = () => ({
  props: { props: Object.fromEntries(INTERNAL.map((name, place) => [`$${name}`, LETTERS[place]])) },
});

/** What a source and all that it imports become, as one text. */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [`${widget}src/${entry}`],
    absWorkingDir: widget,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'ascii',
    minifySyntax: true,
    legalComments: 'none',
    define: { SETTINGS: '$', VERSION: JSON.stringify(PLACEHOLDER) },
    plugins: [cssAsText],
  });
  // Names and spaces are terser's: its names repeat more, which saves some 3 %.
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true },
    mangle: { properties: { builtins: true, regex: new RegExp(`^(${INTERNAL.join('|')})$`) } },
    nameCache: nameCache(),
    format: { ascii_only: true, comments: false },
  });
  return code.trim();
}

/** The files' contents by name; the same sources give the same bytes. */
export async function bundle() {
  const files = {
    // One expression statement that ends in its argument, so that the server can put an application's settings there.
    'fomo.js': `($=>{"use strict";${await bundled('main.ts')}})(null);\n`,
  };
  for (const part of PARTS) files[`${part}.js`] = `${await bundled(`${part}.ts`)}\n`;
  // One version for all: a core only ever fetches the parts that were built with it.
  const hash = createHash('sha256').update(Object.values(files).join('')).digest('hex').slice(0, 8);
  const version = `${packageVersion()}-${hash}`;
  const integrity = {};
  for (const name of Object.keys(files)) {
    files[name] = files[name].replaceAll(PLACEHOLDER, version);
    integrity[name] = `sha384-${createHash('sha384').update(files[name]).digest('base64')}`;
  }
  return { ...files, 'manifest.json': `${JSON.stringify({ version, files: integrity }, null, 2)}\n` };
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
