#!/bin/sh
# Install this source tree into FOLDER from wheelhouse/ alone: no network, every package checked against the lock's hashes.
#   sh deploy/install-offline.sh /opt/juheli/releases/1.0 [python3]
# Makes FOLDER/venv, FOLDER/static (for nginx), FOLDER/deploy and FOLDER/docs.
set -eu
target=${1:?where to, e.g. /opt/juheli/releases/1.0}
python=${2:-python3}
source=$(cd "$(dirname "$0")/.." && pwd)
cd "$source"
[ -d wheelhouse ] || { echo "no wheelhouse/ here: run 'make wheelhouse' on a machine with the network and carry the folder" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 2; }

mkdir -p "$target"
"$python" -m venv "$target/venv"
pip="$target/venv/bin/python -m pip --disable-pip-version-check -q"
$pip install --no-index --find-links wheelhouse --require-hashes -r requirements.lock
# the product itself, as a wheel of this tree with the front-end files from the wheelhouse
mkdir -p core/web/static
[ -d core/web/static/vendor ] || cp -r wheelhouse/static/. core/web/static/
JUHELI_SKIP_ASSETS=1 $pip wheel --no-index --no-deps --no-build-isolation -w "$target/dist" .
$pip install --no-index --no-deps --force-reinstall "$target"/dist/juheli-*.whl
rm -rf "$target/static"
mkdir -p "$target/static"
cp -r core/web/static/. "$target/static/"
cp -r deploy docs "$target/"
"$target/venv/bin/juheli" --help >/dev/null
echo "installed $("$target/venv/bin/python" -c 'import core; print(core.__version__)') into $target"
