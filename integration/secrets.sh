#!/usr/bin/env bash
# Makes each secret file that compose.yaml names and that is not there yet, at random. What is there stays: it is the
# password that the servers' volumes know.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Read through the directory by its owner alone; inside, every uid may read, because containers mount the file itself.
mkdir -p .secrets
chmod 0700 .secrets
sed -n 's#^ *file: \(\.secrets/[A-Za-z0-9._-]*\)$#\1#p' compose.yaml | while read -r file; do
    [[ ! -s $file ]] || continue
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$file"
    chmod 0644 "$file"
done
