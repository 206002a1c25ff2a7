// What the pointer does on the picture: hover, click, double click. Dragging and the wheel belong to the view.

const STILL_PX = 6;

/**
 * Call `on.hover(xPx, yPx)` (null: the pointer has left), `on.choose(xPx, yPx)` for a click that was no drag, and
 * `on.reset()` for a double click.
 */
export function listenToPointer(canvas, on) {
  let downAt = null;
  canvas.addEventListener("pointerdown", (event) => {
    downAt = event.isPrimary ? [event.clientX, event.clientY] : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    if (event.buttons) on.hover(null);
    else on.hover(event.clientX, event.clientY);
  });
  canvas.addEventListener("pointerleave", () => on.hover(null));
  canvas.addEventListener("pointerup", (event) => {
    const isClick = downAt && event.button === 0 && Math.hypot(event.clientX - downAt[0], event.clientY - downAt[1]) < STILL_PX;
    downAt = null;
    if (isClick) on.choose(event.clientX, event.clientY);
  });
  canvas.addEventListener("dblclick", on.reset);
}

/** In somebody else's page the wheel scrolls that page, until a person has clicked on the picture. */
export function leaveWheelToPage(canvas) {
  if (window.self === window.top) return;
  const guard = (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) event.stopImmediatePropagation();
  };
  canvas.addEventListener("wheel", guard, { capture: true });
}
