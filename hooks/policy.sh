#!/usr/bin/env bash
# policy.sh FILE [OPTION...]   checks the init services of a Compose file with the tools' `policy`; OPTIONs go to `docker compose`
# policy.sh --each FILE...     checks several files, each as a project of its own; for pre-commit and for pipelines
#
# In a tool's own image, whichever one: $DAYZERO_IMAGES/$DAYZERO_TOOL:$DAYZERO_VERSION. Without these, an image of pg-init that was
# made here, with the version of this checkout.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=${DAYZERO_VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml")}
image=${DAYZERO_IMAGES:-dayzero}/${DAYZERO_TOOL:-pg-init}:$version

usage() { echo "usage: policy.sh FILE [--env-file FILE ...] | --each FILE..." >&2 && exit 2; }

# Every profile: a service that is off today is started tomorrow.
policy() {
    local file=$1 config
    config=$(docker compose --file "$file" "${@:2}" --profile '*' config --format json)
    docker run --rm --interactive --network none --read-only --cap-drop ALL "$image" policy <<<"$config"
}

[[ $# -gt 0 ]] || usage
if [[ $1 != --each ]]; then
    policy "$@"
    exit
fi
shift
failed=0
for file in "$@"; do
    policy "$file" || { failed=$? && echo "$file: exit $failed" >&2; }
done
exit "$failed"
