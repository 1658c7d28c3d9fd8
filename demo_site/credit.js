// Counts a purchase as a conversion, as a shop's own page does, and says below the sale what the widget made of it.

const credit = document.getElementById('credit');
const { goalId } = document.body.dataset;
const pounds = (pence) => `£${(pence / 100).toFixed(2)}`;

/** `answer`: what POST orders answered; `product`: its element. A sale that Tidings did not take, or had already, counts nothing. */
export function countPurchase(answer, product) {
  credit.hidden = true;
  if (!answer.feed || answer.response.replayed) return;
  // The order's number makes it one conversion, however often it is told.
  const call = ['trackGoal', goalId, Number(product.dataset.pence), answer.order];
  window.fomo ??= { q: [] };
  if (window.fomo.trackGoal) window.fomo.trackGoal(...call.slice(1));
  else window.fomo.q.push(call);
  if (navigator.globalPrivacyControl || navigator.doNotTrack === '1')
    say('This browser asks for privacy, so the purchase did not count as a conversion.');
}

const SAYS = {
  click: (what) => `you clicked ${what} before it`,
  display: (what) => `you had seen ${what} before it`,
  none: () => 'no notification came before it',
};

document.addEventListener('fomo:goal', ({ detail }) => {
  if (detail.goal !== goalId) return;
  const { message } = window.fomo.recentEvents.find(({ id }) => id === detail.event) ?? {};
  const what = message ? `the notification “${message}”` : 'a notification';
  const worth = detail.value === undefined ? '' : ` worth ${pounds(detail.value)}`;
  say(
    `This purchase counted as a conversion${worth}: ${SAYS[detail.attribution](what)}. What you saw is remembered in this browser alone.`,
  );
});

function say(text) {
  credit.textContent = text;
  credit.hidden = false;
}
