"""One runnable file a claim: `make bench` prints a line for each, `make bench NAME=x` runs one.

A module here has `CLAIMS`, the names of its claims, and `run() -> list[Line]`. A figure is a ratio against a limit that was
measured in the same run, where one can be had, because machines are noisy.
"""
