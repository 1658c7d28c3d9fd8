// Page rules, a part of its own: on which addresses notifications show. Pure; globs are matched in linear time.

export interface PageRule {
  match: string;
  path: string;
}
/** What is needed of `location`. */
export type Address = Pick<Location, 'origin' | 'pathname' | 'search'>;

// As a person writes it: percent signs read, one way to end a path.
const plain = (text: string): string => {
  try {
    text = decodeURI(text);
  } catch {
    // A lone percent sign stands for itself.
  }
  return /[*/]$/.test(text) ? text : `${text}/`;
};

/** `*` stands for any run of characters, also for slashes. */
const matches = (glob: string, text: string): boolean => {
  let at = 0;
  return glob.split('*').every((piece, place, { length }) => {
    // The last piece stands at the end, the first one at the start, each other one where it comes first.
    const found = place === length - 1 ? text.length - piece.length : text.indexOf(piece, at);
    const fits = found >= at && (place > 0 || !found) && text.startsWith(piece, found);
    at = found + piece.length;
    return fits;
  });
};

/**
 * Whether notifications show at this address: where there is an "include" one of them has to match, and an "exclude" that
 * matches always wins. A rule looks at the path; with `?` at path and query, with `://` at the whole address.
 */
export const allows = (rules: readonly PageRule[] = [], { origin, pathname, search }: Address): boolean => {
  const of = (kind: string): PageRule[] => rules.filter(({ match }) => match === kind);
  const here = ({ path }: PageRule): boolean => {
    const address = (path.includes('://') ? origin : '') + pathname + (path.includes('?') ? search : '');
    return matches(plain(path), plain(address));
  };
  const included = of('include');
  return !of('exclude').some(here) && (!included[0] || included.some(here));
};

/** What the core gets of this part. */
export default (): typeof allows => allows;
