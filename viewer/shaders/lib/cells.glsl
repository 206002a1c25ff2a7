// Cells of feature maps, vectors and kernels, of one capture or of two. Needs `value_at`, the value (or that none was
// kept) in the atlas, and `is_difference`.
uniform vec2 u_values_size;        // texels

const float KERNEL = 2.0;          // kind of v_look.x
const int BLOCK = 4;

bool is_kernel() { return v_look.x > KERNEL - 0.5; }

// Another value that no layer has stands for what is no number; it is drawn as zero.
float number(float value) { return value > 1e33 ? 0.0 : value; }

// The cell of the tile that this fragment lies in.
vec2 cell_here(vec2 cell) { return min(floor(cell), texels().zw - 1.0); }

vec2 in_atlas(vec2 cell) { return (texels().xy + cell + 0.5) / u_values_size; }
