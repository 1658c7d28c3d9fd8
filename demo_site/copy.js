// The copy buttons: each takes the lines of the block that its data-copy names.

/** Shows the buttons, which do nothing without scripts. `say` is told what a listener should hear. */
export function offerCopies(say) {
  for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;
  // On the document, since a page may swap its body.
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    const done = await copy(document.getElementById(button.dataset.copy));
    const label = button.querySelector('span');
    label.textContent = done ? 'Copied' : 'Selected';
    button.classList.toggle('copied', done);
    say(done ? 'Copied.' : 'Selected: copy it with the keyboard.');
    setTimeout(() => {
      label.textContent = 'Copy';
      button.classList.remove('copied');
      say('');
    }, 2500);
  });
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(Array.from(source.children, (line) => line.textContent).join('\n'));
    return true;
  } catch {
    // Not https and not this machine: browsers give no clipboard, but the text can be selected.
    getSelection().selectAllChildren(source);
    return document.execCommand('copy');
  }
}
