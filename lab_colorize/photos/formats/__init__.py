"""Photograph files: what each format's bytes say and hold. Everything that knows a format by name lives here.

`recognition.parse` takes a file apart: a JPEG or TIFF by a class that walks through it once, other formats by the three
functions of `base.Container`. They work on bytes; OpenCV has its place in `decoding` and `encoding`. Nothing here opens
a file or knows one's name.
"""
