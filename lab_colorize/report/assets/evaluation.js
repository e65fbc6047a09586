"use strict";

// Sliders: a range input lies over each frame, so that mouse, finger and arrow keys all move it without more ado.
const frames = [...document.querySelectorAll(".frame")];
const chosen = { left: null, right: null };

function move(frame) {
  const range = frame.querySelector("input");
  frame.style.setProperty("--at", range.value + "%");
  range.setAttribute("aria-valuetext", `${range.value} % ${chosen.left}, the rest ${chosen.right}`);
}

function show() {
  const picked = side => document.querySelector(`input[name="${side}"]:checked`);
  const left = picked("left"), right = picked("right");
  chosen.left = left.nextElementSibling.textContent;
  chosen.right = right.nextElementSibling.textContent;
  for (const frame of frames) {
    for (const image of frame.querySelectorAll("img")) {
      const view = image.dataset.view;
      image.hidden = view !== left.value && view !== right.value;
      image.className = view === left.value ? "left" : "right";
    }
    frame.querySelector(".left-tag").textContent = chosen.left;
    frame.querySelector(".right-tag").textContent = chosen.right;
    move(frame);
  }
  const of = right.value.startsWith(":") ? right.value : null;
  for (const told of document.querySelectorAll(".told")) {
    told.hidden = of !== null && told.dataset.of !== of;
  }
}

for (const frame of frames) {
  frame.querySelector("input").addEventListener("input", () => move(frame));
}
for (const choice of document.querySelectorAll(".choice input")) {
  choice.addEventListener("change", show);
}
show();

// Sorting: a click on a heading sorts by it, a second one the other way round; what has no value comes last.
const table = document.getElementById("photographs");
const body = table.tBodies[0];
const words = new Intl.Collator(undefined, { numeric: true });

function valueOf(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.v === undefined) return cell.textContent;
  return cell.dataset.v === "" ? null : Number(cell.dataset.v);
}

function compare(a, b) {
  return typeof a === "string" ? words.compare(a, b) : a - b;
}

function sort(heading) {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  const column = heading.cellIndex;
  const rows = [...body.rows].map(row => [valueOf(row, column), row]);
  rows.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return descending ? compare(b, a) : compare(a, b);
  });
  for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  body.append(...rows.map(([, row]) => row));
}

for (const heading of table.tHead.rows[0].cells) {
  heading.querySelector("button").addEventListener("click", () => sort(heading));
}

document.getElementById("filter").addEventListener("input", event => {
  const wanted = event.target.value.toLowerCase();
  for (const row of body.rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
});
