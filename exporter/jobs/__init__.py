"""A process that explains and makes images for a window: `python -m exporter.jobs`, which holds a model for that.

It is spoken to in lines of JSON. The first line that it reads says all that it must know:

    {"bundle": PATH, "checkpoint": ID, "model": MODEL, "imports": [...], "unsafe": false}

Then it says one of

    {"ready": WORDS}                    it can be asked; WORDS are what the user should know, or empty
    {"cannot": LINE}                    it never will; it ends

It is asked for jobs, each with a number of its own. `class`, `layer`, `channel` and `at` say what is asked about; what
is left out, the shown `input` decides: the class that is predicted for it, or the channel that answers it most.

    {"job": N, "kind": "explain", "method": NAME, "input": ID, "layer": NAME, "channel": C, "class": K, "at": [...]}
    {"job": N, "kind": "synthesise", ... the same ..., "steps": COUNT, "seed": S, "first": STEP, "init": PNG}

`first` and `init` go on from a picture that an earlier process had come to. All below may be said at any time and are
heard between two steps, or batches of an explanation:

    {"pause": N}  {"resume": N}  {"cancel": N}  {"keep": N}

A job that was cancelled is forgotten, also one that is done. `keep` writes a job into the bundle as a run: one that is
paused as far as it has come, one that is going when it is done. It says of a job

    {"begun": N, "of": COUNT, "layer": NAME, "channel": C, "class": K}
    {"job": N, "step": STEP, "of": COUNT, "loss": NUMBER, "picture": PNG}       not every step has a picture
    {"job": N, "map": LAYER, "map_kind": KIND, "shape": [...], "values": FLOATS}
    {"paused": N}  {"cancelled": N}
    {"done": N, "problem": LINE, "scores": [...], "details": {...}}            LINE may be empty
    {"refused": N, "problem": LINE}
    {"kept": N, "run": ID}  {"not_kept": N, "problem": LINE}

and of itself

    {"memory": LINE}                    it has too little memory; it ends

PNG and FLOATS (float32, little-endian, C order) are base64. It ends when the other end of its stdin is closed or its
parent is gone, whatever it is doing: a bundle that is written to then is as it was.
"""
