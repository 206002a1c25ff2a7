// Albums of which a pixel may stand for many cells.
// #include album.glsl

const int MOST = 4;                // as many cells along a side as one pixel averages at most

// What a pixel stands for: a cell, or the mean of those under it.
vec3 cells_here(vec4 texels)
{
    vec2 at = v_at * texels.zw;
    vec2 across = fwidth(at);
    vec2 steps = clamp(ceil(across - 0.01), 1.0, float(MOST));
    if (steps.x * steps.y < 1.5) return cell_at(at, texels);
    vec3 sum = vec3(0.0);
    for (int j = 0; j < MOST; j++) {
        if (float(j) >= steps.y) break;
        for (int i = 0; i < MOST; i++) {
            if (float(i) >= steps.x) break;
            sum += cell_at(at + ((vec2(float(i), float(j)) + 0.5) / steps - 0.5) * across, texels);
        }
    }
    return sum / (steps.x * steps.y);
}

// #include tiles_of_album.glsl
