// Work in turn, some at a time. When the server is busy or away, or demands another token, it waits, and then goes on;
// nothing is lost by that.

import { ServerError, Unreachable, healthy } from "./server.js";

const PAUSE = 1500; // ms between questions whether the server is back
const LOCKED = "until a token is given";

export class Queue extends EventTarget {
  #waiting = [];
  #running = 0;
  #paused = null; // what ends the pause: a timer, or LOCKED

  constructor(atATime) {
    super();
    this.atATime = atATime;
  }

  // What `work` gives, when its turn has come; `first` jumps the queue. Ends with an AbortError once `signal` says so.
  run(work, { first = false, signal } = {}) {
    return new Promise((resolve, reject) => {
      const job = { work, signal, resolve, reject };
      signal?.addEventListener("abort", () => this.#drop(job));
      if (first) this.#waiting.unshift(job);
      else this.#waiting.push(job);
      this.#next();
    });
  }

  #drop(job) {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.reject(new DOMException("Not wanted any more", "AbortError"));
  }

  #next() {
    while (this.#paused === null && this.#running < this.atATime && this.#waiting.length > 0) {
      this.#start(this.#waiting.shift());
    }
  }

  async #start(job) {
    this.#running += 1;
    try {
      job.resolve(await job.work());
    } catch (error) {
      if (mayPass(error) && !job.signal?.aborted) {
        this.#waiting.unshift(job);
        this.#pause(error);
      } else {
        job.reject(error);
      }
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  // The token is given: what waited goes on.
  unlock() {
    if (this.#paused !== LOCKED) return;
    this.#paused = null;
    this.#next();
  }

  #pause(error) {
    if (this.#paused !== null) return;
    if (error.status === 401) {
      this.#paused = LOCKED;
      this.dispatchEvent(new Event("locked"));
      return;
    }
    const away = error instanceof Unreachable;
    if (away) this.dispatchEvent(new Event("away"));
    const wait = away ? PAUSE : 1000 * (error.retryAfter || 2);
    this.#paused = setTimeout(() => this.#tryAgain(away), wait);
  }

  async #tryAgain(away) {
    if (away && !(await healthy())) {
      this.#paused = setTimeout(() => this.#tryAgain(away), PAUSE);
      return;
    }
    this.#paused = null;
    if (away) this.dispatchEvent(new Event("back"));
    this.#next();
  }
}

function mayPass(error) {
  return error instanceof Unreachable || (error instanceof ServerError && [401, 503].includes(error.status));
}
