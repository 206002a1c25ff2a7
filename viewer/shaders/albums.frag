// Albums of which a pixel shows one cell at most: quicker, because it need not ask how many it stands for.
// #include album.glsl

vec3 cells_here(vec4 texels) { return cell_at(v_at * texels.zw, texels); }

// #include tiles_of_album.glsl
