"""A page to colour photographs on, and the HTTP interface behind it. Stores no photograph; knows no terminal.

options     what a server is asked for, and its limits
refusals    errors as the interface tells them: a status, words, a way out
parameters  what a request may ask for
guard       who may ask: host, origin, token; the headers on every answer
connection  how long a client may take over headers and over reading
body        a request's body, within its limits
queue       the workers, and the places in front of them
work        what a worker makes of a request's body
models      the models that a request may name
photographs the routes that take a photograph
hints       the route that judges a file of hints
routes      every address, and what they share
training    the `train` command, started, stopped and watched
page        the page's own files
description the interface told as OpenAPI
request_log one line for each request
server      all of it, listening
"""
