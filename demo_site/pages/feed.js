// No cards: every message becomes an item of the list in #fomo_feed.

window.fomo = window.fomo || { q: [] };
fomo.q.push(['configure', { feedMode: true }]);
