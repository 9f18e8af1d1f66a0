#!/usr/bin/env bash
# run.sh [NAME...]   measures a tool beside its peer, in one run: all of them, or those that are named
# run.sh --list      the names: one for each script of this folder that measures a tool
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

list() {
    find "$here" -maxdepth 1 -name '*.sh' ! -name lib.sh ! -name run.sh -printf '%f\n' | sed 's/\.sh$//' | sort
}

[[ ${1:-} != --list ]] || { list && exit; }
# shellcheck disable=SC2046 # a list of names
[[ $# -gt 0 ]] || set -- $(list)
for name in "$@"; do
    [[ -x $here/$name.sh ]] || { echo "no benchmark $name; there are: $(list | paste -sd ' ')" >&2 && exit 2; }
done
for name in "$@"; do "$here/$name.sh"; done
