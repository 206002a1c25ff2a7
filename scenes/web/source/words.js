// The words beside the picture: title, caption, legend and the network's answers.

import { byId, make, say } from "./dom.js";
import { percent } from "./numbers.js";
import { captionAt, isColour, stateAt } from "./story.js";

/** Show what is said at a moment. */
export function showCaption(story, secs) {
  const { title, subtitle, caption } = captionAt(story, secs);
  say(byId("title"), title);
  say(byId("subtitle"), subtitle);
  say(byId("caption"), caption);
}

/** Give the lines of words the height of the longest they will ever hold: the picture does not jump. */
export function reserveWords(story) {
  for (const name of ["title", "subtitle", "caption"]) {
    const element = byId(name);
    const before = element.textContent;
    element.style.minHeight = "";
    let most = 0;
    for (const text of longest(story.captions.map((caption) => caption[name] ?? ""))) {
      element.textContent = text;
      most = Math.max(most, element.offsetHeight);
    }
    element.textContent = before;
    element.style.minHeight = `${most}px`;
  }
}

function longest(texts) {
  return [...new Set(texts)].sort((one, two) => two.length - one.length).slice(0, 8);
}

/** A strip of colours with its numbers, for each legend of the story. */
export function showLegends(story) {
  byId("legends").replaceChildren(
    ...story.legends.map((legend) => {
      const strip = make("div", { class: "strip" });
      strip.style.background = `linear-gradient(to right, ${legend.stops.join(", ")})`;
      const ends = (legend.ends ?? []).map((end) => make("span", { textContent: String(end) }));
      const name = make("p", { textContent: String(legend.name ?? "") });
      return make("div", { class: "legend" }, [name, strip, make("div", { class: "ends" }, ends)]);
    }),
  );
}

let toldNotes;

/** What the legend of the moment says beside its strips: columns of lines, and what each colour stands for. */
export function showNotes(notes) {
  if (notes === toldNotes) return;
  toldNotes = notes;
  byId("notes").replaceChildren(
    ...(notes ?? []).map(({ lines = [], signs = [] }) => {
      const marks = signs.filter(({ colour }) => isColour(colour)).map(({ name, colour }) => markOf(name, colour));
      const [first = "", ...rest] = lines.map(String);
      const below = rest.map((line) => make("p", { textContent: line }));
      return make("div", { class: "note" }, [make("p", {}, [first, ...marks]), ...below]);
    }),
  );
}

/** Show the picture of a chart that stands apart from the nets, or nothing for null. */
export function showChart(chart) {
  const canvas = byId("chart");
  if (canvas.image === chart?.image) return;
  canvas.image = chart?.image;
  canvas.hidden = !chart;
  if (!chart) return;
  byId("answers").hidden = false;
  canvas.width = chart.image.width;
  canvas.height = chart.image.height;
  canvas.setAttribute("aria-label", chart.says.join(" "));
  canvas.getContext("2d").drawImage(chart.image, 0, 0);
}

function markOf(name, colour) {
  const mark = make("i", {});
  mark.style.background = colour;
  return make("span", { class: "mark" }, [mark, String(name)]);
}

/** The answers of each net: a column with a heading, a line and a bar a class. */
export class Answers {
  constructor(story) {
    this.nets = story.nets.filter((net) => net.states.some((state) => state.predictions.length));
    this.shown = [];
    const isAlone = this.nets.length === 1;
    this.columns = this.nets.map((net) => {
      const most = Math.max(...net.states.map((state) => state.predictions.length));
      const rows = Array.from({ length: most }, () => row());
      const heading = make("h2", { textContent: isAlone ? "" : net.name });
      const about = make("p", { class: "about" });
      const column = make("section", { class: "answer" }, [heading, about, make("ol", {}, rows.map((one) => one.item))]);
      heading.hidden = isAlone;
      return { about, rows, column };
    });
    byId("answers").prepend(...this.columns.map(({ column }) => column));
    byId("answers").hidden = this.nets.length === 0;
    document.documentElement.dataset.nets = String(this.nets.length);
  }

  /** Show the answers of a moment; those that `isAnswered` says are still to come keep their place. */
  showAt(secs, isAnswered) {
    this.nets.forEach((net, number) => {
      this.columns[number].column.classList.toggle("waiting", !isAnswered(net));
      const state = stateAt(net, secs);
      if (!state || this.shown[number] === state) return;
      this.shown[number] = state;
      this.fill(this.columns[number], state);
    });
  }

  fill({ about, rows }, state) {
    say(about, state.input || state.name);
    rows.forEach(({ item, name, share, bar }, place) => {
      const prediction = state.predictions[place];
      item.hidden = !prediction;
      if (!prediction) return;
      say(name, String(prediction.name));
      say(share, percent(prediction.share));
      bar.style.width = `${Math.min(Math.max(prediction.share, 0), 1) * 100}%`;
    });
  }
}

function row() {
  const name = make("span", { class: "class" });
  const share = make("span", { class: "share" });
  const bar = make("div", { class: "fill" });
  const item = make("li", {}, [make("div", { class: "line" }, [name, share]), make("div", { class: "track" }, [bar])]);
  return { item, name, share, bar };
}
