"""Whole archives: FOLDER is mirrored, coloured, under OUT, and a batch can be stopped and run again at any time.

    scan -> plan -> perform, in worker threads -> journal

`files.scan` says what is there, `plan` what is due, both without opening a photograph; `perform` turns one task into
one Outcome; `journal` keeps what the next batch must know, and the lock. `run` joins them; `survey` answers --dry-run.
Results are values: printing, progress and exit codes belong to `cli.batch`.
"""
