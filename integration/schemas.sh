#!/usr/bin/env bash
# schemas.sh           writes docs/schema/TOOL.json for every tool, what an editor checks a spec against, and before it
#                      TOOL/src/spec/examples.json: what the YAML of the tool's page has under each key
# schemas.sh --check   fails when one of them is not what the tool prints
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"
built=$(tools)

# examples TOOL: by the places of the schema, whatever examples it has now.
examples() {
    "$built/$1" schema >"$scratch/$1.json"
    /usr/bin/python3 integration/examples.py "$1" "$scratch/$1.json" "$(manual "$1")" "examples/$1"/*.yaml
}

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
for name in $(images/build.sh --list); do
    examples "$name" >"$scratch/examples"
    if [[ ${1:-} == --check ]]; then
        diff "$name/src/spec/examples.json" "$scratch/examples" || die "the examples of $name are stale: run \`just schemas\`"
    else
        cp "$scratch/examples" "$name/src/spec/examples.json"
    fi
done
if [[ ${1:-} == --check ]]; then
    diff --recursive --exclude report.json --exclude records.json --exclude examples docs/schema "$scratch" ||
        die "docs/schema is stale: run \`just schemas\`"
else
    # With the examples that were written just now.
    built=$(tools)
    for name in $(images/build.sh --list); do "$built/$name" schema >"docs/schema/$name.json"; done
fi
