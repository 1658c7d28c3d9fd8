// Three views under three addresses, as a site built on a framework has them: links change both without a load.

const find = (id) => document.getElementById(id);
let swaps = 0;

function draw() {
  const view = location.pathname.split('/').at(-1);
  for (const article of document.querySelectorAll('article')) article.hidden = article.id !== view;
  for (const link of document.querySelectorAll('[data-view]'))
    link.toggleAttribute('aria-current', link.getAttribute('href') === view);
  find('swaps').textContent = swaps ? `${swaps} so far, and the same widget.` : '';
  return find(`${view}-title`);
}

function say() {
  find('path').textContent = location.pathname;
  find('enabled').textContent = window.fomo.isFomoEnabled?.() ?? 'not loaded yet';
  find('why').textContent = window.fomo.whyDisabled?.() || 'nothing';
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-view]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState(null, '', link.href);
    draw().focus();
    say();
  }
  if (event.target.closest('#swap')) {
    swaps += 1;
    document.body.replaceWith(document.body.cloneNode(true));
    draw();
    find('swap').focus();
  }
});
addEventListener('popstate', () => draw());

draw();
say();
setInterval(say, 500);
