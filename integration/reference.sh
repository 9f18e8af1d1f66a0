#!/usr/bin/env bash
# reference.sh           writes docs/reference: the fields of every spec, by the schemas, and the options
# reference.sh --check   fails when one of these pages is not what the tools say
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

folder=docs/reference
[[ ${1:-} != --check ]] || folder=$(mktemp -d)
mkdir -p "$folder"
for name in $(images/build.sh --list); do
    /usr/bin/python3 integration/reference.py "$name" "docs/schema/$name.json" >"$folder/$name.md"
done
built=$(tools)
for name in $(images/build.sh --list); do "$built/$name" --help; done | /usr/bin/python3 integration/options.py >"$folder/options.md"
if [[ ${1:-} == --check ]]; then
    diff --recursive docs/reference "$folder" || die "docs/reference is stale: run \`just reference\`"
    rm -r "$folder"
fi
