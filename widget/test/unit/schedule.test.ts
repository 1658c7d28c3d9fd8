// The one timer: pauses by name, and what is left of the time.

import assert from 'node:assert/strict';
import test from 'node:test';
import { createSchedule } from '../../src/schedule';
import { FakeClock } from './fake_clock';

const begin = () => {
  const clock = new FakeClock();
  const ran: number[] = [];
  const schedule = createSchedule(clock);
  return { clock, ran, schedule, note: () => ran.push(clock.time) };
};

test('a task runs once, at its time', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.after(7, note);
  clock.run(6999);
  assert.deepEqual(ran, []);
  clock.run(10_000);
  assert.deepEqual(ran, [7000]);
  assert.equal(clock.pending, 0);
});

test('a pause keeps what is left, not the whole time', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.after(7, note);
  clock.run(5000);
  schedule.pause('hover', true);
  assert.equal(clock.pending, 0);
  clock.run(60_000);
  schedule.pause('hover', false);
  clock.run(1999);
  assert.deepEqual(ran, []);
  clock.run(1);
  assert.deepEqual(ran, [67_000]);
});

test('it goes on only when the last reason is gone', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.after(1, note);
  for (const reason of ['hover', 'hidden', 'hover']) schedule.pause(reason, true);
  schedule.pause('hover', false);
  clock.run(5000);
  assert.deepEqual(ran, []);
  schedule.pause('hidden', false);
  clock.run(1000);
  assert.deepEqual(ran, [6000]);
});

test('a task that is given while it stands still waits for the end of the pause', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.pause('hidden', true);
  schedule.after(0, note);
  clock.run(1000);
  assert.deepEqual(ran, []);
  schedule.pause('hidden', false);
  clock.run(0);
  assert.deepEqual(ran, [1000]);
});

test('a new task replaces the one that waits, and there is never a second timer', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.after(1, () => ran.push(-1));
  schedule.after(2, note);
  assert.equal(clock.pending, 1);
  clock.run(5000);
  assert.deepEqual(ran, [2000]);
});

test('clear leaves nothing pending, also not after a pause', () => {
  const { clock, ran, schedule, note } = begin();
  schedule.after(1, note);
  schedule.pause('page', true);
  schedule.clear();
  schedule.pause('page', false);
  clock.run(5000);
  assert.deepEqual(ran, []);
  assert.equal(clock.pending, 0);
});

test('a task may plan the next one', () => {
  const { clock, ran, schedule } = begin();
  const again = () => {
    ran.push(clock.time);
    if (ran.length < 3) schedule.after(4, again);
  };
  schedule.after(1, again);
  clock.run(20_000);
  assert.deepEqual(ran, [1000, 5000, 9000]);
});
