// Kernels and pictures of an album.
uniform sampler2D u_cells;
uniform vec2 u_cells_size;         // texels
uniform sampler2D u_map;           // colours of weights from -1 to +1
uniform float u_strength;          // 1 / scale; 0: each by its own largest weight
uniform vec4 u_border;
uniform float u_alpha;

varying vec2 v_at;
varying vec4 v_texels;
varying vec4 v_look;

const float COLOURED = 1.0, MAPPED = 2.0;  // kinds of v_look.x; 0: an image

vec3 cell_at(vec2 cell, vec4 texels)
{
    vec2 inside = clamp(floor(cell), vec2(0.0), texels.zw - 1.0);
    return texture2D(u_cells, (texels.xy + inside + 0.5) / u_cells_size).rgb;
}
