// Figures as people read them.

export function amount(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export function numberOf(count, one, several = `${one}s`) {
  return `${count} ${count === 1 ? one : several}`;
}
