// The story of one page view: wait, show a card, take it away, wait, show the next one.

import type { Beacon } from './beacon';
import { type Card, createCard } from './card';
import { passes, type Settings, within } from './config';
import type { Feed } from './feed';
import type { Memory } from './memory';
import type { PageRule } from './page_rules';
import type { FeedEvent } from './parts';
import { nextEvent } from './queue';
import type { Schedule } from './schedule';
import type { Stage } from './stage';

// Seconds between two looks whether the words for a standing card's age are still true.
const REREAD = 10;

/** The part of `window.fomo` that the series reads and writes: a page may look at it at any time. */
export interface SharedState {
  settings: Settings;
  recentEvents: FeedEvent[];
  closed: boolean;
}

/** What the series works with, and a part that is loaded when it is needed (feed_box, explain). */
export interface Means {
  shared: SharedState;
  /** Resolves when the page is loaded and idle, and the settings are known. */
  prepared(): Promise<unknown>;
  feed: Feed;
  memory: Memory;
  beacon: Beacon;
  schedule: Schedule;
  /** Runs only while a card can be seen, with nothing modal above it. */
  sight: Schedule;
  /** Runs while the tab is to be seen. */
  aging: Schedule;
  stage: Stage;
  /** What stands in the way at this moment, as a word, or ''. */
  blocked(): string;
  /** Whether these rules let anything show at this address. */
  fits(rules: readonly PageRule[] | undefined): boolean;
  /** Notices an open dialog, a hidden tab or a field that is written in before a card is shown. */
  look(): void;
  /** Tells the page; false when it has cancelled. */
  emit(type: string, detail?: object): boolean;
  /** On `document`, until the widget is destroyed. */
  listen(type: string, listener: (event: Event) => void): void;
  /** Aborted when the widget is destroyed. */
  living: AbortSignal;
  /** What the page has called a goal reached, as the arguments of trackGoal; the part `goals` takes the place of `push`. */
  reached: unknown[][];
}

export interface Series {
  /** Gets the present events; false when the server has failed twice. */
  load(): Promise<boolean>;
  /** Goes on where the visitor was, `seconds` from now. */
  start(seconds: number): void;
  /** Ends the series and takes an open card away at once; with '' it is not said to have ended. */
  stop(reason?: string): void;
  /** Shows one event out of turn. False where nothing may show. */
  show(event: FeedEvent): boolean;
  /** Takes an open card out of the visitor's way; the next one comes in its turn. */
  dodge(): void;
  /** The visitor's "Close": no more cards in this page view. */
  close(): void;
  /** The visitor's "Stop showing these". */
  mute(): void;
  resetCount(): void;
  running(): boolean;
  /** Cards of this page view, out of `maximum_per_page`. */
  shown(): number;
  /** Whether the rules of an event's own type let it show on this page. */
  hasItsPlace(event: FeedEvent): boolean;
  /** Why nothing may show, or will show by itself, as a word, or ''. */
  why(): string;
}

export const createSeries = (means: Means): Series => {
  const { shared, prepared, feed, memory, beacon, schedule, sight, aging, stage, blocked, fits, look, emit } = means;
  const { settings } = shared;
  // Rises with whatever changes the plan: what an older plan was waiting for is dropped when it arrives.
  let plan = 0;
  let running = false;
  let shown = 0;
  let ending = '';
  let card: Card | undefined;

  const hasItsPlace = (event: FeedEvent): boolean => fits(settings.eventTypeRules?.[event.event_type_id as string]);

  const finish = (reason: string): void => {
    plan++;
    ending = reason;
    schedule.clear();
    if (running) emit('end');
    running = false;
  };

  const load = async (): Promise<boolean> => {
    await prepared();
    stage.mount();
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
    sight.clear();
    aging.clear();
    schedule.pause('hover', false);
    schedule.pause('focus', false);
    emit('hide', gone.event);
  };

  const rest = (least = 0.25): void => {
    drop();
    if (running) schedule.after(within(settings.displayInterval, least, 3600), turn);
  };

  /** Keeps the words for the age of a standing card true; a card whose event is gone, or can not be asked for, goes. */
  const reread = async (mine: Card, first: boolean): Promise<void> => {
    const loaded = first || (await feed.fresh());
    if (mine !== card) return;
    const now = loaded && shared.recentEvents.find(({ id }) => id === mine.event.id);
    if (now) {
      mine.retime(now);
      aging.after(REREAD, () => {
        reread(mine, false).catch(() => rest());
      });
    } else if (!first) rest();
  };

  const prepare = async (next: FeedEvent, mine: number, counts: number): Promise<void> => {
    let hovered = false;
    const made = createCard(next, settings, {
      close,
      stop: mute,
      click: () => {
        beacon.count('click', next.id);
        return emit('click', next);
      },
      hold: (reason, on) => {
        if (made !== card) return;
        schedule.pause(reason, on);
        if (reason === 'focus' || hovered) return;
        hovered = true;
        beacon.count('hover', next.id);
      },
    });
    await made.ready;
    if (mine !== plan) return;
    look();
    // Through the schedule, so that a card that is ready while the tab is hidden or a dialog is open waits.
    await new Promise<void>((resolve) => schedule.after(0, resolve));
    drop(true);
    // The address may be another one by now, and an hour may have passed.
    if (blocked() || !hasItsPlace(next) || (next.id && feed.stale())) return rest(1);
    if (next.id) memory.markSeen(next.id);
    if (!emit('show', next)) return rest(1);
    shown += counts;
    card = made;
    stage.present(made);
    sight.after(1, () => beacon.count('display', next.id));
    reread(made, true).catch(() => rest());
    schedule.after(within(settings.displayFor, 1, 600), rest);
  };

  const step = async (): Promise<void> => {
    const mine = ++plan;
    const reason = why();
    if (passes(reason)) return rest(1);
    // An obstacle is asked for each time; only what has ended the series is remembered.
    if (reason) return finish('');
    if (shown >= within(settings.maximumPerPage, 1, 1000)) return finish('maximum');
    const loaded = await load();
    if (mine !== plan) return;
    const here = shared.recentEvents.filter(hasItsPlace);
    const next = loaded && nextEvent(here, memory, settings, Math.random);
    if (next) return prepare(next, mine, 1);
    // What is left may have its place on the page that the visitor walks on to.
    if (
      loaded &&
      shared.recentEvents.some((event) => !here.includes(event) && !memory.seen().includes(event.id as number))
    )
      return rest(10);
    finish(ending || 'no_events');
  };
  const turn = (): void => {
    step().catch(() => finish('error'));
  };

  const quit = (reason: string, type: string): void => {
    const gone = card?.event;
    drop();
    finish(reason);
    beacon.count('close', gone?.id);
    emit(type, gone);
  };
  const close = (): void => {
    shared.closed = true;
    quit('closed', 'close');
  };
  const mute = (): void => {
    memory.mute(true);
    quit('', 'mute');
  };

  const why = (): string => blocked() || (settings.feedMode ? 'feed' : ending);
  return {
    load,
    close,
    mute,
    why,
    hasItsPlace,
    start(seconds) {
      shared.closed = false;
      ending = '';
      running = true;
      // A card that stands keeps its time; the next one comes after it.
      if (!card) schedule.after(seconds, turn);
    },
    stop(reason = 'stop') {
      drop(true);
      finish(reason);
    },
    show(next) {
      if (blocked() || settings.feedMode) return false;
      const mine = ++plan;
      prepared()
        .then(() => prepare(next, mine, 0))
        .catch(() => finish('error'));
      return true;
    },
    dodge() {
      if (card) rest();
    },
    resetCount() {
      shown = 0;
    },
    running: () => running,
    shown: () => shown,
  };
};
