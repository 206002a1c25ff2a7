// The GLB as objects of three.js: its plates, its boards, and how it looks at a moment.

import { AnimationMixer, Box3, LinearFilter, LinearMipmapLinearFilter, Matrix4, NoColorSpace, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

const POINTS_PER_MESH = 160;

/**
 * The model in the bytes of a GLB: `{root, plates, boards, camera, isOneRow, isCameraMoving, showAt, isAnswered,
 * legend, chart, points}`.
 *
 * `plates` maps the glTF node index of each layer of `story` to `{layer, object, meshes, box}`; `box` is the plate's
 * own, round its origin. `boards` are the objects that turn to the viewer. `showAt(secs)` sets what is visible and how
 * high it stands; after it `isAnswered(net)` is whether the light has reached the net's answer, and `legend()` the
 * extras of the legend of the moment, or null, and `chart()` the chart `{image, says}` that stands beside the nets.
 * `points()` are what has to be in the picture.
 */
export async function loadModel(bytes, story) {
  const gltf = await new GLTFLoader().parseAsync(bytes.buffer, "");
  gltf.scene.updateMatrixWorld(true);
  const objectOf = new Map();
  const plates = new Map();
  for (const [object, { nodes }] of gltf.parser.associations) {
    if (object.isObject3D && nodes !== undefined && !objectOf.has(nodes)) objectOf.set(nodes, object);
  }
  for (const layer of story.nets.flatMap((net) => net.layers)) {
    if (objectOf.has(layer.index)) plates.set(layer.index, plateOf(layer, objectOf.get(layer.index)));
  }
  if (plates.size === 0) throw new Error("no layers in the model");
  sharpen(gltf.scene);
  strengthen(gltf.scene);
  const told = toldByPage(gltf.scene, plates);
  const camera = gltf.cameras[0] ?? null;
  return {
    root: gltf.scene,
    plates,
    boards: found(gltf.scene, (object) => object.userData.faces && !object.userData.chart && !told.has(object)),
    camera,
    isOneRow: isOneRow([...plates.values()]),
    isCameraMoving: camera !== null && isMoving(camera, gltf.animations),
    showAt: playerOf(gltf, story.durationSecs, told),
    isAnswered: (net) => isAnyOut(found(objectOf.get(net.index), (object) => object.userData.answers)),
    legend: () => [...told].find((object) => object.userData.notes && object.scale.x !== 0)?.userData ?? null,
    chart: () => chartOf(told),
    points: () => pointsOf(gltf.scene, plates, told),
  };
}

/** All objects in and under `object` for which `isWanted` holds. */
export function found(object, isWanted) {
  const kept = [];
  object.traverse((child) => {
    if (isWanted(child)) kept.push(child);
  });
  return kept;
}

function nameOf(object) {
  return object.userData.name ?? object.name;
}

function plateOf(layer, object) {
  const panel = object.children.filter((child) => nameOf(child) === `${layer.name} panel`);
  const pieces = object.children.filter((child) => !child.userData.faces && !isEdges(child));
  const bodies = panel.length ? panel : pieces;
  const boards = object.children.filter((child) => child.userData.faces);
  const meshes = [...bodies, ...boards].flatMap((child) => found(child, (one) => one.isMesh));
  return { layer, object, meshes, box: boxOf(bodies, object) };
}

function isEdges(object) {
  return nameOf(object).startsWith("edges into ");
}

function boxOf(bodies, object) {
  const box = new Box3();
  const inverse = new Matrix4().copy(object.matrixWorld).invert();
  for (const mesh of bodies.flatMap((body) => found(body, (one) => one.isMesh))) {
    mesh.geometry.computeBoundingBox();
    // States that are not shown have no size: their geometry tells it, their parent where it is.
    const place = new Matrix4().multiplyMatrices(inverse, (mesh.parent ?? mesh).matrixWorld);
    box.union(mesh.geometry.boundingBox.clone().applyMatrix4(place));
  }
  return box.isEmpty() ? new Box3(new Vector3(0, -0.5, -0.5), new Vector3(0, 0.5, 0.5)) : box;
}

// Cells stay cells when they are enlarged, and do not flicker when they are small.
function sharpen(root) {
  for (const mesh of found(root, (object) => object.isMesh && object.material.map)) {
    const { map } = mesh.material;
    if (map.magFilter === LinearFilter) map.anisotropy = 8;
    map.minFilter = LinearMipmapLinearFilter;
    map.generateMipmaps = true;
    map.needsUpdate = true;
  }
}

// Words are blended as they are drawn, not as light: dark letters on a light ground would come out thin and grey.
function strengthen(root) {
  const boards = found(root, (object) => object.userData.faces);
  for (const { material } of boards.flatMap((board) => found(board, (object) => object.isMesh && object.material.map))) {
    material.map.colorSpace = NoColorSpace;
    material.onBeforeCompile = (shader) => {
      shader.fragmentShader = shader.fragmentShader.replace("#include <colorspace_fragment>", "");
    };
  }
}

// Boards that stand at no plate (answers, legend) are told beside the picture, in words that can be read aloud. Charts
// that belong to a net stay where they are; one that stands apart is shown there too.
function toldByPage(root, plates) {
  const around = new Box3();
  for (const { box, object } of plates.values()) around.union(box.clone().applyMatrix4(object.matrixWorld));
  const isApart = (object) => !around.containsPoint(object.getWorldPosition(new Vector3()));
  const atNoPlate = (object) => object.userData.faces && object.parent.userData.layer === undefined;
  const told = new Set(found(root, (object) => atNoPlate(object) && (!object.userData.chart || isApart(object))));
  for (const object of told) object.visible = false;
  return told;
}

function chartOf(told) {
  const chart = [...told].find((object) => object.userData.chart && object.scale.x !== 0);
  const mesh = chart && found(chart, (object) => object.isMesh && object.material.map)[0];
  return mesh ? { image: mesh.material.map.image, says: chart.userData.says ?? [] } : null;
}

function isAnyOut(answers) {
  return answers.length === 0 || answers.some((object) => object.scale.x !== 0);
}

// Whether no two plates stand one above the other.
function isOneRow(plates) {
  const heights = plates.map((plate) => plate.object.getWorldPosition(new Vector3()).y);
  return Math.max(...heights) - Math.min(...heights) < 1;
}

function isMoving(camera, clips) {
  const moved = new Set(clips.flatMap((clip) => clip.tracks.map((track) => track.name.split(".")[0])));
  for (let object = camera; object; object = object.parent) if (moved.has(object.name)) return true;
  return false;
}

function playerOf(gltf, durationSecs, told) {
  const mixer = new AnimationMixer(gltf.scene);
  const scaled = new Set();
  for (const clip of gltf.animations) {
    // A clip ends with its last key, the story later.
    clip.duration = Math.max(clip.duration, durationSecs, 1e-3);
    mixer.clipAction(clip).play();
    for (const track of clip.tracks) if (track.name.endsWith(".scale")) scaled.add(track.name.slice(0, -6));
  }
  const states = found(gltf.scene, (object) => scaled.has(object.name) && !told.has(object));
  const lastSecs = Math.max(durationSecs, 1e-3) - 1e-4;
  return (secs) => {
    if (gltf.animations.length) mixer.setTime(Math.min(Math.max(secs, 0), lastSecs));
    for (const object of states) object.visible = object.scale.x !== 0;
  };
}

function pointsOf(root, plates, told) {
  const all = [...plates.values()];
  const charts = found(root, (object) => object.isMesh && object.userData.chart && !told.has(object));
  const edges = all.flatMap((plate) => plate.object.children.filter((child) => child.isMesh && isEdges(child)));
  // What is not shown has no size: edges stand where their plate does, charts at their place in the whole.
  return [
    ...all.flatMap((plate) => plate.meshes.flatMap((mesh) => pointsOn(mesh.geometry, mesh.matrixWorld))),
    ...edges.flatMap((mesh) => pointsOn(mesh.geometry, mesh.parent.matrixWorld)),
    ...charts.flatMap((mesh) => pointsOn(mesh.geometry, atFullSize(mesh))),
  ];
}

function atFullSize(mesh) {
  const local = new Matrix4().compose(mesh.position, mesh.quaternion, new Vector3(1, 1, 1));
  return local.premultiply(mesh.parent.matrixWorld);
}

// Of what changes its shape also where its points go: heights and bundlings have room from the start.
function pointsOn(geometry, matrix) {
  const places = geometry.attributes.position;
  const ways = geometry.morphAttributes.position ?? [];
  const step = Math.max(1, Math.floor(places.count / POINTS_PER_MESH));
  const points = [];
  for (let i = 0; i < places.count; i += step) {
    const place = new Vector3().fromBufferAttribute(places, i);
    const others = ways.map((way) => new Vector3().fromBufferAttribute(way, i).add(place));
    points.push(...[place, ...others].map((point) => point.applyMatrix4(matrix)));
  }
  return points;
}
