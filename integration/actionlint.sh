#!/usr/bin/env bash
# Checks the workflows. actionlint is compiled once, into the cache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint v1.7.12
# The files are named, as a tree that is no repository's root has no workflows for it.
actionlint .github/workflows/*.yml
