// The one timer of the widget: it can be paused for several reasons at once and keeps what is left of its time.

/** What is needed of `window`; a test brings its own. */
export interface Clock {
  performance: { now(): number };
  setTimeout(task: () => void, milliseconds: number): number;
  clearTimeout(timer: number): void;
}

export interface Schedule {
  /** Runs `task` once, `seconds` from now not counting pauses; it replaces a task that still waits. */
  after(seconds: number, task: () => void): void;
  /** Adds or takes away one named reason to stand still. */
  pause(reason: string, on: boolean): void;
  /** The reasons for which it stands still. */
  paused: ReadonlySet<string>;
  clear(): void;
}

export const createSchedule = (clock: Clock): Schedule => {
  const reasons = new Set<string>();
  let waiting: (() => void) | undefined;
  // Milliseconds that are left, as of `since`.
  let left = 0;
  let since = 0;
  let timer: number | undefined;

  const fire = (): void => {
    const task = waiting;
    waiting = timer = undefined;
    task?.();
  };
  const settle = (): void => {
    const now = clock.performance.now();
    if (timer !== undefined) {
      clock.clearTimeout(timer);
      left -= now - since;
    }
    since = now;
    timer = waiting && !reasons.size ? clock.setTimeout(fire, left) : undefined;
  };

  return {
    after(seconds, task) {
      waiting = undefined;
      settle();
      waiting = task;
      left = seconds * 1000;
      settle();
    },
    pause(reason, on) {
      reasons[on ? 'add' : 'delete'](reason);
      settle();
    },
    paused: reasons,
    clear() {
      waiting = undefined;
      settle();
    },
  };
};
