"""Work done by the workers of a Dask scheduler, on this machine or many. Knows nothing of what the work is.

connection  the way to a scheduler and its workers, and what may be asked of them
worker      what is there within a worker process
pool        jobs handed out, results taken in: the face of `workers.WorkerPool`

Only this room knows Dask, which is the extra `cluster`.
"""

from lab_colorize.errors import MissingPackage

try:
    import distributed  # noqa: F401  # asked for here, once, so that every module of this room may take it for granted
except ImportError as error:
    raise MissingPackage(
        "Working with a scheduler needs Dask, which is not installed.", remedy="pip install 'lab-colorize[cluster]'"
    ) from error
