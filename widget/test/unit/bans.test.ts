// What ARCHITECTURE.md bans is found by the linter.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';

const BANNED = [
  'node.innerHTML = text;',
  'node.outerHTML = text;',
  "node.insertAdjacentHTML('beforeend', text);",
  'node.setHTMLUnsafe(text);',
  'eval(text);',
  'new Function(text)();',
  'document.write(text);',
  'document.cookie = text;',
  "addEventListener('unload', run);",
  "window.addEventListener('beforeunload', run);",
  'window.onbeforeunload = run;',
  "node.setAttribute('style', text);",
  'node.style.cssText = text;',
  "document.createElement('style');",
  "make('style', {});",
  'new Intl.NumberFormat(text);',
  'new Date().toLocaleString();',
  'text.localeCompare(text);',
];

// npm runs the tests in widget/; the project's own rules are taken to a folder where a bad file harms nobody.
const project = resolve('..');
const folder = mkdtempSync(join(tmpdir(), 'bans-'));
mkdirSync(join(folder, 'widget/src'), { recursive: true });
for (const path of ['biome.json', 'widget/lint']) cpSync(join(project, path), join(folder, path), { recursive: true });
const name = 'widget/src/probe.ts';
writeFileSync(join(folder, name), BANNED.join('\n'));
const biome = spawnSync(
  join(project, 'widget/node_modules/.bin/biome'),
  ['lint', '--max-diagnostics=200', '--colors=off', name],
  {
    cwd: folder,
    encoding: 'utf8',
  },
);
rmSync(folder, { recursive: true });
const found = [
  ...biome.stderr.matchAll(
    /probe\.ts:(\d+):\d+ (?:plugin|lint\/(?:security\/noGlobalEval|style\/noRestrictedGlobals|suspicious\/noDocumentCookie))/g,
  ),
].map(([, line]) => Number(line));

BANNED.forEach((line, place) => {
  test(`banned: ${line}`, () => assert.ok(found.includes(place + 1), biome.stderr));
});
