// What the keys do.

const KEYS = {
  " ": "toggle",
  ArrowRight: "next",
  ArrowLeft: "previous",
  Home: "first",
  End: "last",
  r: "reset",
  f: "fullscreen",
  "?": "help",
  Escape: "back",
};
const OWN_KEYS = { BUTTON: [" "], SELECT: [" ", "ArrowLeft", "ArrowRight", "Home", "End", "r", "f"] };

/** Call `actions[name]()` for the keys pressed; a control that has the focus keeps the keys that it needs itself. */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (OWN_KEYS[event.target.tagName]?.includes(key)) return;
    const action = KEYS[key];
    if (!action || (event.repeat && !key.startsWith("Arrow"))) return;
    event.preventDefault();
    actions[action]();
  });
}
