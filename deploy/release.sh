#!/bin/sh
# Bring a new version into service on this host without a failed request: install beside the old one, back up, migrate
# (expand only: the old code keeps running on the new schema), then restart one process after the other.
#   sudo sh deploy/release.sh            from the unpacked source tree of the new version (with its wheelhouse/)
# When a restarted process does not become ready, the old version is put back and the script ends with status 1.
set -eu
root=${JUHELI_ROOT:-/opt/juheli}
environment=${JUHELI_ENV:-/etc/juheli/juheli.env}
ports=${JUHELI_PORTS:-"8001 8002"}
workers=${JUHELI_WORKER_UNITS:-"1"}
systemctl=${SYSTEMCTL:-systemctl}
patience=${JUHELI_PATIENCE:-60}
as=${JUHELI_AS:-"runuser -u juheli --"}
source=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$source/core/__init__.py")
new=$root/releases/$version
old=$(readlink "$root/current" || true)

say() { echo "release $version: $*"; }

with_settings() { # run a command of a release with the installation's settings, as its account
    (while IFS= read -r line || [ -n "$line" ]; do # as systemd reads the file: a password may hold $ & ; and spaces
        case $line in [A-Za-z_]*=*) ;; *) continue;; esac
        value=${line#*=}
        case $value in \"*\") value=${value#\"}; value=${value%\"};; esac
        export "${line%%=*}=$value"
    done <"$environment"
    exec $as "$@")
}

ready() { # wait until the process on a port can serve
    tries=$patience
    while [ "$tries" -gt 0 ]; do
        "$root/current/venv/bin/python" -c \
            "import urllib.request as u; u.urlopen('http://127.0.0.1:$1/readyz', timeout=2)" 2>/dev/null && return 0
        tries=$((tries - 1)); sleep 1
    done
    return 1
}

switch() { # point `current` at a release, in one step
    ln -sfn "$1" "$root/.current.new"
    mv -Tf "$root/.current.new" "$root/current"
}

put_back() {
    say "not ready: back to $old"
    switch "$old"
    for port in $ports; do $systemctl restart "juheli-web@$port"; done
    for unit in $workers; do $systemctl restart "juheli-worker@$unit"; done
    exit 1
}

[ "$new" != "$old" ] || { say "is in service already"; exit 2; }
[ -x "$new/venv/bin/juheli" ] || sh "$source/deploy/install-offline.sh" "$new"
if [ -n "$old" ]; then
    say "backup"
    with_settings "$old/venv/bin/juheli" backup
fi
say "migrate"
with_settings "$new/venv/bin/juheli" migrate
switch "$new"
[ -n "$old" ] || { say "first release: enable juheli.target"; exit 0; }
for port in $ports; do
    say "restart web on $port"
    $systemctl restart "juheli-web@$port"
    ready "$port" || put_back
done
for unit in $workers; do
    say "restart worker $unit"
    $systemctl restart "juheli-worker@$unit"
done
say "in service; the old one stays in $old"
