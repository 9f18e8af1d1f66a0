# shellcheck shell=bash
# What every benchmark needs: medians of whole processes, and a table.
set -euo pipefail

bench_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$bench_root"
bench_work=$(mktemp -d)
chmod 0755 "$bench_work"
# shellcheck disable=SC2034 # used by those who source this
compose=(docker compose --env-file .env.example)

# median FILE: of its numbers
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# seconds COMMAND...: how long it took; its output goes to a file that is shown when it fails
seconds() {
    local began=$EPOCHREALTIME
    "$@" >"$bench_work/output" 2>&1 || { cat "$bench_work/output" >&2 && return 1; }
    awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", b - a }'
}

# timed RUNS BEFORE COMMAND...: the median of RUNS, with BEFORE ahead of each and outside the clock
timed() {
    local runs=$1 before=$2 run
    shift 2
    : >"$bench_work/times"
    for ((run = 0; run < runs; run++)); do
        "$before"
        seconds "$@" >>"$bench_work/times"
    done
    median "$bench_work/times"
}

# programs DIRECTORY NAME...: builds the images, and copies their programs into the directory
programs() { images/build.sh "${@:2}" >/dev/null && extract "$@"; }

# extract DIRECTORY NAME...: copies the program of each image into the directory, under the image's name
extract() {
    local name container
    mkdir -p "$1"
    for name in "${@:2}"; do
        container=$(docker create "dayzero/$name:${TAG:-dev}")
        docker cp "$container:/init" "$1/$name" >/dev/null
        docker rm "$container" >/dev/null
        chmod 0755 "$1/$name"
    done
}

# need TOOL...: what is measured with and not part of the stack
need() {
    local tool
    for tool in "$@"; do
        type -P "$tool" >/dev/null || { echo "install $tool first: apt-get install $tool" >&2 && exit 1; }
    done
}

nothing() { :; }

# ratio A B [DIGITS]
ratio() { awk -v a="$1" -v b="$2" -v f="%.${3:-1}f" 'BEGIN { printf f, a / b }'; }

# row WHAT OURS PEER RATIO BUDGET
row() { printf '%-46s %12s %12s %9s  %s\n' "$@"; }
