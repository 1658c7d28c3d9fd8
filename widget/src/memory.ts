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
  /** True until 30 days after `mute(true)`, in every tab. */
  muted(): boolean;
  mute(on: boolean): void;
}

/**
 * Keeps one value under `key`: the moment (epoch seconds) until which the visitor wants nothing, then the seen ids.
 * It is a plain list of numbers and no JSON, which pages with an old Prototype.js break for arrays. A storage that is
 * missing, full or broken leaves the copy in memory. The visitor's "stop" is in the local storage whatever `mode` says.
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

  const stored = (where: StorageMode): number[] => {
    try {
      return (storage(where).getItem(key) ?? '').slice(0, 4096).split(',').map(Number);
    } catch {
      return [];
    }
  };
  const mutedUntil = (): number => said ?? (stored('local')[0] || 0);
  const seen = (): number[] => {
    ids ??= stored(mode())
      .slice(1, MOST_IDS + 1)
      .filter((id) => id > 0);
    return ids;
  };
  const keep = (where: StorageMode, until: number): void => {
    const value = [until, ...(where === mode() ? seen() : [])].join();
    if (value === '0') storage(where).removeItem(key);
    else storage(where).setItem(key, value);
  };
  const save = (): void => {
    try {
      if (mode() === 'session') keep('session', 0);
      keep('local', mutedUntil());
      if (stored('local')[0] === said) said = undefined;
    } catch {
      // Full or forbidden: the copy in memory serves this page view.
    }
  };

  return {
    seen,
    markSeen(id) {
      ids = [...seen().filter((known) => known !== id), id].slice(-MOST_IDS);
      save();
    },
    forgetSeen() {
      ids = [];
      save();
    },
    muted: () => mutedUntil() > now(),
    mute(on) {
      said = on ? Math.round(now()) + MUTE_SECONDS : 0;
      save();
    },
  };
};
