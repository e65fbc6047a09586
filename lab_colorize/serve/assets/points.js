// Points on a photograph whose colours a person knows: set, moved, coloured and removed, by mouse, finger and keys.

import { save } from "./save.js";
import { numberOf } from "./words.js";

const STEP = 1; // percent that an arrow key moves a point
const GREY = "as-is"; // what stays as grey as it is
const GREY_SHOWN = "#808080";

export class Points {
  #card;
  #taken = true; // whether the model takes points
  all = []; // of { x, y, colour, shown }: places in percent, the colour in words and as #rrggbb
  kept = true; // whether they are in a file as they are

  constructor(card) {
    this.#card = card;
    this.part("pointing-mode").setAttribute("aria-label", `Set colours of ${card.label}`);
    this.part("hints-name").textContent = `${card.file.name}.hints.json`;
    this.part("pointing-mode").addEventListener("click", event => {
      if (event.detail < 2) this.#switch(!this.#on()); // the second of a double click on what was here before
    });
    this.part("pointing-done").addEventListener("click", () => this.#end());
    card.element.addEventListener("keydown", event => {
      if (event.key === "Escape" && this.#on()) this.#end();
    });
    this.part("add-point").addEventListener("click", () => this.#add(50, 50));
    this.part("save-points").addEventListener("click", () => this.save());
    this.part("points").addEventListener("click", event => {
      if (event.target === this.part("points") && event.detail < 2) this.#add(...this.#placeOf(event));
    });
  }

  part(name) {
    return this.#card.part(name);
  }

  // Models that take no points have none offered.
  offer(taken) {
    this.#taken = taken;
    this.part("pointing-mode").hidden = !taken;
    if (taken) this.#count();
    else this.#switch(false);
  }

  // Those that were saved with the photograph before. Gives those that they replace, as `restore` takes them.
  load(points) {
    const former = { all: this.all, kept: this.kept };
    const all = points.map(point => ({ ...point, x: within(point.x), y: within(point.y), shown: point.shown || GREY_SHOWN }));
    this.restore({ all, kept: true });
    return former;
  }

  restore({ all, kept }) {
    this.all = all;
    this.#changed();
    this.kept = kept;
  }

  // As the command line reads them beside the photograph.
  file() {
    const hints = this.all.map(({ x, y, colour }) => ({ x: `${x}%`, y: `${y}%`, colour }));
    return new Blob([JSON.stringify({ ...this.#card.size, hints }, null, 1)], { type: "application/json" });
  }

  save() {
    this.kept = true;
    save(this.file(), `${this.#card.file.name}.hints.json`);
  }

  #on() {
    return this.part("frame").classList.contains("pointing");
  }

  #switch(on) {
    this.part("frame").classList.toggle("pointing", on);
    this.part("pointing-mode").setAttribute("aria-pressed", on);
    this.part("point-panel").hidden = !on;
    this.part("point-list").hidden = !on;
    this.#count();
    if (!on) return;
    this.part("pen").focus({ preventScroll: true });
    for (const part of ["frame", "point-panel"]) this.part(part).scrollIntoView({ block: "nearest" });
  }

  #end() {
    this.#switch(false);
    this.part("pointing-mode").focus();
  }

  // While the list is closed, its length is told.
  #count() {
    const unused = this.#taken ? "" : " not used, since this model takes none";
    const words = `${numberOf(this.all.length, "point")}${unused}`;
    this.part("point-count").textContent = this.#on() || this.all.length === 0 ? "" : words;
  }

  #placeOf(event) {
    const box = this.part("points").getBoundingClientRect();
    return [(100 * (event.clientX - box.x)) / box.width, (100 * (event.clientY - box.y)) / box.height];
  }

  #add(x, y) {
    const colour = this.part("pen").value;
    this.all.push({ x: within(x), y: within(y), colour, shown: colour });
    this.#changed();
    this.part("points").lastElementChild.focus();
  }

  #remove(point) {
    this.all.splice(this.all.indexOf(point), 1);
    this.#changed();
    this.part("add-point").focus();
  }

  // Out of the list: the page stays where it is, and the keyboard with the line that takes the place.
  #strike(point) {
    const place = this.all.indexOf(point);
    this.all.splice(place, 1);
    this.#changed();
    const next = this.part("point-list").children[Math.min(place, this.all.length - 1)];
    (next?.querySelector("button") ?? this.part("add-point")).focus({ preventScroll: true });
  }

  #changed() {
    this.part("points").replaceChildren(...this.all.map((point, number) => this.#handle(point, number + 1)));
    this.part("point-list").replaceChildren(...this.all.map((point, number) => this.#line(point, number + 1)));
    this.part("save-points").disabled = this.all.length === 0;
    this.#count();
    this.#recolour();
  }

  #recolour() {
    this.kept = this.all.length === 0;
    this.#card.change({});
  }

  // The point itself, on the photograph.
  #handle(point, number) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "point";
    handle.setAttribute("aria-label", `Point ${number}: arrow keys move it, Delete removes it`);
    handle.append(Object.assign(document.createElement("span"), { className: "number", textContent: number }));
    place(handle, point);
    handle.addEventListener("keydown", event => this.#key(event, handle, point));
    this.#makeDraggable(handle, point);
    return handle;
  }

  // The photograph is coloured anew when the point is let go, not before.
  #makeDraggable(handle, point) {
    handle.addEventListener("pointerdown", event => {
      handle.setPointerCapture(event.pointerId);
      this.#card.hold();
    });
    handle.addEventListener("pointermove", event => {
      if (handle.hasPointerCapture(event.pointerId)) put(handle, point, ...this.#placeOf(event));
    });
    handle.addEventListener("lostpointercapture", () => this.#recolour());
  }

  #key(event, handle, point) {
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (way) this.#step(handle, point, way);
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove(point);
    else return;
    event.preventDefault();
  }

  #step(handle, point, [right, down]) {
    put(handle, point, point.x + right, point.y + down);
    handle.scrollIntoView({ block: "nearest" });
    this.#recolour();
  }

  // The same point in a list: its colour, and whether it is to stay grey.
  #line(point, number) {
    const colour = field("color", `Colour of point ${number}`);
    colour.value = point.shown;
    colour.addEventListener("input", () => this.#paint(point, colour.value, number));
    const grey = field("checkbox", "");
    grey.checked = point.colour === GREY;
    grey.addEventListener("change", () => this.#paint(point, grey.checked ? GREY : colour.value, number));
    const label = document.createElement("label");
    label.append(grey, "stays grey");
    const gone = document.createElement("button");
    gone.type = "button";
    gone.textContent = "Remove point";
    gone.setAttribute("aria-label", `Remove point ${number}`);
    gone.addEventListener("click", event => {
      if (event.detail < 2) this.#strike(point); // the second of a double click would meet the next point
    });
    const line = document.createElement("li");
    line.append(colour, label, gone);
    return line;
  }

  #paint(point, colour, number) {
    [point.colour, point.shown] = [colour, colour === GREY ? GREY_SHOWN : colour];
    place(this.part("points").children[number - 1], point);
    this.#recolour();
  }
}

function field(type, name) {
  const input = document.createElement("input");
  input.type = type;
  if (name) input.setAttribute("aria-label", name);
  return input;
}

function put(handle, point, x, y) {
  [point.x, point.y] = [within(x), within(y)];
  place(handle, point);
}

function place(handle, { x, y, shown }) {
  handle.style.setProperty("--x", `${x}%`);
  handle.style.setProperty("--y", `${y}%`);
  handle.style.setProperty("--colour", shown);
}

function within(share) {
  return Math.round(100 * Math.min(100, Math.max(0, share))) / 100;
}
