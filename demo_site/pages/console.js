// Every call of window.fomo as a row with a button and its answer, and the rows of explain() as a table.

const CALLS = {
  'What it knows': [
    ['fomo.version', () => fomo.version],
    ['fomo.recentEvents', () => fomo.recentEvents],
    ['fomo.settings', () => fomo.settings],
    ['fomo.isFomoEnabled()', () => fomo.isFomoEnabled()],
    ['fomo.whyDisabled()', () => fomo.whyDisabled()],
    ['fomo.isMobileDevice()', () => fomo.isMobileDevice()],
  ],
  'What it shows': [
    ['fomo.displayNotification(fomo.recentEvents[0])', () => fomo.displayNotification(fomo.recentEvents[0])],
    [
      "fomo.displayNotification({message: 'Back at two.'})",
      () => fomo.displayNotification({ message: 'Back at two.' }),
    ],
    ['fomo.runNotifications()', () => fomo.runNotifications()],
    ["fomo.trigger('start')", () => fomo.trigger('start')],
    ["fomo.trigger('start', true)", () => fomo.trigger('start', true)],
    ["fomo.trigger('stop')", () => fomo.trigger('stop')],
    ["fomo.trigger('restartOrder')", () => fomo.trigger('restartOrder')],
    ["fomo.trigger('resetCount')", () => fomo.trigger('resetCount')],
  ],
  'Its clock': [
    ['fomo.pause()', () => fomo.pause()],
    ['fomo.resume()', () => fomo.resume()],
  ],
  'This page view': [
    ["fomo.configure({position: 'bottom_right'})", () => fomo.configure({ position: 'bottom_right' })],
    ["fomo.configure({position: 'bottom_left'})", () => fomo.configure({ position: 'bottom_left' })],
    ['fomo.configure({displayFor: 2})', () => fomo.configure({ displayFor: 2 })],
    ['fomo.consent(false)', () => fomo.consent(false)],
    ['fomo.consent(true)', () => fomo.consent(true)],
  ],
  'What the visitor’s buttons do': [
    ["fomo.trigger('close')", () => fomo.trigger('close')],
    ["fomo.trigger('mute')", () => fomo.trigger('mute')],
    ["fomo.trigger('unmute')", () => fomo.trigger('unmute')],
  ],
  'What it does not understand': [["fomo.trigger('dance')", () => fomo.trigger('dance')]],
  'The end': [['fomo.destroy()', () => fomo.destroy()]],
};

function shown(value) {
  if (Array.isArray(value)) return `${value.length} events, the newest: ${value[0]?.message ?? 'none'}`;
  if (typeof value === 'function') return 'a function';
  return value === undefined ? 'undefined' : JSON.stringify(value, null, 1);
}

function make(tag, ...nodes) {
  const element = document.createElement(tag);
  element.append(...nodes);
  return element;
}

for (const [title, calls] of Object.entries(CALLS)) {
  const list = make('ul');
  for (const [text, run] of calls) {
    const button = make('button', 'Run');
    button.className = 'button small';
    button.type = 'button';
    button.setAttribute('aria-label', `Run ${text}`);
    const answer = make('output');
    button.addEventListener('click', () => {
      try {
        answer.textContent = shown(run());
      } catch {
        answer.textContent = 'There is no widget in this page any more: reload it.';
      }
    });
    list.append(make('li', button, make('code', text), answer));
  }
  document.getElementById('calls').append(make('h3', title), list);
}

document.getElementById('explain').addEventListener('click', async () => {
  const rows = await fomo.explain();
  const table = document.getElementById('rows');
  table.tBodies[0].replaceChildren(
    ...rows.map(({ event, message, shows, because }) => {
      const cells = [event ?? '', message, shows ? 'yes' : 'no', because].map((text) => make('td', text));
      const row = make('tr', ...cells);
      row.className = shows ? 'shows' : '';
      return row;
    }),
  );
  table.hidden = false;
});
