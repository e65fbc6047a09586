// A line plot as SVG, in the colours of the page.

const [WIDTH, HEIGHT, LEFT, BOTTOM, AIR] = [520, 240, 44, 24, 12];
const TICKS = 4;

// `lines`: [{ points: [[x, y], ...], className }], all on the same axes.
export function plot(svg, lines, name) {
  const all = lines.flatMap(({ points }) => points);
  const [x, y] = [scale(all.map(([value]) => value), LEFT, WIDTH - AIR), scale(all.map(([, value]) => value), HEIGHT - BOTTOM, AIR)];
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-label", name);
  svg.replaceChildren(
    ...y.ticks.flatMap(value => [
      element("line", { x1: LEFT, x2: WIDTH - AIR, y1: y(value), y2: y(value), class: "grid" }),
      label(LEFT - 6, y(value) + 4, "end", y.label(value)),
    ]),
    ...x.ticks.map(value => label(x(value), HEIGHT - 6, "middle", x.label(value))),
    ...lines.map(({ points, className }) =>
      element("polyline", { points: points.map(([a, b]) => `${x(a)},${y(b)}`).join(" "), class: `line ${className}` }),
    ),
  );
}

function scale(values, from, to) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || Math.abs(high) || 1;
  const start = high === low ? low - span / 2 : low;
  const place = value => from + ((value - start) / span) * (to - from);
  const step = stepOf(span);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)); // as many as tell one tick from the next
  place.ticks = ticks(start, start + span, step);
  place.label = value => value.toFixed(digits);
  return place;
}

// A round number, about TICKS of which make up the span.
function stepOf(span) {
  const rough = (span / TICKS) * (1 - 1e-9);
  const unit = 10 ** Math.floor(Math.log10(rough));
  return unit * ([1, 2, 5].find(times => times * unit >= rough) ?? 10);
}

function ticks(low, high, step) {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, n) => (first + n) * step);
}

function label(x, y, anchor, words) {
  const text = element("text", { x, y, "text-anchor": anchor });
  text.textContent = words;
  return text;
}

function element(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
