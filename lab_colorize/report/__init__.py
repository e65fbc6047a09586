"""Pages to look at: what an evaluation found out, and the contact sheet of a batch. Computes no figures.

Every page is one HTML file with its style and script inside, which asks nothing of any network; the browser is told
to refuse it if it tried. `page` frames it, `pictures` makes the thumbnails, `plots` draws, `evaluation` and
`contact_sheet` say what stands where; what is not Python lies in `assets/`. `text` says the same to a terminal.
"""
