"""What the shaders draw, as triangles with their colours and pictures baked, for programs that know no bundle. Pure."""
