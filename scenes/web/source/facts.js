// What is known of a layer, as rows of words: for the tooltip a few, for the panel all.

import { count, shape } from "./numbers.js";

const NAMES = {
  kind: "kind",
  class_name: "Keras class",
  shape: "output",
  input_shapes: "input",
  weights: "weights",
  parameters: "parameters",
  activation: "activation",
  value: "values shown",
  scale: "full colour at",
  station: "place in the flow",
};
const HIDDEN = new Set(["layer", "plate", "title"]);
const FEW = ["kind", "shape", "parameters", "scale"];

/** Rows [name, words] of a layer's extras: known ones first and in order, then whatever else there is. */
export function rowsOf(facts) {
  const others = Object.keys(facts).filter((key) => !(key in NAMES) && !HIDDEN.has(key));
  return [...Object.keys(NAMES), ...others]
    .filter((key) => !isEmpty(facts[key]))
    .map((key) => [NAMES[key] ?? key.replaceAll("_", " "), scaled(key, wordsOf(key, facts[key]))]);
}

/** One line for a tooltip. */
export function lineOf(facts) {
  const few = FEW.filter((key) => !isEmpty(facts[key]));
  return few.map((key) => (key === "parameters" ? withNoun(facts[key]) : scaled(key, wordsOf(key, facts[key])))).join(" \u00b7 ");
}

function withNoun(parameters) {
  return `${count(parameters)} ${parameters === 1 ? "parameter" : "parameters"}`;
}

function scaled(key, words) {
  return key === "scale" && !words.startsWith("\u00b1") ? `\u00b1${words}` : words;
}

function isEmpty(value) {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function wordsOf(key, value) {
  if (key === "input_shapes") return [value].flat().every(Array.isArray) ? value.map(shape).join(", ") : shape(value);
  if (Array.isArray(value)) return shape(value);
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${name} ${wordsOf("", one)}`).join("\n");
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(3)));
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
