#!/usr/bin/env bash
# sbom.sh [--arch ARCH] NAME...   writes images/sbom/NAME-ARCH.cdx.json: the crates in each image's binary, as CycloneDX 1.5
#
# ARCH is amd64, arm64 or all, as for build.sh; without it, this machine's.
#
# Made by cargo-cyclonedx, which is compiled once into the cache. The same commit gives the same bytes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../integration/lib.sh"
# shellcheck source=images/arch.sh
. "$here/arch.sh"
cd "$root"

# The tool describes every package of the workspace, each in its own folder, and there is no way to ask for one.
describe() {
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) cargo cyclonedx --quiet --quiet --format json --spec-version 1.5 \
        --describe binaries --no-build-deps --target "$1"
}

# What names this machine's folders or only this one document goes; what is left depends on the commit alone.
normalise() {
    jq -S --arg root "$root" '
        del(.serialNumber)
        | walk(if type == "string" then gsub("path[+]file://" + $root; "path+file:///src") | gsub("file://" + $root; "file:///src") else . end)'
}

usage="usage: sbom.sh [--arch amd64|arm64|all] NAME..."
asked=""
[[ ${1:-} != --arch ]] || { asked=${2:-none} && shift 2; }
[[ $# -gt 0 ]] || { echo "$usage" >&2 && exit 2; }
archs=$(architectures "$asked") || { echo "$usage" >&2 && exit 2; }
cargo_tool cargo-cyclonedx 0.5.9
mkdir -p "$here/sbom"
for arch in $archs; do
    describe "$(triple "$arch")"
    for name in "$@"; do
        file=images/sbom/$name-$arch.cdx.json
        normalise <"$name/${name}_bin.cdx.json" >"$file"
        echo "$file $(jq '.components | length' "$file") components"
    done
done
git ls-files --others --ignored --exclude-standard -- '*_bin.cdx.json' | xargs --no-run-if-empty rm --
