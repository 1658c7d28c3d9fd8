// Which notification a conversion is credited to, which visit it is of, and who is held out. Pure: text in, text out.

/** What goals need to remember of one visitor, as lists of words. Nothing of it but `arm` and an event's id is ever sent. */
export interface Notes {
  /** With hold-out: the lot drawn (0..99), when the last page was viewed, and '1' once this visit had a conversion. */
  visit: readonly string[];
  /** The notification clicked last, and when, then the goals that it was credited with. */
  click: readonly string[];
  /** The same of the notification displayed last. */
  display: readonly string[];
}
export type Deed = 'click' | 'display';

// Seconds without a page view that end a visit.
const VISIT_ENDS = 1800;

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

/** A loaded page: whether a visit begins with it. `draw`: a lot for a visitor who has none. */
export const arrived = (notes: Notes, now: number, draw: () => number): [notes: Notes, begins: boolean] => {
  const [lot = '', at, converted = ''] = notes.visit;
  const known = /^\d\d?$/.test(lot);
  const goesOn = known && Math.abs(now - Number(at)) < VISIT_ENDS;
  return [{ ...notes, visit: [known ? lot : `${draw()}`, `${now}`, goesOn ? converted : ''] }, !goesOn];
};

/** The arm of a visitor with a lot: `percent` of all are held out. '' for one without. */
export const armOf = ({ visit: [lot = ''] }: Notes, percent: number): 'held' | 'shown' | '' =>
  /^\d\d?$/.test(lot) ? (Number(lot) < percent ? 'held' : 'shown') : '';
