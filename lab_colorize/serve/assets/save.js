// A file handed to the person, as any download.

const MOST = 230; // bytes of a name: 255 are allowed, and while they load browsers put .crdownload or more behind it
const END = 32; // letters that stay: what the result is, and its suffix

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fitting(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function fitting(name) {
  const size = letters => new TextEncoder().encode(letters.join("")).length;
  const start = [...name];
  const end = start.splice(-END);
  while (start.length > 0 && size(start) + size(end) > MOST) start.pop();
  return [...start, ...end].join("");
}
