#!/usr/bin/env bash
# libs.sh VERSION           fetches Kafka's jars with Maven (once, into the cache), adds Resident.java, and makes the image
#                           dayzero/kafka-libs:VERSION
# libs.sh VERSION --check   only says whether it is there, with Resident.java as it is now
#
# An image of jars alone, because a Dockerfile can copy from an image on every engine, while a 50 MB build context would
# be sent to the engine at each build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

version=${1:?usage: libs.sh VERSION [--check]}
dir=$cache/kafka-libs/$version
source=$here/Resident.java

complete() { has_image "dayzero/kafka-libs:$version" && sha256sum <"$source" | cmp --silent - "$dir/resident.sum"; }

fetch() {
    say "fetching the jars of Kafka $version"
    rm -rf "$dir"
    mkdir -p "$dir"
    mvn -q -B -f "$here/pom.xml" -P "kafka-${version%%.*}" -Dkafka.version="$version" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$dir/libs"
    touch "$dir/complete"
}

# One class of our own beside them: the tools without a start of the JVM for each.
resident() {
    local work exit
    say "compiling Resident.java against Kafka $version"
    work=$(mktemp -d)
    # Kafka 4.4 has this class in another package.
    exit=$(jar --list --file "$dir/libs/kafka-clients-$version.jar" | sed -n 's|^\(org/apache/kafka/.*/Exit\)\.class$|\1|p')
    sed "s|^import org.apache.kafka.*Exit;|import ${exit//\//.};|" "$source" >"$work/Resident.java"
    javac --release 17 -cp "$dir/libs/*" -d "$work/classes" "$work/Resident.java"
    jar --create --file "$dir/libs/resident.jar" --date 2000-01-01T00:00:00Z -C "$work/classes" .
    rm -r "$work"
}

[[ ${2:-} != --check ]] || { complete; exit; }
[[ -e $dir/complete ]] || fetch
resident
say "importing dayzero/kafka-libs:$version"
tar -C "$dir" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -c libs |
    docker import - "dayzero/kafka-libs:$version" >/dev/null
# Last, so that a run that was cut is made up for.
sha256sum <"$source" >"$dir/resident.sum"
