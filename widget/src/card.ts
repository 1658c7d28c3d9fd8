// Draws one event as a card: nodes and text only, with the classes that people's Fomo CSS aims at.

import type { Settings } from './config';
import { addressOf, type FeedEvent, type Part, partsOf, plainText, textOf } from './parts';

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
  /** Takes the card away, at once or after its exit; never waits for the end of an animation, which a page can switch off. */
  leave(atOnce?: boolean): void;
}

type Child = Node | string;

const make = (tag: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const linkTo = (href: string, name: string, ...children: Child[]): HTMLElement =>
  make('a', { href, rel: 'noopener', part: 'link', ...(name && { 'aria-label': name }) }, ...children);

/** The picture in its fixed box; under it stands an initial of the event itself, which remains when the picture fails. */
const drawImage = (event: FeedEvent, text: string): [box: HTMLElement, ready: Promise<void>] => {
  const initial = [...(textOf(event.first_name) || text)][0] ?? '';
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
  const ago = textOf(event.time_ago);
  const link = addressOf(event.link) || addressOf(event.url);
  let linked = false;

  const draw = (part: Part): Child => {
    if (typeof part === 'string') return textOf(part);
    const [kind, words, href] = part;
    if (kind === 'time') return ago && make('small', { part: 'time' }, ago);
    const address = kind === 'a' && (addressOf(href) || link);
    if (!address) return /^(b|i|br)$/.test(kind) ? make(kind, {}, textOf(words)) : textOf(words);
    // The first link is stretched over the card, so its name is the whole message.
    const name = linked ? '' : text;
    linked = true;
    return linkTo(address, name, textOf(words));
  };

  const parts = partsOf(event);
  // A time at the end stands on its own line, where a long message cannot push it out.
  const time = parts.at(-1)?.[0] === 'time' ? [draw(parts.pop() as Part)] : [];
  const nodes = parts.map(draw);
  const message = make('p', { class: `${NAME}-content`, part: 'message' });
  if (linked || !link) message.append(...nodes);
  else message.append(linkTo(link, text, ...nodes));

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
        message,
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
    if (!element.contains(relatedTarget as Node)) before = relatedTarget as Element;
    actions.hold('focus', (target as Element).matches(':focus-visible'));
  });
  element.addEventListener('focusout', () => actions.hold('focus', false));
  element.onkeydown = (press) => {
    if (press.key !== 'Escape') return;
    press.stopPropagation();
    actions.close();
  };
  element.onclick = (press) => {
    if ((press.target as Element).closest('a') && !actions.click()) press.preventDefault();
  };

  return {
    event,
    element,
    text,
    ready,
    leave(atOnce) {
      if (element.matches(':focus-within')) (before as HTMLElement | null)?.focus({ preventScroll: true });
      element.dataset.state = 'leaving';
      if (atOnce) element.remove();
      else setTimeout(() => element.remove(), LEAVING);
    },
  };
};
