// Elements of the page, made of words only: nothing that a model says is ever read as HTML.

/** The element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element: `properties` are set on it (`class`, `aria-...` and `data-...` as attributes), `children` put in. */
export function make(tag, properties = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Set the text of an element where it is another one: screen readers hear only what changes. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
