#!/usr/bin/env bash
# sbom.sh NAME...   writes images/sbom/NAME.cdx.json: the crates in each image's binary, as CycloneDX 1.5
#
# Made by cargo-cyclonedx, which is compiled once into the cache. The same commit gives the same bytes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../integration/lib.sh"
cd "$root"

# The tool describes every package of the workspace, each in its own folder, and there is no way to ask for one.
describe() {
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) cargo cyclonedx --quiet --quiet --format json --spec-version 1.5 \
        --describe binaries --no-build-deps --target "$(rustc -vV | sed -n 's/^host: //p')"
}

# What names this machine's folders or only this one document goes; what is left depends on the commit alone.
normalise() {
    jq -S --arg root "$root" '
        del(.serialNumber)
        | walk(if type == "string" then gsub("path[+]file://" + $root; "path+file:///src") | gsub("file://" + $root; "file:///src") else . end)'
}

[[ $# -gt 0 ]] || { echo "usage: sbom.sh NAME..." >&2 && exit 2; }
cargo_tool cargo-cyclonedx 0.5.9
mkdir -p "$here/sbom"
describe
for name in "$@"; do
    normalise <"$name/${name}_bin.cdx.json" >"$here/sbom/$name.cdx.json"
    echo "images/sbom/$name.cdx.json $(jq '.components | length' "$here/sbom/$name.cdx.json") components"
done
git ls-files --others --ignored --exclude-standard -- '*_bin.cdx.json' | xargs --no-run-if-empty rm --
