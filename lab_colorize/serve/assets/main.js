// The page: what is added becomes cards, and what holds for all of them is set, told and fetched here.

import { Card } from "./card.js";
import { archived } from "./archive.js";
import { belonging, chosen, dropped } from "./gather.js";
import { Queue } from "./queue.js";
import { ServerError, Unreachable, about, keepToken, takeToken } from "./server.js";
import { Undo } from "./undo.js";
import { amount, numberOf, some } from "./words.js";

const by = id => document.getElementById(id);
const cards = [];
const colouring = { queue: null, models: [], settings: {} };
let limits = { most_bytes: Infinity, suffixes: [] };
let awaiting = []; // files of points whose photograph is not here yet
let collecting = null; // what ends the making of a ZIP archive
const changes = new EventTarget(); // told whenever a photograph's state changes, in a hidden tab too
const undoing = new Undo(cards, by("cards"));

// Beginning: the server is asked for its models, and the person for its token if need be. A server that was started
// anew may demand another one: then this is where what waits for it goes on.

async function begin(given = takeToken()) {
  by("where").textContent = location.host;
  try {
    const told = await about();
    if (colouring.queue === null) open(told);
    by("gate").hidden = true;
    sayAway(false);
    by("token").value = "";
    colouring.queue.unlock();
  } catch (error) {
    sayAway(error instanceof Unreachable);
    if (error instanceof Unreachable) setTimeout(begin, 2000);
    else if (error instanceof ServerError && error.status === 401) askForToken(given);
    else notice(error.message);
  }
}

function open(told) {
  limits = told;
  colouring.queue = new Queue(told.workers + 1);
  colouring.models = told.models;
  colouring.queue.addEventListener("away", () => sayAway(true));
  colouring.queue.addEventListener("back", () => sayAway(false));
  colouring.queue.addEventListener("locked", () => begin());
  by("version").textContent = `lab-colorize ${told.version}`;
  by("train-link").hidden = !told.training;
  by("formats").textContent = new Intl.ListFormat("en", { type: "disjunction" }).format(told.formats);
  by("most").textContent = `${amount(told.most_bytes)} and ${told.most_pixels / 1e6} megapixels`;
  by("all-model").append(...told.models.map(({ name }) => new Option(name, name)));
  by("all-models").hidden = told.models.length < 2;
  notice("");
  refresh();
}

function askForToken(given) {
  const wrong = given ? "That is not the token. " : "";
  const kept = cards.length > 0 ? " Your photographs stay here and go on once it is given." : "";
  by("gate-why").textContent = `${wrong}It was printed when the server was started.${kept}`;
  by("gate").hidden = false;
  by("token").focus();
  by("token").select();
}

by("gate").addEventListener("submit", event => {
  event.preventDefault();
  keepToken(by("token").value.trim());
  begin(true);
});
addEventListener("hashchange", () => {
  if (takeToken()) begin(true);
});

// What went wrong, and what went well.
function notice(wrong, news = "") {
  say("notice", wrong);
  say("news", news);
}

function say(place, words) {
  by(place).textContent = words;
  by(place).parentElement.hidden = words === "";
}

function sayAway(away) {
  say("away", away ? "The server is not responding. The page keeps trying, and your photographs stay here." : "");
}

for (const button of document.querySelectorAll(".close")) {
  button.addEventListener("click", () => (button.parentElement.hidden = true));
}
// The style sheet keeps what is reached by keys from being covered by them.
for (const place of ["bar", "notices", "foot"]) {
  const covering = () => (getComputedStyle(by(place)).position === "static" ? 0 : by(place).offsetHeight); // not in a narrow window
  const tell = () => document.documentElement.style.setProperty(`--height-of-${place}`, `${covering()}px`);
  new ResizeObserver(tell).observe(by(place));
}

// Adding.

async function add({ photographs, hints, others }) {
  if (colouring.queue === null) return;
  const large = photographs.filter(({ file }) => file.size > limits.most_bytes);
  const fitting = photographs.filter(({ file }) => file.size <= limits.most_bytes);
  const added = fitting.map(newCard);
  for (const card of added) {
    card.addEventListener("change", refresh);
    card.addEventListener("remove", () => take([card]));
    card.preview();
  }
  by("cards").append(...added.map(card => card.element));
  refresh();
  if (photographs.length + hints.length + others.length === 0) {
    notice("There is no file in what was added.");
    return;
  }
  const { set, wrong } = await setPoints(hints, added);
  notice([...leftOut(large, others), ...wrong].join(" "), set);
}

// Photographs of one path are numbered: of files that were chosen by themselves, the folder is not known.
function newCard(photograph) {
  const taken = cards.filter(({ path }) => path === photograph.path).map(({ number }) => number);
  let number = 1;
  while (taken.includes(number)) number += 1;
  const card = new Card(photograph, number, colouring);
  cards.push(card);
  return card;
}

// Points that were saved before, on the photographs that they are for, first among those `added` with them; files whose
// photograph is not here yet are kept.
async function setPoints(files, added) {
  const [set, wrong] = [[], []];
  const [early, again] = [awaiting, new Set(files.map(({ path }) => path))];
  awaiting = [];
  for (const hints of [...early.filter(({ path }) => !again.has(path)), ...files]) {
    const fitting = belonging(hints, [added, cards]);
    if (fitting.length === 0) awaiting.push(hints);
    else if (fitting.length > 1) wrong.push(unclear(hints, fitting));
    else {
      try {
        set.push(await setOn(fitting[0], hints.file));
        refresh();
      } catch (error) {
        wrong.push(`${error.message} ${error.remedy ?? ""}`.trim());
      }
    }
  }
  const names = some(files.filter(hints => awaiting.includes(hints)).map(({ file }) => file.name));
  if (names) wrong.push(`Points are kept until their photograph is added: ${names}.`);
  return { set: set.length > 3 ? `Points set on ${set.length} photographs.` : set.join(" "), wrong };
}

function unclear({ file }, cards) {
  const [first, ...others] = new Set(cards.map(card => card.file.name));
  const owners = (others.length > 0 ? [first, ...others] : cards.map(({ label }) => label)).join(" or ");
  const remedy = others.length > 0 ? `Name it ${first}.hints.json, for example.` : "Choose it together with its photograph.";
  return `${file.name} could belong to ${owners}, so no photograph follows it. ${remedy}`;
}

async function setOn(card, file) {
  const { count, former } = await card.load(file);
  if (former.all.length > 0) undoing.replaced(card, former);
  const instead = former.all.length > 0 ? ` in place of ${former.all.length}` : "";
  const unused = card.takesPoints ? "" : ", but its model takes none: choose another model";
  return `${numberOf(count, "point")} set on ${card.label}${instead}${unused}.`;
}

function leftOut(large, others) {
  const words = [];
  if (large.length > 0) {
    const names = some(large.map(({ file }) => file.name));
    words.push(`Larger than this server's limit of ${amount(limits.most_bytes)}: ${names}.`);
  }
  if (others.length > 0) {
    const names = others.length === 1 ? "its name is not that of a photograph" : "their names are not those of photographs";
    words.push(`${numberOf(others.length, "file")} skipped, because ${names}: ${some(others.map(({ path }) => path))}.`);
  }
  return words;
}

// Removing, and the way back from that and more.

function take(leaving) {
  const place = cards.indexOf(leaving[0]);
  undoing.take(leaving);
  const next = cards[Math.min(place, cards.length - 1)];
  show();
  (next ? next.part("remove") : by("choose")).focus();
}

by("undo").addEventListener("click", () => {
  const button = undoing.undo();
  show();
  button.focus();
});
by("forget").addEventListener("click", () => {
  undoing.forget();
  show();
});

addEventListener("beforeunload", event => {
  if (cards.some(card => card.unsaved)) event.preventDefault();
});

// Ways to add.

for (const [button, input] of [["choose", "files"], ["add", "files"], ["choose-folder", "folder"], ["add-folder", "folder"]]) {
  by(button).addEventListener("click", () => by(input).click());
}
for (const input of [by("files"), by("folder")]) {
  input.addEventListener("change", () => {
    add(chosen(input.files, limits.suffixes));
    input.value = "";
  });
}
document.addEventListener("paste", event => {
  if (event.clipboardData?.files.length) add(chosen(event.clipboardData.files, limits.suffixes));
});
let over = 0; // elements that a drag is over: it leaves one after it enters the next
document.addEventListener("dragenter", event => {
  event.preventDefault();
  over += 1;
  document.body.classList.add("dragging");
});
document.addEventListener("dragleave", () => {
  over -= 1;
  document.body.classList.toggle("dragging", over > 0);
});
document.addEventListener("dragover", event => event.preventDefault());
document.addEventListener("drop", async event => {
  event.preventDefault();
  over = 0;
  document.body.classList.remove("dragging");
  add(await dropped(event.dataTransfer, limits.suffixes));
});

// What holds for all.

by("all-saturation").addEventListener("input", event => {
  setAll({ saturation: event.target.value }, cards.filter(card => card.own.saturation === undefined));
});
by("reset-saturation").addEventListener("click", () => {
  for (const card of cards) delete card.own.saturation;
  setAll({ saturation: undefined }, cards);
});
by("all-model").addEventListener("change", event => {
  setAll({ model: event.target.value }, cards.filter(card => card.own.model === undefined));
});
by("level-models").addEventListener("click", () => {
  const { name } = modelForAll();
  const others = withOtherModels();
  for (const card of cards) delete card.own.model;
  setAll({ model: name }, others);
  by("all-model").focus();
});
by("clear").addEventListener("click", () => {
  collecting?.abort();
  notice("");
  take([...cards]);
});

function setAll(settings, meant) {
  Object.assign(colouring.settings, settings);
  for (const card of meant) card.change(settings);
  refresh();
}

function showSaturation() {
  const { saturation } = colouring.settings;
  const chosen = modelForAll();
  const mixed = cards.some(card => card.own.saturation !== undefined);
  const value = saturation ?? chosen.saturation;
  by("all-saturation").value = value;
  by("all-saturation-value").textContent = mixed ? "mixed" : Number(value).toFixed(2);
  by("reset-saturation").disabled = saturation === undefined && !mixed;
  by("saturation-means").textContent = meaning(chosen) + (mixed ? " Photographs that were set individually keep their saturation until Reset." : "");
}

// Which photographs the model for all is not the model of, because another was chosen for them.
function showModels() {
  const { length } = withOtherModels();
  const keep = length === 1 ? "keeps the model that was chosen for it individually" : "keep the models that were chosen for them individually";
  by("own-models").hidden = length === 0;
  by("own-models-count").textContent = `${numberOf(length, "photograph")} ${keep}.`;
  by("level-models").textContent = `Use ${modelForAll().name} for all`;
}

function withOtherModels() {
  const { name } = modelForAll();
  return cards.filter(({ own }) => own.model !== undefined && own.model !== name);
}

function modelForAll() {
  return colouring.models.find(({ name }) => name === colouring.settings.model) ?? colouring.models[0];
}

function meaning({ name, saturation }) {
  const recommended = `the saturation recommended for the model “${name}”`;
  if (saturation === 1) return `1 is the network’s own answer and ${recommended}.`;
  return `1 is the network’s own answer, ${saturation} ${recommended}.`;
}

// Progress, told once a frame however much happens in it.

let refreshing = false;

function refresh() {
  changes.dispatchEvent(new Event("change"));
  if (refreshing) return;
  refreshing = true;
  requestAnimationFrame(() => {
    refreshing = false;
    show();
  });
}

function show() {
  by("drop").hidden = colouring.queue === null || cards.length > 0;
  by("bar").hidden = cards.length === 0;
  if (colouring.queue !== null) {
    showSaturation();
    showModels();
  }
  undoing.show();
  const count = state => cards.filter(card => card.state === state).length;
  const done = count("done") + count("changing");
  const [failed, inColour, bilevel] = [count("failed"), count("in-colour"), count("bilevel")];
  const without = failed + inColour + bilevel;
  const settled = done + without;
  by("progress").max = cards.length || 1;
  by("progress").value = settled;
  by("progress").hidden = settled === cards.length;
  if (collecting === null) by("told").textContent = told(done, failed, inColour, bilevel);
  by("zip").disabled = collecting === null && without === cards.length;
}

function told(done, failed, inColour, bilevel) {
  const parts = [`${done} of ${numberOf(cards.length, "photograph")} coloured`];
  if (inColour > 0) parts.push(`${inColour} already in colour`);
  if (bilevel > 0) parts.push(`${bilevel} black and white only`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(", ");
}

// All at once, when nothing is in progress any more.

by("zip").addEventListener("click", () => (collecting ? collecting.abort() : collect()));

async function collect() {
  collecting = new AbortController();
  by("zip").textContent = "Stop";
  try {
    await settled(collecting.signal);
    const wanted = cards.filter(card => card.state === "done");
    const failed = await archived(wanted, collecting.signal, done => tell(`Collecting ${done} of ${wanted.length} …`));
    tellCollected(wanted.length - failed.length, [...failed, ...cards.filter(card => card.state !== "done")]);
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message);
  } finally {
    collecting = null;
    by("zip").textContent = "Download all";
    refresh();
  }
}

function tell(words) {
  by("told").textContent = words;
}

function tellCollected(count, left) {
  const held = count > 0 ? `The ZIP file holds ${numberOf(count, "photograph")}.` : "There is nothing to download.";
  const names = left.map(({ label }) => label).join(", ");
  if (left.length > 0) notice(`${held} Left out, because not coloured: ${names}.`);
  else notice("", held);
}

async function settled(signal) {
  for (;;) {
    signal.throwIfAborted();
    const busy = cards.filter(card => card.busy).length;
    if (busy === 0) return;
    tell(`The download begins after ${numberOf(busy, "more photograph")} …`);
    await new Promise(resolve => {
      for (const [told, event] of [[changes, "change"], [signal, "abort"]]) told.addEventListener(event, resolve, { once: true });
    });
  }
}

begin();
