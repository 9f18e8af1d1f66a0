#!/usr/bin/env bash
# build.sh NAME...   makes the image dayzero/NAME:dev (or another $TAG) of each named package
# build.sh --list    the packages that `just image-all` builds: every one that ends in `-init` and has a binary
#
# The same commit gives the same image id, in whatever directory, on whatever day: paths are remapped, times are the
# commit's, and normalise.sh takes out what the engine stamps.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cd "$root"

metadata() { cargo metadata --locked --no-deps --format-version 1; }

list() {
    metadata | jq -r '.packages[] | select((.name | endswith("-init")) and any(.targets[]; .kind | index("bin"))) | .name'
}

# A field of the package $1, as a string.
field() {
    metadata | jq -r --arg name "$1" --arg field "$2" '.packages[] | select(.name == $name) | .[$field] // ""'
}

revision() {
    local dirty=""
    [[ -z $(git status --porcelain) ]] || dirty=-dirty
    echo "$(git rev-parse HEAD)$dirty"
}

# A target directory of its own, as other flags would make every second build in a shared one start afresh. Naming the
# target, even the host's, keeps the flags away from build scripts and procedural macros.
compile() {
    local name=$1 target dir cargo_home=${CARGO_HOME:-$HOME/.cargo}
    target=$(rustc -vV | sed -n 's/^host: //p')
    dir=${CARGO_TARGET_DIR:-$root/target}/image
    export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$root=/src --remap-path-prefix=$cargo_home=/cargo"
    # The few C parts of dependencies name their files too.
    export CFLAGS="-ffile-prefix-map=$root=/src -ffile-prefix-map=$cargo_home=/cargo"
    # The commit's time is for the image: C code that is compiled again for it would be the same.
    SOURCE_DATE_EPOCH=0 cargo build --locked --release --target "$target" --target-dir "$dir" -p "$name"
    mkdir -p "$here/bin"
    install -m 0755 "$dir/$target/release/$name" "$here/bin/$name"
}

image() {
    local name=$1 raw=dayzero/$1:unnormalised-$$ said
    compile "$name"
    # Some engines precede every build with remarks on its age: what is said counts only on failure.
    said=$(docker build --quiet --tag "$raw" \
        --build-arg NAME="$name" \
        --build-arg DESCRIPTION="$(field "$name" description)" \
        --build-arg VERSION="$(field "$name" version)" \
        --build-arg REVISION="$(revision)" \
        --build-arg SOURCE="$(field "$name" repository)" \
        --build-arg LICENSES="$(field "$name" license)" \
        "$here" 2>&1) || { echo "$said" >&2 && return 1; }
    "$here/normalise.sh" "$raw" "dayzero/$name:${TAG:-dev}"
}

main() {
    [[ $# -gt 0 ]] || { echo "usage: build.sh NAME... | --list" >&2 && exit 2; }
    [[ $1 != --list ]] || { list && return; }
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
    local name
    for name in "$@"; do
        [[ -n $(field "$name" name) ]] || { echo "no package $name in this workspace" >&2 && exit 2; }
        image "$name"
    done
}

main "$@"
