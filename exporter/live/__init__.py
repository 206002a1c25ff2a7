"""A process that holds a model and answers for it: `python -m exporter.live`, started by a window.

It is spoken to in lines of JSON. The first line that it reads says all that it must know:

    {"bundle": PATH, "checkpoint": ID, "model": MODEL, "imports": [...], "unsafe": false,
     "memory": FD, "size_bytes": N, "fed": PLACE, "attacked": PLACE, "scores": PLACE, "outputs": {NAME: PLACE, ...}}

`memory` is an open file without a name that both processes have mapped; a PLACE in it is
`{"offset": BYTES, "shape": [...], "dtype": NAME}`. Then it says one of

    {"ready": WORDS, "attacks": [METHOD, ...]}          it can be asked; WORDS are what the user should know, or empty
    {"cannot": LINE}                                    it never will; it ends

It is asked one thing at a time, what is to be fed lying in `fed`, and says one of the lines below each:

    {"ask": TICKET}   {"attack": TICKET, "method": NAME}

    {"answer": TICKET, "problem": LINE}                 the answer lies in `outputs`, `scores` and, attacked, `attacked`
    {"refused": TICKET, "problem": LINE}                there is none; it can be asked again
    {"memory": LINE}                                    it has too little memory; it ends

It ends when the other end of its stdin is closed or its parent is gone, whatever it is doing.
"""
