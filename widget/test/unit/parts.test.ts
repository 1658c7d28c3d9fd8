// Messages as parts: what is text, what is a link, and what is left out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { addressOf, isShowable, partsOf, plainText, textOf } from '../../src/parts';

test('the plain text joins the parts, with single spaces and the time in its place', () => {
  const parts = ['John just bought a ', ['a', 'Corvette'], ['br'], ['b', 'today'], '  ', ['time']];
  assert.equal(plainText({ parts, time_ago: '2 minutes ago' }), 'John just bought a Corvette today 2 minutes ago');
  assert.equal(plainText({ parts, time_ago: null }), 'John just bought a Corvette today');
});

test('words beside the time stay separated', () => {
  assert.equal(plainText({ parts: ['Bought', ['time']], time_ago: '1 hour ago' }), 'Bought 1 hour ago');
});

test("a page's own object may be a message alone", () => {
  assert.equal(plainText({ message: 'Only <b>text</b>' }), 'Only <b>text</b>');
});

for (const address of ['https://a.example/x', 'http://a.example', 'HTTPS://A.example'])
  test(`an address: ${address}`, () => assert.equal(addressOf(address), address));

for (const address of [
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://a.example/1',
  '//a.example',
  '/x',
  'x.png',
  '',
  'https:a.example',
  'undefined',
  null,
  undefined,
  7,
  {},
  ['https://a.example'],
])
  test(`no address: ${JSON.stringify(address)}`, () => assert.equal(addressOf(address), ''));

test('only strings are text, and a huge one is cut', () => {
  assert.equal(textOf('x'.repeat(1_000_000)).length, 500);
  for (const value of [null, undefined, 7, true, {}, ['x'], () => 'x']) assert.equal(textOf(value), '');
});

test('parts of a wrong shape are left out', () => {
  assert.deepEqual(partsOf({ parts: ['a', null, 7, {}, ['b', 'c'], '', undefined] }), ['a', ['b', 'c']]);
  assert.equal(partsOf({ parts: Array(10_000).fill('a') }).length, 60);
});

for (const junk of [
  null,
  undefined,
  7,
  'x',
  {},
  [],
  { id: 1 },
  { id: 1, message: 7 },
  { id: 'x', message: 'a' },
  { id: -1, message: 'a' },
  { id: null, message: 'a' },
  { id: 1, parts: [] },
  { id: 1, parts: [['a', {}]] },
  JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'),
])
  test(`no event: ${JSON.stringify(junk)}`, () => {
    assert.equal(isShowable(junk), false);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });
