// Makes the shop's page livelier: the order form opens over it, a sale is followed to the corner, commands can be copied.
// Without this file everything still works as forms and links.

import { offerCopies } from './copy.js';
import { countPurchase } from './credit.js';
import { follow, followToCorner } from './way.js';

const find = (selector, within = document) => within.querySelector(selector);
const write = (name, text, within) => {
  find(`[data-slot="${name}"]`, within).textContent = text;
};
const writeLines = (name, lines, within) => {
  const codes = lines.map((line) => {
    const code = document.createElement('code');
    // A long address breaks after a slash, not in the middle of a word.
    for (const piece of line.split(/(?<=\/)/)) code.append(piece, document.createElement('wbr'));
    return code;
  });
  find(`[data-slot="${name}"]`, within).replaceChildren(...codes);
};
const say = (text) => {
  find('#said').textContent = text;
};

// The order form

const dialog = find('#order');
const form = find('form', dialog);
const problem = find('#problem');

function open(product) {
  const id = product.id;
  form.elements.product.value = id;
  find('img', form).src = `assets/products/${id}.svg`;
  write('name', find('h3', product).textContent, form);
  write('price', find('.price', product).textContent, form);
  problem.hidden = true;
  dialog.close();
  dialog.showModal();
  // A thumb gets no keyboard pushed up: the form is filled in, one more tap buys.
  if (matchMedia('(pointer: coarse)').matches) find('[type=submit]', form).focus();
  else form.elements.first_name.select();
}

for (const buy of document.querySelectorAll('.buy')) {
  buy.addEventListener('submit', (event) => {
    event.preventDefault();
    open(buy.closest('.product'));
  });
}

find('[data-close]').addEventListener('click', (event) => {
  event.preventDefault();
  dialog.close();
});

if (dialog.open) {
  // The server opened it in its place, for a page without scripts.
  const { hidden } = problem;
  open(document.getElementById(form.elements.product.value));
  problem.hidden = hidden;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = find('[type=submit]', form);
  if (button.disabled) return;
  button.disabled = true;
  try {
    const response = await fetch('orders', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const answer = await response.json();
    if (!response.ok) return refuse(answer.error, answer.field);
    dialog.close();
    show(answer);
    countPurchase(answer, document.getElementById(form.elements.product.value));
    form.elements.order.value = newNumber();
  } catch {
    refuse('The shop did not answer: is the server still running?');
  } finally {
    button.disabled = false;
  }
});

function refuse(message, field) {
  write('problem', message, form);
  problem.hidden = false;
  form.elements.namedItem(field ?? '')?.focus?.();
}

// One order, one number: sent twice, it is one event.
function newNumber() {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return `IO-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => letters[byte % 32]).join('')}`;
}

// What became of it

function show(answer) {
  const { request, response } = answer;
  const { first_name: name, city, title: product } = request.body;
  const summary = `Order ${answer.order}: ${name || 'Someone'}${city ? ` from ${city}` : ''} bought ${product}.`;
  find('#summary').textContent = summary;
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const receipt = find('#receipt');
  const json = (value) => JSON.stringify(value, null, 2).split('\n');
  const { host, pathname } = new URL(request.url);
  const start = [`${request.method} ${pathname}`, `Host: ${host}`];
  writeLines('call', [...start, ...headers, '', ...json(request.body)], receipt);
  writeLines('answer', response.status ? [`${response.status}`, '', ...gist(response.body)] : [answer.reason], receipt);
  receipt.hidden = false;
  find('details.copy').open = false;
  follow(answer, say);
  say(answer.reason ? `Tidings did not take the sale. ${answer.reason}` : summary);
  find('#happening-title').focus({ preventScroll: true });
  find('#happening').scrollIntoView();
}

// The members of an answer that a shop would look at, and how many there are besides.
function gist(body) {
  const kept = Object.entries(body ?? {}).filter(([name]) => ['id', 'created_at', 'message', 'error'].includes(name));
  const rest = Object.keys(body ?? {}).length - kept.length;
  const lines = JSON.stringify(Object.fromEntries(kept), null, 2).split('\n');
  return rest ? [...lines.slice(0, -1), `  … and ${rest} more`, '}'] : lines;
}

// The server has drawn a receipt, for a form that was sent without this script.
const way = find('.way').dataset;
if (way.at) followToCorner(Number(way.event), { at: Number(way.at), now: Number(way.now) }, say);

offerCopies(say);
