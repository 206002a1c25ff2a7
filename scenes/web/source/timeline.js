// The bar of time: play and pause, the moment, where the markers are, and a slider over all of it.

import { byId, make, say } from "./dom.js";
import { seconds } from "./numbers.js";
import { markerAt } from "./story.js";

const STEPS = 1000;
const THUMB_PX = 16;

/** The controls of a story. `on` is what they call: `toggle()`, `seek(secs)`, and `point(words, xPx, yPx)` for hints. */
export class Timeline {
  constructor(story, on) {
    this.story = story;
    this.slider = byId("slider");
    this.slider.max = String(STEPS);
    byId("bar").classList.toggle("still", story.durationSecs === 0);
    byId("play").addEventListener("click", on.toggle);
    this.slider.addEventListener("input", () => on.seek((this.slider.valueAsNumber / STEPS) * story.durationSecs));
    this.slider.addEventListener("pointermove", (event) => {
      const secs = this.secsAt(event.clientX);
      on.point(this.wordsAt(secs), event.clientX, this.slider.getBoundingClientRect().top);
    });
    this.slider.addEventListener("pointerleave", () => on.point(""));
    this.ticks = story.markers.map((marker) => this.tickOf(marker, on));
    byId("ticks").replaceChildren(...this.ticks);
  }

  tickOf(marker, on) {
    const share = this.story.durationSecs ? marker.at_secs / this.story.durationSecs : 0;
    const name = make("span", { textContent: String(marker.name) });
    const tick = make("button", { class: "tick", type: "button", tabIndex: -1, "aria-hidden": "true" }, [name]);
    tick.style.left = `${share * 100}%`;
    tick.addEventListener("click", () => on.seek(marker.at_secs));
    const top = () => this.slider.getBoundingClientRect().top;
    tick.addEventListener("pointerenter", (event) => on.point(this.wordsAt(marker.at_secs), event.clientX, top()));
    tick.addEventListener("pointerleave", () => on.point(""));
    return tick;
  }

  /** Show a moment, and whether time runs. */
  showAt(secs, isPlaying) {
    const { durationSecs } = this.story;
    const share = durationSecs ? secs / durationSecs : 0;
    this.slider.value = String(Math.round(share * STEPS));
    this.slider.style.setProperty("--part", String(share));
    const text = `${seconds(secs)} / ${seconds(durationSecs)} s`;
    say(byId("time"), text);
    if (!isPlaying) this.slider.setAttribute("aria-valuetext", this.wordsAt(secs));
    const button = byId("play");
    const label = isPlaying ? "Pause" : "Play";
    if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
    button.classList.toggle("playing", isPlaying);
  }

  /** Write the names of as many markers as have room beside each other. */
  resize() {
    let takenPx = -Infinity;
    for (const tick of this.ticks) {
      const name = tick.firstChild;
      name.hidden = false;
      const { left, right } = name.getBoundingClientRect();
      name.hidden = left < takenPx + 8;
      if (!name.hidden) takenPx = right;
    }
  }

  secsAt(xPx) {
    const { left, width } = this.slider.getBoundingClientRect();
    const share = (xPx - left - THUMB_PX / 2) / (width - THUMB_PX);
    return Math.min(Math.max(share, 0), 1) * this.story.durationSecs;
  }

  wordsAt(secs) {
    const marker = markerAt(this.story, secs);
    return marker ? `${seconds(secs)} s \u00b7 ${marker.name}` : `${seconds(secs)} s`;
  }
}
