// The training page: starts, stops and resumes, and shows how things are.

import { plot } from "./plot.js";
import { takeToken, train, training, trainingPicture } from "./server.js";

const EVERY = 1000; // ms between looks
const WORDS = {
  none: "No model has been trained here yet.",
  running: "Training",
  stopping: "Saving",
  stopped: "Stopped. It can be resumed.",
  finished: "Finished. The model can now be chosen on the page that colours photographs.",
  failed: "It failed; the log below says why.",
};
const NO_BETTER = " It is no better than no colour at all: train longer, or on more photographs.";
const by = id => document.getElementById(id);
let epochs = [];
let shown = null; // the epoch whose picture is shown
let following = true; // whether the newest picture is shown as it comes

async function look() {
  try {
    show(await training());
    notice("");
  } catch (error) {
    notice(error.status === 401 ? `${error.message} Give it on the page that colours photographs.` : error.message);
  }
  setTimeout(look, EVERY);
}

function notice(words) {
  by("notice").textContent = words;
  by("notice").hidden = words === "";
}

function show(told) {
  const { state } = told;
  const busy = state === "running" || state === "stopping";
  document.body.dataset.state = state;
  by("photographs").textContent = told.photographs;
  by("minutes").defaultValue = told.minutes; // shown until the person says otherwise
  by("start").hidden = by("duration").hidden = busy;
  by("start").textContent = state === "none" ? "Start" : "Start another";
  by("stop").hidden = !busy;
  by("stop").disabled = state === "stopping";
  by("resume").hidden = state !== "stopped";
  const words = inWords(told);
  if (by("told").textContent !== words) by("told").textContent = words; // a screen reader is told of changes alone
  by("progress").hidden = !busy;
  by("progress").max = told.steps || 1;
  by("progress").value = told.step || 0;
  by("lines").textContent = (told.lines ?? []).join("\n");
  by("said").hidden = !told.lines?.length;
  if (state === "failed") by("said").open = true;
  showCurves(told.history ?? []);
  showPictures(told.pictures ?? []);
}

function inWords({ state, name, step, steps, history }) {
  const last = history?.at(-1);
  const figures = last ? ` PSNR ${last.psnr.toFixed(2)} dB after epoch ${Math.ceil(last.epoch - 1e-6)}, ${last.grey_psnr.toFixed(2)} without colour.` : "";
  const poor = state === "finished" && last && last.psnr <= last.grey_psnr ? NO_BETTER : "";
  const progress = state === "running" && steps && step === steps ? ": exporting the model …" : state === "running" && steps ? `: step ${step} of ${steps}.` : state === "running" ? " …" : "";
  return `${name ? `${name}: ` : ""}${WORDS[state]}${progress}${figures}${poor}`;
}

function showCurves(history) {
  by("curves").hidden = history.length < 2;
  if (history.length < 2) return;
  const of = name => history.filter(row => name in row).map(row => [row.epoch, row[name]]);
  plot(by("psnr"), [{ points: of("psnr"), className: "main" }, { points: of("grey_psnr"), className: "base" }], "PSNR over the epochs");
  plot(by("loss"), [{ points: of("loss"), className: "main" }], "Loss over the epochs");
}

function showPictures(found) {
  epochs = found;
  by("pictures").hidden = epochs.length === 0;
  if (epochs.length === 0) return;
  by("which").max = epochs.length - 1;
  if (following) by("which").value = epochs.length - 1;
  showPicture();
}

async function showPicture() {
  const epoch = epochs[Number(by("which").value)];
  if (epoch === shown) return;
  shown = epoch;
  const former = by("picture").src;
  by("picture").src = URL.createObjectURL(await trainingPicture(epoch));
  by("epoch").textContent = epoch;
  by("which").setAttribute("aria-valuetext", `epoch ${epoch}`);
  if (former) URL.revokeObjectURL(former);
}

async function act(name, settings) {
  try {
    show(await train(name, settings));
    notice("");
  } catch (error) {
    notice(error.message);
  }
}

by("begin").addEventListener("submit", event => {
  event.preventDefault();
  [shown, following] = [null, true];
  act("start", { minutes: by("minutes").value });
});
by("stop").addEventListener("click", () => act("stop"));
by("resume").addEventListener("click", () => act("resume"));
by("which").addEventListener("input", () => {
  following = Number(by("which").value) === epochs.length - 1;
  showPicture();
});

addEventListener("hashchange", takeToken);
takeToken();
look();
