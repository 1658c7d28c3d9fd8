// A clock that a test turns: what createSchedule needs of window, in milliseconds.

import type { Clock } from '../../src/schedule';

export class FakeClock implements Clock {
  time = 0;
  performance = { now: () => this.time };
  private timers = new Map<number, { at: number; task: () => void }>();
  private count = 0;

  get pending(): number {
    return this.timers.size;
  }

  setTimeout(task: () => void, milliseconds: number): number {
    this.timers.set(++this.count, { at: this.time + Math.max(0, milliseconds), task });
    return this.count;
  }

  clearTimeout(timer: number): void {
    this.timers.delete(timer);
  }

  run(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [timer, { at, task }] = next;
      this.timers.delete(timer);
      this.time = at;
      task();
    }
    this.time = end;
  }
}
