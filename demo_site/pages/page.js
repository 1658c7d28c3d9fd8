// What every page of the demo has beside its own script: copy buttons, a diary of what the widget tells, and a word when
// nothing can show.

import { offerCopies } from '../copy.js';

const TYPES = ['ready', 'show', 'hide', 'click', 'close', 'mute', 'end', 'error'];
const ENDS = {
  maximum: 'as many as this page allows',
  no_events: 'there is nothing further to show',
  stop: 'the page stopped it',
  closed: 'you closed a card',
  stopped: 'you want none of these',
};
const MOST_ROWS = 12;
const SECOND = 1000;
const find = (id) => document.getElementById(id);

offerCopies((text) => {
  find('said').textContent = text;
});

// The diary

function write(event) {
  const row = document.createElement('li');
  const when = document.createElement('span');
  when.textContent = `${(performance.now() / SECOND).toFixed(1)} s`;
  const type = document.createElement('code');
  type.textContent = event.type;
  const words = document.createElement('span');
  const ended = event.type === 'fomo:end' ? fomo.whyDisabled() : '';
  words.textContent = event.detail?.message ?? ENDS[ended] ?? ended;
  row.append(when, type, words);
  // Looked for each time: a page may have swapped its body since.
  const diary = find('diary');
  diary?.prepend(row);
  while (diary?.children.length > MOST_ROWS) diary.lastChild.remove();
}
for (const type of TYPES) document.addEventListener(`fomo:${type}`, write);

// When nothing can show

function notice(text, label, run) {
  const said = document.createElement('p');
  said.textContent = text;
  find('notice').replaceChildren(said);
  if (!label) return;
  const button = document.createElement('button');
  button.className = 'button small';
  button.textContent = label;
  button.addEventListener('click', run);
  find('notice').append(button);
}
function look() {
  if (window.fomo?.whyDisabled() !== 'stopped') return find('notice').replaceChildren();
  notice('You stopped the notifications in this browser, for 30 days.', 'Show them again', () => {
    fomo.trigger('unmute');
    fomo.initiate();
    look();
  });
}
document.addEventListener('fomo:mute', () => setTimeout(look));

let loaded = false;
document.addEventListener('fomo:ready', () => {
  loaded = true;
  look();
  for (const calls of document.querySelectorAll('fieldset[disabled]')) calls.disabled = false;
});
addEventListener('load', () =>
  setTimeout(() => {
    if (!loaded) notice('The widget has not loaded in this page. Is the server still running?');
  }, 8 * SECOND),
);
