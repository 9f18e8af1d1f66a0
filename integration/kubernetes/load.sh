#!/usr/bin/env bash
# load.sh IMAGE...: gives images of the Docker engine to the node
set -euo pipefail

# shellcheck source=integration/kubernetes/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for image in "$@"; do
    docker save "$image" | ctr images import - >/dev/null
done
