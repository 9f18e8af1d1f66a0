#!/usr/bin/env bash
# validate.sh FILE...: checks specs, each with the tool whose schema its first lines name; for pre-commit and for pipelines
#
# Offline, in the tools' own images: $DAYZERO_IMAGES/NAME:$DAYZERO_VERSION. Without these, images that were made here, with
# the version of this checkout. Plain files that a spec names are found when they are below the current directory.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
images=${DAYZERO_IMAGES:-dayzero}
version=${DAYZERO_VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml")}
failed=0

# shellcheck disable=SC2016 # sed's own dollar signs
# The tool of a spec, by its modeline: # yaml-language-server: $schema=…/pg-init.json
tool() { head -n 5 "$1" | sed -nE 's,^# yaml-language-server: \$schema=([^ ]*/)?([a-z]+-init)(\.schema)?\.json.*,\2,p' | head -n 1; }

for file in "$@"; do
    name=$(tool "$file")
    if [[ -z $name ]]; then
        echo "$file: no tool is named: begin it with a line like # yaml-language-server: \$schema=pg-init.json" >&2
        failed=65
        continue
    fi
    docker run --rm --network none --user "$(id -u):$(id -g)" --read-only --cap-drop ALL --volume "$PWD:/specs:ro" \
        "$images/$name:$version" validate --spec "/specs/$file" --format text --log off || { failed=$? && echo "$file: exit $failed" >&2; }
done
exit "$failed"
