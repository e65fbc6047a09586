"use strict";

const figures = [...document.querySelectorAll(".sheet figure")];
const shown = document.getElementById("shown");

document.getElementById("filter").addEventListener("input", event => {
  const wanted = event.target.value.toLowerCase();
  let count = 0;
  for (const figure of figures) {
    figure.hidden = !figure.dataset.name.includes(wanted);
    count += !figure.hidden;
  }
  shown.textContent = wanted ? `${count} of ${figures.length}` : "";
});
