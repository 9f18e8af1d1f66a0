#!/usr/bin/env bash
# editor.sh   asks the language server that editors use for YAML what it shows at the places of integration/editor.yaml
#
# It is installed once, into the cache, where npm is there; elsewhere nothing is asked, and it says so.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

version=1.25.0
dir=$cache/yaml-language-server/$version
if [[ ! -x $dir/node_modules/.bin/yaml-language-server ]]; then
    command -v npm >/dev/null || { say "no npm here: the editor is not asked" && exit 0; }
    say "installing yaml-language-server $version (once)"
    mkdir -p "$dir"
    npm install --prefix "$dir" --no-audit --no-fund --silent "yaml-language-server@$version" >&2
fi
timeout 120 /usr/bin/python3 integration/editor.py "$dir/node_modules/.bin/yaml-language-server" integration/editor.yaml
