// The panel behind the tiles of a plate: a rounded box with a border. Colours leave premultiplied by alpha.
// #include light.glsl
uniform float u_opacity;
uniform float u_supersample;
uniform vec4 u_panel;      // rgb and alpha
uniform vec4 u_border;

varying vec2 v_uv;
varying vec2 v_size;
varying vec4 v_look;
varying float v_emphasis;

const float CORNER = 0.12, BORDER = 0.022;

void main()
{
    vec2 inner = v_size * 0.5 - CORNER;
    vec2 from_centre = abs(v_uv - 0.5) * v_size;
    float outside = length(max(from_centre - inner, 0.0)) - CORNER;
    float px = max(fwidth(outside), 1e-5);
    float inside = clamp(0.5 - outside / px, 0.0, 1.0);
    float line = max(BORDER, 1.2 * px * u_supersample);
    float edge = inside * clamp(0.5 + (outside + line) / px, 0.0, 1.0);
    float shine = mix(0.30, 0.80, lit_at(v_look.y)) * u_border.a + 0.2 * pulse_at(v_look.y);
    vec4 colour = vec4(u_panel.rgb, 1.0) * (u_panel.a * inside);
    gl_FragColor = mix(colour, vec4(u_border.rgb, 1.0), edge * shine) * (u_opacity * v_emphasis);
}
