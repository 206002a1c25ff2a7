// Words about layers: the hint beside the pointer, the list to choose from, and the panel of what is pinned.

import { byId, make, say } from "./dom.js";
import { lineOf, rowsOf } from "./facts.js";

const AWAY_PX = 14;

/** Show words beside a point of the page, inside its borders; empty words show nothing. */
export function showHint(title, line = "", xPx = 0, yPx = 0) {
  const hint = byId("hint");
  hint.hidden = title === "";
  if (hint.hidden) return;
  say(hint.firstElementChild, title);
  say(hint.lastElementChild, line);
  const { offsetWidth: width, offsetHeight: height } = hint;
  const left = xPx + AWAY_PX + width > window.innerWidth - 8 ? xPx - AWAY_PX - width : xPx + AWAY_PX;
  const top = yPx - AWAY_PX - height < 8 ? yPx + AWAY_PX : yPx - AWAY_PX - height;
  hint.style.transform = `translate(${Math.max(left, 8)}px, ${Math.max(top, 8)}px)`;
}

/** The hint for a layer. */
export function hintAt(layer, xPx, yPx) {
  showHint(titleOf(layer), lineOf(layer.facts), xPx, yPx);
}

/** What a layer is called on the page. */
export function titleOf(layer) {
  return String(layer.name || layer.facts.layer);
}

/** The list of all layers: `choose(index or null)` is called with the glTF node that a person chooses. */
export function fillList(story, choose) {
  const list = byId("layers");
  const groups = story.nets.map((net) => {
    const options = net.layers.map((layer) => make("option", { value: String(layer.index), textContent: titleOf(layer) }));
    return story.nets.length > 1 ? [make("optgroup", { label: net.name }, options)] : options;
  });
  list.append(...groups.flat());
  list.addEventListener("change", () => choose(list.value === "" ? null : Number(list.value)));
}

/** Show all that is known of a layer, or nothing for null. */
export function showFacts(layer) {
  byId("facts").hidden = layer === null;
  byId("layers").value = layer === null ? "" : String(layer.index);
  if (layer === null) return;
  say(byId("facts-title"), titleOf(layer));
  const rows = rowsOf(layer.facts).map(([name, words]) =>
    make("tr", {}, [make("th", { scope: "row", textContent: name }), make("td", { textContent: words })]),
  );
  byId("facts-rows").replaceChildren(...rows);
}
