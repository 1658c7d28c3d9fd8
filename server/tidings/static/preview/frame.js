// The page of a preview: sets the real widget going, obeys the dashboard around it, and tells it what is seen.

const { load, stays, manual, consent, feed, scheme, wait } = document.body.dataset;

const WHY = {
  consent: 'It waits for consent: nothing shows before the page calls fomo.consent(true).',
  mobile: 'Nothing shows at this width: it is hidden on small screens.',
  maximum: 'That was the most that one page view shows.',
  no_events: 'Every event of the feed was shown.',
  no_feed: 'The feed could not be fetched.',
  closed: 'It was closed: no more in this page view.',
  stopped: 'Somebody who presses “Stop showing these” sees none for 30 days.',
  stop: 'It was stopped.',
  error: 'It could not be drawn.',
};

/** To the dashboard's page, where there is one: what happened, in words. */
const tell = (what, words = '') => parent !== window && parent.postMessage({ tidings: what, words }, '*');
const ask = (...call) => window.fomo.q.push(call);

window.fomo = { q: [] };
if (stays) {
  // Only to be looked at: at once, for long, and over again.
  if (consent) ask('consent', true);
  ask('configure', {
    pageLoad: 0,
    displayFor: 600,
    loopNotification: true,
    maximumPerPage: 1000,
    manualTrigger: false,
  });
}

// A frame's color-scheme does not reach the page in it in every browser, so the card's own sheets are told as well.
const settle = (rules) => {
  for (const rule of rules) {
    if (rule.media)
      rule.media.mediaText = rule.media.mediaText.replace(/\(prefers-color-scheme: (\w+)\)/g, (_, wanted) =>
        wanted === scheme ? '(width >= 0px)' : '(width < 0px)',
      );
    if (rule.cssRules) settle(rule.cssRules);
  }
};

let shown = false;
document.addEventListener('fomo:show', ({ detail }) => {
  const host = document.querySelector('div#someone-purchased');
  for (const sheet of scheme && host ? host.shadowRoot.adoptedStyleSheets : []) settle(sheet.cssRules);
  shown = true;
  tell('shown', detail?.message ?? '');
});
document.addEventListener('fomo:click', (event) => {
  // Where the link leads can not be shown in here.
  event.preventDefault();
  const { link, url } = event.detail ?? {};
  tell('said', link || url ? `A click leads to ${link || url}` : 'This event has no address: a click leads nowhere.');
});
const why = () => WHY[window.fomo.whyDisabled?.() ?? ''] ?? '';
for (const type of ['end', 'close', 'mute', 'error'])
  document.addEventListener(`fomo:${type}`, () => setTimeout(() => tell('said', why())));
document.addEventListener('fomo:ready', () => {
  const first = feed
    ? 'Feed mode: the messages stand in #fomo_feed, and nothing pops up.'
    : manual && !stays
      ? "It waits for the page to call fomo.trigger('start')."
      : why() || (stays ? '' : `The first one comes after ${wait} s.`);
  tell('ready', first);
  setTimeout(() => {
    if (!shown) tell('still', feed ? first : why());
  }, 2500);
});

addEventListener('message', ({ source, data }) => {
  if (source !== parent || !window.fomo?.trigger) return;
  if (data?.tidings === 'consent') window.fomo.consent(true);
  if (data?.tidings !== 'next') return;
  window.fomo.trigger('unmute');
  const again = window.fomo.whyDisabled() === 'no_events';
  if (window.fomo.whyDisabled() === 'maximum') window.fomo.trigger('resetCount');
  window.fomo.trigger('stop');
  window.fomo.trigger('start', again);
});

const script = document.createElement('script');
script.src = load;
script.onerror = () => tell('said', 'The widget could not be loaded.');
document.head.append(script);
