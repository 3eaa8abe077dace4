"""The table of cases: bad input and faults, what people are told, what it costs, and where the unlock stands after.

`cases.toml` beside this folder is the table; each case has one driver, found by its name, that brings it about on a
running stage through the real surfaces. `page()` is the table as a page of the docs.
"""

from anahtar_cases.page import page

__all__ = ("page",)
