// The budget: prints what the built widget weighs and fails over a limit, or on a construct that must not be in it.
// With --peers it weighs other libraries beside it, in the same way.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { sheet } from './css.mjs';
import { peers } from './peers.mjs';

const TARGET = 5120;
const LIMIT = 6144;
const LOAD_JS_LIMIT = 7168;
// load.js is the same code with an application's settings; a real one's look like this, without CSS of its own.
const SETTINGS = {
  clientHash: '36K9pUyuj8sukckFW66iCg',
  fomoUrl: 'https://tidings.shop.example',
  enabled: true,
  language: 'en',
  direction: 'ltr',
  pageLoad: 1,
  displayFor: 7,
  displayInterval: 4,
  maximumPerPage: 30,
  limit: 30,
  randomize: false,
  closable: true,
  hideMobile: false,
  loopNotification: false,
  position: 'bottom_left',
  theme: 'theme1',
  themeCss: '',
  manualTrigger: false,
  feedMode: false,
  storage: 'local',
  consentRequired: false,
  pageRules: [],
  labels: { region: 'Recent activity', close: 'Close', stop: 'Stop showing these' },
};

const BANNED = {
  innerHTML: /innerHTML/,
  outerHTML: /outerHTML/,
  insertAdjacentHTML: /insertAdjacentHTML/,
  'eval(': /\beval\(/,
  'new Function': /new Function|[^\w.]Function\(/,
  'document.write': /document\.write/,
  'document.cookie': /\.cookie\b/,
  unload: /unload/,
  'Intl.': /\bIntl\b/,
  'style attribute': /["'`]style["'`]|cssText/,
  '<style> element': /createElement\(["'`]style/,
  '</script or <!--': /<\/script|<!--/i,
  'characters beyond ASCII': /[^\n\x20-\x7e]/,
};

const widget = fileURLToPath(new URL('..', import.meta.url));
const code = readFileSync(`${widget}dist/fomo.js`, 'utf8');
const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const css = (await Promise.all(['base', 'theme1/theme'].map((name) => sheet(`${widget}../themes/${name}.css`)))).join(
  '',
);
const size = brotli(code);
const loadJs = brotli(code.replace(/\(null\);\n$/, () => `(${JSON.stringify(SETTINGS)});\n`));

const rows = [
  ['fomo.js, as it is', Buffer.byteLength(code), ''],
  ['fomo.js, gzip 9', gzipSync(code, { level: 9 }).length, ''],
  ['fomo.js, brotli 11', size, `target ${TARGET}, limit ${LIMIT}`],
  ['  of it style sheets', brotli(css), ''],
  ['load.js of an application, brotli', loadJs, `limit ${LOAD_JS_LIMIT}`],
];
const { files } = JSON.parse(readFileSync(`${widget}dist/manifest.json`, 'utf8'));
const built = Object.keys(files).map((name) => [name, readFileSync(`${widget}dist/${name}`, 'utf8')]);
for (const [name, text] of built.slice(1)) rows.push([`${name}, brotli 11`, brotli(text), 'only where it is used']);
if (process.argv.includes('--peers'))
  for (const [name, bytes] of await peers(brotli))
    rows.push([`${name}, brotli 11`, bytes, `${(bytes / size).toFixed(1)} times fomo.js`]);
for (const [name, bytes, note] of rows) console.log(`${name.padEnd(34)}${`${bytes} B`.padStart(10)}   ${note}`);

const faults = built.flatMap(([name, text]) =>
  Object.entries(BANNED)
    .filter(([, pattern]) => pattern.test(text))
    .map(([construct]) => `${name} holds ${construct}`),
);
if (!code.startsWith('($=>{') || !code.endsWith('})(null);\n'))
  faults.push('fomo.js has lost the form that the server expects');
if (loadJs > LOAD_JS_LIMIT) faults.push(`load.js is ${loadJs - LOAD_JS_LIMIT} B over its limit`);
if (size > LIMIT) faults.push(`fomo.js is ${size - LIMIT} B over its limit`);
else if (size > TARGET) console.log(`warning: ${size - TARGET} B over the target`);
for (const fault of faults) console.error(`size: ${fault}`);
process.exitCode = faults.length ? 1 : 0;
