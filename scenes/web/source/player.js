// The page in motion: one clock, the words and the picture that follow it, and what a person does to them.

import { byId, say } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { hintAt, showFacts, showHint } from "./layers.js";
import { listenToPointer } from "./pointer.js";
import { stepFrom } from "./story.js";
import { Timeline } from "./timeline.js";
import { reserveWords, showCaption, showChart, showNotes } from "./words.js";

const LONGEST_STEP_SECS = 0.1;

/** Plays a story. `stage` is null where there is no picture: the words go on without. */
export class Player {
  constructor(story, stage, clock, answers) {
    Object.assign(this, { story, stage, clock, answers, pinned: null, isAsked: false, lastSecs: 0 });
    this.timeline = new Timeline(story, {
      toggle: () => this.toggle(),
      seek: (secs) => this.seek(secs),
      point: (words, xPx, yPx) => showHint(words, "", xPx, yPx),
    });
  }

  /** Listen to the person, and play where `plays`. */
  begin(plays) {
    listenToKeys(this.actions());
    this.listenToButtons();
    if (this.stage) this.listenToPicture();
    new ResizeObserver(() => this.resize()).observe(byId("room"));
    window.addEventListener("resize", () => this.resize());
    this.resize();
    if (plays) this.clock.play();
    this.ask();
    window.kerascope = this.inspection();
  }

  actions() {
    return {
      toggle: () => this.toggle(),
      next: () => this.seek(stepFrom(this.story, this.clock.secs, 1)),
      previous: () => this.seek(stepFrom(this.story, this.clock.secs, -1)),
      first: () => this.seek(0),
      last: () => this.seek(this.story.durationSecs),
      reset: () => this.reset(),
      fullscreen: () => toggleFullscreen(),
      help: () => byId("help").showModal(),
      back: () => this.pin(null),
    };
  }

  listenToButtons() {
    byId("reset").addEventListener("click", () => this.reset());
    byId("close").addEventListener("click", () => this.pin(null));
    byId("question").addEventListener("click", () => byId("help").showModal());
    byId("help-close").addEventListener("click", () => byId("help").close());
    byId("fullscreen").hidden = !document.fullscreenEnabled;
    byId("fullscreen").addEventListener("click", toggleFullscreen);
  }

  listenToPicture() {
    const canvas = this.stage.renderer.domElement;
    listenToPointer(canvas, {
      hover: (xPx, yPx) => this.hover(xPx, yPx),
      choose: (xPx, yPx) => this.pin(this.stage.plateAt(xPx, yPx)?.layer.index ?? null),
      reset: () => this.reset(),
    });
    this.stage.view.controls.addEventListener("change", () => this.ask());
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.tell("The browser has taken the picture away. It comes back by itself, or when the page is loaded again.");
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.tell("");
      this.ask();
    });
  }

  tell(words) {
    say(byId("notice"), words);
    byId("notice").hidden = words === "";
  }

  toggle() {
    if (this.clock.isPlaying) this.clock.pause();
    else this.clock.play();
    this.ask();
  }

  seek(secs) {
    this.clock.seek(secs);
    this.ask();
  }

  reset() {
    this.show(null);
    this.stage?.view.goHome();
    this.ask();
  }

  /** Pin the layer of a glTF node and fly to it; null lets go of it and flies back. */
  pin(index) {
    const layer = this.story.nets.flatMap((net) => net.layers).find((one) => one.index === index) ?? null;
    const had = this.pinned;
    this.show(layer);
    const plate = this.plateOf(layer);
    if (plate) this.stage.view.goTo(plate);
    else if (had) this.stage?.view.goHome();
    this.ask();
  }

  show(layer) {
    this.pinned = layer;
    showFacts(layer);
    showHint("");
    document.documentElement.dataset.pinned = String(layer !== null);
    this.stage?.outlines.pinned.show(this.plateOf(layer));
    this.stage?.outlines.hovered.show(null);
    this.stage?.view.setRoom(this.stage.sizePx, byId("room").getBoundingClientRect());
  }

  plateOf(layer) {
    return (layer && this.stage?.model.plates.get(layer.index)) ?? null;
  }

  hover(xPx, yPx) {
    const plate = xPx === null ? null : this.stage.plateAt(xPx, yPx);
    if (plate) hintAt(plate.layer, xPx, yPx);
    else showHint("");
    this.stage.renderer.domElement.classList.toggle("pointing", plate !== null);
    const isPinned = plate !== null && plate.layer === this.pinned;
    if (this.stage.outlines.hovered.show(isPinned ? null : plate)) this.ask();
  }

  resize() {
    reserveWords(this.story);
    this.timeline.resize();
    this.stage?.resize(byId("room").getBoundingClientRect());
    this.ask();
  }

  /** Ask for one more frame; when nothing moves any more, none is asked for. */
  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame((now) => this.frame(now / 1000));
  }

  frame(nowSecs) {
    this.isAsked = false;
    const passedSecs = Math.min(nowSecs - this.lastSecs, LONGEST_STEP_SECS);
    this.lastSecs = nowSecs;
    const isRunning = this.clock.advance(this.wasRunning ? passedSecs : 0);
    this.wasRunning = isRunning;
    const isMoving = this.stage?.view.advance(nowSecs) ?? false;
    this.stage?.draw(this.clock.secs);
    this.tellMoment();
    if (isRunning || isMoving) this.ask();
  }

  tellMoment() {
    showCaption(this.story, this.clock.secs);
    const model = this.stage?.model;
    this.answers.showAt(this.clock.secs, (net) => model?.isAnswered(net) ?? true);
    if (model) {
      showNotes(model.legend()?.notes);
      showChart(model.chart());
    }
    this.timeline.showAt(this.clock.secs, this.clock.isPlaying);
    const playing = String(this.clock.isPlaying);
    if (document.documentElement.dataset.playing === playing) return;
    document.documentElement.dataset.playing = playing;
    // What changes every moment is read aloud only when it has come to rest; the caption is always.
    byId("subtitle").setAttribute("aria-live", this.clock.isPlaying ? "off" : "polite");
  }

  /** What a test or a curious person may look at: nothing here can be changed from outside. */
  inspection() {
    const plateNamed = (name) => [...this.stage.model.plates.values()].find((plate) => plate.layer.name === name);
    return Object.freeze({
      secs: () => this.clock.secs,
      isPlaying: () => this.clock.isPlaying,
      isResting: () => !this.isAsked,
      durationSecs: () => this.clock.durationSecs,
      layers: () => this.story.nets.flatMap((net) => net.layers.map((layer) => layer.name)),
      pixelOf: (name) => this.stage.pixelOf(plateNamed(name)),
      shown: () => this.stage?.shownNames() ?? [],
      frames: () => this.stage?.frames ?? 0,
      camera: () => this.stage?.view.camera.position.toArray() ?? [],
    });
  }
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}
