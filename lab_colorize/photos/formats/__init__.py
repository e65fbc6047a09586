"""Photograph files: what each format's bytes say and hold. Everything that knows a format by name lives here.

Each module of a format offers the three functions of `base.Container`, on bytes and without OpenCV; `decoding`
and `encoding` are where OpenCV works. Nothing here opens a file or knows one's name.
"""
