// What one visitor's browser remembers: which events were shown, and whether "stop" was pressed.

const MUTE_SECONDS = 30 * 24 * 3600;
// A feed has at most 100 events, so a round is never longer; 100 ids stay under 2 KB.
const MOST_IDS = 100;

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
 * missing, full or broken leaves the copy in memory. With `onlyMute` the ids never reach the storage.
 */
export const createMemory = (
  key: string,
  storage: () => Storage,
  now: () => number,
  onlyMute: () => boolean,
): Memory => {
  let ids: number[] | undefined;
  let mutedUntil = 0;

  const stored = (): number[] => {
    try {
      return (storage().getItem(key) ?? '').slice(0, 4096).split(',').map(Number);
    } catch {
      return [];
    }
  };
  const seen = (): number[] => {
    ids ??= onlyMute()
      ? []
      : stored()
          .slice(1, MOST_IDS + 1)
          .filter((id) => id > 0);
    return ids;
  };
  const save = (): void => {
    try {
      const value = [mutedUntil, ...(onlyMute() ? [] : seen())].join();
      if (value === '0') storage().removeItem(key);
      else storage().setItem(key, value);
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
    muted: () => Math.max(mutedUntil, stored()[0] || 0) > now(),
    mute(on) {
      mutedUntil = on ? Math.round(now()) + MUTE_SECONDS : 0;
      save();
    },
  };
};
