// "Why is nothing showing?", a part of its own: each event of the feed with what stands in its way, as a table in the console.

import { wantsPrivacy, within } from './config';
import { armOf, credited, readNotes } from './credit';
import { plainText } from './parts';
import type { Means, Series } from './series';

/** One line of the table. `event` is null in the line about the page as a whole. */
export interface Row {
  event: number | null;
  message: string;
  shows: boolean;
  because: string;
}

const REASONS: Record<string, string> = {
  off: 'the application is turned off',
  consent: 'consent is required, and the page has not called fomo.consent(true)',
  stopped: "the visitor pressed “Stop showing these”; fomo.trigger('unmute') undoes it",
  held_out: 'this visitor is in the hold-out (holdout_percent), who see nothing so that the difference can be measured',
  mobile: 'it is hidden on small screens (hide_mobile), and this one is under 768 px wide',
  meta: 'the page has <meta name="fomo:enabled" content="false">',
  page_rule: 'the page rules leave this address out',
  feed: 'the feed mode is on: messages are in #fomo_feed, and no card pops up',
  no_events: 'there was no further event to show; a reload, or a new event, goes on',
  no_feed: 'the feed could not be fetched',
  maximum: 'as many as maximum_per_page were shown on this page',
  closed: 'the visitor closed a card on this page',
  stop: "fomo.trigger('stop') or fomo.destroy() ended it",
  error: 'an error ended it',
};
const PAUSES: Record<string, string> = {
  hidden: 'the tab is hidden',
  modal: 'a dialog or a fullscreen element is open',
  hover: 'the pointer is on the card',
  focus: 'the keyboard is in the card',
  writing: 'a field of the page is being written in',
  page: 'fomo.pause() was called',
};

/** Prints the table, and resolves with its rows. */
export default async ({ shared, feed, memory, schedule, blocked }: Means, series: Series): Promise<Row[]> => {
  const { settings } = shared;
  // Before consent, and where all is off, nothing is asked of the server. What is found out here ends no series.
  const asks = !/^(off|consent)$/.test(blocked());
  const loaded = !asks || (await feed.fresh());
  const counted = (text: string): Pick<Row, 'shows' | 'because'> => {
    const notes = readNotes(text);
    const arm = armOf(notes, settings.holdout ?? 0);
    const [deed, id] = credited(notes, '', Date.now() / 1000, settings.attribution ?? [0, 0]) ?? [];
    return wantsPrivacy() || !asks
      ? {
          shows: false,
          because: 'would not be counted: privacy asked for, consent not given, or the application is off',
        }
      : {
          shows: true,
          because: `would be counted; ${deed ? `its credit: the ${deed} of event ${id}` : 'without credit'}${settings.holdout && arm ? `; arm: ${arm}` : ''}`,
        };
  };
  const left = within(settings.maximumPerPage, 1, 1000) - series.shown();
  const waits =
    series.why() ||
    (loaded ? '' : 'no_feed') ||
    (left > 0 ? '' : 'maximum') ||
    (settings.manualTrigger &&
      !series.running() &&
      "nothing shows by itself (manual_trigger): fomo.trigger('start')") ||
    '';
  const paused = [...schedule.paused].map((pause) => PAUSES[pause] ?? pause);
  const page =
    REASONS[waits] ||
    waits ||
    (paused.length ? `it waits: ${paused.join(', ')}` : `nothing stands in the way; ${left} more on this page`);
  const rows: Row[] = [{ event: null, message: location.href, shows: !waits && !paused.length, because: page }];
  for (const event of shared.recentEvents) {
    const seen = memory.seen().includes(event.id as number);
    const because = waits
      ? page
      : !series.hasItsPlace(event)
        ? 'the page rules of its event type leave this address out'
        : seen && !settings.loopNotification
          ? "it was shown to this visitor already; fomo.trigger('restartOrder') forgets that"
          : '';
    rows.push({
      event: event.id as number,
      message: plainText(event),
      shows: !because,
      because: because || 'in its turn',
    });
  }
  if (!shared.recentEvents.length)
    rows.push({
      event: null,
      message: 'no events',
      shows: false,
      because: 'the feed is empty: no event was reported, or all are older than the display window',
    });
  if (settings.goals)
    rows.push({ event: null, message: 'a goal that is reached now', ...counted(memory.notes()[0] ?? '') });
  console.table(rows);
  return rows;
};
