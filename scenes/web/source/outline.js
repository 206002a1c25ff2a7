// The frame of light round a plate that is pointed at.

import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { LineSegments2 } from "three/addons/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/addons/lines/LineSegmentsGeometry.js";

const EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [1, 2, 4].filter((bit) => !(i & bit)).map((bit) => [i, i | bit]));

/** A frame `widthPx` wide that can be put round one plate at a time; hidden to begin with. */
export class Outline {
  constructor(colour, widthPx) {
    const material = new LineMaterial({ color: colour, linewidth: widthPx, depthTest: false, transparent: true });
    this.lines = new LineSegments2(new LineSegmentsGeometry(), material);
    this.lines.visible = false;
    this.lines.renderOrder = 10;
    this.lines.frustumCulled = false;
    this.plate = null;
  }

  /** Put it round a plate, or hide it where there is none; whether that changes the picture. */
  show(plate) {
    if (plate === this.plate) return false;
    this.plate = plate;
    this.lines.visible = plate !== null;
    if (plate) {
      this.lines.geometry.setPositions(EDGES.flat().flatMap((corner) => cornerOf(plate.box, corner)));
      plate.object.add(this.lines);
    }
    return true;
  }
}

function cornerOf({ min, max }, i) {
  return [i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z];
}
