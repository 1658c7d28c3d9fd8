// The choice of colours in the menu of the account: kept on this device, in force at once in all that is open.

const KEY = 'tidings.colours';
const root = document.documentElement;

const show = () => {
  for (const button of document.querySelectorAll<HTMLElement>('[data-colours-choice]')) {
    button.setAttribute('aria-pressed', String(button.dataset.coloursChoice === (root.dataset.colours ?? '')));
  }
};

const choose = (choice: string | null) => {
  if (choice === 'light' || choice === 'dark') root.dataset.colours = choice;
  else delete root.dataset.colours;
  show();
  // What is drawn on a canvas has to be drawn anew.
  dispatchEvent(new CustomEvent('tidings:colours'));
};

/** Makes the buttons work. */
export const colours = () => {
  document.addEventListener('click', (event) => {
    const choice = (event.target as Element).closest<HTMLElement>('[data-colours-choice]')?.dataset.coloursChoice;
    if (choice === undefined) return;
    try {
      if (choice) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch {
      // Storage is shut: for this page only.
    }
    choose(choice);
  });
  addEventListener('storage', ({ key, newValue }) => key === KEY && choose(newValue));
  show();
};
