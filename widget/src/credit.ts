// Which notification a conversion is credited to, when a visitor is counted, and who is held out. Pure: text in, text out.

/** What goals need to remember of one visitor, as lists of words. Nothing of it but `arm` and an event's id is ever sent. */
export interface Notes {
  /**
   * With hold-out: the lot drawn (0..99), when the last page was viewed, when the visitor was counted last, and '1' once
   * they have converted since then.
   */
  visit: readonly string[];
  /** The notification clicked last, and when, then the goals that it was credited with. */
  click: readonly string[];
  /** The same of the notification displayed last. */
  display: readonly string[];
}
export type Deed = 'click' | 'display';

// Seconds without a page view that end a visit.
const VISIT_ENDS = 1800;
// Seconds after which a visitor who comes again is counted again.
const COUNTED_AGAIN = 30 * 86_400;

/** Reads what `written` gave; of anything else, nothing that could be sent. */
export const readNotes = (text: string): Notes => {
  const [, visit = [], click = [], display = []] = text.split(';').map((list) => (list ? list.split('.') : []));
  return { visit, click, display };
};

/** '' where there is nothing to keep. */
export const written = ({ visit, click, display }: Notes): string =>
  visit[0] || click[0] || display[0] ? `;${[visit, click, display].map((list) => list.join('.')).join(';')}` : '';

/** A new click or display takes the place of the one before. */
export const remember = (notes: Notes, deed: Deed, id: number, now: number): Notes => ({
  ...notes,
  [deed]: [`${id}`, `${now}`],
});

const isRecent = ([id, at]: readonly string[], now: number, seconds: number, goal: string, used: readonly string[]) =>
  /^[1-9]\d{0,15}$/.test(`${id}`) && Math.abs(now - Number(at)) < seconds && !used.slice(2).includes(goal);

/** What a conversion of `goal` is credited to: the click before the display, each once for a goal. Undefined: to none. */
export const credited = (
  { click, display }: Notes,
  goal: string,
  now: number,
  [clickSeconds, displaySeconds]: readonly [number, number],
): [deed: Deed, id: string] | undefined =>
  isRecent(click, now, clickSeconds, goal, click)
    ? ['click', click[0] as string]
    : isRecent(display, now, displaySeconds, goal, display)
      ? ['display', display[0] as string]
      : undefined;

/** After a conversion: what came before it is not credited with the same goal again. */
export const spent = (notes: Notes, goal: string): Notes => {
  const add = (list: readonly string[]): readonly string[] =>
    list[0] && !list.includes(goal) ? [...list, goal] : list;
  return { ...notes, click: add(notes.click), display: add(notes.display) };
};

const isKnown = (lot: string): boolean => /^\d\d?$/.test(lot);
const isWithin = (at: string | undefined, now: number, seconds: number): boolean =>
  Math.abs(now - Number(at)) < seconds;

/** A loaded page: whether a visit begins with it, and whether it counts its visitor. `draw`: a lot for one who has none. */
export const arrived = (
  notes: Notes,
  now: number,
  draw: () => number,
): [notes: Notes, begins: boolean, counts: boolean] => {
  const [lot = '', at, counted = '', converted = ''] = notes.visit;
  const known = isKnown(lot);
  const begins = !known || !isWithin(at, now, VISIT_ENDS);
  const counts = begins && !(known && isWithin(counted, now, COUNTED_AGAIN));
  const visit = [known ? lot : `${draw()}`, `${now}`, ...(counts ? [`${now}`, ''] : [counted, converted])];
  return [{ ...notes, visit }, begins, counts];
};

/** A step to another address without loading: a visit goes on with it; one that has ended is not taken up again. */
export const walked = (notes: Notes, now: number): Notes => {
  const [lot = '', at, ...rest] = notes.visit;
  return isKnown(lot) && isWithin(at, now, VISIT_ENDS) ? { ...notes, visit: [lot, `${now}`, ...rest] } : notes;
};

/** A conversion: whether it is the first one of its visitor since they were counted. */
export const converted = (notes: Notes): [notes: Notes, first: boolean] => {
  const [lot = '', at = '', counted, before] = notes.visit;
  return counted && !before ? [{ ...notes, visit: [lot, at, counted, '1'] }, true] : [notes, false];
};

/** The arm of a visitor with a lot: `percent` of all are held out. '' for one without. */
export const armOf = ({ visit: [lot = ''] }: Notes, percent: number): 'held' | 'shown' | '' =>
  isKnown(lot) ? (Number(lot) < percent ? 'held' : 'shown') : '';
