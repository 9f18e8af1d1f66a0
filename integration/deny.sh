#!/usr/bin/env bash
# Checks the dependencies against deny.toml. cargo-deny is compiled once, into the cache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

# The advisories are a git repository: where it cannot be reached, the three checks that need no network still hold.
advisories() {
    timeout 60 cargo deny fetch db >/dev/null 2>&1 && echo advisories && return
    say "the advisory database cannot be fetched: checking bans, licenses and sources only"
}

cargo deny --version >/dev/null 2>&1 || cargo_tool cargo-deny 0.20.2
# shellcheck disable=SC2046 # a word or none
cargo deny --all-features check $(advisories) bans licenses sources
