// Durations and counts as a page may have set them.

import assert from 'node:assert/strict';
import test from 'node:test';
import { within } from '../../src/config';

for (const [value, expected] of [
  [7, 7],
  ['30', 30],
  [0, 1],
  [-5, 1],
  [1e9, 600],
  [Number.NaN, 1],
  [undefined, 1],
  [null, 1],
  ['x', 1],
  [Number.POSITIVE_INFINITY, 600],
  [{}, 1],
] as [unknown, number][])
  test(`within 1 and 600: ${String(value)}`, () => assert.equal(within(value, 1, 600), expected));
