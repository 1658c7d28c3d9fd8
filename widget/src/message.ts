// An event's message as nodes: elements and text, never HTML.

import { addressOf, type FeedEvent, type Part, partsOf, textOf } from './parts';

export type Child = Node | string;

export const make = (tag: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/**
 * The nodes of the message, and those of a time that stands at its end, for a line of its own where a long message cannot
 * push it out. Where there is an address there is one link at least: all of the words, without a look of its own, where
 * none was marked. `name` is what the first one is called.
 */
export const drawMessage = (event: FeedEvent, name: string): [message: Child[], time: Child[]] => {
  const ago = textOf(event.time_ago);
  const link = addressOf(event.link) || addressOf(event.url);
  let linked = false;

  const linkTo = (href: string, part: string, children: Child[]): HTMLElement => {
    const named = !linked && name;
    linked = true;
    return make('a', { href, rel: 'noopener', part, ...(named && { 'aria-label': name }) }, ...children);
  };
  const draw = (part: Part): Child => {
    if (typeof part === 'string') return textOf(part);
    const [kind, words, href] = part;
    if (kind === 'time') return ago && make('small', { part: 'time' }, ago);
    const address = kind === 'a' && (addressOf(href) || link);
    if (!address) return /^(b|i|br)$/.test(kind) ? make(kind, {}, textOf(words)) : textOf(words);
    return linkTo(address, 'link', [textOf(words)]);
  };

  const parts = partsOf(event);
  const time = parts.at(-1)?.[0] === 'time' ? [draw(parts.pop() as Part)] : [];
  const nodes = parts.map(draw);
  return [linked || !link ? nodes : [linkTo(link, '', nodes)], time];
};
