"""What the built program starts with."""

from __future__ import annotations

import sys

from anahtar_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
