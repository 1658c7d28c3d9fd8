// The budget: prints what all that the dashboard's pages load weighs as it is sent, and fails over the limit.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIMIT = 150 * 1024;
const dist = fileURLToPath(new URL('dist/', import.meta.url));
const { files } = JSON.parse(readFileSync(`${dist}manifest.json`, 'utf8'));

const rows = Object.entries(files).map(([name, hashed]) => {
  const path = `${dist}${hashed}`;
  return [name, statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size];
});
const total = rows.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [name, bytes] of [...rows.sort((one, other) => other[1] - one[1]), ['all of the dashboard', total]])
  console.log(`${name.padEnd(36)}${`${bytes} B`.padStart(10)}`);
if (total > LIMIT) {
  console.error(`size: the dashboard is ${total - LIMIT} B over its limit of ${LIMIT} B`);
  process.exitCode = 1;
}
