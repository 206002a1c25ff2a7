// What is drawn of two captures: one blended towards the other, or how they differ.
uniform float u_blend;             // 0..1
uniform float u_is_difference;

bool is_difference() { return u_is_difference > 0.5; }

float between(float here, float there)
{
    return is_difference() ? (there - here) * u_blend : mix(here, there, u_blend);
}
