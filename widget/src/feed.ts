// Fetches the newest events, once per bucket of 40 seconds, so that what a card says of its age stays true.

import { askJson } from './ask';
import type { Settings } from './config';

// Milliseconds.
const RETRY_AFTER = 5000;

export interface Feed {
  /** True when the events at hand are of the present bucket, fetching them if they are not; false after two failures. */
  fresh(): Promise<boolean>;
}

/**
 * `accept` takes the list that the server sent. `nonce` is that of our own tag, for pages whose policy lets scripts in
 * but no connection.
 */
export const createFeed = (settings: Settings, nonce: string, accept: (events: unknown[]) => void): Feed => {
  let have = 0;
  let pending: Promise<boolean> | undefined;

  const byFetch = async (address: string): Promise<void> => {
    const events = await askJson(`${address}.json`);
    if (!Array.isArray(events)) throw events;
    accept(events);
  };
  const byScript = (address: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.nonce = nonce;
      script.src = `${address}.js`;
      // The script itself calls fomo.setup([...]).
      script.onload = () => resolve(script.remove());
      script.onerror = reject;
      document.documentElement.append(script);
    });

  const load = async (bucket: number): Promise<boolean> => {
    const address = `${settings.fomoUrl}/js-obj/${settings.clientHash}/${settings.limit}/${bucket}`;
    for (const pause of [RETRY_AFTER, 0]) {
      try {
        await byFetch(address).catch((reason) => {
          // What fetch says when the page's policy refuses the connection, or a page has no fetch.
          if (reason instanceof TypeError) return byScript(address);
          throw reason;
        });
        have = bucket;
        return true;
      } catch {
        if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    return false;
  };

  return {
    async fresh() {
      const bucket = Math.ceil(Date.now() / 40_000) * 40;
      if (bucket === have) return true;
      pending ??= load(bucket);
      const loaded = await pending;
      pending = undefined;
      return loaded;
    },
  };
};
