// What the server says about an application, and what stands in the way of showing anything.

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
  pageRules: readonly { match: string; path: string }[];
  labels: { region: string; close: string; stop: string };
}

/** A duration or a count as the page may have set it: what is no number becomes `least`, so no timer ever spins. */
export const within = (value: unknown, least: number, most: number): number =>
  Math.min(most, Math.max(least, Number(value) || 0));

export const isMobile = (): boolean => innerWidth < 768;

/** Global Privacy Control or Do Not Track: nothing is kept but the visitor's own "stop". */
export const wantsPrivacy = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === '1';

/** Why nothing may show on this page at this moment, as a word, or ''. Asked before each card. */
export const obstacle = (settings: Settings, muted: boolean): string =>
  !settings.enabled
    ? 'off'
    : settings.hideMobile && isMobile()
      ? 'mobile'
      : muted
        ? 'stopped'
        : document.querySelector('meta[name="fomo:enabled"][content=false]')
          ? 'meta'
          : '';
