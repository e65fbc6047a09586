// All photographs in ZIP archives, made in the browser of the same files that single downloads give.

import { save } from "./save.js";
import { Zip } from "./zip.js";

// Hands out the results of `cards`, with their points; gives those that failed. `tell` is told how many are done.
export async function archived(cards, signal, tell) {
  let [zip, archives, done] = [new Zip(), 0, 0];
  const failed = [];
  const keep = () => save(zip.blob(), archives === 0 ? "photographs.zip" : `photographs-${archives + 1}.zip`);
  await Promise.all(
    cards.map(async card => {
      card.kept = true; // unless it is changed meanwhile
      try {
        const { blob, name } = await card.result({ signal });
        if (!zip.holds(blob.size)) {
          keep();
          [zip, archives] = [new Zip(), archives + 1];
        }
        await put(zip, card, name, blob);
      } catch (error) {
        card.kept = false;
        if (error.name === "AbortError") throw error;
        failed.push(card);
      }
      done += 1;
      tell(done);
    }),
  );
  if (failed.length < cards.length) keep();
  return failed;
}

async function put(zip, card, name, blob) {
  await zip.add(card.folder + name, blob);
  if (card.points.all.length === 0) return;
  await zip.add(`${card.path}.hints.json`, card.points.file());
  card.points.kept = true;
}
