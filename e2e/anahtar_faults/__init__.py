"""Faults for the whole system: which process dies where, what a holder then does, and what must hold afterwards."""
