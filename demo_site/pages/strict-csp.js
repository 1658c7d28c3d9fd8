// Counts what the policy refuses, and makes the page's style sheets as objects: a <link> to them would be refused.

let refused = 0;
const show = () => {
  const count = document.getElementById('violations');
  if (count) count.textContent = refused;
};
document.addEventListener('securitypolicyviolation', () => {
  refused += 1;
  show();
});

const { src, dataset } = document.currentScript;
for (const name of dataset.styles.split(' ')) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  fetch(new URL(`../${name}`, src))
    .then((answer) => answer.text())
    .then((css) => sheet.replaceSync(css));
}

const breakTheRule = () => {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL('../shop.css', src);
  document.head.append(link);
};
addEventListener('DOMContentLoaded', () => {
  show();
  const button = document.getElementById('break');
  button.addEventListener('click', breakTheRule);
});
