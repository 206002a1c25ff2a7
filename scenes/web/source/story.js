// What a GLB of Kerascope tells: nets, layers, states, captions and markers, from the extras of its nodes. Pure.

/**
 * The story of a glTF document: `{model, scene, theme, background, durationSecs, loops, markers, captions, legends,
 * nets}`. A net is `{index, name, states, layers}`, a layer `{index, name, net, facts}`; `index` is that of the glTF
 * node. Throws an Error where no node is Kerascope's root.
 */
export function storyOf(document) {
  const nodes = document.nodes ?? [];
  const root = nodes.find((node) => node.extras?.kerascope);
  if (!root) throw new Error("no node of Kerascope in the model");
  const said = root.extras;
  const durationSecs = Number.isFinite(said.duration_secs) && said.duration_secs > 0 ? said.duration_secs : 0;
  const nets = (root.children ?? []).filter((index) => nodes[index]?.extras?.net !== undefined);
  return {
    model: String(said.model ?? ""),
    scene: String(said.scene ?? ""),
    theme: said.theme === "light" ? "light" : "dark",
    background: (said.background ?? []).filter((colour) => isColour(colour)),
    durationSecs,
    loops: Boolean(said.loops),
    markers: markersOf(said.markers, durationSecs),
    captions: listOf(said.captions),
    legends: legendsOf(said.legends ?? said.legend),
    nets: nets.map((index) => netOf(nodes, index)),
  };
}

/** The caption `{title, subtitle, caption}` of a moment: the last that has begun; empty texts where there is none. */
export function captionAt(story, secs) {
  const begun = story.captions.filter((caption) => caption.from_secs <= secs + 1e-6);
  const { title = "", subtitle = "", caption = "" } = begun.at(-1) ?? story.captions[0] ?? {};
  return { title: title || story.model, subtitle, caption };
}

/** The state of a net that is shown at a moment, or undefined: the one that began last. */
export function stateAt(net, secs) {
  let found;
  let foundSecs = -Infinity;
  for (const state of net.states) {
    for (const fromSecs of state.fromSecs) {
      if (fromSecs <= secs + 1e-6 && fromSecs >= foundSecs) [found, foundSecs] = [state, fromSecs];
    }
  }
  return found ?? net.states[0];
}

/** The marker that a step from a moment leads to: `direction` is +1 or -1. Both ends of the story count as markers. */
export function stepFrom(story, secs, direction) {
  const stops = [0, ...story.markers.map((marker) => marker.at_secs), story.durationSecs];
  const ahead = stops.filter((stop) => (stop - secs) * direction > 0.02);
  if (ahead.length === 0) return direction > 0 ? story.durationSecs : 0;
  return direction > 0 ? Math.min(...ahead) : Math.max(...ahead);
}

/** The marker that is playing at a moment, or undefined before the first. */
export function markerAt(story, secs) {
  return story.markers.filter((marker) => marker.at_secs <= secs + 1e-6).at(-1);
}

/** `#rrggbb`, or not. */
export function isColour(text) {
  return /^#[0-9a-f]{6}$/i.test(text);
}

function netOf(nodes, index) {
  const node = nodes[index];
  const plates = (node.children ?? []).filter((child) => nodes[child]?.extras?.layer !== undefined);
  const states = listOf(node.extras.states).map((state) => ({
    name: String(state.name ?? ""),
    input: String(state.input ?? ""),
    fromSecs: [state.from_secs ?? 0].flat(),
    predictions: listOf(state.predictions),
  }));
  return {
    index,
    name: String(node.name ?? ""),
    states,
    layers: plates.map((child) => ({ index: child, net: index, name: nodes[child].name, facts: nodes[child].extras })),
  };
}

function markersOf(markers, durationSecs) {
  const kept = listOf(markers).filter((marker) => marker.at_secs >= 0 && marker.at_secs <= durationSecs);
  return kept.sort((one, two) => one.at_secs - two.at_secs);
}

function legendsOf(legend) {
  return [legend ?? []].flat().filter((one) => listOf(one.stops).length > 1 && one.stops.every(isColour));
}

function listOf(value) {
  return Array.isArray(value) ? value : [];
}
