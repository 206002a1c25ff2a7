// A strand is a ribbon along a cubic Bezier curve, as wide as its share; all strands of a net are one instanced draw.
// #include light.glsl
attribute vec2 a_along;    // position along the curve 0..1, and side -1 or +1
attribute vec3 a_start;    // world
attribute vec3 a_end;
attribute vec4 a_look;     // kind (0 convolution, 1 dense, 2 copy), share, sign, brightness
attribute vec4 a_way;      // station of start and end, height of the ridge over the ends' mean (0: none), fan
attribute vec4 a_plates;   // numbers of the plates at start and end, and the world y of their middles

uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform vec2 u_spread;     // middle of the layout in x, and how far all is stretched about it
uniform sampler2D u_looks; // of each plate: gain, emphasis, fan
uniform vec2 u_looks_size;
uniform vec2 u_frame_px;   // of the target, supersampled
uniform float u_px;        // target pixels per reference pixel
uniform float u_width;
uniform float u_alpha;
uniform vec3 u_adds;
uniform vec3 u_subtracts;
uniform vec3 u_copies;
uniform vec3 u_light;

const float RISE = 1.2;    // shorter than the way from one plate to the next

varying float v_side;
varying vec4 v_colour;     // rgb and alpha, not premultiplied

bool has_ridge()
{
    return a_way.z != 0.0 && a_end.x > a_start.x;
}

vec3 look_of(float plate)
{
    float row = floor((plate + 0.5) / u_looks_size.x);
    return texture2DLod(u_looks, vec2(plate - row * u_looks_size.x + 0.5, row + 0.5) / u_looks_size, 0.0).rgb;
}

vec4 placed(vec3 place)
{
    place.x += (place.x - u_spread.x) * (u_spread.y - 1.0);
    return u_clip_from_world * vec4(place + u_offset, 1.0);
}

// Up right behind the start, level along the ridge, and down right before the end: clear of all plates between.
vec3 over(float t, vec3 start, vec3 end)
{
    float span = end.x - start.x;
    float rise = min(RISE, 0.5 * span);
    float ridge = 0.5 * (a_start.y + a_end.y) + a_way.z;
    float up = clamp(3.0 * t, 0.0, 1.0), down = clamp(3.0 * t - 2.0, 0.0, 1.0);
    float x = rise * (up + down) + (span - 2.0 * rise) * clamp(3.0 * t - 1.0, 0.0, 1.0);
    float y = mix(mix(start.y, ridge, smoothstep(0.0, 1.0, up)), end.y, smoothstep(0.0, 1.0, down));
    return vec3(start.x + x, y, mix(start.z, end.z, x / span));
}

vec3 curve(float t, vec3 start, vec3 end)
{
    if (has_ridge()) {
        return over(t, start, end);
    }
    // Level at both ends, and fanned: where many strands cross, each does so at a place of its own.
    vec3 level = vec3(end.x - start.x, 0.0, end.z - start.z);
    vec3 leave = level * (0.45 + 0.15 * a_way.w);
    vec3 arrive = -level * (0.45 - 0.15 * a_way.w);
    if (level.x < 0.0) {   // on to the next row: out to the right, and in from the left
        float drop = (end.y - start.y) * 0.5;
        leave = vec3(2.5, drop, 0.0);
        arrive = vec3(-2.5, -drop, 0.0);
    }
    vec3 p1 = start + leave;
    vec3 p2 = end + arrive;
    float s = 1.0 - t;
    return s * s * s * start + 3.0 * s * s * t * p1 + 3.0 * s * t * t * p2 + t * t * t * end;
}

void main()
{
    float t = a_along.x;
    vec3 leaves = look_of(a_plates.x), arrives = look_of(a_plates.y);
    vec3 start = a_start, end = a_end;
    start.y += (a_plates.z - start.y) * (1.0 - leaves.b);   // tiles that are not fanned out lie in the middle
    end.y += (a_plates.w - end.y) * (1.0 - arrives.b);
    vec3 place = curve(t, start, end);
    vec4 here = placed(place);
    vec4 before = placed(curve(max(t - 0.02, 0.0), start, end));
    vec4 after = placed(curve(min(t + 0.02, 1.0), start, end));
    vec2 way_px = (after.xy / after.w - before.xy / before.w) * u_frame_px;
    vec2 across = normalize(vec2(-way_px.y, way_px.x) + vec2(0.0, 1e-6));

    float share = a_look.y;
    float width_px = a_look.x < 0.5 ? 2.2 + 7.0 * pow(share, 0.8) : a_look.x < 1.5 ? 1.5 + 4.5 * share : 2.0 + 3.5 * share;
    float alpha = a_look.x < 0.5 ? 0.22 + 0.62 * share : a_look.x < 1.5 ? 0.10 + 0.50 * share : 0.12 + 0.45 * share;
    alpha *= a_look.w * min(leaves.g, arrives.g);

    float station = mix(a_way.x, a_way.y, has_ridge() ? (place.x - a_start.x) / (a_end.x - a_start.x) : t);
    float pulse = pulse_at(station);
    float light = has_front() ? mix(0.15, 0.57, step(station, u_front)) + 0.42 * pulse : 0.64;
    vec3 colour = a_look.z > 0.5 ? u_adds : a_look.z < -0.5 ? u_subtracts : u_copies;

    float half_width = 0.5 * width_px * u_width * u_px;
    here.xy += across * a_along.y * half_width * 2.0 / u_frame_px * here.w;
    gl_Position = here;
    v_side = a_along.y;
    v_colour = vec4(mix(colour, u_light, pulse * 0.8), alpha * light * u_alpha * 1.2);
}
