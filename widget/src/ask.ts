// The one way in which data is asked of the server: JSON, without credentials, with an end to the patience.

// Milliseconds.
const PATIENCE = 10_000;

/** The JSON at `address`; rejects on every status but 2xx, on anything that is no JSON, and after 10 s. */
export const askJson = async (address: string): Promise<unknown> => {
  const answer = await fetch(address, { credentials: 'omit', signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw answer;
  return answer.json();
};
