// The entry: what the built file does when the page runs it.

import { install } from './api';
import type { Settings } from './config';

// The argument of the arrow function that the build wraps around this bundle: the application's settings in
// load.js, null in the versioned file.
declare const SETTINGS: Settings | null;

try {
  install(SETTINGS, document.currentScript);
} catch {
  // An engine too old for us, or a document that is no HTML: the page must not notice.
}
