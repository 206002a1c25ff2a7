// The value of each cell that is wide enough, written in it. Colours leave premultiplied by alpha.
// #include light.glsl
// #include tile.glsl
// #include cells.glsl
// #include pair.glsl
uniform sampler2D u_values;
uniform sampler2D u_values_toward;
uniform sampler2D u_glyphs;        // distances to the outline of 0123456789-.eNa, side by side
uniform float u_supersample;
uniform vec4 u_panel;
uniform float u_ahead;

const float NARROW = 40.0, WIDE = 56.0;  // px of a cell between which its number appears
const float GLYPHS = 15.0, MINUS = 10.0, POINT = 11.0, TEN_TO = 12.0, BIG_N = 13.0, SMALL_A = 14.0;
const vec2 GLYPH = vec2(24.0, 36.0);     // texels
const float LEAST = 1e-35;               // what is smaller is 0
const float REACH = 4.0;                 // texels from the outline to where the distance ends
const float ROOM = 0.88, TALLEST = 0.6, LARGEST_PX = 15.0;
const vec3 DARK_INK = vec3(0.02, 0.04, 0.08), LIGHT_INK = vec3(0.96, 0.98, 1.0);

float ten_to(float power) { return exp2(power * 3.321928094887362); }

// Three digits of `size` as a whole number, 100 to 999, and the power of ten of the first.
vec2 three_digits(float size)
{
    float power = floor(log2(size) * 0.30102999566398120);
    float whole = floor(size * ten_to(2.0 - power) + 0.5);
    if (whole > 999.5) power += 1.0;
    if (whole < 99.5) power -= 1.0;
    return vec2(clamp(floor(size * ten_to(2.0 - power) + 0.5), 100.0, 999.0), power);
}

// The digit of a whole number at `place`, counted from the first of `count`.
float digit(float whole, float place, float count)
{
    float shifted = floor((whole + 0.5) / floor(ten_to(count - 1.0 - place) + 0.5));
    return shifted - 10.0 * floor((shifted + 0.5) / 10.0);
}

bool is_plain(float power) { return power > -3.5 && power < 5.5; }

float length_of(vec2 number)
{
    float power = number.y;
    if (!is_plain(power)) return 5.0 + float(power < 0.0) + (abs(power) > 9.5 ? 2.0 : 1.0);
    if (power < -0.5) return 4.0 - power;
    return power < 1.5 ? 4.0 : power + 1.0;
}

// The character at place `at` of a number of three digits: 12.3, 0.00123, 1.23e-7.
float character(vec2 number, float at)
{
    float power = number.y;
    if (!is_plain(power)) {
        float sign_place = float(power < 0.0);
        float digits = abs(power) > 9.5 ? 2.0 : 1.0;
        if (at < 3.5) return at < 0.5 ? digit(number.x, 0.0, 3.0) : at < 1.5 ? POINT : digit(number.x, at - 1.0, 3.0);
        if (at < 4.5) return TEN_TO;
        if (at < 4.5 + sign_place) return MINUS;
        return digit(abs(power), at - 5.0 - sign_place, digits);
    }
    float point = max(power, 0.0) + 1.0;
    bool has_point = power < 1.5;
    if (has_point && abs(at - point) < 0.5) return POINT;
    float place = at - float(has_point && at > point) + min(power, 0.0);
    return place < -0.5 || place > 2.5 ? 0.0 : digit(number.x, place, 3.0);
}

bool is_zero(float value) { return abs(value) < LEAST; }

vec2 parts_of(float value) { return three_digits(max(abs(value), LEAST)); }

float letters(float value, bool is_number)
{
    if (!is_number) return 3.0;
    return is_zero(value) ? 1.0 : length_of(parts_of(value)) + float(value < 0.0);
}

float letter(float value, bool is_number, float index)
{
    if (!is_number) return abs(index - 1.0) < 0.5 ? SMALL_A : BIG_N;
    if (is_zero(value)) return 0.0;
    float minus = float(value < 0.0);
    return index < minus - 0.5 ? MINUS : character(parts_of(value), index - minus);
}

// How far `at` (letters, from the middle of the cell) lies inside of the outline of `count` letters, in texels.
float inside(float value, bool is_number, float count, vec2 at)
{
    vec2 place = at + vec2(count * 0.5, 0.5);
    float glyph = letter(value, is_number, floor(place.x));
    bool is_text = place.x > 0.0 && place.x < count && place.y > 0.0 && place.y < 1.0;
    vec2 texel = clamp(vec2(fract(place.x), place.y) * GLYPH, vec2(0.5), GLYPH - 0.5);
    float distance_here = texture2D(u_glyphs, (texel + vec2(glyph * GLYPH.x, 0.0)) / vec2(GLYPHS * GLYPH.x, GLYPH.y)).r;
    return is_text ? (distance_here * 255.0 - 128.0) / 127.0 * REACH : -REACH;
}

void main()
{
    vec2 cell = v_uv * texels().zw;
    vec2 px_per_cell = 1.0 / (max(fwidth(cell), vec2(1e-6)) * u_supersample);
    if (px_per_cell.x <= NARROW) discard;
    vec2 at = in_atlas(cell_here(cell));
    float here = texture2D(u_values, at).r, there = texture2D(u_values_toward, at).r;
    bool is_number = max(here, there) < 1e33;
    float value = between(number(here), number(there));
    float count = letters(value, is_number);
    float fitting_px = min(ROOM * px_per_cell.x / count, TALLEST * px_per_cell.y * GLYPH.x / GLYPH.y);
    float width_px = min(fitting_px, LARGEST_PX);
    vec2 letter_px = width_px * vec2(1.0, GLYPH.y / GLYPH.x);
    float deep = inside(value, is_number, count, (fract(cell) - 0.5) * px_per_cell / letter_px);
    float cover = clamp(0.5 + deep * width_px / GLYPH.x * u_supersample, 0.0, 1.0);
    cover *= smoothstep(NARROW, WIDE, px_per_cell.x);
    vec3 colour = mix(u_panel.rgb, mapped(value * v_strength, is_kernel()), mix(u_ahead, 1.0, lit_at(v_look.y)));
    vec3 ink = dot(colour, vec3(0.299, 0.587, 0.114)) > 0.42 ? DARK_INK : LIGHT_INK;
    float shown = is_kept(max(here, there)) ? cover * u_opacity * v_emphasis : 0.0;
    gl_FragColor = vec4(ink, 1.0) * shown;
}
