// Goals, a part of its own: notices conversions and tells the server of each at once, with what came before it; and the hold-out.

import { wantsPrivacy } from './config';
import { armOf, arrived, converted, credited, type Notes, readNotes, remember, spent, walked, written } from './credit';
import { allows } from './page_rules';
import type { Means } from './series';

// Milliseconds within which the same goal, clicked or submitted again, is the same act: a double click, a button in its form.
const ONE_ACT = 1000;
// Milliseconds between two looks at the address where no event tells of its change.
const LOOK_AGAIN = 1000;
// In hundredths; what the server takes from a page.
const LARGEST = 1e9;
const DAY = 86_400;

/** What `fomo:goal` tells the page. `value` in hundredths, `event` the id of the one credited. */
export interface Conversion {
  goal: string;
  value?: number;
  attribution: 'click' | 'display' | 'none';
  event?: number;
  order?: string;
  arm?: 'held' | 'shown';
}

/** Epoch seconds. */
const clock = (): number => Math.round(Date.now() / 1000);
const draw = (count: number): number[] => [...crypto.getRandomValues(new Uint32Array(count))];
// Where a form's field may be called "getAttribute".
const wordOf = (node: EventTarget, name: string): string | null =>
  node instanceof Element ? Element.prototype.getAttribute.call(node, name) : null;

const opens = (node: EventTarget): boolean =>
  node instanceof Element && Element.prototype.matches.call(node, 'a[href],area[href]');

// Of this document, over a widget that was taken away and loaded again: the goals whose address this is.
let inside: Set<string> | undefined;

/** Listens to the page from now on, and takes what it has called reached so far. */
export default (means: Means): void => {
  const { shared, memory, beacon, reached, blocked, emit, listen, living } = means;
  const { settings } = shared;
  const { holdout = 0, attribution = [7 * DAY, DAY] } = settings;
  // What was there when the page was loaded is where its visitor has come to; what a reload finds is not.
  const [loading] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const again = /^(reload|back_forward)$/.test(loading?.type ?? '');
  if (living.aborted) return;

  const allowed = (): boolean => !wantsPrivacy() && !/^(off|consent)$/.test(blocked());
  const notes = (): Notes => readNotes(memory.notes()[0] ?? '');
  const { refusal, save } = memory;
  const keep = (next: Notes): void => save([written(next)].filter(Boolean));
  const said = new Set<string>();
  const warn = (text: string): void => {
    if (!said.has(text)) console.warn(`fomo: ${text}`);
    said.add(text);
  };
  /** Nothing a page has broken becomes an error of the page. */
  const guarded =
    <Given>(task: (given: Given) => void) =>
    (given: Given): void => {
      try {
        task(given);
      } catch {
        // It is not counted.
      }
    };

  // Whether the visitor's storage has kept the lot: one that keeps nothing would draw anew on each page.
  let settled = false;
  const arm = (): 'held' | 'shown' | '' => (settled ? armOf(notes(), holdout) : '');

  /** Uploads one entry by itself, at once, and never again. */
  const send = (entry: (nonce: string) => string): void => {
    const nonce = [Date.now(), ...draw(2)].map((number) => number.toString(36)).join('');
    // By hand, as in beacon.ts.
    const body = `{"v":1,"n":"${nonce}","events":[{${entry(nonce)},"t":${clock()}}]}`;
    const address = `${settings.fomoUrl}/api/v1/${settings.clientHash}/track`;
    // A fetch that can not outlive the page would be lost with a click that leaves it; the nonce makes one of two.
    try {
      if (!('keepalive' in Request.prototype)) throw 0;
      fetch(address, { method: 'POST', keepalive: true, credentials: 'omit', body }).catch(() => {});
    } catch {
      navigator.sendBeacon(address, body);
    }
  };

  /** Counts one conversion. `value`: hundredths; `order`: the owner's own name of it, by which it is counted once. */
  const track = (goal: unknown, value?: unknown, called?: unknown): void => {
    if (typeof goal !== 'string' || !/^[A-Z]{8}$/.test(goal)) {
      warn('a goal is 8 capital letters');
      return;
    }
    const given = value !== undefined && value !== null;
    const worth = given && /^(string|number)$/.test(typeof value) && /^\d{1,10}$/.test(`${value}`) ? Number(value) : -1;
    const whole = worth >= 0 && worth <= LARGEST;
    if (given && !whole) warn('a value is a whole number of hundredths: counted without it');
    const order = Number.isSafeInteger(called) ? `${called}` : called;
    const named = typeof order === 'string' && /^[^"\\\p{Cc}]{1,255}$/u.test(order);
    if (order !== undefined && order !== null && !named) warn('an order is 1 to 255 characters: counted without it');
    if (!allowed()) return;
    const kept = notes();
    const now = clock();
    const mine = arm();
    const [by, id] = (mine !== 'held' && credited(kept, goal, now, attribution)) || ['none' as const];
    const conversion: Conversion = {
      goal,
      attribution: by,
      ...(whole && { value: worth }),
      ...(id && { event: Number(id) }),
      ...(named && { order }),
      ...(mine && { arm: mine }),
    };
    // The page may leave one out: an order that was a test.
    if (!emit('goal', conversion)) return;
    const [next, first] = mine ? converted(kept) : [kept, false];
    send(
      (nonce) =>
        `"k":"goal","g":"${goal}","c":"${nonce}","a":"${by}"` +
        (whole ? `,"v":${worth}` : '') +
        (id ? `,"id":${id}` : '') +
        (named ? `,"x":"${order}"` : '') +
        (mine ? `,"arm":"${mine}"${first ? ',"f":1' : ''}` : ''),
    );
    keep(spent(next, goal));
  };

  // What is clicked and displayed passes by here on its way to the server.
  const { count } = beacon;
  beacon.count = (kind, id) => {
    count(kind, id);
    if ((kind === 'click' || kind === 'display') && Number(id) > 0 && allowed())
      keep(remember(notes(), kind, Number(id), clock()));
  };

  const last = new Map<string, number>();
  // Forms that were submitted, until it is known whether the page's own script has refused it.
  const submitted: (() => void)[] = [];
  const judge = guarded((_: unknown) => {
    for (const each of submitted.splice(0)) each();
  });
  const act = guarded((event: Event) => {
    const { type, timeStamp, button } = event as MouseEvent;
    const path = event.composedPath();
    if (button > 1) return;
    // The middle button opens a link, and does nothing else.
    if (type === 'auxclick' && !path.some(opens)) return;
    const element = path.find((node) => wordOf(node, 'data-fomo-goal') !== null);
    // A form is reached when it is submitted, not by every click in it.
    if (!element || element instanceof HTMLFormElement !== (type === 'submit')) return;
    const [goal, value, order] = ['goal', 'value', 'order'].map((name) => wordOf(element, `data-fomo-${name}`));
    const reach = (): void => {
      if (type === 'submit' && event.defaultPrevented) return;
      const before = last.get(`${goal}`) ?? -ONE_ACT;
      last.set(`${goal}`, timeStamp);
      if (timeStamp - before >= ONE_ACT) track(goal, value, order);
    };
    if (type !== 'submit') return reach();
    submitted.push(reach);
    setTimeout(judge);
  });
  for (const type of ['click', 'auxclick', 'submit']) listen(type, act);
  addEventListener('pagehide', judge, { signal: living });

  let held = false;
  // Whether this page was viewed by a visitor who lets it be counted.
  let viewed = false;
  /** The page was loaded: the visit goes on, or one begins. */
  const view = guarded((_: unknown) => {
    if (!holdout || viewed) return;
    // Before it is asked what stands in the way, which asks `refusal`.
    viewed = true;
    viewed = allowed();
    if (!viewed) return;
    const [next, begins, counts] = arrived(notes(), clock(), () => (draw(1)[0] as number) % 100);
    keep(next);
    settled = memory.notes()[0] === written(next);
    const mine = arm();
    held = mine === 'held';
    if (mine && begins) send(() => `"k":"visit","arm":"${mine}"${counts ? ',"u":1' : ''}`);
  });
  memory.refusal = () => {
    view(0);
    return refusal() || (held ? 'held_out' : '');
  };
  // Who takes back a consent is forgotten; when it is given again, the page is viewed by somebody new.
  memory.save = (next) => {
    save(next);
    viewed = settled = held = false;
  };

  const placed = (settings.goals ?? []).filter(({ paths }) => paths?.[0]);
  let address = '';
  const look = guarded((_: unknown) => {
    const here = location.pathname + location.search;
    if (here === address) return;
    if (!address) view(0);
    else if (settled) keep(walked(notes(), clock()));
    address = here;
    const before: Set<string> = inside ?? new Set(again ? placed.map(({ id }) => id) : []);
    inside = new Set();
    for (const { id, paths } of placed) {
      if (!allows(paths, location)) continue;
      inside.add(id);
      if (!before.has(id)) track(id);
    }
  });
  look(0);
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener('currententrychange', look, { signal: living });
  else if (placed[0] || holdout) {
    const timer = setInterval(look, LOOK_AGAIN, 0);
    living.addEventListener('abort', () => clearInterval(timer));
  }

  const take = guarded(([goal, value, order]: unknown[]) => track(goal, value, order));
  for (const values of reached.splice(0)) take(values);
  reached.push = (values) => {
    take(values);
    return 0;
  };
};
