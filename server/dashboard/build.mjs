// Builds dist/: the bundles, the font and the icons under names with their hash, each compressed beside it, and manifest.json.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const templates = `${here}../tidings/templates/dashboard`;
const lucide = `${here}node_modules/lucide-static/icons`;
// One bundle each: what every page loads, and what single pages load besides; those that are there.
const ENTRIES = ['dashboard.css', 'dashboard.ts', 'theme.ts', 'chart.ts', 'editor.ts', 'preview.ts', 'events.ts'];
const COMPRESSED = new Set(['.css', '.js', '.svg']);

/** The built files by the name that pages ask for. */
async function bundles() {
  const { metafile, outputFiles } = await build({
    entryPoints: ENTRIES.filter((name) => existsSync(`${here}src/${name}`)).map((name) => `src/${name}`),
    absWorkingDir: here,
    outdir: 'dist',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    loader: { '.woff2': 'file' },
    assetNames: '[name]-[hash]',
    entryNames: '[name]-[hash]',
  });
  const files = {};
  for (const { path, contents } of outputFiles) {
    const hashed = basename(path);
    files[hashed.replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1')] = { hashed, contents: Buffer.from(contents) };
  }
  if (Object.keys(files).length !== Object.keys(metafile.outputs).length) throw new Error('two files of one name');
  return files;
}

/** The icons that the templates name, as one sprite: any quoted word there that Lucide has a drawing of. */
function sprite() {
  const named = new Set();
  for (const file of readdirSync(templates, { recursive: true }))
    if (file.endsWith('.html'))
      for (const [, , word] of readFileSync(`${templates}/${file}`, 'utf8').matchAll(/(["'])([a-z0-9-]{1,40})\1/g))
        named.add(word);
  const symbols = [...named].sort().flatMap((name) => {
    if (!existsSync(`${lucide}/${name}.svg`)) return [];
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(`${lucide}/${name}.svg`, 'utf8'))[1];
    return [
      `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, '').replaceAll(' />', '/>')}</symbol>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

function named(name, text) {
  const contents = Buffer.from(text);
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 8);
  return { [name]: { hashed: `${basename(name, extname(name))}-${hash}${extname(name)}`, contents } };
}

const files = {
  ...(await bundles()),
  ...named('icons.svg', sprite()),
  ...named('mark.svg', readFileSync(`${here}../tidings/static/docs/mark.svg`)),
};
// Made whole beside it and then put in its place: a server that starts meanwhile reads the one or the other.
const fresh = `${here}dist.new`;
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh);
for (const { hashed, contents } of Object.values(files)) {
  writeFileSync(`${fresh}/${hashed}`, contents);
  if (!COMPRESSED.has(extname(hashed))) continue;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  writeFileSync(`${fresh}/${hashed}.br`, brotliCompressSync(contents, { params: quality }));
  writeFileSync(`${fresh}/${hashed}.gz`, gzipSync(contents, { level: 9 }));
}
const names = Object.fromEntries(Object.entries(files).map(([name, { hashed }]) => [name, hashed]));
writeFileSync(`${fresh}/manifest.json`, `${JSON.stringify({ files: names }, null, 2)}\n`);
rmSync(`${here}dist`, { recursive: true, force: true });
renameSync(fresh, `${here}dist`);
console.log(`built the dashboard's ${Object.keys(names).length} files`);
