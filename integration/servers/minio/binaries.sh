#!/usr/bin/env bash
# binaries.sh: builds the MinIO server and its client mc from their Go modules (once, into the cache) and makes the image
# dayzero/minio-binaries:VERSION that the Dockerfile copies from.
#
# Upstream publishes neither binaries nor images any more; the module is the documented way to get them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

server=$(env_example MINIO_VERSION)
client=$(env_example MC_VERSION)
dir=$cache/minio/$server+$client

if [[ ! -e $dir/complete ]]; then
    for module in "github.com/minio/minio@$server" "github.com/minio/mc@$client"; do
        say "building $module (about 5 minutes of two cores for the server, 1 for mc)"
        go_install "$dir" "$module"
    done
    touch "$dir/complete"
fi
say "importing dayzero/minio-binaries:$server"
tar -C "$dir" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -c minio mc |
    docker import - "dayzero/minio-binaries:$server" >/dev/null
