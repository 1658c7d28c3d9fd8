// Looks at a card from within its page, for the tests of themes: where things lie, which colours meet, what moves.

window.probe = (() => {
  const style = (node, pseudo) => getComputedStyle(node, pseudo);
  const box = (node) => node.getBoundingClientRect();
  const range = document.createRange();

  /** The boxes of a node's lines of text; of the letters alone, not of the leading above and below them. */
  const inked = (node) => {
    range.selectNodeContents(node);
    return [...range.getClientRects()]
      .filter((line) => line.width > 0)
      .map(({ left, right, top, height }) => ({ left, right, top: top + height * 0.15, bottom: top + height * 0.85 }));
  };

  const share = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const inside = (a, { left, right, top, bottom }, slack) =>
    a.left >= left - slack && a.right <= right + slack && a.top >= top - slack && a.bottom <= bottom + slack;

  /** What is wrong with where things lie, in words; [] when all is well. `least`: px of a button's sides; `most`: lines. */
  const faults = (card, least, most = 3) => {
    const found = [];
    const of = (selector) => card.querySelector(selector);
    const message = of('[part=message]');
    const stop = of('#fomo-stop');
    const close = of('#fomo-close');
    const time = of('[part=time]');
    const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    const lines = inked(message).filter((line) => line.top < box(message).bottom - 2);
    const times = time ? inked(time).filter((line) => !message.contains(time) || line.top < box(message).bottom - 2) : [];

    const high = parseFloat(style(message).lineHeight);
    if (!(box(message).height <= (most + 0.05) * high)) found.push(`the message is ${box(message).height} px of ${high} px lines`);
    if (high < 1.1 * parseFloat(style(message).fontSize)) found.push('lines lie over each other');
    if (!inside(box(card), screen, 0)) found.push('the card leaves the screen');
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    for (const [name, texts] of Object.entries({ message: lines, time: times, stop: inked(stop) }))
      if (!texts.every((line) => inside(line, box(card), 1))) found.push(`${name} leaves the card`);

    const areas = [...lines.map((line) => ['message', line]), ['stop', box(stop)]];
    if (time && !message.contains(time)) areas.push(...times.map((line) => ['time', line]));
    if (close) areas.push(['close', box(close)]);
    const picture = box(of('.fomo-notification-image-wrapper'));
    if (picture.width) areas.push(['picture', picture]);
    for (const [i, [name, area]] of areas.entries())
      for (const [other, another] of areas.slice(i + 1))
        if (name !== other && share(area, another)) found.push(`${name} and ${other} overlap`);

    for (const button of close ? [stop, close] : [stop]) {
      const at = box(button);
      const hit = card.getRootNode().elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
      if (!button.contains(hit)) found.push(`${button.id} cannot be pressed`);
      if (Math.min(at.width, at.height) < least) found.push(`${button.id} is ${at.width} by ${at.height} px`);
      if (!inside(at, screen, 0)) found.push(`${button.id} leaves the screen`);
    }
    return [...new Set(found)];
  };

  /** Every text twice as large, as a browser that enlarges text alone has it. */
  const enlarge = (card) => {
    const nodes = [card, ...card.querySelectorAll('*')];
    const sizes = nodes.map((node) => parseFloat(style(node).fontSize));
    for (const [i, node] of nodes.entries()) node.style.fontSize = `${2 * sizes[i]}px`;
  };

  /** The message's direction, and where it begins, in px from the right end of its box. */
  const reading = (card) => {
    const message = card.querySelector('[part=message]');
    range.selectNodeContents(message);
    const end = box(message).right - parseFloat(style(message).paddingRight);
    return [style(message).direction, end - range.getClientRects()[0].right];
  };

  // Colours as [red, green, blue], 0 to 255, whatever notation they are written in.
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const over = (...colours) => {
    for (const colour of colours) {
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
    }
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) =>
    rgb
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);

  const PARTS = { '[part=message]': 4.5, '[part=link]': 4.5, '[part=time]': 4.5, '[part=stop]': 4.5 };
  const LETTER = { '.fomo-notification-image-wrapper': 4.5 };
  const ink = (node) => (node.id === 'fomo-close' ? style(node, '::before').borderTopColor : style(node).color);
  const inksOf = (card) =>
    Object.entries({ ...PARTS, ...LETTER, '#fomo-close': 3 })
      .map(([selector, least]) => [selector, card.querySelector(selector), least])
      .filter(([, node]) => node.getClientRects().length);

  /** [what, contrast, least]: each ink that is too faint over what is painted below it, by computed colours. */
  const faint = (card) => {
    const found = [];
    for (const [what, node, least] of inksOf(card)) {
      const papers = [];
      for (let at = node; at !== card.parentNode; at = at.parentNode) papers.unshift(style(at).backgroundColor);
      // A paper of its own shape is painted by the card's ::before, behind all else.
      if (style(card, '::before').position === 'absolute') papers.splice(1, 0, style(card, '::before').backgroundColor);
      for (const page of ['white', 'black']) {
        const seen = contrast(over(page, ...papers), over(page, ...papers, ink(node)));
        if (seen < least) found.push([`${what} on ${page}`, seen, least]);
      }
    }
    return found;
  };

  const pixels = async (png) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (byte) => byte.charCodeAt(0))]));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data, width } = canvas.getImageData(0, 0, image.width, image.height);
    const one = (i) => [...data.subarray(4 * i, 4 * i + 3)];
    return { whole: new Uint32Array(data.buffer), one, at: (x, y) => one(y * width + x) };
  };

  /** What `faintInPixels` needs: [what, colour, least, the boxes where this ink is]. */
  const inks = (card) =>
    inksOf(card).map(([what, node, least]) => {
      const at = box(node);
      let boxes = [new DOMRect(at.x + at.width / 2 - 5, at.y + at.height / 2 - 5, 10, 10)];
      if (node.id !== 'fomo-close') {
        range.selectNodeContents(node);
        const { bottom } = box(node.closest('p, div'));
        boxes = [...range.getClientRects()].filter((line) => line.width && line.bottom < bottom + 2);
      }
      return [what, over('white', ink(node)), least, boxes.map((one) => one.toJSON())];
    });

  /** As `faint`, against each pixel of a screenshot that was taken without the inks. */
  const faintInPixels = async (png, rows) => {
    const ground = await pixels(png);
    const found = [];
    for (const [what, colour, least, boxes] of rows) {
      let worst = Infinity;
      for (const { top, bottom, left, right } of boxes)
        for (let y = Math.ceil(top); y < bottom - 1; y++)
          for (let x = Math.ceil(left); x < right - 1; x++) worst = Math.min(worst, contrast(colour, ground.at(x, y)));
      if (worst < least || worst === Infinity) found.push([what, worst, least]);
    }
    return found;
  };

  /** Of what has the focus: px around it, and how many pixels differ by 3:1 between two screenshots. */
  const ring = async (before, after) => {
    const [a, b] = [await pixels(before), await pixels(after)];
    const focused = document.activeElement.shadowRoot.activeElement;
    const { width, height } = box(focused.localName === 'a' ? focused.closest('section') : focused);
    let changed = 0;
    for (let i = 0; i < a.whole.length; i++)
      if (a.whole[i] !== b.whole[i] && contrast(a.one(i), b.one(i)) >= 3) changed++;
    return [2 * (width + height), changed];
  };

  /** The contrast of the card's four borders and of the cross to the page, where the engine forces colours. */
  const forced = (card) => {
    const page = document.body.appendChild(document.createElement('i'));
    page.style.background = 'Canvas';
    const canvas = over('white', style(page).backgroundColor);
    page.remove();
    const sides = ['Top', 'Right', 'Bottom', 'Left'].map((side) =>
      parseFloat(style(card)[`border${side}Width`]) ? style(card)[`border${side}Color`] : style(card).backgroundColor,
    );
    return [...sides, ink(card.querySelector('#fomo-close'))].map((colour) => contrast(canvas, over('white', colour)));
  };

  const rulesOf = (list) =>
    [...list].flatMap((rule) => (rule.cssRules && !(rule instanceof CSSKeyframesRule) ? rulesOf(rule.cssRules) : [rule]));

  /** What moves: of each animation [duration, delay, times]; the properties of all key frames; of the exit [property, duration, delay]. */
  const motion = (card) => {
    const animations = [card, ...card.querySelectorAll('*')]
      .flatMap((node) => [style(node), style(node, '::before'), style(node, '::after')])
      .filter((one) => one.animationName !== 'none')
      .map((one) => [one.animationDuration, one.animationDelay, one.animationIterationCount]);
    const frames = card
      .getRootNode()
      .adoptedStyleSheets.flatMap((sheet) => rulesOf(sheet.cssRules))
      .filter((rule) => rule instanceof CSSKeyframesRule)
      .flatMap((rule) => [...rule.cssRules].flatMap((frame) => [...frame.style]));
    card.dataset.state = 'leaving';
    const { transitionProperty, transitionDuration, transitionDelay } = style(card);
    const exit = [transitionProperty, transitionDuration, transitionDelay].map((list) => list.split(', '));
    delete card.dataset.state;
    return [animations, frames, exit];
  };

  return { faults, enlarge, reading, faint, inks, faintInPixels, ring, forced, motion };
})();
