// Sells something as the shop's order form does: the sale goes through the REST API, and comes back in the feed.
// Without this file the form is sent by the browser, and the shop's page answers.

const form = document.getElementById('sale');
const said = document.getElementById('sold');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  if (button.disabled) return;
  button.disabled = true;
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const answer = await response.json();
    said.textContent = response.ok ? words(answer) : answer.error;
  } catch {
    said.textContent = 'The shop did not answer: is the server still running?';
  } finally {
    button.disabled = false;
  }
});

function words({ reason, feed, response, request }) {
  if (reason) return `Tidings did not take the sale. ${reason}`;
  const { first_name: name, title } = request.body;
  // The feed is made anew at a turn of the clock; the list looks every ten seconds.
  const seconds = Math.ceil(feed.at - feed.now) + 10;
  return `${name || 'Someone'} bought ${title}: event ${response.body.id}, in the list within ${seconds} seconds.`;
}
