// What a browser remembers, and what it does when it cannot.

import assert from 'node:assert/strict';
import test from 'node:test';
import { createMemory, type StorageMode } from '../../src/memory';

const KEY = 'fomo:abc';
const DAY = 24 * 3600;

/** A storage of one map; `broken` names the methods that throw. */
const storageOf = (stored: Record<string, string> = {}, broken: string[] = []): Storage => {
  const fail = (name: string) => {
    if (broken.includes(name)) throw new Error(name);
  };
  return {
    getItem: (key: string) => {
      fail('getItem');
      return stored[key] ?? null;
    },
    setItem: (key: string, value: string) => {
      fail('setItem');
      stored[key] = value;
    },
    removeItem: (key: string) => {
      delete stored[key];
    },
  } as unknown as Storage;
};

const memoryOn = (storage: () => Storage, now = 1000, mode: StorageMode = 'local', session = storageOf()) =>
  createMemory(
    KEY,
    // As window.localStorage and window.sessionStorage; there is no window.noneStorage.
    (where) => ({ local: storage, session: () => session, none: () => undefined as unknown as Storage })[where](),
    () => now,
    () => mode,
  );

test('what was seen is there after a reload, in the order of showing', () => {
  const storage = storageOf();
  const first = memoryOn(() => storage);
  for (const id of [3, 2, 3, 1]) first.markSeen(id);
  assert.deepEqual(memoryOn(() => storage).seen(), [2, 3, 1]);
});

test('one key, at most 2 KB, after very many events', () => {
  const stored: Record<string, string> = {};
  const memory = memoryOn(() => storageOf(stored));
  for (let id = 1; id <= 500; id++) memory.markSeen(1_000_000_000_000 + id);
  assert.deepEqual(Object.keys(stored), [KEY]);
  assert.ok((stored[KEY] as string).length <= 2048);
  assert.equal(memory.seen().at(-1), 1_000_000_000_500);
});

test('forgetting leaves nothing behind', () => {
  const stored: Record<string, string> = {};
  const memory = memoryOn(() => storageOf(stored));
  memory.markSeen(1);
  memory.forgetSeen();
  assert.deepEqual(stored, {});
});

test('"stop" lasts 30 days, over a reload, and unmuting undoes it', () => {
  const storage = storageOf();
  memoryOn(() => storage, 1000).mute(true);
  assert.equal(memoryOn(() => storage, 1000 + 30 * DAY - 1).refusal(), 'stopped');
  assert.equal(memoryOn(() => storage, 1000 + 30 * DAY).refusal(), '');
  const later = memoryOn(() => storage, 2000);
  later.mute(false);
  assert.equal(later.refusal(), '');
});

test('"stop" in another tab counts here too', () => {
  const storage = storageOf();
  const here = memoryOn(() => storage);
  assert.equal(here.refusal(), '');
  memoryOn(() => storage).mute(true);
  assert.equal(here.refusal(), 'stopped');
});

for (const [why, storage] of [
  ['it throws on get', () => storageOf({}, ['getItem'])],
  ['it is full', () => storageOf({ [KEY]: '0,9' }, ['setItem'])],
  [
    'it is forbidden',
    () => {
      throw new Error('denied');
    },
  ],
] as [string, () => Storage][])
  test(`memory serves the page view where the storage does not: ${why}`, () => {
    const memory = memoryOn(storage);
    memory.markSeen(1);
    assert.equal(memory.seen().at(-1), 1);
    memory.mute(true);
    assert.equal(memory.refusal(), 'stopped');
    memory.mute(false);
    assert.equal(memory.refusal(), '');
  });

for (const junk of ['', 'null', '{"__proto__":{"x":1}}', 'x'.repeat(5_000_000), ',,,', '1e999,-4,0,NaN'])
  test(`junk in the storage is nothing: ${junk.slice(0, 24)}`, () => {
    const memory = memoryOn(() => storageOf({ [KEY]: junk }));
    assert.deepEqual(memory.seen(), []);
    memory.markSeen(7);
    assert.deepEqual(memory.seen(), [7]);
  });

test('with privacy asked for, only the stop is stored', () => {
  const stored: Record<string, string> = { [KEY]: '0,5,6' };
  const memory = memoryOn(() => storageOf(stored), 1000, 'none');
  assert.deepEqual(memory.seen(), []);
  memory.markSeen(1);
  assert.deepEqual(stored, {});
  memory.mute(true);
  assert.deepEqual(stored, { [KEY]: String(1000 + 30 * DAY) });
  assert.deepEqual(memory.seen(), [1]);
});

test("for the tab's visit, the ids are in the session's storage and the stop in the local one", () => {
  const stored: Record<string, string> = {};
  const visit: Record<string, string> = {};
  const memory = memoryOn(() => storageOf(stored), 1000, 'session', storageOf(visit));
  memory.markSeen(1);
  memory.markSeen(2);
  assert.deepEqual([stored, visit], [{}, { [KEY]: '0,1,2' }]);
  memory.mute(true);
  assert.deepEqual(stored, { [KEY]: String(1000 + 30 * DAY) });
  assert.deepEqual(memoryOn(() => storageOf(stored), 1000, 'session', storageOf(visit)).seen(), [1, 2]);
  memory.forgetSeen();
  assert.deepEqual(visit, {});
});

test('forgetting what was shown does not forget the stop, also of an earlier page', () => {
  const stored: Record<string, string> = {};
  memoryOn(() => storageOf(stored)).mute(true);
  const later = memoryOn(() => storageOf(stored), 2000);
  later.forgetSeen();
  later.markSeen(1);
  assert.equal(later.refusal(), 'stopped');
  assert.equal(memoryOn(() => storageOf(stored), 2000).refusal(), 'stopped');
});
