"""Colouring: a model is found and run, and a photograph gets its answer joined with its own lightness.

options, names  what may be asked of a result, and what it is called: they load neither OpenCV nor LiteRT
models          exported models on disk, with their cards
frame           at what size a photograph is shown to a network
colorizer       arrays: lightness in, colours out; owns the running network
hints           colours that a person knows: read from words and files
in_memory       encoded photographs: bytes in, bytes out; around_scan is its way for grey JPEGs, which are not decoded
on_disk         photograph files; the one path of the command line, of batches and of servers
"""
