"""Runs the benchmarks: all of them, or those of one name; the status is 1 when a claim falls short."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

OWN = frozenset({"__main__", "line"})


def found() -> dict[str, ModuleType]:
    """The modules by the name of each claim."""
    claims: dict[str, ModuleType] = {}
    for entry in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if entry.name in OWN or entry.name.startswith("_"):
            continue
        module = importlib.import_module(f"benchmarks.{entry.name}")
        names: Sequence[str] = getattr(module, "CLAIMS", (entry.name.replace("_", "-"),))
        if hasattr(module, "run"):
            claims |= dict.fromkeys(names, module)
    return claims


def main(arguments: Sequence[str]) -> int:
    """Run and print; the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure every claim, or one.")
    parser.add_argument("name", nargs="?", help="the claim to measure; all when left out")
    name = parser.parse_args(arguments).name
    claims = found()
    if name is not None and name not in claims:
        print(f"There is no claim named {name}. Choose one of: {', '.join(sorted(claims))}.", file=sys.stderr)
        return 2
    modules = [claims[name]] if name else list(dict.fromkeys(claims.values()))
    status = 0
    for module in modules:
        for line in module.run():
            if name in {None, line.name}:
                print(line, flush=True)
                status |= not line.ok
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
