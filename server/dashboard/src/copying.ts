// The buttons that copy the text beside them; where copying is not allowed they mark it, ready for Ctrl C.

const SAID_FOR = 2_000;

const mark = (text: Element) => getSelection()?.selectAllChildren(text);

const say = (button: HTMLElement, words: string) => {
  const place = button.querySelector<HTMLElement>('[data-copy-words]');
  if (!place) return;
  place.dataset.before ??= place.textContent ?? '';
  place.textContent = words;
  button.classList.add('is-done');
  setTimeout(() => {
    place.textContent = place.dataset.before ?? '';
    button.classList.remove('is-done');
  }, SAID_FOR);
};

/** Makes the buttons work, those that come later too. */
export const copying = () => {
  document.addEventListener('click', async (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
    const text = button?.parentElement?.querySelector('code');
    if (!button || !text) return;
    try {
      await navigator.clipboard.writeText(text.textContent ?? '');
      say(button, 'Copied');
    } catch {
      mark(text);
      say(button, 'Marked');
    }
  });
};
