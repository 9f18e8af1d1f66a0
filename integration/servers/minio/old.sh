#!/usr/bin/env bash
# old.sh: builds three earlier releases of MinIO (once, into the cache; about 5 minutes each) and makes the images
# dayzero/minio:2022-10, 2023-11 and 2024-08 of them, with the mc of the newest. Each says its release, as the project's builds did.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

package=github.com/minio/minio
# The first is of the last month before policies could be attached one by one. The Go proxy has it, and not the others.
modules=([2022]=v0.0.0-20221029062133-d765b89a63c2)
releases=(2022-10-29T06-21-33Z 2023-11-20T22-40-07Z 2024-08-17T01-24-54Z)

# The flags of the linker that set the release of a build.
flags() {
    local time
    time=$(sed -E 's/T(..)-(..)-(..)Z/T\1:\2:\3Z/' <<<"$1")
    echo "-X $package/cmd.Version=$time -X $package/cmd.ReleaseTag=RELEASE.$1"
}

# A checkout of the release, without the files of its tests.
checkout() {
    rm -rf "$2"
    git clone --quiet --depth 1 --no-checkout --branch "RELEASE.$1" "https://$package" "$2"
    git -C "$2" sparse-checkout set --no-cone '/*' '!testdata/'
    git -C "$2" checkout --quiet
}

# compile RELEASE DIR
compile() {
    local module=${modules[${1%%-*}]:-}
    say "building MinIO $1 (about 5 minutes)"
    if [[ -n $module ]]; then
        go_install "$2" "$package@$module" "$(flags "$1")"
    else
        checkout "$1" "$2/src"
        go_run "$2/src" "go build -trimpath -ldflags '-s -w $(flags "$1")' -o minio.built ."
        mv "$2/src/minio.built" "$2/minio"
        rm -rf "$2/src"
    fi
}

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
printf 'FROM %s\nCOPY minio /usr/local/bin/\n' "dayzero/minio:$(env_example MINIO_VERSION)" >"$context/Dockerfile"
for release in "${releases[@]}"; do
    dir=$cache/minio-old/$release
    [[ -x $dir/minio ]] || compile "$release" "$dir"
    cp "$dir/minio" "$context/"
    docker build --quiet --tag "dayzero/minio:${release:0:7}" "$context" >/dev/null
done
