// Nothing shows by itself: each card answers a button.

window.fomo = window.fomo || { q: [] };
fomo.q.push([
  'configure',
  {
    manualTrigger: true,
    loopNotification: false,
    maximumPerPage: 6,
    storage: 'session',
  },
]);

const onPress = (id, run) => {
  const button = document.getElementById(id);
  button.addEventListener('click', run);
};

onPress('start', () => fomo.trigger('start'));
onPress('start-over', () => fomo.trigger('start', true));
onPress('stop', () => fomo.trigger('stop'));
onPress('restart-order', () =>
  fomo.trigger('restartOrder'),
);
onPress('reset-count', () => fomo.trigger('resetCount'));

const nothing = { message: 'Nothing has been sold yet.' };
onPress('newest', () => {
  fomo.displayNotification(fomo.recentEvents[0] ?? nothing);
});
onPress('own-words', () => {
  fomo.displayNotification({
    message: 'Posted by five today.',
  });
});
