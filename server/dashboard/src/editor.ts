// The editors: variables that are clicked in, colours that are picked, rows of page rules without a way to the server.

const changed = (form: Element | null | undefined): boolean =>
  form?.dispatchEvent(new CustomEvent('tidings:changed', { bubbles: true })) ?? false;

/** Puts words where the cursor is, so that the browser's own "undo" takes them back. */
const insert = (area: HTMLTextAreaElement, words: string, from = area.selectionStart, to = area.selectionEnd): void => {
  area.focus();
  area.setSelectionRange(from, to);
  if (!document.execCommand('insertText', false, words)) area.setRangeText(words, from, to, 'end');
  changed(area.form);
};

/** The end of the variable in which the cursor stands, or of the last one before it; -1 without any. */
const endOfVariable = (text: string, at: number): number => {
  const closes = text.indexOf('}}', at);
  const opens = text.indexOf('{{', at);
  if (closes >= 0 && (opens < 0 || closes < opens)) return closes;
  return text.lastIndexOf('}}', at);
};

const ARGUMENTS: Record<string, string> = {
  default: ': "Someone"',
  truncate: ': 20',
  truncatewords: ': 5',
  replace: ': "old", "new"',
};

const variables = (area: HTMLTextAreaElement): void => {
  for (const word of document.querySelectorAll<HTMLElement>('code[data-insert], code[data-filter]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'chip';
    button.title = word.title;
    button.textContent = word.textContent;
    const { insert: whole, filter } = word.dataset;
    button.addEventListener('click', () => {
      if (whole) {
        insert(area, whole);
        return;
      }
      const end = endOfVariable(area.value, area.selectionStart);
      if (end < 0 || !filter) return;
      const before = area.value.slice(0, end).replace(/\s+$/, '').length;
      insert(area, ` | ${filter}${ARGUMENTS[filter] ?? ''} `, before, end);
    });
    word.replaceWith(button);
  }
};

const COLOUR = /^#[0-9a-f]{6}$/i;
const colours = (): void => {
  for (const place of document.querySelectorAll<HTMLElement>('[data-colour]')) {
    const field = place.querySelector('input');
    if (!field) continue;
    const picker = document.createElement('input');
    picker.type = 'color';
    picker.setAttribute('aria-label', `${field.getAttribute('aria-label')}: pick`);
    const own = place.dataset.own ?? '';
    const read = (): void => {
      const value = field.value.trim() || own;
      picker.value = COLOUR.test(value) ? value : '#888888';
      picker.classList.toggle('is-own', !field.value.trim());
    };
    picker.addEventListener('input', () => {
      field.value = picker.value;
      read();
      changed(field.form);
    });
    field.addEventListener('input', read);
    read();
    place.prepend(picker);
  }
};

/** Rows are added and removed here; without scripts the buttons ask the server for another number of them. */
const rules = (box: HTMLElement): void => {
  const list = box.querySelector('[data-rule-list]');
  if (!list) return;
  const number = (): void => {
    for (const [place, row] of [...list.children].entries()) {
      for (const [at, field] of [...row.querySelectorAll<HTMLElement>('select, input')].entries()) {
        field.id = `f-rule_${at ? 'path' : 'match'}_${place}`;
        row.querySelectorAll('label')[at]?.setAttribute('for', field.id);
      }
      for (const [at, label] of [...row.querySelectorAll('label')].entries())
        label.textContent = `${at ? 'Path of rule' : 'Rule'} ${place + 1}`;
      const button = row.querySelector('button');
      button?.setAttribute('value', String(place));
      button?.setAttribute('aria-label', `Remove rule ${place + 1}`);
    }
  };
  box.addEventListener('click', (event) => {
    const button = (event.target as Element).closest('button');
    if (button?.name === 'remove_rule') {
      event.preventDefault();
      const next = button.closest('li')?.nextElementSibling ?? button.closest('li')?.previousElementSibling;
      button.closest('li')?.remove();
      number();
      (
        next?.querySelector<HTMLElement>('button') ?? box.querySelector<HTMLElement>('button[name="add_rule"]')
      )?.focus();
      changed(box.closest('form'));
    }
    const drawn = box.querySelector<HTMLTemplateElement>('[data-rule-row]');
    if (button?.name !== 'add_rule' || !drawn || list.children.length >= 50) return;
    event.preventDefault();
    const row = document.importNode(drawn.content, true);
    const path = row.querySelector('input');
    list.append(row);
    number();
    path?.focus();
  });
};

const area = document.querySelector<HTMLTextAreaElement>('#f-message');
if (area) variables(area);
colours();
for (const box of document.querySelectorAll<HTMLElement>('[data-rules]')) rules(box);
