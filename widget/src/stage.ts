// Where cards stand: one host element on <html> with a shadow root of its own style sheets, above the page.

import baseCss from '../../themes/base.css';
import themeCss from '../../themes/theme1/theme.css';
import type { Card } from './card';
import type { Settings } from './config';
import { make } from './message';

export interface Stage {
  /** Takes the styles that the settings name now. */
  dress(): void;
  /** Puts the host into the page, or back into it. */
  mount(): void;
  /** Shows a card above everything that is not modal, and says its text once. */
  present(card: Card): void;
  /** What the live region says. */
  say(text: string): void;
  remove(): void;
}

export const createStage = (settings: Settings): Stage => {
  // In the light tree, because some screen readers do not watch live regions inside a shadow root.
  const status = make('div', { role: 'status' });
  const host = make('div', { id: 'someone-purchased', popover: 'manual' }, status);
  const root = host.attachShadow({ mode: 'open' });
  root.append(make('slot', {}));

  const dress = (): void => {
    host.lang = settings.language;
    // Another theme comes with the settings; "custom" starts from theme1, so that a few pasted lines are enough.
    const builtIn = /^(theme1|custom)$/.test(settings.theme) ? themeCss : '';
    root.adoptedStyleSheets = [baseCss, builtIn, settings.themeCss].map((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    });
  };
  /** Above whatever the page has opened since. */
  const rise = (): void => {
    try {
      host.hidePopover();
      host.showPopover();
    } catch {
      // No popovers here: base.css holds the host at the top of the page.
    }
  };
  const mount = (): void => {
    if (host.isConnected) return;
    dress();
    document.documentElement.append(host);
    // At once: WebKit draws nothing of a host that has stood in a transformed page before it was shown.
    rise();
  };

  return {
    dress,
    mount,
    present(card) {
      mount();
      rise();
      // Only now: showing a popover lays out what is in it.
      root.append(card.element);
      status.textContent = card.text;
    },
    say(text) {
      status.textContent = text;
    },
    remove() {
      host.remove();
    },
  };
};
