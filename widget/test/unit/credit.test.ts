// What a conversion is credited to, when a visit begins, and who is held out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { armOf, arrived, credited, readNotes, remember, spent, written } from '../../src/credit';

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

test('a visit ends with 30 minutes without a page view', () => {
  const [first, begins] = arrived(NOTHING, NOW, () => 7);
  assert.deepEqual([first.visit, begins], [['7', `${NOW}`, ''], true]);
  const later = { ...first, visit: ['7', `${NOW}`, '1'] };
  assert.deepEqual(arrived(later, NOW + 1799, assert.fail), [{ ...later, visit: ['7', `${NOW + 1799}`, '1'] }, false]);
  assert.deepEqual(arrived(later, NOW + 1800, assert.fail), [{ ...later, visit: ['7', `${NOW + 1800}`, ''] }, true]);
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
