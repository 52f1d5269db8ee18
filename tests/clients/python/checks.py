"""Runs checks one after the other and counts them.

A check is a function without arguments whose name is a sentence; it fails by raising. Checks build
on what the ones before them recorded, so their order matters.
"""

import sys
import time
import traceback


def run(title, checks):
    """Runs every check, says how each went, and ends the process: 0 only when all passed."""
    passed, failed = 0, 0
    for check in checks:
        started = time.monotonic()
        sentence = check.__name__.replace("_", " ")
        try:
            note = check()
        except Exception:  # whatever a check raises is its failure
            failed += 1
            print(f"FAILED  {sentence}", flush=True)
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            seconds = time.monotonic() - started
            print(f"ok      {sentence} ({seconds:.2f} s){f': {note}' if note else ''}", flush=True)
    print(f"{title}: {passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


def equal(found, expected, what="value"):
    """Fails unless both are the same."""
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")
