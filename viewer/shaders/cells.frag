// Cells with the values of one capture.
// #include light.glsl
// #include tile.glsl
// #include cells.glsl
uniform sampler2D u_values;

bool is_difference() { return false; }

float value_at(vec2 at)
{
    float value = texture2D(u_values, at).r;
    return is_kept(value) ? number(value) : value;
}

// #include shade.glsl
