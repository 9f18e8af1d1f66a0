#!/usr/bin/env bash
# The tests against real servers. They share one engine and the demo's container names, so they run one by one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"
require_own_stack
# shellcheck disable=SC2046 # a list of names
images/build.sh $(images/build.sh --list) smoke
docker compose --env-file .env.example build --quiet kafka-1
cargo test --locked --package integration -- --test-threads=1
