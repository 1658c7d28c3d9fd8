// What opens and closes: what floats over a page is closed by Escape, by a click elsewhere and by leaving it with the
// keyboard; a list that renews itself waits while something in it is open, or the keyboard is in it.

const OPEN = 'details[data-closes][open]';

const close = (details: HTMLDetailsElement) => {
  details.open = false;
};

/** Watches all of them. */
export const disclosures = () => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const open = [...document.querySelectorAll<HTMLDetailsElement>(OPEN)].at(-1);
    if (!open) return;
    close(open);
    open.querySelector('summary')?.focus();
  });
  for (const kind of ['pointerdown', 'focusin']) {
    document.addEventListener(kind, (event) => {
      for (const open of document.querySelectorAll<HTMLDetailsElement>(OPEN)) {
        if (!open.contains(event.target as Node)) close(open);
      }
    });
  }
  document.addEventListener('htmx:before:request', (event) => {
    const list = (event.target as Element).closest?.('[data-waits]');
    if (list?.querySelector('details[open], :focus-visible')) event.preventDefault();
  });
};
