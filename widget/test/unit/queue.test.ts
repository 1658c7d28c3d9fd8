// Which event comes next.

import assert from 'node:assert/strict';
import test from 'node:test';
import { nextEvent, type Order } from '../../src/queue';

/** Draws `count` times; `feedAt` gives the feed of each turn. */
const draw = (count: number, order: Partial<Order>, feedAt: (turn: number) => number[], random = () => 0) => {
  let seen: number[] = [];
  const memory = {
    seen: () => seen,
    forgetSeen: () => {
      seen = [];
    },
  };
  const ids: (number | undefined)[] = [];
  for (let turn = 0; turn < count; turn++) {
    const events = feedAt(turn).map((id) => ({ id }));
    const id = nextEvent(events, memory, { randomize: false, loopNotification: false, ...order }, random)?.id;
    if (id) seen.push(id);
    ids.push(id);
  }
  return ids;
};

test('newest first, each once, then nothing', () => {
  assert.deepEqual(
    draw(4, {}, () => [3, 2, 1]),
    [3, 2, 1, undefined],
  );
});

test('a new event comes before the older ones that wait', () => {
  assert.deepEqual(
    draw(4, {}, (turn) => (turn < 1 ? [3, 2, 1] : [4, 3, 2, 1])),
    [3, 4, 2, 1],
  );
});

test('a loop begins again at the first event', () => {
  assert.deepEqual(
    draw(5, { loopNotification: true }, () => [2, 1]),
    [2, 1, 2, 1, 2],
  );
});

test('in a loop, too, a new event comes next', () => {
  assert.deepEqual(
    draw(4, { loopNotification: true }, (turn) => (turn < 3 ? [2, 1] : [3, 2, 1])),
    [2, 1, 2, 3],
  );
});

test('an empty feed gives nothing, also in a loop', () => {
  assert.deepEqual(
    draw(2, { loopNotification: true }, () => []),
    [undefined, undefined],
  );
});

test('a random round has each event once', () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const feed = Array.from({ length: 20 }, (_, index) => index + 1);
  const ids = draw(40, { randomize: true, loopNotification: true }, () => feed, random);
  for (const round of [ids.slice(0, 20), ids.slice(20)])
    assert.deepEqual(
      [...round].sort((a, b) => a! - b!),
      feed,
    );
  assert.notDeepEqual(ids.slice(0, 20), feed);
});
