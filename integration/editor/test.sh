#!/usr/bin/env bash
# test.sh: what a YAML language server shows and completes with the schemas of docs/schema
#
# It needs Node.js 18 with npm. The server is fetched once, by the lock file beside this one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../lib.sh"

command -v npm >/dev/null || die "the language server needs Node.js with npm; Debian's packages are nodejs and npm"
at=$cache/editor/$(sha256sum "$here/package-lock.json" | cut -c 1-16)
if [[ ! -e $at/complete ]]; then
    say "fetching the YAML language server (20 MB, once)"
    mkdir -p "$at"
    cp "$here/package.json" "$here/package-lock.json" "$at"
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$at"
    touch "$at/complete"
fi
/usr/bin/python3 "$here/places.py" "$at/node_modules/yaml-language-server/bin/yaml-language-server" "$here/places.yaml"
