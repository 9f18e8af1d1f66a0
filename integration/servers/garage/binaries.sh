#!/usr/bin/env bash
# binaries.sh: compiles Garage from its crate (once, into the cache; about 10 minutes of two cores) and makes the image
# dayzero/garage:dev, an S3 server for the tests of `just field s3`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

version=2.5.0
dir=$cache/garage

if [[ ! -x $dir/bin/garage ]]; then
    say "compiling garage $version (about 10 minutes, once)"
    # It is waited for and not measured.
    CARGO_TARGET_DIR=$dir/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 CARGO_PROFILE_RELEASE_STRIP=symbols cargo install --quiet --locked \
        --root "$dir" --version "$version" --no-default-features --features bundled-libs,lmdb garage
    rm -rf "$dir/target"
fi
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$dir/bin/garage" "$here/Dockerfile" "$here/garage.toml" "$context/"
docker build --quiet --tag dayzero/garage:dev "$context" >/dev/null
