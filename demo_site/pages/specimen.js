// Shows the newest sale in one theme, by day or by night whatever this device is set to.

const { theme, css, scheme } = document.body.dataset;

window.fomo = window.fomo || { q: [] };
fomo.q.push(['configure', { theme, manualTrigger: true, displayFor: 600, storage: 'none' }]);
const themeCss = css ? await fetch(css).then((answer) => answer.text()) : '';
fomo.q.push(['configure', { themeCss }], ['trigger', 'start']);
document.addEventListener('fomo:end', () => fomo.displayNotification({ message: 'The next sale will stand here.' }), {
  once: true,
});

// A frame's color-scheme does not reach the page in it in every browser, so the card's own sheets are told as well.
function settle(rules) {
  for (const rule of rules) {
    if (rule.media) {
      rule.media.mediaText = rule.media.mediaText.replace(/\(prefers-color-scheme: (\w+)\)/g, (_, wanted) =>
        wanted === scheme ? '(width >= 0px)' : '(width < 0px)',
      );
    }
    if (rule.cssRules) settle(rule.cssRules);
  }
}
document.addEventListener('fomo:show', () => {
  if (!scheme) return;
  for (const sheet of document.querySelector('div#someone-purchased').shadowRoot.adoptedStyleSheets)
    settle(sheet.cssRules);
});
