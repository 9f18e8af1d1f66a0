#!/usr/bin/env bash
# Makes the demo's secrets: a random value for each file that compose.yaml names under .secrets. What is there stays.
#
# The files are readable for every uid, because each container runs as its own; the directory is closed instead.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

umask 077
mkdir -p .secrets
for file in $(sed -n 's|^ *file: \(\.secrets/[A-Za-z0-9._-]*\)$|\1|p' compose.yaml); do
    [[ -s $file ]] || head -c 18 /dev/urandom | base64 >"$file"
    chmod 0644 "$file"
done
