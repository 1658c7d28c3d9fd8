// The gallery: a button shows a theme in this page's own corner, with the newest sale.

window.fomo = window.fomo || { q: [] };
fomo.q.push(['configure', { manualTrigger: true, displayFor: 20 }]);

for (const button of document.querySelectorAll('[data-theme]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { theme, css } = button.dataset;
    const answer = css && (await fetch(css));
    if (answer && !answer.ok) return;
    fomo.configure({ theme, themeCss: answer ? await answer.text() : '' });
    fomo.displayNotification(fomo.recentEvents[0] ?? { message: 'The next sale will stand here.' });
    for (const other of document.querySelectorAll('[data-theme]')) other.setAttribute('aria-pressed', other === button);
  });
}
