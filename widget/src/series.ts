// The story of one page view: wait, show a card, take it away, wait, show the next one.

import { type Card, createCard } from './card';
import { type Settings, within } from './config';
import type { Feed } from './feed';
import type { Memory } from './memory';
import type { FeedEvent } from './parts';
import { nextEvent } from './queue';
import type { Schedule } from './schedule';
import type { Stage } from './stage';

/** The part of `window.fomo` that the series reads and writes: a page may look at it at any time. */
export interface SharedState {
  settings: Settings;
  recentEvents: FeedEvent[];
  closed: boolean;
}

/** What the series works with. */
export interface Means {
  state: SharedState;
  /** Resolves when the page is loaded and idle, and the settings are known. */
  quiet: Promise<unknown>;
  feed: Feed;
  memory: Memory;
  schedule: Schedule;
  stage: Stage;
  /** What stands in the way at this moment, as a word, or ''. */
  blocked(): string;
  /** Notices an open dialog or a hidden tab before a card is shown. */
  look(): void;
  /** Tells the page; false when it has cancelled. */
  emit(type: string, event?: FeedEvent): boolean;
}

export interface Series {
  /** Gets the present events; false when the server has failed twice. */
  load(): Promise<boolean>;
  /** Goes on where the visitor was, `seconds` from now. */
  start(seconds: number): void;
  /** Ends the series and takes an open card away at once. */
  stop(): void;
  /** Shows one event out of turn. False where nothing may show. */
  show(event: FeedEvent): boolean;
  /** The visitor's "Close": no more cards in this page view. */
  close(): void;
  /** The visitor's "Stop showing these". */
  mute(): void;
  resetCount(): void;
  running(): boolean;
  /** Why nothing may show, or will show by itself, as a word, or ''. */
  why(): string;
}

export const createSeries = ({ state, quiet, feed, memory, schedule, stage, blocked, look, emit }: Means): Series => {
  const { settings } = state;
  // Rises with whatever changes the plan: what an older plan was waiting for is dropped when it arrives.
  let plan = 0;
  let running = false;
  let shown = 0;
  let ending = '';
  let card: Card | undefined;

  const finish = (reason: string): void => {
    plan++;
    ending = reason;
    schedule.clear();
    if (running) emit('end');
    running = false;
  };

  const load = async (): Promise<boolean> => {
    await quiet;
    const loaded = await feed.fresh();
    if (!loaded) {
      ending = 'no_feed';
      emit('error');
    }
    return loaded;
  };

  const drop = (atOnce?: boolean): void => {
    if (!card) return;
    const gone = card;
    card = undefined;
    gone.leave(atOnce);
    stage.say('');
    schedule.pause('hover', false);
    schedule.pause('focus', false);
    emit('hide', gone.event);
  };

  const rest = (): void => {
    drop();
    if (running) schedule.after(within(settings.displayInterval, 0.25, 3600), turn);
  };

  const prepare = async (next: FeedEvent, mine: number, counts: number): Promise<void> => {
    const made = createCard(next, settings, {
      close,
      stop: mute,
      click: () => emit('click', next),
      hold: (reason, on) => {
        if (made === card) schedule.pause(reason, on);
      },
    });
    await made.ready;
    if (mine !== plan) return;
    look();
    // Through the schedule, so that a card that is ready while the tab is hidden or a dialog is open waits.
    schedule.after(0, () => {
      drop(true);
      if (next.id) memory.markSeen(next.id);
      if (!emit('show', next)) return rest();
      shown += counts;
      card = made;
      stage.present(made);
      schedule.after(within(settings.displayFor, 1, 600), rest);
    });
  };

  const step = async (): Promise<void> => {
    const mine = ++plan;
    await quiet;
    const reason = why() || (shown < within(settings.maximumPerPage, 1, 1000) ? '' : 'maximum');
    if (reason) return finish(reason);
    const loaded = await load();
    if (mine !== plan) return;
    const next = loaded && nextEvent(state.recentEvents, memory, settings, Math.random);
    if (!next) return finish(ending || 'no_events');
    await prepare(next, mine, 1);
  };
  const turn = (): void => {
    step().catch(() => finish('error'));
  };

  const why = (): string => blocked() || ending;

  const quit = (reason: string, type: string): void => {
    const gone = card?.event;
    drop();
    finish(reason);
    emit(type, gone);
  };
  const close = (): void => {
    state.closed = true;
    quit('closed', 'close');
  };
  const mute = (): void => {
    memory.mute(true);
    quit('stopped', 'mute');
  };

  return {
    load,
    close,
    mute,
    why,
    start(seconds) {
      state.closed = false;
      ending = '';
      running = true;
      // A card that stands keeps its time; the next one comes after it.
      if (!card) schedule.after(seconds, turn);
    },
    stop() {
      drop(true);
      finish('stop');
    },
    show(next) {
      if (blocked()) return false;
      const mine = ++plan;
      quiet.then(() => prepare(next, mine, 0)).catch(() => finish('error'));
      return true;
    },
    resetCount() {
      shown = 0;
    },
    running: () => running,
  };
};
