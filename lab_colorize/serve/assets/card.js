// One photograph: its file, what is wanted of it, and what is shown of it.

import { Compare } from "./compare.js";
import { Points } from "./points.js";
import { previewOf } from "./preview.js";
import { save } from "./save.js";
import { ServerError, colorize, original, pointsOf } from "./server.js";
import { amount } from "./words.js";

const LONGEST = 1280; // pixels of a preview
const END = 14; // letters of a long name that are always shown
const NO_PHOTOGRAPH = [413, 415, 422]; // statuses that no other setting changes
const LEFT = { AlreadyInColour: ["in-colour", "Already in colour"], NothingToColour: ["bilevel", "Black and white only"] }; // alone, as is right
const SETTLED = 200; // ms without a move of the saturation slider

export const AGAIN = { force: "Colour it anyway", accept_truncated: "Colour what can be read" };

export class Card extends EventTarget {
  #running = null; // what ends the preview that is being made
  #settling = 0;
  #pending = false; // whether something else is wanted than what was asked for last

  // `number` tells photographs of one path apart; `colouring`: the queue, the models, and what holds for all
  // photographs at first.
  constructor({ file, path }, number, colouring) {
    super();
    this.file = file;
    this.path = path;
    this.number = number;
    this.label = `${path}${number > 1 ? ` (${number})` : ""}`; // what this photograph alone is called
    this.settings = { name: file.name, ...colouring.settings };
    this.state = "waiting";
    this.#build(colouring);
  }

  // Points that were saved before; how many there are, and which they replace.
  async load(file) {
    this.loading = true;
    try {
      const points = await this.queue.run(() => this.#pointsOf(file), { first: true });
      return { count: points.length, former: this.points.load(points) };
    } finally {
      this.loading = false;
      this.dispatchEvent(new Event("change"));
    }
  }

  // The server judges the file, by the photograph's size; what of the photograph can be read is enough for that.
  async #pointsOf(file) {
    const asked = { ...this.settings, accept_truncated: true };
    const size = this.size ?? (await original(this.file, asked, { longest: 16 })).facts;
    return pointsOf(file, this.file.name, size);
  }

  get takesPoints() {
    return this.#model().hints;
  }

  // Whether it is still waiting for its colours, or for other ones.
  get busy() {
    return this.loading || ["waiting", "colouring", "changing"].includes(this.state);
  }

  // Whether something would be lost with the page.
  get unsaved() {
    const without = ["failed", "in-colour", "bilevel"].includes(this.state);
    return (!without && !this.kept) || !this.points.kept;
  }

  #build({ queue, models }) {
    this.queue = queue;
    this.models = models;
    this.element = document.getElementById("card").content.firstElementChild.cloneNode(true);
    this.compare = new Compare(this.part("frame"), this.label);
    this.#buildName();
    this.part("facts").textContent = amount(this.file.size);
    for (const action of ["download", "remove"]) {
      this.part(action).setAttribute("aria-label", `${this.part(action).textContent} ${this.label}`);
    }
    this.loading = false; // whether saved points are being read
    this.kept = false; // whether it was downloaded as it is
    this.own = {}; // settings that were chosen for this photograph alone
    this.part("download").addEventListener("click", () => this.download());
    this.part("remove").addEventListener("click", event => {
      if (event.detail < 2) this.remove(); // the second of a double click would meet the next photograph
    });
    this.part("again").addEventListener("click", () => this.#again());
    this.#buildSettings();
    this.#makeLarge(false);
    this.part("larger").addEventListener("click", () => {
      this.#makeLarge(!this.element.classList.contains("large"));
      this.part("frame").scrollIntoView({ block: "nearest" });
    });
    this.points = new Points(this);
    this.#showSettings();
    this.#show("waiting", "Waiting");
  }

  // In two parts, so that a long one can be cut between them.
  #buildName() {
    const name = this.label.slice(this.folder.length);
    const end = name.length > 2 * END ? name.slice(-END) : "";
    const parts = [["name-start", name.slice(0, name.length - end.length)], ["name-end", end]].filter(([, text]) => text);
    this.part("name").append(
      ...parts.map(([className, textContent]) => Object.assign(document.createElement("span"), { className, textContent })),
    );
    this.part("name").setAttribute("aria-label", this.label);
    this.part("name").title = this.path;
    this.part("folder").textContent = this.folder && `in ${this.folder.slice(0, -1)}`;
  }

  // With a slash at its end; empty where it is not known.
  get folder() {
    return this.path.slice(0, this.path.length - this.file.name.length);
  }

  #makeLarge(large) {
    this.element.classList.toggle("large", large);
    this.part("larger").textContent = large ? "Smaller" : "Larger";
    this.part("larger").setAttribute("aria-label", `${this.part("larger").textContent}: ${this.label}`);
  }

  #buildSettings() {
    const model = this.part("model");
    model.append(...this.models.map(({ name }) => new Option(name, name)));
    this.part("model-choice").hidden = this.models.length < 2;
    model.setAttribute("aria-label", `Model for ${this.label}`);
    model.addEventListener("change", () => {
      this.own.model = model.value;
      this.change({ model: model.value });
    });
    const saturation = this.part("saturation");
    saturation.setAttribute("aria-label", `Saturation of ${this.label}`);
    saturation.addEventListener("input", () => {
      this.own.saturation = saturation.value;
      this.change({ saturation: saturation.value });
    });
  }

  #showSettings() {
    const chosen = this.#model();
    const value = this.settings.saturation ?? chosen.saturation;
    this.part("model").value = chosen.name;
    this.points.offer(chosen.hints);
    this.part("saturation").value = value;
    this.part("saturation-value").textContent = Number(value).toFixed(2);
  }

  #model() {
    return this.models.find(({ name }) => name === this.settings.model) ?? this.models[0];
  }

  // What is asked of the server: points only of a model that takes them.
  #wanted() {
    return { ...this.settings, hints: this.#model().hints ? this.points.all : [] };
  }

  // Whether it cannot be coloured, whatever is changed.
  get final() {
    return this.element.classList.contains("final");
  }

  set final(is) {
    this.element.classList.toggle("final", is);
  }

  part(name) {
    return this.element.querySelector(`.${name}`);
  }

  // Something else is wanted: a new preview follows when the hand rests.
  change(settings) {
    Object.assign(this.settings, settings);
    this.#showSettings();
    this.hold();
    this.kept = false;
    this.dispatchEvent(new Event("change"));
    if (this.final) return;
    this.#pending = true;
    this.#settling = setTimeout(() => this.preview({ first: true }), SETTLED);
  }

  // No new preview until the next change, or until it is restored.
  hold() {
    clearTimeout(this.#settling);
  }

  #again() {
    if (this.retryWith) this.settings[this.retryWith] = true;
    this.preview({ first: true });
  }

  // See it in colour, in its turn.
  async preview({ first = false } = {}) {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const { signal } = running;
    this.part("failure").hidden = true;
    this.final = this.#pending = false;
    this.#show(this.state === "done" ? "changing" : "waiting", this.state === "done" ? "" : "Waiting");
    try {
      await this.queue.run(() => this.#preview(signal), { first, signal });
    } catch (error) {
      if (error.name !== "AbortError" && running === this.#running) this.#fail(error);
    }
  }

  async #preview(signal) {
    this.#show(this.state === "changing" ? "changing" : "colouring", "Colouring …");
    await this.#showOriginal(signal);
    const made = await colorize(this.file, this.#wanted(), { longest: LONGEST, signal });
    if (signal.aborted) return;
    this.#tell(made);
    await this.compare.showAfter(made.blob);
    this.part("download").disabled = false;
    this.#show("done", "");
  }

  async #showOriginal(signal) {
    if (this.seen) return;
    const blob = (await previewOf(this.file, LONGEST)) ?? (await this.#originalByServer(signal));
    if (blob === null || signal.aborted) return;
    await this.compare.showBefore(blob);
    this.seen = true;
  }

  // What cannot be shown as it is may well be told why when it is to be coloured.
  async #originalByServer(signal) {
    try {
      return (await original(this.file, this.settings, { longest: LONGEST, signal })).blob;
    } catch (error) {
      if (error instanceof ServerError && error.status !== 503) return null;
      throw error;
    }
  }

  #tell({ facts, notes }) {
    const { width, height, format, depth, pages, caption } = facts;
    const bits = depth > 8 ? `, ${depth} bits` : "";
    const several = pages > 1 ? `, ${pages} pages` : "";
    this.part("facts").textContent = `${width} × ${height} · ${format}${bits}${several} · ${amount(this.file.size)}`;
    this.part("caption").textContent = caption ?? "";
    this.size = { width, height };
    this.#note(notes);
  }

  #note(notes) {
    const lines = notes.map(note => Object.assign(document.createElement("li"), { textContent: note }));
    this.part("notes").replaceChildren(...lines);
  }

  #fail(error) {
    const left = LEFT[error.kind];
    this.retryWith = error.retryWith ?? null;
    this.final = left !== undefined || NO_PHOTOGRAPH.includes(error.status);
    this.part("what").textContent = error.message;
    this.part("remedy").textContent = this.retryWith ? "" : (error.remedy ?? "");
    this.part("again").textContent = AGAIN[this.retryWith] ?? "Try again";
    this.part("again").setAttribute("aria-label", `${this.part("again").textContent}: ${this.label}`);
    this.part("again").hidden = this.final && this.retryWith === null;
    this.part("failure").hidden = false;
    this.part("download").disabled = true;
    this.compare.hideAfter();
    this.#show(...(left ?? ["failed", "Not coloured"]));
  }

  #show(state, words) {
    this.state = state;
    this.element.dataset.state = state;
    this.part("state").textContent = words;
    this.dispatchEvent(new Event("change"));
  }

  // The photograph itself, in colour, as the command line would write it.
  result({ first = false, signal } = {}) {
    return this.queue.run(() => colorize(this.file, this.#wanted(), { signal }), { first, signal });
  }

  async download() {
    this.part("download").disabled = true;
    this.kept = true; // unless it is changed meanwhile
    try {
      const { blob, name, notes } = await this.result({ first: true });
      this.#note(notes);
      save(blob, name);
    } catch (error) {
      this.kept = false;
      this.#fail(error);
    } finally {
      this.part("download").disabled = this.state !== "done";
    }
  }

  remove() {
    this.dispatchEvent(new Event("remove"));
  }

  stop() {
    this.hold();
    this.#running?.abort();
  }

  // Back after it was removed: what was under way is begun again.
  restore() {
    if (this.busy || this.#pending) this.preview();
  }
}
