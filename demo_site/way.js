// Follows one sale through the four steps of the page's board: API, database, feed, corner. It marks only what it has seen.

import { readFeed, wake, whyNothing } from './feed.js';

const SECOND = 1000;
const STATES = { done: '(done)', next: '(under way)', waiting: '(not yet)', failed: '(failed)' };
let following = 0; // the newest sale is followed; an older one's timers see that they are late

function mark(step, state, words) {
  const item = document.querySelector(`[data-step="${step}"]`);
  item.classList.toggle('fresh', state === 'done' && item.dataset.state !== 'done');
  item.dataset.state = state;
  item.querySelector('[data-slot=state]').textContent = STATES[state];
  item.querySelector('[data-slot=words]').textContent = words;
}

// 09:31:02, as clocks and tills say it everywhere.
const time = () => new Date().toTimeString().slice(0, 8);

// Events that the widget has shown in this page, and who waits for one.
const shown = new Set();
let waiting = () => {};
document.addEventListener('fomo:show', (event) => {
  shown.add((event.detail?.event ?? event.detail)?.id);
  waiting();
});

/** Follows a sale by what POST orders answered; `say` is told what a listener should hear. */
export function follow(answer, say) {
  const turn = ++following;
  const late = () => turn !== following;
  if (!answer.feed) {
    mark('api', 'failed', answer.reason);
    for (const step of ['database', 'feed', 'corner']) mark(step, 'waiting', 'Not reached.');
    return;
  }
  const { body, milliseconds, replayed } = answer.response;
  mark('api', 'done', `Answered 200 in ${milliseconds} ms.`);
  mark(
    'database',
    'done',
    `${replayed ? 'It was there already: one order, one event.' : 'On disk.'} Event ${body.id}.`,
  );
  followToCorner(body.id, answer.feed, say, late);
}

/** The second half of the way, for a page whose server has drawn the first. `feed`: `at` and `now`, epoch seconds. */
export function followToCorner(id, feed, say, late = () => false) {
  mark('corner', 'waiting', 'Comes with the feed.');
  waiting = () => {
    if (late() || !shown.has(id)) return;
    waiting = () => {};
    mark('corner', 'done', `Shown at ${time()}.`);
    say('The notification is in the corner.');
  };
  waiting();

  // The server's clock makes the turns of the feed; this one may be wrong.
  const ahead = Date.now() - feed.now * SECOND;
  const count = () => {
    if (late()) return;
    const left = Math.ceil((feed.at * SECOND + ahead - Date.now()) / SECOND);
    if (left <= 0) return look(id, ahead, late, 10);
    mark('feed', 'next', `Goes in at the next turn, in ${left} s.`);
    setTimeout(count, SECOND / 4);
  };
  count();
}

async function look(id, ahead, late, tries) {
  mark('feed', 'next', 'Looking for it in the feed.');
  const place = await readFeed(ahead).then(
    (events) => events.findIndex((event) => event.id === id) + 1,
    () => 0,
  );
  if (late()) return;
  if (place) {
    mark('feed', 'done', `In the feed since ${time()}, place ${place}.`);
    if (shown.has(id)) return;
    const reason = whyNothing();
    mark('corner', reason ? 'waiting' : 'next', reason || 'The widget shows it next.');
    wake();
  } else if (tries > 0) {
    setTimeout(look, SECOND, id, ahead, late, tries - 1);
  } else {
    mark('feed', 'failed', 'Not in the feed yet. Reload the page to look again.');
  }
}
