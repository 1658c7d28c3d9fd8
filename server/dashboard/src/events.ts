// The list of events as they come: asks for newer ones while the page is seen and nobody has paused it, and puts them on top.

const EVERY = 2_500;
const SLOWEST = 40_000;
// Rows that stay in the page; older ones are found by their page.
const MOST_ROWS = 200;

const list = document.querySelector<HTMLElement>('[data-live]');
const part = (name: string) => document.querySelector<HTMLElement>(`[data-live-${name}]`);

const follow = (rows: HTMLElement, address: string) => {
  const [state, words, button, said, box, empty] = ['state', 'words', 'pause', 'said', 'box', 'empty'].map(part);
  const pauseWords = button?.querySelector('span');
  let paused = false;
  let wait = EVERY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;

  const say = (kind: string, text: string) => {
    if (state) state.dataset.kind = kind;
    if (words) words.textContent = text;
  };

  /** The rows of an answer; null where it is not what was asked for: somebody has logged out. */
  const rowsOf = async (answer: Response) => {
    if (answer.redirected || !answer.ok) return null;
    // Parsed without running anything.
    return new DOMParser()
      .parseFromString(await answer.text(), 'text/html')
      .querySelector<HTMLElement>('[data-arrived]');
  };

  const put = (found: HTMLElement) => {
    const fresh = [...found.children].map((row) => document.importNode(row, true) as HTMLElement);
    const first = fresh[0];
    if (!first) return;
    const whole = found.dataset.whole !== undefined;
    for (const row of fresh) row.classList.add('is-new');
    if (whole) rows.replaceChildren(...fresh);
    else rows.prepend(...fresh);
    while (rows.children.length > MOST_ROWS) rows.lastElementChild?.remove();
    rows.dataset.place = first.dataset.place;
    box?.removeAttribute('hidden');
    empty?.remove();
    const many = fresh.length === 1 ? '1 new event' : `${fresh.length} new events`;
    if (said) said.textContent = whole ? 'Many new events; these are the newest' : many;
  };

  const ask = async () => {
    if (asking || paused || document.hidden) return;
    asking = true;
    try {
      const url = new URL(address, location.href);
      if (rows.dataset.place) url.searchParams.set('after', rows.dataset.place);
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
    button.setAttribute('aria-pressed', `${paused}`);
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

if (list?.dataset.live) follow(list, list.dataset.live);
