"""scipy and LightGBM, loaded when first called.

Loading them takes a quarter of a server's start and 40 MB, and most starts need neither for a while.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _late(module: str, name: str) -> Callable[..., Any]:
    """Return a function that promises what `name` of `module` promises."""

    def call(*arguments: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **named)

    return call


betaln = _late("scipy.special", "betaln")
chdtrc = _late("scipy.special", "chdtrc")
digamma = _late("scipy.special", "digamma")
expit = _late("scipy.special", "expit")
fdtrc = _late("scipy.special", "fdtrc")
gammaln = _late("scipy.special", "gammaln")
ndtr = _late("scipy.special", "ndtr")
ndtri = _late("scipy.special", "ndtri")

eigh_tridiagonal = _late("scipy.linalg", "eigh_tridiagonal")
linprog = _late("scipy.optimize", "linprog")
minimize = _late("scipy.optimize", "minimize")

csr_array = _late("scipy.sparse", "csr_array")
diags_array = _late("scipy.sparse", "diags_array")
eye_array = _late("scipy.sparse", "eye_array")

Booster = _late("lightgbm", "Booster")
Dataset = _late("lightgbm", "Dataset")
train = _late("lightgbm", "train")
