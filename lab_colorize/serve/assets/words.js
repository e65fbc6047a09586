// Figures as people read them.

export function amount(bytes) {
  if (bytes === 0) return "0 kB";
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

// Some names, and how many more there are.
export function some(names, most = 3) {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return names.slice(0, most).join(", ") + more;
}

export function numberOf(count, one, several = `${one}s`) {
  return `${count} ${count === 1 ? one : several}`;
}
