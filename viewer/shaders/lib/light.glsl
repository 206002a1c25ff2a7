// How the flow's light falls on something at `station` when it has come to `front`. Below -0.5 there is no front: all is lit.
uniform float u_front;

bool has_front() { return u_front > -0.5; }

// 0 where the light has not arrived yet, 1 where it has.
float lit_at(float station)
{
    return has_front() ? smoothstep(-0.35, 0.0, u_front - station) : 1.0;
}

// 1 at the front itself, falling off on both sides.
float pulse_at(float station)
{
    if (!has_front()) return 0.0;
    float away = (station - u_front) / 0.17;
    return exp(-away * away);
}
