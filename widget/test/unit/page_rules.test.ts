// On which addresses notifications show.

import assert from 'node:assert/strict';
import test from 'node:test';
import cases from '../../../tests/cases/page_rules.json';
import { allows } from '../../src/page_rules';

const address = (path: string) => new URL(path, 'https://shop.example') as unknown as Location;
const include = (path: string) => ({ match: 'include', path });
const exclude = (path: string) => ({ match: 'exclude', path });

for (const [glob, path, expected] of cases as [string, string, boolean][])
  test(`${glob} ${expected ? 'matches' : 'leaves out'} ${path}`, () => {
    assert.equal(allows([include(glob)], address(path)), expected);
    assert.equal(allows([exclude(glob)], address(path)), !expected);
  });

test('without rules it shows everywhere', () => {
  assert.equal(allows([], address('/')), true);
  assert.equal(allows(undefined, address('/')), true);
});

test('one of the includes is enough, and an exclude wins, whatever their order', () => {
  const rules = [exclude('/shop/private/*'), include('/shop/*'), include('/blog/*')];
  for (const order of [rules, rules.slice().reverse()]) {
    assert.equal(allows(order, address('/blog/a')), true);
    assert.equal(allows(order, address('/shop/mug')), true);
    assert.equal(allows(order, address('/shop/private/mug')), false);
    assert.equal(allows(order, address('/')), false);
  }
});

test('a nasty rule on a long address costs no time', () => {
  const began = performance.now();
  assert.equal(allows([include(`/${'*a'.repeat(120)}b`)], address(`/${'a'.repeat(8000)}`)), false);
  assert.ok(performance.now() - began < 50);
});
