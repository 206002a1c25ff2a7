// Pictures as they are, and their red, green and blue channels. Colours leave premultiplied by alpha.
// #include tile.glsl
// #include pair.glsl
uniform sampler2D u_pictures;
uniform sampler2D u_pictures_toward;
uniform vec2 u_pictures_size;      // texels

const float CHANNEL = 1.0;         // kind of v_look.x; v_look.w is then its number, else how many the picture has
const float JUST_SEEN = 0.1;       // of full colour: smaller changes fade to none

vec3 picture_at(vec2 uv)
{
    vec2 at = (texels().xy + floor(clamp(uv, 0.0, 0.9999) * texels().zw) + 0.5) / u_pictures_size;
    vec3 here = texture2D(u_pictures, at).rgb;
    vec3 there = texture2D(u_pictures_toward, at).rgb;
    if (!is_kept(max(here.r, there.r))) discard;
    return is_difference() ? (there - here) * u_blend : mix(here, there, u_blend);
}

vec3 channel_of(vec3 colour)
{
    vec3 only = vec3(v_look.w < 0.5, v_look.w > 0.5 && v_look.w < 1.5, v_look.w > 1.5);
    float value = dot(colour, only);
    return is_difference() ? mapped(value * v_strength, false) : mix(vec3(0.30), only, 0.80) * value;
}

// A signed change of three channels lies around grey; where there is none it has the colour of every zero.
vec3 changed(vec3 change)
{
    vec3 size = abs(change);
    float is_change = smoothstep(0.0, JUST_SEEN, max(size.r, max(size.g, size.b)));
    return mix(mapped(0.0, false), 0.5 + 0.5 * clamp(change, -1.0, 1.0), is_change);
}

vec3 whole(vec3 colour)
{
    if (!is_difference()) return clamp(colour, 0.0, 1.0);
    return v_look.w > 1.5 ? changed(colour * v_strength) : mapped(colour.r * v_strength, false);
}

void main()
{
    vec3 colour = picture_at(v_uv);
    gl_FragColor = vec4(v_look.x > CHANNEL - 0.5 ? channel_of(colour) : whole(colour), 1.0) * (u_opacity * v_emphasis);
}
