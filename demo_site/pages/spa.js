// One rule, asked before each card with the address of that moment. The widget is told nothing of the links.

window.fomo = window.fomo || { q: [] };
fomo.q.push([
  'configure',
  { pageRules: [{ match: 'exclude', path: '*/checkout' }] },
]);
