// Forms are sent once, however often somebody clicks; and a list of what is wrong gets the keyboard.

const AGAIN_AFTER = 4_000;

/** Watches all forms of the page. */
export const forms = () => {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== 'post') return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    // A download leaves the page where it is.
    setTimeout(() => delete form.dataset.sent, AGAIN_AFTER);
  });
  document.getElementById('errors')?.focus();
};
