// Forms are sent once, however often somebody clicks; what is wrong with one, or that it is saved, gets the keyboard.
// (A live region that is there when the page comes is not read out; what gets the keyboard is.)

const AGAIN_AFTER = 4_000;
// Bytes: what the server reads of a form, less a little. What is typed in a larger one would be lost with the refusal.
const MOST = 250 * 1024;

const isTooLarge = (form: HTMLFormElement): boolean => {
  if (form.enctype !== 'application/x-www-form-urlencoded') return false;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value);
  return fields.toString().length > MOST;
};

/** Watches all forms of the page. */
export const forms = () => {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== 'post') return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    if (isTooLarge(form)) {
      event.preventDefault();
      alert('This is more than one form can hold. Nothing was sent: shorten it, and send it again.');
      return;
    }
    form.dataset.sent = '';
    // A download leaves the page where it is.
    setTimeout(() => delete form.dataset.sent, AGAIN_AFTER);
  });
  const said = document.querySelector<HTMLElement>('#errors, main > .notice-good:first-child');
  if (said && !document.querySelector(':target')) said.focus();
};
