"""Imported before NumPy by what calls the package in its own process: as the command line does it, BLAS has one thread.

Each worker keeps a core busy; BLAS threads beside them would only wait for each other.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
