// Runs before anything is drawn: the colours that were chosen on this device, and that scripts run.

const root = document.documentElement;
root.dataset.scripts = '';
try {
  const chosen = localStorage.getItem('tidings.colours');
  if (chosen === 'light' || chosen === 'dark') root.dataset.colours = chosen;
} catch {
  // Storage is shut: the device's own colours.
}
