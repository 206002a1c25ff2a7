// All edges of a net as straight lines, one instanced draw of blocks of 1024. Eight bytes tell an edge; where its units
// are and what they do comes from textures, so that another input is another texture.
attribute vec2 a_slot;     // number within its block, and 0 at the source, 1 at the target
attribute float a_block;

uniform sampler2D u_edges;         // two texels an edge: source unit and target unit, each with a byte of the weight
uniform float u_blocks;            // rows of u_edges
uniform float u_drawn;             // how many are drawn, from the front
uniform sampler2D u_units;         // where a unit is in the world, and the number of its plate
uniform sampler2D u_flow;          // activation of a unit, and in the capture it is blended towards
uniform sampler2D u_flow_toward;
uniform vec2 u_units_size;         // texels of all three
uniform sampler2D u_plates;        // station, middle in y and z; then of what arrives, here and there: strength to 0..1,
                                   // room, and the power by which the strong stand out
uniform float u_plate_count;
uniform sampler2D u_looks;         // of each plate: gain, emphasis, fan
uniform vec2 u_looks_size;
uniform float u_by_activation;
uniform float u_blend;
uniform float u_room;              // how many threads of full strength have room in a world unit of height
uniform float u_alpha;
uniform vec2 u_spread;             // middle of the layout in x, and how far all is stretched about it
uniform vec3 u_offset;
uniform mat4 u_clip_from_world;
uniform vec3 u_adds;
uniform vec3 u_subtracts;

const float SLOTS = 1024.0, LARGEST = 32767.0, LINE = 0.8;
const float INVISIBLE = 1.0 / 512.0;   // less is lost in a sum of half floats

varying vec4 v_colour;     // rgb and alpha, not premultiplied
varying float v_station;

float bytes_of(vec3 texel) { return dot(floor(texel * 255.0 + 0.5), vec3(1.0, 256.0, 65536.0)); }

vec2 spot(float unit, vec2 size)
{
    float row = floor((unit + 0.5) / size.x);
    return (vec2(unit - row * size.x, row) + 0.5) / size;
}

vec4 plate(float number, float column)
{
    return texture2DLod(u_plates, vec2((column + 0.5) / 3.0, (number + 0.5) / u_plate_count), 0.0);
}

// How strong an edge is beside the strongest that goes where it goes, signed, and how opaque, as it was captured: all
// are a haze that never grows too dense, and as many as can be told apart are lines.
vec2 look(float weight, float activation, vec3 figures)
{
    float strength = clamp(weight * activation * figures.x, -1.0, 1.0);
    float line = pow(max(abs(strength), 1e-6), figures.z);
    return vec2(strength, strength * strength * min(u_room * figures.y, 1.0) + LINE * line);
}

void main()
{
    float row = (a_block + 0.5) / u_blocks;
    vec4 tail = texture2DLod(u_edges, vec2((a_slot.x + 0.25) / SLOTS, row), 0.0);
    vec4 head = texture2DLod(u_edges, vec2((a_slot.x + 0.75) / SLOTS, row), 0.0);
    float weight = (bytes_of(vec3(tail.a, head.a, 0.0)) - LARGEST - 1.0) / LARGEST;
    vec2 source = spot(bytes_of(tail.rgb), u_units_size), target = spot(bytes_of(head.rgb), u_units_size);
    vec4 start = texture2DLod(u_units, source, 0.0), end = texture2DLod(u_units, target, 0.0);

    vec4 leaves = plate(start.w, 0.0), arrives = plate(end.w, 0.0);
    vec2 from = texture2DLod(u_looks, spot(start.w, u_looks_size), 0.0).gb;
    vec2 to = texture2DLod(u_looks, spot(end.w, u_looks_size), 0.0).gb;
    float here = 1.0, there = 1.0;
    if (u_by_activation > 0.5) {
        here = texture2DLod(u_flow, source, 0.0).r;
        there = texture2DLod(u_flow_toward, source, 0.0).r;
    }
    vec2 shown = mix(look(weight, here, plate(end.w, 1.0).xyz), look(weight, there, plate(end.w, 2.0).xyz), u_blend);
    float alpha = shown.y * u_alpha * min(from.x, to.x);
    v_colour = vec4(shown.x < 0.0 ? u_subtracts : u_adds, alpha);
    v_station = mix(leaves.x, arrives.x, a_slot.y);

    vec3 place = a_slot.y < 0.5 ? start.xyz : end.xyz;
    vec3 fanned = a_slot.y < 0.5 ? vec3(leaves.yz, from.y) : vec3(arrives.yz, to.y);
    place.yz = mix(fanned.xy, place.yz, fanned.z);
    place.x += (place.x - u_spread.x) * (u_spread.y - 1.0);
    gl_Position = u_clip_from_world * vec4(place + u_offset, 1.0);
    if (a_block * SLOTS + a_slot.x >= u_drawn || alpha < INVISIBLE) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);   // out of the picture: what nobody sees costs no pixels
    }
}
