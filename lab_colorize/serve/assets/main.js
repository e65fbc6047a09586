// The page: what is added becomes cards, and what holds for all of them is set, told and fetched here.

import { Card } from "./card.js";
import { chosen, dropped } from "./gather.js";
import { Queue } from "./queue.js";
import { save } from "./save.js";
import { ServerError, Unreachable, about, keepToken, takeToken } from "./server.js";
import { amount, numberOf } from "./words.js";
import { Zip } from "./zip.js";

const by = id => document.getElementById(id);
const cards = [];
const colouring = { queue: null, models: [], settings: {} };
let limits = { most_bytes: Infinity };
let collecting = null; // what ends the making of a ZIP archive
const AWAY = "The server is not responding. The page keeps trying, and your photographs stay here.";

// Beginning: the server is asked for its models, and the person for its token if need be.

async function begin() {
  takeToken();
  by("where").textContent = location.host;
  try {
    open(await about());
  } catch (error) {
    if (error instanceof ServerError && error.status === 401) askForToken();
    else notice(error instanceof Unreachable ? AWAY : error.message);
    if (error instanceof Unreachable) setTimeout(begin, 2000);
  }
}

function open(told) {
  limits = told;
  colouring.queue = new Queue(told.workers + 1);
  colouring.models = told.models;
  colouring.queue.addEventListener("away", () => notice(AWAY));
  colouring.queue.addEventListener("back", () => notice(""));
  by("version").textContent = `lab-colorize ${told.version}`;
  by("train-link").hidden = !told.training;
  by("most").textContent = amount(told.most_bytes);
  by("all-model").append(...told.models.map(({ name }) => new Option(name, name)));
  by("all-models").hidden = told.models.length < 2;
  by("gate").hidden = true;
  notice("");
  showSaturation();
  refresh();
}

function askForToken() {
  by("gate").hidden = false;
  by("gate-why").textContent = by("token").value ? "That is not the token. It was printed when the server was started." : by("gate-why").textContent;
  by("token").select();
}

by("gate").addEventListener("submit", event => {
  event.preventDefault();
  keepToken(by("token").value.trim());
  begin();
});

function notice(words) {
  by("notice").textContent = words;
  by("notice").hidden = words === "";
}

// Adding.

function add({ photographs, others }) {
  if (colouring.queue === null) return;
  const large = photographs.filter(({ file }) => file.size > limits.most_bytes);
  const fitting = photographs.filter(({ file }) => file.size <= limits.most_bytes);
  const added = fitting.map(photograph => new Card(photograph, colouring));
  for (const card of added) {
    card.addEventListener("change", refresh);
    card.addEventListener("remove", () => take(card));
    card.preview();
  }
  cards.push(...added);
  by("cards").append(...added.map(card => card.element));
  notice(leftOut(large, others));
  refresh();
}

function leftOut(large, others) {
  const words = [];
  if (large.length > 0) {
    const names = large.slice(0, 3).map(({ file }) => file.name).join(", ");
    const more = large.length > 3 ? ` and ${large.length - 3} more` : "";
    words.push(`Larger than this server's limit of ${amount(limits.most_bytes)}: ${names}${more}.`);
  }
  if (others > 0) words.push(`${numberOf(others, "file")} skipped: not a photograph, by its name.`);
  return words.join(" ");
}

function take(card) {
  const place = cards.indexOf(card);
  cards.splice(place, 1);
  card.element.remove();
  const next = cards[Math.min(place, cards.length - 1)];
  refresh();
  (next ? next.part("remove") : by("choose")).focus();
}

for (const [button, input] of [["choose", "files"], ["add", "files"], ["choose-folder", "folder"], ["add-folder", "folder"]]) {
  by(button).addEventListener("click", () => by(input).click());
}
for (const input of [by("files"), by("folder")]) {
  input.addEventListener("change", () => {
    add(chosen(input.files));
    input.value = "";
  });
}
document.addEventListener("paste", event => {
  if (event.clipboardData?.files.length) add(chosen(event.clipboardData.files));
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
  add(await dropped(event.dataTransfer));
});

// What holds for all.

by("all-saturation").addEventListener("input", event => setAll({ saturation: event.target.value }));
by("all-model").addEventListener("change", event => setAll({ model: event.target.value }));
by("clear").addEventListener("click", () => {
  collecting?.abort();
  for (const card of [...cards]) card.remove();
});

function setAll(settings) {
  Object.assign(colouring.settings, settings);
  showSaturation();
  for (const card of cards) card.change(settings);
}

function showSaturation() {
  const { model, saturation } = colouring.settings;
  const value = saturation ?? (colouring.models.find(({ name }) => name === model) ?? colouring.models[0]).saturation;
  by("all-saturation").value = value;
  by("all-saturation-value").textContent = Number(value).toFixed(2);
}

// Progress, told once a frame however much happens in it.

let refreshing = false;

function refresh() {
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
  const count = state => cards.filter(card => card.state === state).length;
  const done = count("done") + count("changing");
  const [failed, inColour] = [count("failed"), count("in-colour")];
  const settled = done + failed + inColour;
  by("progress").max = cards.length || 1;
  by("progress").value = settled;
  by("progress").hidden = settled === cards.length;
  if (collecting === null) by("told").textContent = told(done, failed, inColour);
  by("zip").disabled = done === 0;
}

function told(done, failed, inColour) {
  const parts = [`${done} of ${numberOf(cards.length, "photograph")} coloured`];
  if (inColour > 0) parts.push(`${inColour} already in colour`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(", ");
}

// All at once: made in the browser of the same files that single downloads give.

by("zip").addEventListener("click", () => (collecting ? collecting.abort() : collect()));

async function collect() {
  collecting = new AbortController();
  by("zip").textContent = "Stop";
  try {
    const left = await zipped(cards.filter(card => card.state === "done"), collecting.signal);
    notice(left.length > 0 ? `Not in the archive: ${left.join(", ")}.` : "");
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message);
  } finally {
    collecting = null;
    by("zip").textContent = "Download all";
    refresh();
  }
}

async function zipped(wanted, signal) {
  let [zip, archives, done] = [new Zip(), 0, 0];
  const left = [];
  const keep = () => save(zip.blob(), archives === 0 ? "photographs.zip" : `photographs-${archives + 1}.zip`);
  await Promise.all(
    wanted.map(async card => {
      try {
        const { blob, name } = await card.result({ signal });
        if (!zip.holds(blob.size)) {
          keep();
          [zip, archives] = [new Zip(), archives + 1];
        }
        const folder = card.path.slice(0, card.path.length - card.file.name.length);
        await zip.add(folder + name, blob);
        if (card.points.all.length > 0) await zip.add(`${card.path}.hints.json`, card.points.file());
      } catch (error) {
        if (error.name === "AbortError") throw error;
        left.push(card.file.name);
      }
      done += 1;
      by("told").textContent = `Collecting ${done} of ${wanted.length} …`;
    }),
  );
  if (left.length < wanted.length) keep();
  return left;
}

begin();
