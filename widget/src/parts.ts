// An event as the feed sends it, and its message as a short list of parts. Nothing here is ever HTML.

/** Text, or [kind, text, href]: "a" link, "b" strong, "i" emphasis, "br" line break, "time" the place of `time_ago`. */
export type Part = string | readonly [kind: string, text?: unknown, href?: unknown];

/** One entry of the feed, or a page's own object for `displayNotification`. Any member may be missing or null. */
export interface FeedEvent {
  id?: number;
  event_type_id?: unknown;
  first_name?: unknown;
  title?: unknown;
  link?: unknown;
  url?: unknown;
  image_url?: unknown;
  time_ago?: unknown;
  message?: unknown;
  parts?: unknown;
}

const LONGEST = 500;

/** What may be drawn of a value: strings only, bounded, so that a huge one costs the page nothing. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LONGEST) : '');

/** The address if it is an absolute http or https one, else ''. */
export const addressOf = (value: unknown): string =>
  typeof value === 'string' && /^https?:\/\//i.test(value) ? value : '';

/** The message's parts, of a known shape; an event without parts is its plain message and its time. */
export const partsOf = (event: FeedEvent): Part[] =>
  (Array.isArray(event.parts) ? event.parts : [event.message, ['time']])
    .slice(0, 60)
    .filter((part) => part && (typeof part === 'string' || Array.isArray(part)));

/** The whole message as one line of plain text, for the live region and the link's name. */
export const plainText = (event: FeedEvent): string =>
  partsOf(event)
    .map((part) => {
      if (typeof part === 'string') return textOf(part);
      const [kind, words] = part;
      return kind === 'time' ? ` ${textOf(event.time_ago)}` : kind === 'br' ? ' ' : textOf(words);
    })
    .join('')
    .replace(/\s+/g, ' ')
    .trim();

/** Whether a feed entry can be shown and remembered at all. */
export const isShowable = (event: unknown): event is FeedEvent & { id: number } =>
  Number((event as FeedEvent | null)?.id) > 0 && !!plainText(event as FeedEvent);
