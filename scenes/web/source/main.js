// The page: reads the model that is in it, shows its words, and its picture where the browser can draw one.

import { setConsoleFunction } from "three";
import { Boards } from "./boards.js";
import { Clock } from "./clock.js";
import { byId, say } from "./dom.js";
import { bytesOf, documentOf } from "./glb.js";
import { fillList } from "./layers.js";
import { loadModel } from "./model.js";
import { Outline } from "./outline.js";
import { Player } from "./player.js";
import { leaveWheelToPage } from "./pointer.js";
import { Stage, rendererOn } from "./stage.js";
import { storyOf } from "./story.js";
import { View } from "./view.js";
import { Answers, reserveWords, showCaption, showLegends } from "./words.js";

const root = document.documentElement;

function tell(words) {
  say(byId("notice"), words);
  byId("notice").hidden = words === "";
}

function fail(words) {
  tell(words);
  root.dataset.state = "failed";
}

function dress(story) {
  root.dataset.theme = story.theme;
  const [inner, outer] = story.background;
  if (inner) root.style.setProperty("--inner", inner);
  if (outer) root.style.setProperty("--outer", outer);
}

function showWords(story) {
  dress(story);
  showCaption(story, 0);
  showLegends(story);
}

async function stageOf(canvas, bytes, story, isStill) {
  const renderer = rendererOn(canvas);
  if (!renderer) return null;
  const model = await loadModel(bytes, story);
  leaveWheelToPage(canvas);
  const view = new View(canvas, model, isStill);
  const accent = getComputedStyle(root).getPropertyValue("--accent").trim();
  const outlines = { hovered: new Outline(accent, 2), pinned: new Outline(accent, 3) };
  return new Stage(renderer, model, view, new Boards(model.boards, view.homeForward), outlines);
}

async function start() {
  const canvas = byId("picture");
  let bytes;
  let story;
  try {
    bytes = bytesOf(byId("model").textContent);
    story = storyOf(documentOf(bytes));
  } catch {
    fail("This page is damaged: the model in it cannot be read. Please write it again.");
    return;
  }
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  showWords(story);
  let stage;
  try {
    stage = await stageOf(canvas, bytes, story, isStill);
  } catch {
    fail("The picture cannot be shown: the model in this page is damaged.");
  }
  if (stage === null) fail("This browser cannot draw in 3-D (WebGL 2 is off or missing). The words can still be read.");
  byId("model").textContent = "";
  const player = new Player(story, stage ?? null, new Clock(story.durationSecs, story.loops), new Answers(story));
  fillList(story, (index) => player.pin(index));
  reserveWords(story);
  player.begin(!isStill);
  if (stage) root.dataset.state = "ready";
}

// What three.js has to say is told in the page, in plain words.
setConsoleFunction(() => {});
root.dataset.state = "loading";
// A large model takes a while: first the page says so.
setTimeout(start, 20);
