// The HTTP interface, as the page uses it. Knows nothing of cards.

const TOKEN = "token";

export class ServerError extends Error {
  // The server's own words: what happened, what to do, and what would let the request pass.
  constructor(status, told, after) {
    super(told.message || `The server answered with status ${status}.`);
    this.status = status;
    this.kind = told.error || "";
    this.remedy = told.remedy || "";
    this.retryWith = told.retry_with || null;
    this.retryAfter = after;
  }
}

export class Unreachable extends Error {}

export class FileGone extends Error {
  remedy = "Remove it here, and add it again.";
}

// A token rides behind the # of the address, is kept for this tab, and leaves the address at once. Whether there was one.
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get(TOKEN);
  if (given === null) return false;
  keepToken(given);
  history.replaceState(null, "", location.pathname);
  return true;
}

export function keepToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export async function about() {
  return (await ask("api/about")).json();
}

export async function training() {
  return (await ask("api/training")).json();
}

// Start, stop or resume; gives how things are then.
export async function train(act, settings = {}) {
  return (await post(`api/training/${act}`, "", settings)).json();
}

export async function trainingPicture(epoch) {
  return (await ask(`api/training/picture?epoch=${epoch}`)).blob();
}

export async function healthy() {
  try {
    return (await fetch("healthz")).ok;
  } catch {
    return false;
  }
}

// Points are sent as the command line takes them: X,Y=COLOUR, places in percent.
function inWords(points) {
  return points?.length ? points.map(({ x, y, colour }) => `${x}%,${y}%=${colour}`).join(";") : undefined;
}

// The photograph in colour; with `longest` a preview of it.
export async function colorize(file, settings, { longest, signal } = {}) {
  const hints = inWords(settings.hints);
  return pictureOf(await post("api/colorize", file, { ...settings, hints, longest }, signal));
}

// A preview of the photograph as it is.
export async function original(file, settings, { longest, signal } = {}) {
  const { name, accept_truncated } = settings;
  return pictureOf(await post("api/original", file, { name, accept_truncated, longest }, signal));
}

// The points of a file of hints, as the server judges it for a photograph of that name and size; places in percent.
export async function pointsOf(file, photograph, { width, height }) {
  return (await (await post("api/hints", file, { name: file.name, photograph, width, height })).json()).points;
}

async function post(address, file, settings, signal) {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null && value !== false);
  const headers = { "Content-Type": "application/octet-stream" };
  return ask(`${address}?${new URLSearchParams(given)}`, { method: "POST", body: file, headers, signal });
}

async function ask(address, request = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  let response;
  try {
    response = await fetch(address, { ...request, headers: { ...request.headers, ...headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (await isGone(request.body)) throw new FileGone("The file was changed, moved or removed since it was added, or its disk is away.");
    throw new Unreachable("The server is not responding.");
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new ServerError(response.status, told, Number(response.headers.get("Retry-After")) || null);
}

// A browser tells of a file that it cannot read any more as of a server that does not answer.
async function isGone(body) {
  if (!(body instanceof File)) return false;
  return body.slice(0, 1).arrayBuffer().then(() => false, () => true);
}

async function pictureOf(response) {
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") || "");
  let blob;
  try {
    blob = await response.blob();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable("The server stopped responding.");
  }
  return {
    blob,
    name: named ? decodeURIComponent(named[1]) : "photograph",
    facts: JSON.parse(response.headers.get("Lab-Colorize-Photograph") || "{}"),
    notes: JSON.parse(response.headers.get("Lab-Colorize-Notes") || "[]"),
  };
}
