// Counts what is done with cards and tells the server in small uploads: without cookies, without a timer, without a retry.

import type { Settings } from './config';

// Milliseconds between two uploads of a page that stays open.
const PAUSE = 10_000;
const MOST_EVENTS = 50;

export interface Beacon {
  /** Notes one deed; an event without an id, which is a page's own, counts nothing. */
  count(kind: 'display' | 'hover' | 'click' | 'close', id: number | undefined): void;
  /** Sends what waits: the page may be going. */
  flush(): void;
}

/** `allowed`: whether the visitor lets anything be counted. */
export const createBeacon = (settings: Settings, allowed: () => boolean): Beacon => {
  // Of this page view alone: it is never stored, so it knows nobody again.
  const nonce = Date.now().toString(36) + Math.random().toString(36).slice(2);
  const waiting: string[] = [];
  let last = 0;

  // As text, which needs no preflight; blocked or failed, it is not tried again.
  const send = async (body: string): Promise<void> => {
    try {
      await fetch(`${settings.fomoUrl}/api/v1/${settings.clientHash}/track`, {
        method: 'POST',
        keepalive: true,
        credentials: 'omit',
        body,
      });
    } catch {
      // Nothing is owed to the counter: a page without fetch, or one that blocks it, goes on.
    }
  };
  const flush = (): void => {
    while (waiting[0] && allowed()) {
      last = Date.now();
      // By hand: on pages with an old Prototype.js, JSON.stringify makes strings of arrays.
      send(`{"v":1,"n":"${nonce}","events":[${waiting.splice(0, MOST_EVENTS)}]}`);
    }
  };
  return {
    count(kind, id) {
      if (!(Number(id) > 0 && allowed())) return;
      waiting.push(`{"k":"${kind}","id":${+(id as number)},"t":${Math.round(Date.now() / 1000)}}`);
      if (Date.now() - last > PAUSE) flush();
    },
    flush,
  };
};
