// On a phone each row of a table is a small list: its cells are told what their column is called. For those who listen it
// stays a table, with a name: what is not laid out as one is none to a browser, unless roles say so.

let number = 0;

/** The id of the heading under which something stands. */
const headingOf = (part: Element): string => {
  const before = [...document.querySelectorAll('main :is(h1, h2, h3)')].filter(
    (one) => one.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const heading = before.at(-1);
  if (!heading) return '';
  heading.id ||= `heading-${++number}`;
  return heading.id;
};

/** A box that scrolls sideways can be reached with the keyboard, for as long as it does. */
const boxes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const box = target.closest<HTMLElement>('.table-box');
    if (!box || box.hasAttribute('aria-label')) continue;
    const scrolls = box.scrollWidth > box.clientWidth;
    for (const [name, value] of Object.entries({ tabindex: '0', role: 'region', 'aria-labelledby': headingOf(box) })) {
      if (scrolls) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
});

/** Says of a table and its head what they are. */
const named = (table: HTMLTableElement) => {
  table.setAttribute('role', 'table');
  if (!table.caption && !table.hasAttribute('aria-label') && !table.hasAttribute('aria-labelledby')) {
    table.setAttribute('aria-labelledby', headingOf(table));
  }
  for (const part of [table.tHead, ...table.tBodies]) part?.setAttribute('role', 'rowgroup');
  for (const row of table.tHead?.rows ?? []) {
    row.setAttribute('role', 'row');
    for (const cell of row.cells) cell.setAttribute('role', 'columnheader');
  }
  boxes.observe(table);
  // What comes while the page is looked at is a row like the others.
  for (const part of table.tBodies) new MutationObserver(() => tables(table)).observe(part, { childList: true });
  if (table.parentElement?.matches('.table-box')) boxes.observe(table.parentElement);
};

/** Gives the cells of the tables in `part` the names of their columns, where a template has not. */
export const tables = (part: ParentNode) => {
  const rows = (part as Element).matches?.('tr')
    ? [part as HTMLTableRowElement]
    : part.querySelectorAll<HTMLTableRowElement>('.table tbody tr');
  for (const row of rows) {
    const table = row.closest('table');
    if (table && !table.hasAttribute('role')) named(table);
    const heads = table?.tHead?.rows[0]?.cells;
    row.setAttribute('role', 'row');
    for (const [place, cell] of [...row.cells].entries()) {
      cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell');
      const name = heads?.[place]?.textContent?.trim();
      // What a button says need not be said twice.
      const says = cell.querySelector('button, a.button') && cell.textContent?.trim() === name;
      if (name && cell.dataset.label === undefined) cell.dataset.label = says ? '' : name;
    }
  }
};
