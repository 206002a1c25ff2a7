// The picture: drawn when something has changed, and at no other time.

import { NoToneMapping, Raycaster, Scene, SRGBColorSpace, Vector2, Vector3, WebGLRenderer } from "three";

const MOST_PIXELS_PER_PX = 2;

/** A WebGL renderer on `canvas`, or null where the browser has none. */
export function rendererOn(canvas) {
  const wishes = { alpha: true, antialias: true, depth: true, premultipliedAlpha: true, powerPreference: "default" };
  const context = canvas.getContext("webgl2", wishes);
  if (!context) return null;
  const renderer = new WebGLRenderer({ canvas, context, ...wishes });
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.toneMapping = NoToneMapping;
  renderer.setClearColor(0x000000, 0);
  return renderer;
}

/** What is drawn: a model, seen by a view, with an outline round one of its plates. */
export class Stage {
  constructor(renderer, model, view, boards, outlines) {
    Object.assign(this, { renderer, model, view, boards, outlines });
    this.scene = new Scene();
    this.scene.add(model.root);
    this.frames = 0;
  }

  /** Take the size of the page and the room that its words leave, both in pixels. */
  resize(roomPx) {
    const canvas = this.renderer.domElement;
    this.sizePx = new Vector2(canvas.clientWidth, canvas.clientHeight).max(new Vector2(1, 1));
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, MOST_PIXELS_PER_PX));
    this.renderer.setSize(this.sizePx.x, this.sizePx.y, false);
    this.view.resize(this.sizePx, roomPx);
  }

  /** Draw a moment. */
  draw(secs) {
    this.model.showAt(secs);
    this.view.follow();
    this.view.keepDepth();
    this.view.camera.updateMatrixWorld();
    this.boards.face(this.view.camera, this.sizePx);
    this.renderer.render(this.scene, this.view.camera);
    this.frames += 1;
  }

  /** The plate under a point of the page, or null. */
  plateAt(xPx, yPx) {
    const device = new Vector2((xPx / this.sizePx.x) * 2 - 1, 1 - (yPx / this.sizePx.y) * 2);
    const ray = new Raycaster();
    ray.setFromCamera(device, this.view.camera);
    let nearest = { distance: Infinity, plate: null };
    for (const plate of this.model.plates.values()) {
      const shown = plate.meshes.filter((mesh) => isShown(mesh));
      for (const { distance } of ray.intersectObjects(shown, false)) {
        if (distance < nearest.distance) nearest = { distance, plate };
      }
    }
    return nearest.plate;
  }

  /** Where the middle of a plate stands on the page, in pixels. */
  pixelOf(plate) {
    const middle = plate.box.getCenter(new Vector3()).applyMatrix4(plate.object.matrixWorld);
    const { x, y } = middle.project(this.view.camera);
    return [((x + 1) / 2) * this.sizePx.x, ((1 - y) / 2) * this.sizePx.y];
  }

  /** Names of all objects with triangles that are drawn. */
  shownNames() {
    const names = [];
    this.model.root.traverseVisible((object) => {
      if (object.isMesh) names.push(object.userData.name ?? object.parent?.userData.name ?? object.name);
    });
    return names;
  }
}

function isShown(mesh) {
  for (let object = mesh; object; object = object.parent) if (!object.visible) return false;
  return true;
}
