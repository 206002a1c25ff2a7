// One quad per piece of a wire: a line between two points of the world, as wide on the picture wherever they are.
attribute vec2 a_corner;
attribute vec3 a_start;      // world
attribute vec3 a_end;
attribute vec4 a_colour;
attribute float a_half_px;   // half its width, reference pixels
uniform mat4 u_clip_from_world;
uniform vec2 u_reference_px; // size of the frame in reference pixels
uniform float u_px;          // target pixels per reference pixel

const float NEAREST = 1e-3;  // of the way from the eye: a piece that goes behind it ends there

varying vec2 v_at;           // reference pixels, along and across, from the middle
varying vec2 v_half;
varying float v_radius;
varying vec4 v_colour;
varying vec2 v_ramp;

vec2 on_picture(vec4 clip) { return (clip.xy / clip.w * 0.5 + 0.5) * u_reference_px; }

// `clip`, or where the way to `other` comes before the eye.
vec4 before_eye(vec4 clip, vec4 other)
{
    float least = NEAREST * max(other.w, 1.0);
    return clip.w >= least ? clip : mix(clip, other, (least - clip.w) / max(other.w - clip.w, 1e-9));
}

void main()
{
    vec4 start = u_clip_from_world * vec4(a_start, 1.0);
    vec4 end = u_clip_from_world * vec4(a_end, 1.0);
    vec2 from = on_picture(before_eye(start, end));
    vec2 way = on_picture(before_eye(end, start)) - from;
    float length_px = length(way);
    vec2 along = length_px > 1e-4 ? way / length_px : vec2(1.0, 0.0);
    v_half = vec2(length_px * 0.5 + a_half_px, a_half_px);
    v_at = (a_corner * 2.0 - 1.0) * (v_half + 1.0 / u_px);
    v_radius = a_half_px;
    v_colour = a_colour;
    v_ramp = vec2(0.0, -1.0);
    vec2 at = from + way * 0.5 + along * v_at.x + vec2(-along.y, along.x) * v_at.y;
    bool is_seen = max(start.w, end.w) > 0.0;
    gl_Position = is_seen ? vec4(at / u_reference_px * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 0.0, 1.0);
}
