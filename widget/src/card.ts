// Draws one event as a card: nodes and text only, with the classes that people's Fomo CSS aims at.

import type { Settings } from './config';
import { type Child, drawMessage, make } from './message';
import { addressOf, type FeedEvent, plainText, textOf } from './parts';

const IMAGE_PATIENCE = 1500;
const LEAVING = 200;
const NAME = 'fomo-notification';

export interface CardActions {
  close(): void;
  stop(): void;
  /** False when the page has cancelled the click. */
  click(): boolean;
  /** The pointer (`hover`) or the keyboard's focus (`focus`) came or went. */
  hold(reason: 'hover' | 'focus', on: boolean): void;
}

export interface Card {
  event: FeedEvent;
  element: HTMLElement;
  /** The message in one line, for the live region. */
  text: string;
  /** Resolves when the picture can be painted, or has failed, or 1.5 s have passed. */
  ready: Promise<void>;
  /** Puts the words of the same event, read later, in place of the old ones for its age. */
  retime(now: FeedEvent): void;
  /** Takes the card away, at once or after its exit; never waits for the end of an animation, which a page can switch off. */
  leave(atOnce?: boolean): void;
}

/** The picture in its fixed box; under it stands an initial of the event itself, which remains when the picture fails. */
const drawImage = (event: FeedEvent, text: string): [box: HTMLElement, ready: Promise<void>] => {
  // The first letter with its marks: no quote, no bracket, no sign that only turns the direction.
  const initial = /[\p{L}\p{N}]\p{M}*/u.exec(textOf(event.first_name) || text)?.[0] ?? '';
  const box = make('div', { class: `${NAME}-image-wrapper`, 'aria-hidden': 'true' }, initial);
  const address = addressOf(event.image_url);
  if (!address) return [box, Promise.resolve()];
  const image = make('img', {
    class: `${NAME}-image`,
    part: 'image',
    alt: '',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
    src: address,
  }) as HTMLImageElement;
  const ready = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, IMAGE_PATIENCE);
    image
      .decode()
      .then(() => box.replaceChildren(image))
      .catch(() => {})
      .then(() => {
        clearTimeout(timer);
        resolve();
      });
  });
  return [box, ready];
};

export const createCard = (event: FeedEvent, settings: Settings, actions: CardActions): Card => {
  const text = plainText(event);
  const [message, time] = drawMessage(event, text);

  const button = (part: string, label: string, action: () => void, ...children: Child[]): HTMLElement => {
    const element = make('button', { type: 'button', part, id: `fomo-${part}`, 'aria-label': label }, ...children);
    element.onclick = action;
    return element;
  };
  const { region, close, stop } = settings.labels;
  const [box, ready] = drawImage(event, text);
  const element = make(
    'section',
    {
      id: 'someone-purchased',
      class: `customized ${NAME} ${NAME}-position-${settings.position.replace('_', '-')} ${NAME}-${settings.theme}`,
      part: 'card',
      'aria-label': region,
      dir: settings.direction,
      lang: settings.language,
    },
    make(
      'div',
      { class: `${NAME}-container` },
      box,
      make(
        'div',
        { class: `${NAME}-content-wrapper` },
        // The first link is stretched over the card, so its name is the whole message.
        make('p', { class: `${NAME}-content`, part: 'message' }, ...message),
        make('p', { class: `${NAME}-meta` }, ...time, button('stop', stop, actions.stop, stop)),
      ),
    ),
    ...(settings.closable ? [button('close', close, actions.close)] : []),
  );

  // A touch leaves when the finger does, so a tap holds nothing.
  element.onpointerenter = () => actions.hold('hover', true);
  element.onpointerleave = () => actions.hold('hover', false);
  let before: Element | null;
  element.addEventListener('focusin', ({ target, relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget as Node)) before = relatedTarget as Element;
    actions.hold('focus', (target as Element).matches(':focus-visible'));
  });
  element.addEventListener('focusout', () => actions.hold('focus', false));
  element.onkeydown = (press) => {
    if (press.key !== 'Escape') return;
    // Neither for the page's own listeners nor for a menu of the page that is open.
    press.stopPropagation();
    press.preventDefault();
    actions.close();
  };
  // The middle button opens a link too, and says "auxclick"; the right one only a menu.
  element.onclick = element.onauxclick = (press) => {
    if (press.button < 2 && (press.target as Element).closest('a') && !actions.click()) press.preventDefault();
  };

  return {
    event,
    element,
    text,
    ready,
    retime(now) {
      for (const node of element.querySelectorAll('small')) node.textContent = textOf(now.time_ago);
      element.querySelector('a[aria-label]')?.setAttribute('aria-label', plainText(now));
    },
    leave(atOnce) {
      if (element.matches(':focus-within')) (before as HTMLElement | null)?.focus({ preventScroll: true });
      element.dataset.state = 'leaving';
      if (atOnce) element.remove();
      else setTimeout(() => element.remove(), LEAVING);
    },
  };
};
