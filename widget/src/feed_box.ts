// Feed mode, a part of its own: every message as a list in the page's #fomo_feed, which the page's own CSS styles.

import { passes } from './config';
import { drawMessage, make } from './message';
import { addressOf, type FeedEvent, textOf } from './parts';
import type { Means, Series } from './series';

const NAME = 'fomo-feed';
// Milliseconds between two looks for news; a request is made once per bucket of 40 s. Without an answer they become fewer.
const LOOK_AGAIN = 10_000;
const LOOK_RARELY = 600_000;
const IN_SIGHT = 1000;

const drawItem = (event: FeedEvent): HTMLElement => {
  const image = addressOf(event.image_url);
  const [message, time] = drawMessage(event, '');
  const item = make('li', { class: `${NAME}-item`, 'data-event-id': `${event.id}` });
  // Its size stands in attributes, so that nothing moves when it arrives, and the page's CSS can change it.
  if (image)
    item.append(
      make('img', {
        class: `${NAME}-image`,
        alt: '',
        width: '64',
        height: '64',
        loading: 'lazy',
        decoding: 'async',
        referrerpolicy: 'no-referrer',
        src: image,
      }),
    );
  item.append(make('p', { class: `${NAME}-message` }, ...message));
  for (const node of time) item.append(node);
  for (const node of item.querySelectorAll('small')) node.className = `${NAME}-time`;
  // "part" is for the card's shadow tree.
  for (const node of item.querySelectorAll('[part]')) node.removeAttribute('part');
  return item;
};

/** Fills `#fomo_feed` from now on, also one that comes later or comes again; called again, what it returns looks at once. */
export default ({ shared, beacon, blocked, emit, listen, living }: Means, series: Series): (() => void) => {
  const { settings } = shared;
  const list = make('ul', { class: NAME });
  // Whether there is a list to be seen, as of the last look.
  let open = false;
  const counted = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = LOOK_AGAIN;

  // A display is an item of which half was to be seen for a second, once in this page view.
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        timers.delete(target);
        const id = Number((target as HTMLElement).dataset.eventId);
        if (!isIntersecting || document.hidden || counted.has(id)) continue;
        const seen = (): void => {
          counted.add(id);
          beacon.count('display', id);
        };
        timers.set(target, setTimeout(seen, IN_SIGHT));
      }
    },
    { threshold: 0.5 },
  );
  const observeAnew = (): void => {
    watch.disconnect();
    for (const [item, each] of timers) {
      clearTimeout(each);
      timers.delete(item);
    }
    if (!document.hidden) for (const item of list.children) watch.observe(item);
  };

  const fill = (events: FeedEvent[]): void => {
    list.lang = settings.language;
    list.dir = settings.direction;
    list.setAttribute('aria-label', settings.labels.region);
    const old = new Map([...list.children].map((item) => [(item as HTMLElement).dataset.eventId, item]));
    const items = events.map((event) => {
      const made = drawItem(event);
      const stands = old.get(`${event.id}`);
      if (!stands) return made;
      for (const node of stands.querySelectorAll('small')) node.textContent = textOf(event.time_ago);
      // What has not changed stays where it is, with the focus that may be in it.
      return stands.isEqualNode(made) ? stands : made;
    });
    for (const item of [...list.children]) if (!items.includes(item as HTMLElement)) item.remove();
    items.forEach((item, place) => {
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    });
    observeAnew();
  };
  const place = (): void => {
    const box = document.getElementById('fomo_feed');
    if (box && open && list.firstChild && list.parentNode !== box) box.append(list);
  };

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (document.hidden || living.aborted) return observeAnew();
    const reason = blocked();
    open = settings.feedMode && !reason;
    if (!open) list.remove();
    else if (await series.load()) {
      pause = LOOK_AGAIN;
      fill(shared.recentEvents.filter(series.hasItsPlace));
      place();
    } else {
      // What the list says of ages is not true any more.
      for (const node of list.querySelectorAll('small')) node.textContent = '';
      pause = Math.min(pause * 2, LOOK_RARELY);
    }
    if ((open || (settings.feedMode && passes(reason))) && !living.aborted && !document.hidden)
      timer ??= setTimeout(again, pause);
  };
  const again = (): void => {
    look().catch(() => emit('error'));
  };

  const click = (press: Event): void => {
    const target = press.target as Element;
    if ((press as MouseEvent).button > 1 || !list.contains(target) || !target.closest('a')) return;
    const item = target.closest(`.${NAME}-item`) as HTMLElement;
    const event = shared.recentEvents.find(({ id }) => `${id}` === item.dataset.eventId);
    if (!event) return;
    beacon.count('click', event.id);
    if (!emit('click', event)) press.preventDefault();
  };
  const observer = new MutationObserver(place);
  observer.observe(document.documentElement, { childList: true, subtree: true });
  const end = (): void => {
    open = false;
    observer.disconnect();
    list.remove();
    observeAnew();
    clearTimeout(timer);
  };
  living.addEventListener('abort', end);
  // While this part was on its way, it may have ended.
  if (living.aborted) end();
  for (const type of ['click', 'auxclick']) listen(type, click);
  for (const type of ['visibilitychange', 'fomo:mute']) listen(type, again);
  again();
  return again;
};
