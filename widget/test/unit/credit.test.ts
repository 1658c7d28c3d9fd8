// What a conversion is credited to, when a visit begins, when a visitor is counted, and who is held out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { armOf, arrived, converted, credited, readNotes, remember, spent, walked, written } from '../../src/credit';

const DAY = 86_400;
const WINDOWS = [7 * DAY, DAY] as const;
const NOW = 1_800_000_000;
const NOTHING = readNotes('');
const clicked = (id: number, at: number, notes = NOTHING) => remember(notes, 'click', id, at);
const displayed = (id: number, at: number, notes = NOTHING) => remember(notes, 'display', id, at);

test('nothing is kept of a visitor of whom nothing is known', () => {
  assert.equal(written(NOTHING), '');
  assert.equal(written(spent(NOTHING, 'ABCDEFGH')), '');
});

test('what was written is read again, without a comma', () => {
  const [notes] = arrived(displayed(3, NOW, clicked(12, NOW - 5)), NOW, () => 42);
  const text = written(spent(notes, 'ABCDEFGH'));
  assert.doesNotMatch(text, /,/);
  assert.match(text, /^;/);
  assert.deepEqual(readNotes(text), spent(notes, 'ABCDEFGH'));
});

test('a click goes before a display, each within its time', () => {
  const both = displayed(2, NOW, clicked(1, NOW));
  assert.deepEqual(credited(both, 'ABCDEFGH', NOW, WINDOWS), ['click', '1']);
  assert.deepEqual(credited(both, 'ABCDEFGH', NOW + 7 * DAY - 1, WINDOWS), ['click', '1']);
  assert.equal(credited(both, 'ABCDEFGH', NOW + 7 * DAY, WINDOWS), undefined);
  assert.deepEqual(credited(displayed(2, NOW), 'ABCDEFGH', NOW + DAY - 1, WINDOWS), ['display', '2']);
  assert.equal(credited(displayed(2, NOW), 'ABCDEFGH', NOW + DAY, WINDOWS), undefined);
  assert.equal(credited(both, 'ABCDEFGH', NOW, [0, 0]), undefined);
  assert.deepEqual(credited(both, 'ABCDEFGH', NOW, [0, DAY]), ['display', '2']);
});

test('a clock that was far ahead credits nothing', () => {
  assert.equal(credited(clicked(1, NOW + 30 * DAY), 'ABCDEFGH', NOW, WINDOWS), undefined);
});

test('the last one counts', () => {
  assert.deepEqual(credited(clicked(2, NOW, clicked(1, NOW - 9)), 'ABCDEFGH', NOW, WINDOWS), ['click', '2']);
});

test('one click is credited with a goal once, with another goal too, and a new click anew', () => {
  const used = spent(displayed(2, NOW, clicked(1, NOW)), 'ABCDEFGH');
  assert.equal(credited(used, 'ABCDEFGH', NOW + 9, WINDOWS), undefined);
  assert.deepEqual(credited(used, 'IJKLMNOP', NOW + 9, WINDOWS), ['click', '1']);
  assert.deepEqual(credited(displayed(3, NOW + 9, used), 'ABCDEFGH', NOW + 9, WINDOWS), ['display', '3']);
  assert.deepEqual(credited(clicked(1, NOW + 9, used), 'ABCDEFGH', NOW + 9, WINDOWS), ['click', '1']);
  assert.deepEqual(spent(used, 'ABCDEFGH'), used);
});

for (const junk of [
  ';;x.y;',
  ';;1e9.1;2',
  ';;-1.1800000000',
  ';;99999999999999999.1800000000',
  ';"};alert(1)',
  ';;;;;;',
  'x',
])
  test(`junk credits nothing that could be sent: ${junk}`, () => {
    assert.equal(credited(readNotes(junk), 'ABCDEFGH', NOW, WINDOWS), undefined);
    assert.equal(armOf(readNotes(junk), 100), '');
  });

const of = (...visit: (string | number)[]) => ({ ...NOTHING, visit: visit.map(String) });

test('a visit ends with 30 minutes without a page view', () => {
  assert.deepEqual(
    arrived(NOTHING, NOW, () => 7),
    [of(7, NOW, NOW, ''), true, true],
  );
  const later = of(7, NOW, NOW - DAY, '1');
  assert.deepEqual(arrived(later, NOW + 1799, assert.fail), [of(7, NOW + 1799, NOW - DAY, '1'), false, false]);
  assert.deepEqual(arrived(later, NOW + 1800, assert.fail), [of(7, NOW + 1800, NOW - DAY, '1'), true, false]);
});

test('a visitor is counted once in 30 days, when a visit begins, and converts once in them', () => {
  const counted = NOW - 30 * DAY;
  const first = of(7, NOW - DAY, counted, '1');
  assert.deepEqual(arrived(first, NOW - 1, assert.fail), [of(7, NOW - 1, counted, '1'), true, false]);
  assert.deepEqual(arrived(first, NOW, assert.fail), [of(7, NOW, NOW, ''), true, true]);
  // In the middle of a visit nobody is counted, however long it lasts.
  assert.deepEqual(arrived(of(7, NOW - 9, counted, '1'), NOW, assert.fail), [of(7, NOW, counted, '1'), false, false]);
  assert.deepEqual(converted(of(7, NOW, NOW, '')), [of(7, NOW, NOW, '1'), true]);
  assert.deepEqual(converted(of(7, NOW, NOW, '1')), [of(7, NOW, NOW, '1'), false]);
});

test('who was not counted does not convert', () => {
  assert.deepEqual(converted(NOTHING), [NOTHING, false]);
  assert.deepEqual(converted(of(7, NOW)), [of(7, NOW), false]);
  assert.deepEqual(arrived(of(7, NOW - DAY), NOW, assert.fail), [of(7, NOW, NOW, ''), true, true]);
});

test('a clock that was far ahead does not keep a visitor from being counted', () => {
  assert.equal(arrived(of(7, NOW + 40 * DAY, NOW + 40 * DAY, '1'), NOW, assert.fail)[2], true);
});

test('a step in the page makes a visit longer, and never begins or revives one', () => {
  assert.deepEqual(walked(of(7, NOW, NOW, '1'), NOW + 1799), of(7, NOW + 1799, NOW, '1'));
  assert.deepEqual(walked(of(7, NOW, NOW, '1'), NOW + 1800), of(7, NOW, NOW, '1'));
  assert.deepEqual(walked(NOTHING, NOW), NOTHING);
  assert.equal(arrived(walked(of(7, NOW, NOW, '1'), NOW + 1800), NOW + 1810, assert.fail)[1], true);
});

test('the lot decides, and only where one was drawn', () => {
  const with7 = arrived(NOTHING, NOW, () => 7)[0];
  assert.deepEqual(
    [0, 7, 8, 100].map((percent) => armOf(with7, percent)),
    ['shown', 'shown', 'held', 'held'],
  );
  assert.equal(armOf(arrived(NOTHING, NOW, () => 99)[0], 99), 'shown');
  assert.equal(armOf(arrived(NOTHING, NOW, () => 99)[0], 100), 'held');
  assert.equal(armOf(NOTHING, 100), '');
});
