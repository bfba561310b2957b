#!/bin/sh
# The site file for compose: the same as juheli.conf, with the containers' names and without the static folder, which lies
# in the web image (they serve it themselves). Writes to standard output.
set -eu
cd "$(dirname "$0")"
sed -e 's/127\.0\.0\.1:8001/web-a:8000/' -e 's/127\.0\.0\.1:8002/web-b:8000/' \
    -e '/# Files with a hash/,/^    }$/d' juheli.conf
