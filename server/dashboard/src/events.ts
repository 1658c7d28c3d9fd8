// The list of events as they come: asks for those that came since while the page is seen and nobody has paused it, and puts
// each in its place by the time it has itself.

import { tables } from './tables';

const EVERY = 2_500;
const SLOWEST = 40_000;
// Rows that stay in the page; older ones are found by their page.
const MOST_ROWS = 200;
// How long a screen reader is left in peace after it was told of new events.
const LEFT_ALONE = 20_000;

const live = document.querySelector<HTMLElement>('[data-live]');
const part = (name: string) => document.querySelector<HTMLElement>(`[data-live-${name}]`);

const placeOf = (row: HTMLElement) => (row.dataset.place ?? '').split('.').map(Number);

/** Whether a row stands above another: newest first, those of one time by their id. */
const isAbove = (row: HTMLElement, other: HTMLElement) => {
  const [at = 0, id = 0] = placeOf(row);
  const [otherAt = 0, otherId = 0] = placeOf(other);
  return at > otherAt || (at === otherAt && id > otherId);
};

const written = (number: number) => `${number}`.replace(/\B(?=(\d{3})+$)/g, ',');
const counted = (number: number) => `${written(number)} new event${number === 1 ? '' : 's'}`;

/** Says how many came, all together, and not again for a while. */
const announcer = (said: HTMLElement | null) => {
  let sum = 0;
  let resting = false;
  const tell = () => {
    if (!said || !sum) return;
    said.textContent = counted(sum);
    sum = 0;
    resting = true;
    setTimeout(() => {
      // Emptied, so that the same words again are news.
      said.textContent = '';
      resting = false;
      setTimeout(tell, 200);
    }, LEFT_ALONE);
  };
  return (number: number) => {
    sum += number;
    if (!resting) tell();
  };
};

const follow = (list: HTMLElement, address: string) => {
  const [state, words, button, said, box, empty, further] = [
    'state',
    'words',
    'pause',
    'said',
    'box',
    'empty',
    'further',
  ].map(part);
  const pauseWords = button?.querySelector('span');
  const announce = announcer(said ?? null);
  let back = 0;
  let paused = false;
  let wait = EVERY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;

  const say = (kind: string, text: string) => {
    if (state) state.dataset.kind = kind;
    if (words && words.textContent !== text) words.textContent = text;
  };

  /** The rows of an answer; null where it is not what was asked for: somebody has logged out. */
  const rowsOf = async (answer: Response) => {
    if (answer.redirected || !answer.ok) return null;
    // Parsed without running anything.
    return new DOMParser()
      .parseFromString(await answer.text(), 'text/html')
      .querySelector<HTMLElement>('[data-arrived]');
  };

  const rows = () => [...list.children] as HTMLElement[];

  /** Puts a row in its place; whether there is one for it on this page. */
  const place = (row: HTMLElement) => {
    const next = rows().find((other) => isAbove(row, other));
    if (!next && list.children.length && list.dataset.hasOlder !== undefined) return false;
    row.classList.add('is-new');
    list.insertBefore(row, next ?? null);
    return true;
  };

  const put = (found: HTMLElement) => {
    const { last, number, whole, hasOlder } = found.dataset;
    list.dataset.last = last;
    const came = ([...found.children] as HTMLElement[]).map((row) => document.importNode(row, true));
    if (whole !== undefined) {
      const there = new Set(came.map((row) => row.dataset.place));
      for (const row of rows()) if (!there.has(row.dataset.place)) row.remove();
      if (hasOlder !== undefined) list.dataset.hasOlder = '';
    }
    const known = new Set(rows().map((row) => row.dataset.place));
    const fresh = came.filter((row) => !known.has(row.dataset.place));
    const placed = fresh.filter(place);
    tables(list);
    while (list.children.length > MOST_ROWS) {
      list.lastElementChild?.remove();
      list.dataset.hasOlder = '';
    }
    const many = whole === undefined ? fresh.length : Number(number ?? Number.NaN);
    tellFurther(many - placed.length);
    announce(Number.isNaN(many) ? placed.length : many);
    if (!list.children.length) return;
    box?.removeAttribute('hidden');
    const hadFocus = empty?.contains(document.activeElement);
    empty?.remove();
    if (hadFocus) list.querySelector('a')?.focus();
  };

  /** Says that more came than are shown; not a number: more than were counted. */
  const tellFurther = (more: number) => {
    back += more;
    if (!further || back === 0) return;
    const text = back === 1 ? '1 more came, and stands' : `${written(back)} more came, and stand`;
    further.textContent = Number.isNaN(back) ? 'More came than stand here.' : `${text} further back.`;
    further.hidden = false;
  };

  const ask = async () => {
    if (asking || paused || document.hidden) return;
    asking = true;
    try {
      const url = new URL(address, location.href);
      url.searchParams.set('after', list.dataset.last ?? '');
      const answer = await fetch(url, { headers: { 'HX-Request': 'true' }, cache: 'no-store' });
      if (answer.redirected || [401, 403, 404].includes(answer.status)) {
        say('bad', 'This page has no access any more; load it again');
        paused = true;
        return;
      }
      const found = await rowsOf(answer);
      if (!found) throw new Error(`${answer.status}`);
      wait = EVERY;
      // Paused while it was asked for: what came is found by the next question.
      if (!paused) {
        put(found);
        say('good', 'New events appear here by themselves');
      }
    } catch {
      wait = Math.min(wait * 2, SLOWEST);
      say('warning', 'The server does not answer; this page goes on asking');
    } finally {
      asking = false;
      plan();
    }
  };

  const plan = () => {
    clearTimeout(timer);
    if (!paused && !document.hidden) timer = setTimeout(ask, wait);
  };

  button?.addEventListener('click', () => {
    paused = !paused;
    if (pauseWords) pauseWords.textContent = paused ? 'Go on' : 'Pause';
    say(paused ? 'plain' : 'good', paused ? 'Paused' : 'New events appear here by themselves');
    if (!paused) ask();
    else plan();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else ask();
  });
  plan();
};

if (live?.dataset.live) follow(live, live.dataset.live);
