#!/usr/bin/env bash
# build.sh [OPTION...] NAME...   makes the image dayzero/NAME:dev (or another $TAG) of each named package
#     --arch amd64|arm64|all     for which architecture, when not for this machine's
#     --versioned                names it by the version too: dayzero/NAME:VERSION
# build.sh --list                the packages that `just image-all` builds: every one that ends in `-init` and has a binary
# build.sh --version             the version of the workspace
# build.sh --revision            the commit, with -dirty behind it when the tree differs
#
# An image for the other architecture is dayzero/NAME:dev-ARCH in the local engine. Each image is an OCI layout in images/out/NAME/ARCH, and with `all` both are one in images/out/NAME/index.
#
# The same commit gives the same digests, in whatever directory, on whatever day (compile.sh, assemble.sh). When
# DAYZERO_COMMIT is set, it is compiled into the binary; else a commit that changes no code needs no new compilation.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
# shellcheck source=images/arch.sh
. "$here/arch.sh"
cd "$root"

usage="usage: build.sh [--arch amd64|arm64|all] [--versioned] NAME... | --list | --version | --revision"

packages() { cargo metadata --locked --no-deps --format-version 1 | jq -c '.packages'; }

list() { packages | jq -r '.[] | select((.name | endswith("-init")) and any(.targets[]; .kind | index("bin"))) | .name'; }

# Every package has the workspace's version.
version() { packages | jq -r '[.[].version] | unique | if length == 1 then .[0] else error("\(length) versions") end'; }

revision() {
    local dirty=""
    [[ -z $(git status --porcelain) ]] || dirty=-dirty
    echo "$(git rev-parse HEAD)$dirty"
}

# Prints where the binary is. What this machine's own compiler cannot do, the cross toolchain does.
compile() {
    if [[ $2 == "$(native)" ]]; then
        "$here/compile.sh" "$1" "$(triple "$2")"
    else
        "$root/integration/cross/compile.sh" "$1" "$(triple "$2")"
    fi
}

# The labels of the package $1. $SOURCE_URL is the repository that releases it; an image that is made anywhere else names none.
labels() {
    packages | jq --arg name "$1" --arg revision "$(revision)" --arg source "${SOURCE_URL:-}" '.[] | select(.name == $name) |
        {title: .name, description, version, revision: $revision, source: $source, licenses: .license}
        | with_entries(select(.value | . != null and . != "") | .key |= "org.opencontainers.image." + .)'
}

# load NAME ARCH REFERENCE: into the local engine, in place of what had that name; one that a container still uses stays.
load() {
    local before after
    before=$(docker image inspect -f '{{.Id}}' "$3" 2>/dev/null || true)
    tar -C "$here/out/$1/$2" -c . | docker load -q >/dev/null
    after=$(docker image inspect -f '{{.Id}}' "$3")
    [[ -z $before || $before == "$after" ]] || docker image rm "$before" >/dev/null 2>&1 || true
    echo "$3 $after $(docker image inspect -f '{{.Size}}' "$3") bytes"
}

image() {
    local name=$1 arch=$2 reference binary suffix=""
    [[ $arch == "$(native)" ]] || suffix=-$arch
    reference=dayzero/$name:${TAG:-dev}$suffix
    binary=$(compile "$name" "$arch")
    labels "$name" | "$here/assemble.sh" image "$here/out/$name/$arch" "$binary" "$arch" "$reference"
    load "$name" "$arch" "$reference"
    [[ -z $versioned ]] || docker tag "$reference" "dayzero/$name:$(version)$suffix"
}

asked=""
versioned=""

main() {
    local name arch archs known
    case ${1:-} in
    --list | --version | --revision) "${1#--}" && return ;;
    esac
    while [[ ${1:-} == --* ]]; do
        case $1 in
        --arch) asked=${2:-none} && shift ;;
        --versioned) versioned=yes ;;
        *) echo "$usage" >&2 && exit 2 ;;
        esac
        shift
    done
    [[ $# -gt 0 ]] || { echo "$usage" >&2 && exit 2; }
    archs=$(architectures "$asked") || { echo "$usage" >&2 && exit 2; }
    known=$(packages | jq -r '.[].name')
    for name in "$@"; do
        grep -qxF -- "$name" <<<"$known" || { echo "no package $name in this workspace" >&2 && exit 2; }
    done
    # Two builds of one tree would write the same folders.
    mkdir -p "$here/out"
    exec 9>"$here/out/.lock"
    flock 9
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
    for name in "$@"; do
        for arch in $archs; do image "$name" "$arch"; done
        [[ $asked != all ]] || "$here/assemble.sh" index "$here/out/$name/index" "$here/out/$name/"{amd64,arm64}
    done
}

main "$@"
