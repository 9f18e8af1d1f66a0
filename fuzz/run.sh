#!/usr/bin/env bash
# run.sh [TARGET [OPTION...]]   fuzzes one target until Ctrl-C or a finding; without TARGET, lists them
#
# OPTIONs go to libFuzzer: -max_total_time=60 ends after a minute. Not part of `just test`: it needs a nightly
# toolchain, which this script asks for, and cargo-fuzz, which it compiles once into the cache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../integration/lib.sh"
cd "$root"

list() { basename --suffix=.rs "$here"/fuzz_targets/*.rs; }

ensure_tools() {
    rustup run nightly rustc --version >/dev/null 2>&1 ||
        die "fuzzing needs a nightly compiler: rustup toolchain install nightly --profile minimal"
    cargo_tool cargo-fuzz 0.13.2
}

# What a target starts from: every spec in the tree for those that read one, nothing for the others.
seed() {
    local file
    mkdir -p "$here/corpus/$1"
    [[ $1 == spec* ]] || return 0
    git ls-files -- 'integration/specs/*.yaml' '*/fixtures/*.yaml' | while read -r file; do
        cp "$file" "$here/corpus/$1/${file//\//-}"
    done
}

[[ $# -gt 0 ]] || { list && exit; }
target=$1
shift
[[ -e $here/fuzz_targets/$target.rs ]] || die "no target $target; there are: $(list | paste -sd ' ')"
ensure_tools
seed "$target"
# Input that a length limit would refuse anyway finds nothing.
cargo +nightly fuzz run "$target" -- -max_len=8192 "$@"
