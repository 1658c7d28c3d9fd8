// On a phone each row of a table is a small list: its cells are told what their column is called.

/** Gives the cells of the tables in `part` the names of their columns, where a template has not. */
export const tables = (part: ParentNode) => {
  const rows = (part as Element).matches?.('tr')
    ? [part as HTMLTableRowElement]
    : part.querySelectorAll<HTMLTableRowElement>('.table tbody tr');
  for (const row of rows) {
    const heads = row.closest('table')?.tHead?.rows[0]?.cells;
    for (const [place, cell] of [...row.cells].entries()) {
      const name = heads?.[place]?.textContent?.trim();
      // What a button says need not be said twice.
      const says = cell.querySelector('button, a.button') && cell.textContent?.trim() === name;
      if (name && cell.dataset.label === undefined) cell.dataset.label = says ? '' : name;
    }
  }
};
