#!/usr/bin/env bash
# old.sh: builds a MinIO server of October 2022 from its Go module (once, into the cache; about 5 minutes) and makes the image
# dayzero/minio:old of it, with the mc of the new one. It says its release, as the builds of the project did.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

# The last month before policies could be attached one by one.
release=2022-10-29T06:21:33Z
version=v0.0.0-20221029062133-d765b89a63c2
dir=$cache/minio-old/${release//:/-}

if [[ ! -x $dir/minio ]]; then
    say "building github.com/minio/minio@$version (about 5 minutes)"
    go_install "$dir" "github.com/minio/minio@$version" "-X github.com/minio/minio/cmd.Version=$release"
fi
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$dir/minio" "$context/"
image=dayzero/minio:$(env_example MINIO_VERSION)
printf 'FROM %s\nCOPY minio /usr/local/bin/\n' "$image" >"$context/Dockerfile"
docker build --quiet --tag dayzero/minio:old "$context" >/dev/null
