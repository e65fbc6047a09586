// Photographs, and files of points, out of drops, folders, choices and pasting. Each comes as { file, path }, the path
// within a folder.

const HINTS = ".hints.json";

export function chosen(list, suffixes) {
  return split([...list].map(file => ({ file, path: file.webkitRelativePath || file.name })), suffixes);
}

// Entries must be asked for before anything is awaited: a drop is forgotten when its event is over.
export async function dropped(transfer, suffixes) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return chosen(transfer.files, suffixes);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return split(found, suffixes);
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  for (const child of await childrenOf(entry)) await walk(child, found);
}

// A reader gives a hundred entries at most and must be asked until it gives none.
async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  return children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

// A file that was chosen by itself is tried whatever it is called; of a folder, what has the suffix of a photograph.
function split(found, suffixes) {
  const photograph = name => suffixes.some(suffix => name.toLowerCase().endsWith(suffix));
  const wanted = found.filter(({ file, path }) => {
    const hidden = path.split("/").some(part => part.startsWith("."));
    return !path.includes("/") || (!hidden && photograph(file.name));
  });
  const hints = found.filter(({ path }) => path.endsWith(HINTS));
  const photographs = wanted.filter(({ path }) => !path.endsWith(HINTS));
  const others = found.filter(one => !photographs.includes(one) && !hints.includes(one));
  return { photographs, hints, others };
}

// Those that a file of points is for, of the first of `groups` of cards that has any.
export function belonging(hints, groups) {
  return groups.map(cards => fittingIn(cards, hints)).find(found => found.length > 0) ?? [];
}

// NAME.jpg.hints.json or else NAME.hints.json, in the same folder; a file that comes by itself may be for a photograph
// of any folder.
function fittingIn(cards, hints) {
  const stem = hints.path.slice(0, -HINTS.length);
  const named = path => cards.filter(card => path(card) === stem || path(card).replace(/\.[^./]*$/, "") === stem);
  const found = named(card => card.path);
  const fitting = found.length > 0 || stem.includes("/") ? found : named(card => card.file.name);
  const whole = fitting.filter(card => card.file.name === stem.replace(/^.*\//, ""));
  return whole.length > 0 ? whole : fitting;
}
