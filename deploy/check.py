"""Check what lies in deploy/ with the tools this machine has: `make deploy-check` (`--long`: the offline install for real).

Prints one line per check: ok, FAILED with the reason, or NOT RUN with what is missing. Exit status 1 when one failed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parent
ROOT = DEPLOY.parent


class NotRun(Exception):
    """The machine lacks what the check needs."""


def tool(*names: str) -> str:
    """The first of these programs that is here. Raises NotRun."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    raise NotRun(f"needs {' or '.join(names)}")


def run(*command: str, **options: Any) -> str:
    """Output of a command. Raises AssertionError with it when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(command[:3])}…: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def systemd_units() -> str:
    """`systemd-analyze verify` on the units, with programs that exist here in place of the installed ones."""
    analyze = tool("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        for unit in (DEPLOY / "systemd").iterdir():
            for name in [unit.name.replace("@.", f"@{i}.") for i in ("8001", "8002", "1")] if "@." in unit.name else [unit.name]:
                text = unit.read_text().replace("/opt/juheli/current/venv/bin/gunicorn", "/bin/true")
                text = text.replace("/opt/juheli/current/venv/bin/juheli", "/bin/true").replace("Documentation=", "#")
                Path(folder, name).write_text(text)
        units = sorted(str(path) for path in Path(folder).iterdir())
        said = run(analyze, "verify", "--man=no", *units, env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    assert "juheli" not in said, said
    return f"{len(units)} units"


def site(folder: Path, *, plain: int, tls: int, upstreams: tuple[int, ...], text: str = "") -> Path:
    """The shipped nginx files as a whole configuration below `folder`, on free ports, with a certificate made now."""
    text = text or (DEPLOY / "nginx/juheli.conf").read_text()
    openssl = tool("openssl")
    run(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout",
        str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    lines = text.replace("/etc/juheli/tls/fullchain.pem", f"{folder}/cert.pem")
    lines = lines.replace("/etc/juheli/tls/privkey.pem", f"{folder}/key.pem")
    lines = lines.replace("/var/log/nginx/access.log", f"{folder}/access.log")
    lines = lines.replace("/etc/juheli/nginx-proxy.conf", str(DEPLOY / "nginx/nginx-proxy.conf"))
    lines = lines.replace("/opt/juheli/current/static/", f"{ROOT}/core/web/static/")
    lines = lines.replace("/var/lib/juheli/files/", f"{folder}/files/")
    lines = lines.replace("listen 80 ", f"listen 127.0.0.1:{plain} ").replace("listen 443 ", f"listen 127.0.0.1:{tls} ")
    lines = "\n".join(line for line in lines.splitlines() if "listen [::]" not in line)
    for shipped, port in zip((8001, 8002), upstreams, strict=True):
        lines = lines.replace(f"127.0.0.1:{shipped} ", f"127.0.0.1:{port} ")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = folder / "nginx.conf"
    account = "user root;\n" if os.geteuid() == 0 else ""  # the files of a test are root's then
    whole.write_text(f"{account}pid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\nworker_processes 1;\n"
                     f"events {{ worker_connections 2048; }}\nhttp {{\naccess_log off;\n{temporary}{lines}\n}}\n")
    return whole


def nginx() -> str:
    """`nginx -t` on the shipped site, as it stands and as compose gets it."""
    program = tool("nginx")
    compose = run("sh", str(DEPLOY / "nginx/compose.sh")).replace("web-a:8000", "127.0.0.1:8001")
    for text in ("", compose.replace("web-b:8000", "127.0.0.1:8002")):
        with tempfile.TemporaryDirectory() as folder:
            run(program, "-t", "-q", "-c", str(site(Path(folder), plain=18080, tls=18443, upstreams=(18001, 18002), text=text)))
    return "site and site for compose"


def gunicorn() -> str:
    """`gunicorn --check-config`, which loads the app on an empty SQLite installation."""
    program = str(Path(sys.executable).with_name("gunicorn"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JUHELI_INSTANCE": folder, "PYTHONPATH": str(ROOT), "JUHELI_JOBS": "none"}
        run(program, "--check-config", "-c", str(DEPLOY / "gunicorn.conf.py"), "core.wsgi:app", cwd=ROOT, env=environment)
    return "loads the app"


def shell() -> str:
    """The scripts parse."""
    scripts = sorted(DEPLOY.rglob("*.sh"))
    for script in scripts:
        run("sh", "-n", str(script))
    return f"{len(scripts)} scripts"


def compose_file() -> str:
    """The compose file names nothing it does not have; `docker compose config` where there is one."""
    whole = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = whole["services"]
    for name, service in services.items():
        needed = set(service.get("depends_on", {}))
        assert needed <= set(services), f"{name} depends on {needed - set(services)}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = source in whole["volumes"] or source.startswith("./secrets") or (DEPLOY / source).exists()
            assert known, f"{name}: volume {source}"
        assert set(service.get("secrets", [])) <= set(whole["secrets"]), name
        assert "image" in service, name
    return f"{len(services)} services"


def kustomize() -> str:
    """The base and the overlays render: with kustomize itself where it is, else by following what they refer to."""
    overlays = sorted(path.parent for path in (DEPLOY / "kustomize/overlays").glob("*/kustomization.yaml"))
    try:
        program = tool("kustomize", "kubectl")
    except NotRun:
        counts = [len(resolved(overlay)) for overlay in overlays]
        raise NotRun(f"kustomize is not here; followed by hand: {counts} objects in {[o.name for o in overlays]}") from None
    command = [program, "kustomize"] if program.endswith("kubectl") else [program, "build"]
    return f"{[len(list(yaml.safe_load_all(run(*command, str(overlay))))) for overlay in overlays]} objects"


def resolved(folder: Path) -> list[dict[str, Any]]:
    """All objects of a kustomization. Raises AssertionError for a file, patch target or replica that is not there."""
    plan, found = yaml.safe_load((folder / "kustomization.yaml").read_text()), []
    for name in plan.get("resources", []):
        place = (folder / name).resolve()
        assert place.exists(), place
        found += resolved(place) if place.is_dir() else [each for each in yaml.safe_load_all(place.read_text()) if each]
    named = {(each["kind"], each["metadata"]["name"]) for each in found}
    assert len(named) == len(found), "two objects of one kind and name"
    for patch in plan.get("patches", []):
        assert yaml.safe_load((folder / patch["path"]).read_text())["kind"] == patch["target"]["kind"]
        assert (patch["target"]["kind"], patch["target"]["name"]) in named, patch
    for replicas in plan.get("replicas", []):
        assert ("Deployment", replicas["name"]) in named, replicas
    for each in found:
        if each["kind"] == "Deployment":
            wanted = each["spec"]["selector"]["matchLabels"].items()
            assert wanted <= each["spec"]["template"]["metadata"]["labels"].items(), each["metadata"]["name"]
    return found


def containerfile() -> str:
    """What it copies and runs is there; building it needs podman or docker with its daemon."""
    text = (DEPLOY / "Containerfile").read_text()
    for path in ("deploy/install-offline.sh", "deploy/gunicorn.conf.py"):
        assert path.rsplit("/", 1)[1] in text and (ROOT / path).exists()
    raise NotRun("no container builder here; only its references were checked")


def offline_install() -> str:
    """A wheelhouse made now, carried to an empty folder together with the sources, installed without any index."""
    with tempfile.TemporaryDirectory() as folder:
        tree, target = Path(folder, "tree"), Path(folder, "opt")
        listed = run("git", "-c", "safe.directory=*", "ls-files", cwd=ROOT).splitlines()
        for name in [name for name in listed if (ROOT / name).is_file()]:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
        run(sys.executable, "-m", "pip", "download", "-q", "--require-hashes", "-d", str(tree / "wheelhouse"), "-r",
            str(ROOT / "requirements.lock"), cwd=folder)
        static = ROOT / "core/web/static"
        assert (static / "vendor").is_dir(), "make assets first"
        (tree / "wheelhouse/static").mkdir()
        shutil.copytree(static / "vendor", tree / "wheelhouse/static/vendor")
        shutil.copy2(static / "icons.svg", tree / "wheelhouse/static")
        nowhere = {"PATH": os.environ["PATH"], "HOME": folder, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        said = run("sh", str(tree / "deploy/install-offline.sh"), str(target), sys.executable, env=nowhere)
        shutil.rmtree(tree)                                      # what is installed must not look back
        settings = nowhere | {"JUHELI_INSTANCE": f"{folder}/data"}
        migrated = run(str(target / "venv/bin/juheli"), "migrate", cwd=folder, env=settings)
    assert "core: - ->" in migrated, migrated
    return said.strip().splitlines()[-1].split(" into ")[0] + ", migrates"


SHORT: tuple[Callable[[], str], ...] = (systemd_units, nginx, gunicorn, shell, compose_file, kustomize, containerfile)


def main(arguments: list[str]) -> int:
    failed = 0
    for check in (*SHORT, offline_install) if "--long" in arguments else SHORT:
        try:
            print(f"ok       {check.__name__}: {check()}", flush=True)
        except NotRun as missing:
            print(f"NOT RUN  {check.__name__}: {missing}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAILED   {check.__name__}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
