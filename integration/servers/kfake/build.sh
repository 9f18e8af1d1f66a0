#!/usr/bin/env bash
# build.sh: compiles main.go against the module kfake and makes the image dayzero/kfake:dev, a Kafka-compatible server for the
# tests of `just field kafka`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$here/Dockerfile" "$context/"
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$context/kfake" .)
docker build --quiet --tag dayzero/kfake:dev "$context" >/dev/null
