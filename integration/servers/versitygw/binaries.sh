#!/usr/bin/env bash
# binaries.sh: builds Versity's S3 gateway from its Go module (once, into the cache; about 2 minutes) and makes the image
# dayzero/versitygw:dev.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

version=v1.8.0
dir=$cache/versitygw/$version

if [[ ! -x $dir/versitygw ]]; then
    say "compiling versitygw $version (about 2 minutes, once)"
    go_install "$dir" "github.com/versity/versitygw/cmd/versitygw@$version"
fi
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$dir/versitygw" "$here/Dockerfile" "$context/"
docker build --quiet --tag dayzero/versitygw:dev "$context" >/dev/null
