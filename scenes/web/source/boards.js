// Boards with words: they turn to the viewer about the vertical, stay large enough to read, and make room.

import { Box2, Box3, Vector2, Vector3 } from "three";

const LEAST_LINE_PX = 15;
const UP = new Vector3(0, 1, 0);

/** What turns the `boards` of a model, drawn facing the camera that looks along `forward`, to any other camera. */
export class Boards {
  constructor(boards, forward) {
    this.homeRadians = headingOf(forward);
    this.boards = boards.map((object) => boardOf(object)).sort((one, two) => isName(two) - isName(one));
    this.lineWorld = Math.min(...this.boards.map((board) => board.heightWorld));
  }

  /** Turn all boards to the camera, and leave out those that would lie on others in a picture `sizePx` large. */
  face(camera, sizePx) {
    const radians = headingOf(camera.getWorldDirection(new Vector3())) - this.homeRadians;
    const taken = [];
    for (const board of this.boards) {
      turn(board, radians, growthOf(board, this.lineWorld, camera, sizePx.y));
      const onPicture = rectangleOf(board, camera, sizePx);
      board.object.visible = !taken.some((other) => other.intersectsBox(onPicture));
      if (board.object.visible) taken.push(onPicture);
    }
  }
}

// A plate's name comes before sizes where there is room for one of them only.
function isName(board) {
  return Number(board.middle.y > 0);
}

function headingOf(forward) {
  return Math.atan2(-forward.x, -forward.z);
}

function boardOf(object) {
  const box = new Box3().setFromObject(object);
  const inverse = object.parent.matrixWorld.clone().invert();
  box.applyMatrix4(inverse);
  const middle = box.getCenter(new Vector3());
  // It grows away from its plate: a name above keeps its lower border, a size below its upper one.
  middle.y = middle.y > 0 ? box.min.y : box.max.y;
  const size = box.getSize(new Vector3());
  const home = object.position.clone();
  const homeTurn = object.quaternion.clone();
  const homeScale = object.scale.clone();
  const corners = cornersOf(box).map((corner) => corner.sub(middle));
  return { object, middle, heightWorld: size.y, home, homeTurn, homeScale, corners, radians: 0, growth: 1 };
}

function cornersOf(box) {
  const { min, max } = box;
  const ends = [
    [min.x, min.z],
    [max.x, max.z],
    [min.x, max.z],
    [max.x, min.z],
  ];
  return ends.flatMap(([x, z]) => [new Vector3(x, min.y, z), new Vector3(x, max.y, z)]);
}

function turn(board, radians, growth) {
  const { object, middle, home, homeTurn, homeScale } = board;
  board.radians = radians;
  board.growth = growth;
  object.quaternion.setFromAxisAngle(UP, radians).multiply(homeTurn);
  object.scale.copy(homeScale).multiplyScalar(growth);
  const arm = home.clone().sub(middle).applyAxisAngle(UP, radians).multiplyScalar(growth);
  object.position.copy(middle).add(arm);
  object.updateMatrixWorld(true);
}

function placeOf(board) {
  return board.middle.clone().applyMatrix4(board.object.parent.matrixWorld);
}

// A word is never smaller than can be read, wherever the viewer stands.
function growthOf(board, lineWorld, camera, pictureHeightPx) {
  const awayWorld = placeOf(board).distanceTo(camera.position);
  const pxPerWorld = pictureHeightPx / (2 * awayWorld * Math.tan((camera.fov * Math.PI) / 360));
  return Math.max(1, LEAST_LINE_PX / (lineWorld * pxPerWorld));
}

function rectangleOf(board, camera, sizePx) {
  const place = placeOf(board);
  const rectangle = new Box2();
  for (const corner of board.corners) {
    const turned = corner.clone().applyAxisAngle(UP, board.radians).multiplyScalar(board.growth).add(place);
    const { x, y } = turned.project(camera);
    rectangle.expandByPoint(new Vector2((x * sizePx.x) / 2, (y * sizePx.y) / 2));
  }
  return rectangle;
}
