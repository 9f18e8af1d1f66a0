#!/bin/bash
# At build time: settles which class each tool is in this release, and puts every tool on PATH with and without `.sh`.
set -euo pipefail

home=/opt/kafka
mkdir -p "$home/bin"

# A jar's directory holds its entries' names uncompressed, so no unzip is needed to look one up.
exists() { grep -qF "${1//.//}.class" "$home"/libs/kafka*.jar; }

first_existing() {
    local class
    for class in "$@"; do
        if [[ $class == - ]] || exists "$class"; then
            echo "$class" && return
        fi
    done
    echo "no class for this tool in this release: $*" >&2
    return 1
}

# Sorted and fixed, because a class data archive holds for one exact class path.
printf '%s\n' "$home"/libs/*.jar | LC_ALL=C sort | paste -sd: >"$home/classpath"

grep -v '^#' "$home/tools" | while read -r tool classes; do
    # shellcheck disable=SC2086 # a list of classes
    echo "$tool $(first_existing $classes)" >>"$home/bin/classes"
    for name in "$tool" "$tool.sh"; do
        ln -s ../kafka-run "$home/bin/$name"
        ln -s "$home/kafka-run" "/usr/local/bin/$name"
    done
done
