// Goals, a part of its own: notices conversions and tells the server of each at once, with what came before it; and the hold-out.

import { wantsPrivacy } from './config';
import { armOf, arrived, credited, type Notes, readNotes, remember, spent, written } from './credit';
import { allows } from './page_rules';
import type { Means } from './series';

// Milliseconds within which the same goal, clicked or submitted again, is the same act: a double click, a button in its form.
const ONE_ACT = 1000;
// Milliseconds between two looks at the address where no event tells of its change.
const LOOK_AGAIN = 1000;
const LARGEST = 1e12;
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
  const keep = (next: Notes): void => memory.save([written(next)].filter(Boolean));
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
  const track = (goal: unknown, value?: unknown, order?: unknown): void => {
    if (typeof goal !== 'string' || !/^[A-Z]{8}$/.test(goal)) {
      warn('a goal is 8 capital letters');
      return;
    }
    const given = value !== undefined && value !== null;
    const worth = given && /^(string|number)$/.test(typeof value) && /^\d{1,13}$/.test(`${value}`) ? Number(value) : -1;
    const whole = worth >= 0 && worth <= LARGEST;
    if (given && !whole) warn('a value is a whole number of hundredths: counted without it');
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
    const [lot = '', at = '', converted] = kept.visit;
    keep(spent(mine ? { ...kept, visit: [lot, at, '1'] } : kept, goal));
    send(
      (nonce) =>
        `"k":"goal","g":"${goal}","c":"${nonce}","a":"${by}"` +
        (whole ? `,"v":${worth}` : '') +
        (id ? `,"id":${id}` : '') +
        (named ? `,"x":"${order}"` : '') +
        (mine ? `,"arm":"${mine}"${converted ? '' : ',"f":1'}` : ''),
    );
  };

  // What is clicked and displayed passes by here on its way to the server.
  const { count } = beacon;
  beacon.count = (kind, id) => {
    count(kind, id);
    if ((kind === 'click' || kind === 'display') && Number(id) > 0 && allowed())
      keep(remember(notes(), kind, Number(id), clock()));
  };

  const last = new Map<string, number>();
  const act = guarded((event: Event) => {
    if ((event as MouseEvent).button > 1) return;
    const element = event.composedPath().find((node) => wordOf(node, 'data-fomo-goal') !== null);
    // A form is reached when it is submitted, not by every click in it.
    if (!element || element instanceof HTMLFormElement !== (event.type === 'submit')) return;
    const goal = wordOf(element, 'data-fomo-goal') as string;
    const before = last.get(goal) ?? -ONE_ACT;
    last.set(goal, event.timeStamp);
    if (event.timeStamp - before >= ONE_ACT)
      track(goal, wordOf(element, 'data-fomo-value'), wordOf(element, 'data-fomo-order'));
  });
  for (const type of ['click', 'auxclick', 'submit']) listen(type, act);

  let held = false;
  const { refusal } = memory;
  memory.refusal = () => refusal() || (held ? 'held_out' : '');

  /** A page was viewed: the visit goes on, or one begins. */
  const view = (begins: boolean): void => {
    if (!holdout || !allowed()) return;
    const [next, first] = arrived(notes(), clock(), () => (draw(1)[0] as number) % 100);
    keep(next);
    settled = memory.notes()[0] === written(next);
    const mine = arm();
    if (mine && first && begins) send(() => `"k":"visit","arm":"${mine}"`);
    held = mine === 'held';
  };

  const placed = (settings.goals ?? []).filter(({ paths }) => paths?.[0]);
  let address = '';
  const look = guarded((_: unknown) => {
    const here = location.pathname + location.search;
    if (here === address) return;
    view(!address);
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
