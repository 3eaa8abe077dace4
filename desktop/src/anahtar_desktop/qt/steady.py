"""A guard against a fault of PySide6 6.12 on Python before 3.12: it hands out None and True without counting the
reference, so that after some thousand signals the interpreter ends itself ("deallocating True or False").

Measured with 6.12.0 on 3.11: each `emit` loses one reference to True; 6.11.3 loses none. From 3.12 on these values are
never counted (PEP 683), so nothing has to be done there. Goes away with the fault.
"""

from __future__ import annotations

import sys

import PySide6

FAULTY_SINCE = (6, 12)
UNCOUNTED_SINCE = (3, 12)
RESERVE = 1 << 30
"""References that nobody holds: more than a window can lose in years."""


def hold() -> bool:
    """Give None, True and False so many references that losing some does not matter; return whether it was needed."""
    version = tuple(int(part) for part in PySide6.__version__.split(".")[:2])
    if sys.version_info >= UNCOUNTED_SINCE or version < FAULTY_SINCE:
        return False
    import ctypes

    for one in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(one))  # an object of CPython begins with its count of references
        if count.value < RESERVE:
            count.value += RESERVE
    return True
