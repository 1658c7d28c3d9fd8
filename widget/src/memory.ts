// What one visitor's browser remembers: which events were shown, and whether "stop" was pressed.

const MUTE_SECONDS = 30 * 24 * 3600;
// A feed has at most 100 events, so a round is never longer; 100 ids stay under 2 KB.
const MOST_IDS = 100;

/** Where the ids of shown events are kept: over visits, for this tab's visit, or nowhere. */
export type StorageMode = 'local' | 'session' | 'none';

export interface Memory {
  /** Ids of the events shown in this round, oldest first. */
  seen(): readonly number[];
  markSeen(id: number): void;
  forgetSeen(): void;
  /** Why this visitor is to see nothing, as a word, or '': 'stopped' until 30 days after `mute(true)`, in every tab. */
  refusal(): string;
  mute(on: boolean): void;
  /** What the part `goals` keeps beside the ids, where they are: nothing, or one text that begins with ';', without a comma. */
  notes(): string[];
  /** Writes down what is known, with these notes or those that are there. */
  save(notes?: string[]): void;
}

/**
 * Keeps one value under `key`: the moment (epoch seconds) until which the visitor wants nothing, then the seen ids, then
 * the notes of the part `goals`. It is a plain list of numbers and no JSON, which pages with an old Prototype.js break for
 * arrays. A storage that is missing, full or broken leaves the copy in memory. The visitor's "stop"
 * is in the local storage whatever `mode` says.
 */
export const createMemory = (
  key: string,
  storage: (mode: StorageMode) => Storage,
  now: () => number,
  mode: () => StorageMode,
): Memory => {
  let ids: number[] | undefined;
  // What was said on this page, until the storage has it.
  let said: number | undefined;

  const stored = (where: StorageMode): string[] => {
    try {
      return (storage(where).getItem(key) ?? '').slice(0, 4096).split(',');
    } catch {
      return [];
    }
  };
  const mutedUntil = (): number => said ?? (Number(stored('local')[0]) || 0);
  const seen = (): number[] => {
    ids ??= stored(mode())
      .slice(1, MOST_IDS + 1)
      .map(Number)
      .filter((id) => id > 0);
    return ids;
  };
  // Read each time, because another tab may have written some.
  const noted = (where: StorageMode): string[] => stored(where).filter((each) => /;/.test(each));
  const keep = (where: StorageMode, until: number, notes = noted(where)): void => {
    const value = (where === mode() ? [until, ...seen(), ...notes] : [until]).join();
    if (value === '0') storage(where).removeItem(key);
    else storage(where).setItem(key, value);
  };
  const save = (notes?: string[]): void => {
    try {
      if (mode() === 'session') keep('session', 0, notes);
      keep('local', mutedUntil(), notes);
      if (stored('local')[0] === `${said}`) said = undefined;
    } catch {
      // Full or forbidden: the copy in memory serves this page view.
    }
  };

  return {
    save,
    notes: () => noted(mode()),
    seen,
    markSeen(id) {
      ids = [...seen().filter((known) => known !== id), id].slice(-MOST_IDS);
      save();
    },
    forgetSeen() {
      ids = [];
      save();
    },
    refusal: () => (mutedUntil() > now() ? 'stopped' : ''),
    mute(on) {
      said = on ? Math.round(now()) + MUTE_SECONDS : 0;
      save();
    },
  };
};
