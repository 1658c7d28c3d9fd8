// Fetches the newest events, once per bucket of 40 seconds, so that what a card says of its age stays true.

import { askJson } from './ask';
import type { Settings } from './config';

// Milliseconds.
const RETRY_AFTER = 5000;

export interface Feed {
  /** True when the events at hand are of the present bucket, fetching them if they are not; false after two failures. */
  fresh(): Promise<boolean>;
  /** Whether what they say of their age may be a minute behind by now. */
  stale(): boolean;
}

/** `accept` takes the list that the server sent. */
export const createFeed = (settings: Settings, accept: (events: unknown[]) => void): Feed => {
  let have = 0;
  let pending: Promise<boolean> | undefined;
  // Once the page's policy has refused a connection, there is no use in asking, and being reported, again.
  let asModule = false;

  const byFetch = async (address: string): Promise<void> => {
    const events = await askJson(`${address}.json`);
    if (!Array.isArray(events)) throw events;
    accept(events);
  };

  const load = async (bucket: number): Promise<boolean> => {
    const address = `${settings.fomoUrl}/js-obj/${settings.clientHash}/${settings.limit}/${bucket}`;
    for (const again of ['', '?again']) {
      try {
        // A policy that lets us in lets a module in, with our own nonce and past Trusted Types; this one calls
        // fomo.setup([...]). What failed once is not asked for again under the same address.
        const byModule = (): Promise<unknown> => import(`${address}.js${again}`);
        await (asModule
          ? byModule()
          : byFetch(address).catch(async (reason) => {
              // What fetch says when the page's policy refuses the connection, or a page has no fetch.
              if (!(reason instanceof TypeError)) throw reason;
              await byModule();
              asModule = true;
            }));
        have = bucket;
        return true;
      } catch {
        if (!again) await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
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
    stale: () => have > 0 && Date.now() > (have + 20) * 1000,
  };
};
