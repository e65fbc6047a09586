"""How good a model is: colour photographs lose their colour, are coloured again, and are held against the truth.

    photographs -> contenders -> comparison -> figures -> summary, pairing -> record

`photographs` reads the set under given `settings`; `contenders` are the models and the two baselines, all on the very
path of `colorize`; `comparison` holds results against their truth; `measure` lets worker threads do that for a
whole set. `summary` and `pairing` speak of the set, `record` writes JSON and CSV. Pages with pictures are made in
`lab_colorize.report`; printing and exit codes belong to `cli.evaluate`.
"""
