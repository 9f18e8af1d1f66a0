#!/usr/bin/env bash
# schemas.sh           writes docs/schema/TOOL.json for every tool: what an editor checks a spec against
# schemas.sh --check   fails when one of them is not what the tool prints
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"
built=$(tools)

folder=docs/schema
[[ ${1:-} != --check ]] || folder=$(mktemp -d)
mkdir -p "$folder"
for name in $(images/build.sh --list); do
    "$built/$name" schema >"$folder/$name.json"
done
if [[ ${1:-} == --check ]]; then
    diff --recursive --exclude report.json --exclude records.json docs/schema "$folder" || die "docs/schema is stale: run \`just schemas\`"
    rm -r "$folder"
fi
