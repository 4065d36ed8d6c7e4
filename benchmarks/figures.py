"""The figures of `insight` and `drift` over all seeds, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

Row = tuple[str, str, int, Mapping[str, float]]  # part, case, samples, figures


@dataclass(slots=True)
class Figures:
    """What was measured: (part, data set, case, what) -> a value per seed, and how many samples each has."""

    values: dict[tuple[str, str, str, str], list[float]] = field(default_factory=dict)
    samples: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, name: str, seed: int, row: Row) -> None:
        """Take the figures of one case and one seed of a data set, and print them."""
        part, case, n, figures = row
        self.samples[part, name, case] = n
        for what, value in figures.items():
            self.values.setdefault((part, name, case, what), []).append(value)
        said = ", ".join(f"{what} {value:.4g}" for what, value in figures.items())
        print(f"{part}, {name}, seed {seed}{case and ', '}{case} (n = {n:,}): {said}", flush=True)

    def show(self, file: Path | None) -> None:
        """Print all figures as tables, and write them to a file."""
        print(f"\n{table(self)}")
        if file is not None:
            file.write_text(table(self) + "\n", encoding="utf-8")


def table(figures: Figures) -> str:
    """A table for every part, a row for every data set and case: the mean over the seeds, and from where to where."""
    lines: list[str] = []
    for part in dict.fromkeys(key[0] for key in figures.values):
        rows = [key for key in figures.samples if key[0] == part]
        for names in dict.fromkeys(_measured(figures, row) for row in rows):
            lines += ["", f"**{part}**", "", f"| data | case | n | seeds | {' | '.join(names)} |"]
            lines.append("|---|---|---|---|" + "---|" * len(names))
            for row in rows:
                if _measured(figures, row) == names:
                    each = [figures.values[*row, name] for name in names]
                    cells = " | ".join(_said(values) for values in each)
                    lines.append(f"| {row[1]} | {row[2]} | {figures.samples[row]:,} | {len(each[0])} | {cells} |")
    return "\n".join(lines).strip()


def _measured(figures: Figures, row: tuple[str, str, str]) -> tuple[str, ...]:
    return tuple(key[3] for key in figures.values if key[:3] == row)


def _said(values: list[float]) -> str:
    whole = max(values) > 1 and all(value == round(value) for value in values)
    digits = 0 if whole or max(values) > 20 else 1 if max(values) > 1 else 3
    low, high = (f"{end:.{digits}f}" for end in (min(values), max(values)))
    return low if low == high else f"{mean(values):.{digits}f} ({low} to {high})"
