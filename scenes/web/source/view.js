// The camera: the scene's own to begin with, then as the hand moves it, and short flights to what is asked for.

import { Box3, PerspectiveCamera, Sphere, Spherical, Vector2, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { placeFor } from "./fit.js";

const FLIGHT_SECS = 0.42;
const MARGIN = 0.1;
const SLANT = { turn: 0.16, rise: 0.1 };
const PLATE_SHARE = 0.55;

/** What the picture is seen by. `room` is the part of it, in pixels, that no words stand in. */
export class View {
  constructor(canvas, model, isStill) {
    this.model = model;
    this.isStill = isStill;
    this.camera = new PerspectiveCamera(model.camera?.fov ?? 11, 1, 1, 1000);
    this.homeForward = model.camera ? model.camera.getWorldDirection(new Vector3()) : new Vector3(0.78, -0.1, -0.61);
    this.points = model.points();
    this.sphere = new Box3().setFromPoints(this.points).getBoundingSphere(new Sphere());
    this.flight = null;
    this.isHome = true;
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = !isStill;
    this.controls.dampingFactor = 0.14;
    this.controls.zoomToCursor = true;
    this.controls.minDistance = this.sphere.radius * 0.05;
    this.controls.maxDistance = this.sphere.radius * 60;
    this.controls.addEventListener("start", () => {
      if (this.flight) this.shift(this.goalShift());
      this.flight = null;
      this.isHome = false;
    });
  }

  /** Take the size of the picture and the room in it; a view that nobody moved is fitted anew. */
  resize(sizePx, roomPx) {
    this.setRoom(sizePx, roomPx);
    if (this.flight) return;
    this.shift(this.goalShift());
    if (this.isHome) this.take(this.homePlace());
  }

  /** Take the room that the next flight is to end in. */
  setRoom(sizePx, roomPx) {
    this.sizePx = sizePx;
    this.roomPx = roomPx;
  }

  // What is in the middle of the picture stands in the middle of the room.
  goalShift() {
    const { left, top, width, height } = this.roomPx;
    return new Vector2(this.sizePx.x / 2 - (left + width / 2), this.sizePx.y / 2 - (top + height / 2));
  }

  shift(shiftPx) {
    this.shiftPx = shiftPx;
    const { x: width, y: height } = this.sizePx;
    this.camera.aspect = width / height;
    this.camera.setViewOffset(width, height, shiftPx.x, shiftPx.y, width, height);
  }

  /** Go where the scene's own camera goes, as long as nobody has taken it elsewhere. */
  follow() {
    if (!this.model.isCameraMoving || !this.isHome || this.flight) return;
    this.model.camera.getWorldDirection(this.homeForward);
    this.take(this.homePlace());
  }

  /** Fly to where everything is seen. */
  goHome() {
    this.fly(this.homePlace());
    this.isHome = true;
  }

  /** Fly to a plate, from the side on which the camera is. */
  goTo(plate) {
    const corners = cornersOf(plate.box).map((corner) => corner.applyMatrix4(plate.object.matrixWorld));
    this.fly(this.placeFor(corners, this.camera.getWorldDirection(new Vector3()), PLATE_SHARE));
    this.isHome = false;
  }

  /** Move on with what moves by itself at `nowSecs`; whether it goes on moving. */
  advance(nowSecs) {
    if (!this.flight) return this.controls.update();
    const { from, to, beganSecs } = this.flight;
    const done = Math.min((nowSecs - beganSecs) / FLIGHT_SECS, 1);
    const eased = done < 0.5 ? 4 * done ** 3 : 1 - (2 - 2 * done) ** 3 / 2;
    this.take({
      position: new Vector3().lerpVectors(from.position, to.position, eased),
      target: new Vector3().lerpVectors(from.target, to.target, eased),
    });
    this.shift(new Vector2().lerpVectors(from.shiftPx, this.goalShift(), eased));
    if (done === 1) this.flight = null;
    return true;
  }

  /** Near and far round what there is: as much depth as the screen can tell apart. */
  keepDepth() {
    const away = this.camera.position.distanceTo(this.sphere.center);
    const radius = this.sphere.radius * 1.5;
    this.camera.near = Math.max(away - radius, radius * 0.002);
    this.camera.far = away + radius;
    this.camera.updateProjectionMatrix();
  }

  homePlace() {
    return this.placeFor(this.points, this.slanted(this.homeForward), 1 - MARGIN);
  }

  // In an upright picture a long net is seen more along its length and from higher up: so it fills more of it.
  slanted(forward) {
    const isUpright = this.roomPx.height > this.roomPx.width;
    if (!isUpright || !this.model.isOneRow || this.model.isCameraMoving) return forward;
    const polar = new Spherical().setFromVector3(forward);
    polar.theta += Math.sign(Math.PI / 2 - polar.theta) * Math.min(Math.abs(Math.PI / 2 - polar.theta), SLANT.turn);
    polar.phi += SLANT.rise;
    return new Vector3().setFromSpherical(polar);
  }

  placeFor(points, forward, share) {
    const right = new Vector3().crossVectors(forward, this.camera.up).normalize();
    const up = new Vector3().crossVectors(right, forward);
    const tangent = share * Math.tan((this.camera.fov * Math.PI) / 360);
    const { width, height } = this.roomPx;
    return placeFor(points, right, up, forward, [(tangent * width) / this.sizePx.y, (tangent * height) / this.sizePx.y]);
  }

  // End what the hand has set in motion, where it is: a flight would carry it on.
  stop() {
    const { camera, controls } = this;
    const [position, target] = [camera.position.clone(), controls.target.clone()];
    controls.enableDamping = false;
    controls.update();
    controls.enableDamping = !this.isStill;
    this.take({ position, target });
  }

  fly(to) {
    this.stop();
    if (this.isStill) {
      this.shift(this.goalShift());
      this.take(to);
      return;
    }
    const { camera, controls, shiftPx } = this;
    const from = { position: camera.position.clone(), target: controls.target.clone(), shiftPx };
    this.flight = { from, to, beganSecs: performance.now() / 1000 };
  }

  take({ position, target }) {
    this.camera.position.copy(position);
    this.controls.target.copy(target);
    this.controls.update();
  }
}

function cornersOf({ min, max }) {
  return [0, 1, 2, 3, 4, 5, 6, 7].map(
    (i) => new Vector3(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z),
  );
}
