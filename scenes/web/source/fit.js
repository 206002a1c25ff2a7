// Where a camera has to stand so that everything is in the picture. Pure but for the vectors of three.js.

import { Vector3 } from "three";

/**
 * The nearest place `{position, target}` from which a camera that looks along its `forward` sees all `points` in the
 * part of the picture that is `tangents` ([x, y]: half its width and height at distance 1) large, both centred.
 *
 * In the camera's own axes a point (x, y, z) lies in the picture of an eye at (a, b, -d) where |x - a| <= t (z + d);
 * the tightest pair of these walls gives a and d in closed form, for each of the two axes. `target` lies in the middle
 * of the points' depth.
 */
export function placeFor(points, right, up, forward, tangents) {
  const across = spanOf(points, right, forward, tangents[0]);
  const along = spanOf(points, up, forward, tangents[1]);
  const [nearest, farthest] = rangeOf(points, (point) => point.dot(forward));
  const away = Math.max(across.away, along.away, -nearest + 1e-3);
  const eye = new Vector3()
    .addScaledVector(right, across.middle)
    .addScaledVector(up, along.middle)
    .addScaledVector(forward, -away);
  const target = eye.clone().addScaledVector(forward, away + (nearest + farthest) / 2);
  return { position: eye, target };
}

function spanOf(points, axis, forward, tangent) {
  const [, highest] = rangeOf(points, (point) => point.dot(axis) - tangent * point.dot(forward));
  const [lowest] = rangeOf(points, (point) => point.dot(axis) + tangent * point.dot(forward));
  return { middle: (highest + lowest) / 2, away: (highest - lowest) / (2 * tangent) };
}

function rangeOf(points, valueOf) {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const point of points) {
    const value = valueOf(point);
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return [lowest, highest];
}
