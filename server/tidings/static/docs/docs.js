// Copies a command when its button is pressed; without this script the page is whole, the buttons are not there.

for (const button of document.querySelectorAll('button.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = button.closest('figure').querySelector('pre');
    if (!(await copy(source))) return;
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
}

// The contents stand beside the page where there is room; on a narrow screen they close when a link was followed.
const contents = document.querySelector('.contents details');
const wide = matchMedia('(min-width: 960px)');
wide.addEventListener('change', place);
place();

contents.addEventListener('click', (event) => {
  if (event.target.closest('a') && !wide.matches) contents.open = false;
});

function place() {
  contents.open = wide.matches;
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    // Not https and not this machine: browsers give no clipboard, but the text can be selected.
    getSelection().selectAllChildren(source);
    return document.execCommand('copy');
  }
}
