// Which event comes next: the newest one that was not shown yet, or a random one of those.

import type { Memory } from './memory';
import type { FeedEvent } from './parts';

export interface Order {
  randomize: boolean;
  loopNotification: boolean;
}

/**
 * The next of `events` (newest first), or undefined at the end of the list. A draw without putting back is a shuffle
 * once per round; an event that arrives during a round takes part in it at once.
 */
export const nextEvent = (
  events: readonly FeedEvent[],
  memory: Pick<Memory, 'seen' | 'forgetSeen'>,
  order: Order,
  random: () => number,
): FeedEvent | undefined => {
  const unseen = () => events.filter((event) => !memory.seen().includes(event.id as number));
  let left = unseen();
  if (!left.length && order.loopNotification) {
    memory.forgetSeen();
    left = unseen();
  }
  return left[order.randomize ? Math.floor(random() * left.length) : 0];
};
