#!/usr/bin/env bash
# `just down`: removes the demo's containers and volumes, if the demo is this checkout's.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

require_own_stack
# The data goes too, so there is nothing for the servers to save first.
docker compose --env-file .env.example down --volumes --remove-orphans --timeout 2
