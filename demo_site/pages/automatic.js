// This page asks for a pace of its own: the newest three sales in turn, from the first again, five cards in all.

window.fomo = window.fomo || { q: [] };
fomo.q.push([
  'configure',
  {
    pageLoad: 2, // seconds
    displayFor: 4,
    displayInterval: 1,
    limit: 3,
    loopNotification: true,
    maximumPerPage: 5,
    storage: 'none',
  },
]);
