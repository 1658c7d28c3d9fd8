// The preview beside a form: what is typed is posted, comes back as a link, and is drawn by the real widget in a frame.

const QUIET = 350;
const PATIENCE = 4_000;
const PHONE = 390;

interface Answer {
  token?: string;
  frame?: string;
  snippet?: string;
  /** The demo shop with the preview; nothing for an application that has no shop here. */
  shop?: string;
  notes: string[];
  errors: Record<string, string>;
  wrong?: { before: string; part: string; after: string } | null;
}

const panel = document.querySelector<HTMLElement>('[data-preview-panel]');
const form = document.querySelector<HTMLFormElement>('form[data-preview]');

const element = (name: string, kind: string, ...children: (Node | string)[]): HTMLElement => {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
};

const begin = (panel: HTMLElement, form: HTMLFormElement): void => {
  const path = form.dataset.preview ?? '';
  const find = <Kind extends HTMLElement>(selector: string) => panel.querySelector<Kind>(selector);
  const stage = find('[data-stage]') as HTMLElement;
  const status = find('[data-status]') as HTMLElement;
  const token = form.elements.namedItem('preview') as HTMLInputElement;
  // The one that is seen, and the one that is on its way.
  let here = find<HTMLIFrameElement>('iframe');
  let coming: HTMLIFrameElement | undefined;
  let frame = here?.getAttribute('src') ?? '';

  const chosen = (name: string): string => find<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? '';

  const fit = (): void => {
    stage.style.setProperty('--scale', String(Math.min(1, stage.clientWidth / PHONE)));
    const corner = form.elements.namedItem('position');
    if (corner instanceof RadioNodeList && corner.value) stage.dataset.corner = corner.value;
  };
  new ResizeObserver(fit).observe(stage);

  const settle = (arrived: HTMLIFrameElement): void => {
    if (arrived !== coming) return;
    arrived.classList.add('is-here');
    here?.remove();
    here = arrived;
    coming = undefined;
    fit();
    for (const button of panel.querySelectorAll<HTMLElement>('[data-tell]'))
      button.hidden = button.dataset.tell === 'consent' && !asksForConsent();
  };
  const asksForConsent = (): boolean =>
    (form.elements.namedItem('consent_required') as HTMLInputElement | null)?.checked ?? false;

  const show = (): void => {
    if (!frame) return;
    coming?.remove();
    const next = document.createElement('iframe');
    next.className = 'preview-frame';
    next.title = 'A page with the notification';
    next.setAttribute('sandbox', 'allow-scripts');
    const scheme = chosen('preview-scheme');
    next.src = `${frame}?scheme=${scheme}`;
    coming = next;
    stage.append(next);
    // One that shows nothing, such as before a consent, is to be seen all the same.
    setTimeout(() => settle(next), here ? PATIENCE : 0);
  };

  addEventListener('message', ({ source, data }: MessageEvent) => {
    const from = [coming, here].find((each) => each && each.contentWindow === source);
    if (!from || typeof data?.tidings !== 'string') return;
    // It has said why nothing comes yet, or the card stands.
    if (data.words || data.tidings !== 'ready') settle(from);
    if (from !== here) return;
    status.textContent = data.tidings === 'shown' ? '' : String(data.words).slice(0, 300);
  });

  /** What is wrong stands at its field, and what is worth a thought below the frame. */
  const say = ({ errors, notes, wrong }: Answer): void => {
    for (const place of form.querySelectorAll<HTMLElement>('[data-error]')) {
      const words = errors[place.dataset.error ?? ''] ?? '';
      const isBlock = place.tagName === 'DIV';
      const parts: Node[] = [];
      if (words) parts.push(isBlock ? element('p', 'error', words) : document.createTextNode(words));
      if (words && isBlock && wrong) {
        const code = element('code', '', wrong.before, element('mark', '', wrong.part), wrong.after);
        parts.push(element('pre', 'wrong-place', code));
      }
      place.replaceChildren(...parts);
      const field = form.elements.namedItem(place.dataset.error ?? '');
      if (field instanceof HTMLElement) {
        if (words) field.setAttribute('aria-invalid', 'true');
        else field.removeAttribute('aria-invalid');
      }
    }
    const placed = new Set([...form.querySelectorAll<HTMLElement>('[data-error]')].map((each) => each.dataset.error));
    const elsewhere = Object.entries(errors).filter(([name]) => !placed.has(name));
    const lines = [...elsewhere.map(([, words]) => words), ...notes];
    find('[data-notes]')?.replaceChildren(
      ...lines.map((words) =>
        element('div', 'notice notice-warning', element('div', 'notice-words', element('p', '', words))),
      ),
    );
  };

  let asking: AbortController | undefined;
  const ask = async (): Promise<void> => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value);
    try {
      const answer = await fetch(path, {
        method: 'POST',
        body: fields,
        headers: { 'HX-Request': 'true' },
        signal: mine.signal,
      });
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      const found = (await answer.json()) as Answer;
      say(found);
      if (!found.token || !found.frame || !found.snippet) {
        // Said here, what is wrong is heard while somebody types.
        const meanwhile = here ? 'The preview shows how it was before.' : 'The preview waits until this can be read.';
        status.textContent = `${Object.values(found.errors)[0] ?? ''} ${meanwhile}`.trim();
        return;
      }
      status.textContent = '';
      token.value = found.token;
      frame = found.frame;
      const code = find('[data-snippet] code');
      if (code) code.textContent = found.snippet;
      find('[data-snippet]')?.removeAttribute('hidden');
      find('[data-no-snippet]')?.setAttribute('hidden', '');
      find('[data-none]')?.setAttribute('hidden', '');
      const shop = find<HTMLAnchorElement>('[data-shop]');
      if (shop && found.shop) shop.href = found.shop;
      shop?.removeAttribute('hidden');
      show();
    } catch {
      if (!mine.signal.aborted) status.textContent = 'The server did not answer; what is typed is still here.';
    }
  };

  let waiting: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, QUIET);
  };
  form.addEventListener('input', soon);
  form.addEventListener('tidings:changed', soon);

  panel.addEventListener('change', ({ target }) => {
    const { name } = target as HTMLInputElement;
    if (name === 'preview-width') {
      fit();
      show();
    }
    if (name === 'preview-scheme') show();
  });
  panel.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('button');
    if (button?.dataset.tell) here?.contentWindow?.postMessage({ tidings: button.dataset.tell }, '*');
  });

  const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : false;
  const colours = document.documentElement.dataset.colours ?? (dark ? 'dark' : 'light');
  const first = find<HTMLInputElement>(`input[name="preview-scheme"][value="${colours}"]`);
  if (first) first.checked = true;
  fit();
  void ask();
};

if (panel && form) begin(panel, form);
