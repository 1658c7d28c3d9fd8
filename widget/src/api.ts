// window.fomo: what a page, its console and its owner may call; no call ever throws, and an unknown one says so.

import { askJson } from './ask';
import { createBeacon } from './beacon';
import { whenQuiet } from './boot';
import { isMobile, obstacle, passes, type Settings, wantsPrivacy, within } from './config';
import { createFeed } from './feed';
import { createMemory } from './memory';
import { isShowable, plainText } from './parts';
import { createSchedule } from './schedule';
import { createSeries, type Means, type SharedState } from './series';
import { createStage } from './stage';

// The build puts the package's version and the hash of these very bytes here.
declare const VERSION: string;

type Methods = Record<string, (...values: unknown[]) => unknown>;
/** An entry of the stub queue: a method's name, then its arguments. */
type Call = [method: string, ...values: unknown[]];

const EVENTS = /^(ready|show|hide|click|close|mute|end|error|goal)$/;
const FIELD = 'input,textarea,select,[contenteditable]';
declare global {
  interface Window {
    // biome-ignore lint/suspicious/noExplicitAny: a page can have put anything there
    fomo: any;
  }
}

const warn = (text: unknown): false => {
  console.warn(`fomo: ${text}`);
  return false;
};

/** `given`: the settings in load.js; null in the versioned file, whose tag names the application. */
export const install = (given: Settings | null, tag: Element | null): void => {
  const script = tag as HTMLScriptElement | null;
  const settings =
    given ??
    ({ clientHash: script?.dataset.clientId, fomoUrl: script?.src.split('/widget/')[0], enabled: true } as Settings);
  const { clientHash } = settings;
  const found = window.fomo;
  if (found?.clientHash) {
    if (found.clientHash !== clientHash) warn(`${clientHash} ignored, another one runs`);
    return;
  }
  // A page that has thrown window.fomo away and loads the tag again gets one widget, not two.
  document.dispatchEvent(new Event('fomo:replace'));

  const living = new AbortController();
  const listen = (type: string, listener: (event: Event) => void): void =>
    document.addEventListener(type, listener, { capture: true, signal: living.signal });
  const emit = (type: string, detail?: object): boolean =>
    document.dispatchEvent(new CustomEvent(`fomo:${type}`, { cancelable: true, detail }));

  const failed = (): boolean => emit('error');

  // What the page has said about the visitor's consent, if it has.
  let consented: boolean | undefined;
  // A module has no current script; its tag is looked for, once, because it may be gone later.
  const asking =
    (script ?? document.querySelector<HTMLElement>('script[data-consent]'))?.dataset.consent === 'required';
  const agreed = (): boolean => consented ?? !(settings.consentRequired || asking);

  // Under what anything is counted or kept.
  const counts = (): boolean => agreed() && !wantsPrivacy();

  const quiet = whenQuiet();
  let asked: Promise<unknown> | undefined;
  let tracking: Promise<unknown> | undefined;
  let allows: typeof import('./page_rules').allows | undefined;
  // As long as the rules can not be read, nothing shows where there are some.
  const fits: Means['fits'] = (rules) => !rules?.[0] || !!allows?.(rules, location);
  const prepared = async (): Promise<void> => {
    await quiet;
    if (agreed()) {
      if (!given)
        asked ??= askJson(`${settings.fomoUrl}/api/v1/${clientHash}/settings.json`).then((found) =>
          Object.assign(settings, found),
        );
      await asked;
      if (settings.pageRules[0] || settings.eventTypeRules) allows ??= await part('page_rules');
      // One that can not be had keeps nothing from showing.
      if (counts() && settings.goals) tracking ??= part('goals').catch(failed);
      await tracking;
    }
    // Nothing comes back to life after destroy().
    if (living.signal.aborted) await new Promise(() => {});
  };

  const fomo = {
    version: VERSION,
    settings,
    clientHash,
    cache: 40,
    closed: false,
    recentEvents: [],
    q: Array.isArray(found?.q) ? found.q : [],
  } as unknown as SharedState & { version: string; q: Call[]; setup(events: unknown): void };
  const memory = createMemory(
    `fomo:${clientHash}`,
    (mode) => window[`${mode as 'local'}Storage`],
    () => Date.now() / 1000,
    () => (counts() ? settings.storage : 'none'),
  );
  const beacon = createBeacon(settings, counts);
  const blocked = (): string => obstacle(settings, agreed(), memory.refusal, fits);
  const schedule = createSchedule(window);
  const sight = createSchedule(window);
  const aging = createSchedule(window);
  const stage = createStage(settings);
  // By its public name: a page may have put its own in front.
  const feed = createFeed(settings, (events) => fomo.setup(events));

  let looking: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(looking);
    const { hidden, activeElement } = document;
    // What the visitor is at: a card would lie beneath it.
    const modal =
      !!document.fullscreenElement ||
      [...document.getElementsByTagName('dialog')].some((each) => each.matches(':modal'));
    const writing = isMobile() && !!activeElement?.matches(FIELD);
    for (const each of [schedule, sight, aging]) each.pause('hidden', hidden);
    schedule.pause('modal', modal);
    sight.pause('modal', modal);
    schedule.pause('writing', writing);
    // After an hour in another tab, what a card says of its age is not true any more.
    if (writing || feed.stale()) series.dodge();
    if (hidden) beacon.flush();
    // A dialog that is taken out of the page says nothing.
    if (modal && !hidden) looking = setTimeout(look, 1000);
  };
  const means: Means = {
    shared: fomo,
    prepared,
    feed,
    memory,
    beacon,
    schedule,
    sight,
    aging,
    stage,
    blocked,
    fits,
    look,
    emit,
    listen,
    living: living.signal,
    reached: [],
  };
  const series = createSeries(means);

  // A part that few pages need comes from beside the versioned file; a policy that lets us in lets it in.
  const part = async <Result>(name: string): Promise<Result> =>
    (await import(`${settings.fomoUrl}/widget/${fomo.version}/${name}.js`)).default(means, series);
  // The open feed, as the function that has it look again.
  let box: Promise<() => void> | undefined;

  const initiate = async (): Promise<void> => {
    await prepared();
    const reason = blocked();
    if (reason === 'off') console.log(settings.labels.off);
    (await box)?.();
    if (reason && !passes(reason)) return;
    if (settings.feedMode) {
      series.stop('');
      // One that could not be fetched is asked for again the next time.
      box ??= part<() => void>('feed_box').catch((reason) => {
        box = undefined;
        throw reason;
      });
      await box;
    } else if (
      (reason || (await series.load())) &&
      !settings.manualTrigger &&
      !series.running() &&
      series.why() === reason
    )
      series.start(within(settings.pageLoad, 0, 3600));
  };

  const triggers = {
    start(fromFirst?: unknown) {
      if (fromFirst) memory.forgetSeen();
      series.start(0);
    },
    stop: series.stop,
    restartOrder: memory.forgetSeen,
    resetCount: series.resetCount,
    close: series.close,
    mute: series.mute,
    unmute: () => memory.mute(false),
  };
  const methods = {
    initiate: () => {
      initiate().catch(failed);
    },
    applyDefaultStyling() {
      stage.dress();
      stage.mount();
    },
    isFomoEnabled: () => !blocked(),
    isMobileDevice: isMobile,
    isIE: () => false,
    setup(events: unknown) {
      if (!Array.isArray(events)) return null;
      fomo.recentEvents = events.slice(0, 100).filter(isShowable);
      return true;
    },
    runNotifications: () => series.start(0),
    displayNotification: (event: unknown) => (event && plainText(event) ? series.show(event) : null),
    pause: () => schedule.pause('page', true),
    resume: () => schedule.pause('page', false),
    whyDisabled: series.why,
    explain: () => part('explain').catch(warn),
    trigger: (name: unknown, ...values: unknown[]) => call(triggers, name, values),
    on(type: string, listener: (event: Event) => void) {
      if (!EVENTS.test(type)) return null;
      listen(`fomo:${type}`, listener);
      return () => document.removeEventListener(`fomo:${type}`, listener, true);
    },
    configure(changes: Partial<Settings>) {
      // Of the kind that the setting has now, so that a slip of the page is said and not run.
      for (const name of Object.keys(changes) as (keyof Settings)[])
        if (changes[name]?.constructor !== settings[name]?.constructor) return null;
      Object.assign(settings, changes);
      stage.dress();
      if (settings.feedMode || !series.why()) methods.initiate();
      return true;
    },
    consent(given: unknown) {
      if (typeof given !== 'boolean') return null;
      if (!given) {
        series.stop('');
        // While it still counts as given, so that the storage of that time is cleared.
        consented = true;
        memory.forgetSeen();
        memory.save([]);
      }
      consented = given;
      methods.initiate();
      return true;
    },
    trackGoal: (...values: unknown[]) => void means.reached.push(values),
    destroy() {
      settings.enabled = false;
      beacon.flush();
      living.abort();
      series.stop();
      stage.remove();
      clearTimeout(looking);
      // A page's `var fomo` can not be deleted.
      if (window.fomo === fomo && !Reflect.deleteProperty(window, 'fomo')) window.fomo = null;
    },
  };
  // A method says null where it does not understand its arguments.
  const call = (table: object, name: unknown, values: unknown[]): unknown => {
    try {
      const method = Object.hasOwn(table, name as string) && (table as Methods)[name as string];
      const result = method ? method(...values) : null;
      return result === null ? warn(`${name}(${values}) is not understood`) : result;
    } catch (error) {
      return warn(error);
    }
  };
  for (const name of Object.keys(methods))
    (fomo as unknown as Methods)[name] = (...values: unknown[]) => call(methods, name, values);
  window.fomo = fomo;

  for (const type of 'visibilitychange toggle close fullscreenchange focusin focusout'.split(' ')) listen(type, look);
  listen('fomo:replace', methods.destroy);
  prepared()
    .then(() => {
      const play = (entry: Call): unknown =>
        Array.isArray(entry) ? call(methods, entry[0], entry.slice(1)) : warn(entry);
      look();
      emit('ready');
      for (const entry of fomo.q.splice(0)) play(entry);
      fomo.q.push = (...entries) => entries.map(play).length;
      methods.initiate();
    })
    .catch(failed);
};
