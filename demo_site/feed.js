// Reads the public feed as the widget does, and wakes a widget that has come to the end of its list when there is news.

const { baseUrl, clientId } = document.body.dataset;
const BUCKET = 40;
const SECOND = 1000;

/** The newest events, newest first. `ahead`: milliseconds by which this clock is ahead of the server's. */
export async function readFeed(ahead = 0) {
  const bucket = Math.ceil((Date.now() - ahead) / SECOND / BUCKET) * BUCKET;
  const response = await fetch(`${baseUrl}/js-obj/${clientId}/30/${bucket}.json`);
  if (!response.ok) throw new Error(`The feed answered ${response.status}.`);
  return response.json();
}

const REASONS = {
  closed: 'You closed the notifications in this page: reload it to see them again.',
  stopped: 'You stopped the notifications in this browser.',
  mobile: 'The widget is switched off on phones.',
  off: 'The widget is switched off for this shop.',
};

/** Why the widget shows nothing in this page, as a sentence; empty when it may. */
export function whyNothing() {
  const fomo = window.fomo;
  if (typeof fomo?.trigger !== 'function') return 'The widget has not loaded in this page.';
  if (fomo.closed) return REASONS.closed;
  return fomo.isFomoEnabled?.() === false ? (REASONS[fomo.whyDisabled?.()] ?? 'The widget is switched off here.') : '';
}

/** Lets the widget go on with what it has not shown. A card that stands keeps its time. */
export function wake() {
  if (!whyNothing()) window.fomo.trigger('start');
}

// The command on the page makes a sale that this page does not know of; each turn of the feed may bring one.
let newest;
async function watch() {
  if (!document.hidden) {
    try {
      const [first] = await readFeed();
      if (newest !== undefined && first && first.id !== newest) wake();
      newest = first?.id ?? 0;
    } catch {
      // the server is down or restarting: the next turn asks again
    }
  }
  const turn = BUCKET * SECOND;
  setTimeout(watch, turn - (Date.now() % turn) + 500);
}
watch();
