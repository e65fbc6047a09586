// Before and after in one frame, divided by a slider. The slider is a range input that lies over the whole frame, so
// that mouse, finger and arrow keys all move it. What is to lie over the pictures themselves goes into `pictures`.

export class Compare {
  #frame;
  #slider;
  #before;
  #after;

  constructor(frame, name) {
    this.#frame = frame;
    this.#slider = frame.querySelector(".slider");
    this.#before = frame.querySelector(".before");
    this.#after = frame.querySelector(".after");
    this.pictures = frame.querySelector(".pictures");
    this.#slider.setAttribute("aria-label", `Before and after: ${name}`);
    this.#before.alt = `${name}, before`;
    this.#after.alt = `${name}, in colour`;
    this.#slider.addEventListener("input", () => this.#move());
    new ResizeObserver(() => this.#move()).observe(this.pictures);
    this.#move();
  }

  async showBefore(blob) {
    await show(this.#before, blob);
    this.#arrange();
  }

  async showAfter(blob) {
    await show(this.#after, blob);
    this.#arrange();
  }

  hideAfter() {
    release(this.#after);
    this.#arrange();
  }

  release() {
    release(this.#before);
    release(this.#after);
  }

  #arrange() {
    const both = !this.#before.hidden && !this.#after.hidden;
    this.#frame.classList.toggle("both", both);
    for (const part of this.#frame.querySelectorAll(".slider, .divider, .tag")) part.hidden = !both;
    const shown = this.#after.hidden ? this.#before : this.#after;
    if (shown.naturalHeight) this.#frame.style.setProperty("--ratio", shown.naturalWidth / shown.naturalHeight);
    this.#move();
  }

  // The slider spans the frame, the pictures perhaps less of it: the clip is told in shares of the pictures.
  #move() {
    const share = Number(this.#slider.value) / 100;
    const frame = this.#frame.clientWidth;
    const width = this.pictures.clientWidth;
    const within = width ? Math.min(1, Math.max(0, (share * frame - (frame - width) / 2) / width)) : share;
    this.#frame.style.setProperty("--at", `${within * 100}%`);
    this.#frame.style.setProperty("--bar", `${share * 100}%`);
    this.#label(within * width, width);
    this.#slider.setAttribute("aria-valuetext", `${Math.round(within * 100)} % before, the rest in colour`);
  }

  // A label is shown while what it names lies behind most of it.
  #label(at, width) {
    const [before, after] = [".before-tag", ".after-tag"].map(tag => this.#frame.querySelector(tag));
    const middle = tag => tag.offsetLeft + tag.offsetWidth / 2;
    before.style.visibility = at < middle(before) ? "hidden" : "";
    after.style.visibility = width > 0 && at > middle(after) ? "hidden" : "";
  }
}

async function show(image, blob) {
  const former = image.src;
  image.src = URL.createObjectURL(blob);
  await image.decode().catch(() => undefined);
  image.hidden = false;
  if (former) URL.revokeObjectURL(former);
}

function release(image) {
  if (image.src) URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  image.hidden = true;
}
