// Photographs that were removed, and the way back: the latest removal is undone first.

import { numberOf } from "./words.js";

export class Removed {
  #removals = []; // the latest last: lists of { card, place }

  // `cards` in their order, and the element that shows them.
  constructor(cards, list) {
    this.cards = cards;
    this.list = list;
  }

  take(leaving) {
    this.#removals.push(leaving.map(card => ({ card, place: this.cards.indexOf(card) })));
    for (const card of leaving) {
      card.stop();
      this.cards.splice(this.cards.indexOf(card), 1);
      card.element.remove();
    }
  }

  // Those that are back.
  restore() {
    const places = this.#removals.pop();
    for (const { card, place } of places) {
      this.cards.splice(place, 0, card);
      this.list.insertBefore(card.element, this.list.children[place] ?? null);
      card.restore();
    }
    return places.map(({ card }) => card);
  }

  forget() {
    for (const { card } of this.#removals.flat()) card.compare.release();
    this.#removals = [];
  }

  show() {
    const latest = this.#removals.at(-1) ?? [];
    const what = latest.length === 1 ? latest[0].card.file.name : numberOf(latest.length, "photograph");
    document.getElementById("removed").hidden = latest.length === 0;
    document.getElementById("removed-what").textContent = latest.length === 0 ? "" : `Removed ${what}.`;
  }
}
