// A ZIP archive that only stores: photographs are compressed already. Its parts are put together by the browser.

const UTF8_NAMES = 0x0800;
const MOST = 0xffffffff; // bytes; what is larger would need ZIP64
const MOST_FILES = 0xffff;

const TABLE = new Uint32Array(256).map((_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export class Zip {
  #parts = [];
  #directory = [];
  #names = new Set();
  #size = 0;
  #now = dosTime(new Date());

  // Whether one more file of this size would still fit.
  holds(size) {
    return this.#directory.length < MOST_FILES && this.#size + size + (1 << 24) < MOST;
  }

  async add(path, blob) {
    const name = new TextEncoder().encode(this.#unique(path));
    const crc = crc32(new Uint8Array(await blob.arrayBuffer()));
    const common = [20, UTF8_NAMES, 0, ...this.#now].map(u16).concat(u32(crc), u32(blob.size), u32(blob.size), u16(name.length), u16(0));
    this.#directory.push([u32(0x02014b50), u16(20), ...common, u16(0), u16(0), u16(0), u32(0), u32(this.#size), name]);
    this.#append(u32(0x04034b50), ...common, name, blob);
  }

  blob() {
    const start = this.#size;
    for (const entry of this.#directory) this.#append(...entry);
    const count = u16(this.#directory.length);
    this.#append(u32(0x06054b50), u16(0), u16(0), count, count, u32(this.#size - start), u32(start), u16(0));
    return new Blob(this.#parts, { type: "application/zip" });
  }

  #append(...parts) {
    for (const part of parts) this.#size += part.size ?? part.length;
    this.#parts.push(...parts);
  }

  // Two files of one name would be unpacked into one: the second gets a number. Case does not tell files apart everywhere.
  #unique(path) {
    const [, stem, suffix] = /^(.*?)(\.[^./]*)?$/s.exec(path);
    let name = path;
    for (let number = 2; this.#names.has(name.toLowerCase()); number++) name = `${stem} (${number})${suffix ?? ""}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

function dosTime(date) {
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return [time, ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()];
}

function u16(value) {
  return new Uint8Array([value, value >>> 8]);
}

function u32(value) {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24]);
}
