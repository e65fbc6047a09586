// What can be undone, the latest first: photographs that were removed, and points that a file replaced.

import { numberOf } from "./words.js";

export class Undo {
  #steps = []; // the latest last: { what, back, forget }

  // `cards` in their order, and the element that shows them.
  constructor(cards, list) {
    this.cards = cards;
    this.list = list;
  }

  take(leaving) {
    const places = leaving.map(card => ({ card, place: this.cards.indexOf(card) }));
    for (const card of leaving) {
      card.stop();
      this.cards.splice(this.cards.indexOf(card), 1);
      card.element.remove();
    }
    const what = leaving.length === 1 ? leaving[0].label : numberOf(leaving.length, "photograph");
    const forget = () => leaving.forEach(card => card.compare.release());
    this.#steps.push({ what: `Removed ${what}.`, back: () => this.#restore(places), forget });
  }

  // `former` points of a card, which has others now.
  replaced(card, former) {
    const what = `Replaced ${numberOf(former.all.length, "point")} of ${card.label}.`;
    const back = () => {
      card.points.restore(former);
      return card.part(card.takesPoints ? "pointing-mode" : "remove");
    };
    this.#steps.push({ what, back, forget: () => undefined });
  }

  // Gives the button that the keyboard goes on with.
  undo() {
    return this.#steps.pop().back();
  }

  #restore(places) {
    for (const { card, place } of places) {
      this.cards.splice(place, 0, card);
      this.list.insertBefore(card.element, this.list.children[place] ?? null);
      card.restore();
    }
    return places[0].card.part("remove");
  }

  forget() {
    for (const { forget } of this.#steps) forget();
    this.#steps = [];
  }

  show() {
    const what = this.#steps.at(-1)?.what ?? "";
    document.getElementById("undone").hidden = what === "";
    document.getElementById("undone-what").textContent = what;
  }
}
