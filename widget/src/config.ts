// What the server says about an application, and what stands in the way of showing anything.

import type { StorageMode } from './memory';
import type { PageRule } from './page_rules';

/** A goal that is reached at an address. */
export interface Goal {
  id: string;
  paths: readonly PageRule[];
}

/** The application's settings: the argument of load.js and the body of settings.json. Times are in seconds. */
export interface Settings {
  clientHash: string;
  fomoUrl: string;
  enabled: boolean;
  language: string;
  direction: string;
  pageLoad: number;
  displayFor: number;
  displayInterval: number;
  maximumPerPage: number;
  limit: number;
  randomize: boolean;
  closable: boolean;
  hideMobile: boolean;
  loopNotification: boolean;
  position: string;
  theme: string;
  themeCss: string;
  manualTrigger: boolean;
  feedMode: boolean;
  /** Where ids of shown events are kept. */
  storage: StorageMode;
  consentRequired: boolean;
  pageRules: readonly PageRule[];
  /** By the event type's id; only of those that have rules. */
  eventTypeRules?: Readonly<Record<string, readonly PageRule[]>>;
  /** There as soon as the application has a goal or a hold-out: those that are reached at an address. */
  goals?: readonly Goal[];
  /** Percent of the visitors who see nothing, so that the difference can be measured. */
  holdout?: number;
  /** Seconds for which a click and a display are remembered. */
  attribution?: readonly [click: number, display: number];
  /** `off`: why nothing shows; there only while the application is turned off. */
  labels: { region: string; close: string; stop: string; off?: string };
}

/** A duration or a count as the page may have set it: what is no number becomes `least`, so no timer ever spins. */
export const within = (value: unknown, least: number, most: number): number =>
  Math.min(most, Math.max(least, Number(value) || 0));

export const isMobile = (): boolean => innerWidth < 768;

/** Global Privacy Control or Do Not Track: nothing is counted, and nothing kept but the visitor's own "stop". */
export const wantsPrivacy = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === '1';

/** Why nothing may show on this page at this moment, as a word, or ''. Asked before each card. */
export const obstacle = (
  settings: Settings,
  agreed: boolean,
  refusal: () => string,
  fits: (rules: readonly PageRule[]) => boolean,
): string =>
  !settings.enabled
    ? 'off'
    : !agreed
      ? 'consent'
      : refusal() ||
        (settings.hideMobile && isMobile()
          ? 'mobile'
          : document.querySelector('meta[name="fomo:enabled"][content=false]')
            ? 'meta'
            : fits(settings.pageRules)
              ? ''
              : 'page_rule');

/** Whether an obstacle can go away by itself: when the visitor turns the phone, or walks on in the page. */
export const passes = (reason: string): boolean => /^(mobile|meta|page_rule)$/.test(reason);
