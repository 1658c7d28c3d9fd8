// What every page loads: htmx within a strict policy, copying, colours, what opens and closes, and forms sent once.

import htmx from 'htmx.org';
import { colours } from './colours';
import { copying } from './copying';
import { disclosures } from './disclosures';
import { forms } from './forms';
import { tables } from './tables';

Object.assign(htmx.config, {
  history: false,
  // What a form is bound to stands in the page's body.
  implicitInheritance: true,
  // A refusal is a page of its own, not a part of this one.
  noSwap: [204, 304, '4xx', '5xx'],
});

colours();
copying();
disclosures();
forms();
htmx.onLoad((part) => tables(part as ParentNode));
