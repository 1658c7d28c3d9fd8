// The line chart of figures: this range and the one before behind it, read by pointer, finger, arrow keys and screen reader.

import uPlot from 'uplot';
import { colourOf } from './colour_of';

interface Line {
  id: string;
  name: string;
  currency: string;
  scale: number;
  now: (number | null)[];
  before: number[];
  texts: string[];
  textsBefore: string[];
}

interface Data {
  title: string;
  names: string[];
  shorts: string[];
  namesBefore: string[];
  lines: Line[];
}

const LABEL_WIDTH = 64;
const LANGUAGE = 'en-GB';

/** Numbers at the axis, as short as can be: 1.2K, US$3K. */
const short = (line: Line) => {
  const style = line.currency
    ? ({ style: 'currency', currency: line.currency, currencyDisplay: 'narrowSymbol' } as const)
    : {};
  const format = new Intl.NumberFormat(LANGUAGE, {
    notation: 'compact',
    maximumFractionDigits: 1,
    minimumFractionDigits: 0,
    ...style,
  });
  return (value: number) => format.format(value);
};

class Chart {
  private readonly data: Data;
  private readonly drawing: HTMLElement;
  private readonly slider = document.createElement('div');
  private plot: uPlot | undefined;
  private line: Line;
  private place: number;

  constructor(private readonly panel: HTMLElement) {
    this.data = JSON.parse(panel.dataset.chart ?? '') as Data;
    this.drawing = this.part('[data-drawing]');
    this.line = this.data.lines[0] as Line;
    this.place = this.last();
    this.slider.tabIndex = 0;
    this.slider.className = 'chart-slider';
    this.slider.setAttribute('role', 'slider');
    this.slider.setAttribute('aria-valuemin', '1');
    this.slider.addEventListener('keydown', (event) => this.pressed(event));
    this.slider.addEventListener('focus', () => this.go(this.place));
    this.slider.addEventListener('blur', () => this.leave());
    this.drawing.append(this.slider);
    panel.addEventListener('click', ({ target }) => {
      const id = (target as Element).closest<HTMLElement>('[data-line]')?.dataset.line;
      const line = this.data.lines.find((one) => one.id === id);
      if (line) this.choose(line);
    });
    new ResizeObserver(() => this.resize()).observe(this.drawing);
    addEventListener('tidings:colours', () => this.draw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    this.choose(this.line);
  }

  private part(selector: string): HTMLElement {
    const found = this.panel.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`a chart without ${selector}`);
    return found;
  }

  /** The last place that is not still to come. */
  private last(): number {
    return Math.max(
      0,
      this.line.now.findLastIndex((value) => value !== null),
    );
  }

  private choose(line: Line) {
    this.line = line;
    for (const button of this.panel.querySelectorAll<HTMLElement>('[data-line]')) {
      button.setAttribute('aria-pressed', String(button.dataset.line === line.id));
    }
    this.slider.setAttribute('aria-label', `${line.name}, ${this.data.title.toLowerCase()}`);
    this.slider.setAttribute('aria-valuemax', String(this.last() + 1));
    this.draw();
    this.tell(this.place);
  }

  private size() {
    const width = Math.max(120, Math.floor(this.drawing.clientWidth));
    return { width, height: width < 480 ? 200 : 260 };
  }

  private resize() {
    const { width, height } = this.size();
    if (this.plot && (this.plot.width !== width || this.plot.height !== height)) this.plot.setSize({ width, height });
  }

  /** Draws anew, in the colours of now. */
  private draw() {
    this.plot?.destroy();
    const { line, data } = this;
    const [accent, fill, quiet, muted, hairline] = ['accent', 'chart-fill', 'chart-before', 'muted', 'hairline'].map(
      colourOf,
    ) as [string, string, string, string, string];
    // A fill would be as dark as the line there, and hide the line of before.
    const forced = matchMedia('(forced-colors: active)').matches;
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const scaled = (values: (number | null)[]) => values.map((value) => (value === null ? null : value / line.scale));
    const now = scaled(line.now);
    const before = scaled(line.before);
    const most = Math.max(0, ...[...now, ...before].map((value) => value ?? 0));
    const alone = data.names.length === 1;
    const format = short(line);
    const axis: uPlot.Axis = { stroke: muted, font, ticks: { show: false } };
    this.plot = new uPlot(
      {
        ...this.size(),
        padding: [12, 20, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: false, y: false },
          points: {
            size: 8,
            stroke: (_plot, number) => (number === 1 ? quiet : accent),
            fill: () => colourOf('raised'),
          },
        },
        scales: {
          x: { time: false, range: [alone ? -1 : 0, alone ? 1 : data.names.length - 1] },
          y: { range: [0, most * 1.08 || 1] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 32,
            splits: (plot) => {
              const step = Math.max(
                1,
                Math.ceil(data.shorts.length / Math.max(1, Math.floor(plot.width / LABEL_WIDTH))),
              );
              return data.shorts.map((_, place) => place).filter((place) => place % step === 0);
            },
            values: (_plot, places) => places.map((place) => data.shorts[place] ?? ''),
          },
          {
            ...axis,
            grid: { stroke: hairline, width: 1 },
            size: (_plot, values) => 16 + 8 * Math.max(2, ...(values ?? []).map((value) => value.length)),
            splits: (_plot, _axis, low, high) => splits(low, high, line.currency === ''),
            values: (_plot, values) => values.map(format),
          },
        ],
        series: [
          {},
          { stroke: quiet, width: 1.5, dash: [4, 4], points: { show: alone } },
          { stroke: accent, width: 2, points: { show: alone }, ...(forced ? {} : { fill }) },
        ],
        hooks: { setCursor: [(plot) => this.tell(plot.cursor.idx ?? this.place)] },
      },
      [data.names.map((_, place) => place), before, now],
      this.drawing,
    );
    if (document.activeElement === this.slider) this.go(this.place);
  }

  /** Says what a place holds: below the drawing, and to a screen reader. */
  private tell(place: number) {
    const { line, data } = this;
    const here = line.now[place] === null ? '' : `${line.texts[place]}, ${data.names[place]}`;
    const earlier = `${line.textsBefore[place]}, ${data.namesBefore[place]}`;
    this.part('[data-now]').textContent = here;
    this.part('[data-before]').textContent = earlier;
    this.slider.setAttribute('aria-valuenow', String(place + 1));
    this.slider.setAttribute('aria-valuetext', `${here || data.names[place]}; before: ${earlier}`);
  }

  private go(place: number) {
    this.place = Math.min(this.last(), Math.max(0, place));
    this.plot?.setCursor({ left: this.plot.valToPos(this.place, 'x'), top: 1 });
    this.tell(this.place);
  }

  private leave() {
    this.plot?.setCursor({ left: -10, top: -10 });
    this.tell(this.place);
  }

  private pressed(event: KeyboardEvent) {
    const steps: Record<string, number> = {
      ArrowLeft: this.place - 1,
      ArrowDown: this.place - 1,
      ArrowRight: this.place + 1,
      ArrowUp: this.place + 1,
      PageUp: this.place + 7,
      PageDown: this.place - 7,
      Home: 0,
      End: this.last(),
    };
    const place = steps[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.go(place);
  }
}

/** Round numbers from `low` to `high`, about four of them; whole ones of what can be counted. */
const splits = (low: number, high: number, whole: boolean): number[] => {
  const raw = (high - low) / 4;
  const ten = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * ten >= raw) ?? 10) * ten;
  const by = whole ? Math.max(1, Math.ceil(step)) : step;
  return Array.from({ length: Math.floor(high / by) + 1 }, (_, number) => number * by);
};

for (const panel of document.querySelectorAll<HTMLElement>('[data-chart]')) new Chart(panel);
