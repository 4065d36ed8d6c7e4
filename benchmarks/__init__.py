"""Ratios against named alternatives, both measured in one run.

`python -m benchmarks` runs all, `python -m benchmarks startup forward` some; `--data DIR` gives the
folder with mnist.npz. Nothing here is asserted in tests: the machine prints itself beside the figures.
"""
