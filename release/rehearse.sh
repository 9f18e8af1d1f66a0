#!/usr/bin/env bash
# rehearse.sh           does every step of the release workflow on this machine, against a registry on 127.0.0.1, with a pair of
#                       keys that is thrown away; then what a user does: verifies, pulls by the index, and runs both images
# rehearse.sh --check   only whether the workflow and the rehearsal have the same steps
#
# $NAMES rehearses some tools only.
#
# All that a release does elsewhere is the identity that signs and the page that lists the files. The digests are kept in
# target/release-digests: a second rehearsal of the same commit fails when it comes to others. Needs bootstrap.sh --arm64.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../integration/lib.sh"
cd "$root"

workflow=${WORKFLOW:-.github/workflows/release.yml}
mapfile -t steps < <(release/steps.sh --list)
# shellcheck disable=SC2086 # a list of names
mapfile -t tools < <(if [[ -n ${NAMES:-} ]]; then printf '%s\n' $NAMES; else images/build.sh --list; fi)
work=$(mktemp -d)
registry=""

passed=0
ok() { passed=$((passed + 1)) && echo "ok: $*"; }

clean_up() {
    if [[ -n $registry ]]; then
        kill "$registry" 2>/dev/null || true
        docker images --filter "reference=$REGISTRY/$OWNER/*" --format '{{.Repository}}:{{.Tag}}' |
            xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true
        # The image of the architecture that was pulled first has lost the tag to the second, and has the digest alone.
        docker images --digests --filter "reference=$REGISTRY/$OWNER/*" --format '{{.Repository}}@{{.Digest}}' |
            xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true
        docker images --filter "reference=dayzero/*:$TAG*" --format '{{.Repository}}:{{.Tag}}' |
            xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true
    fi
    rm -rf "$work"
}

# cosign is a package of Debian 13; its binary runs on 12 as well. The registry is a Go module.
programs() {
    go_tool registry github.com/distribution/distribution/v3/cmd/registry v3.0.0
    if ! command -v cosign >/dev/null; then
        [[ -x $cache/cosign/usr/bin/cosign ]] || dpkg-deb --extract "$(trixie_deb cosign)" "$cache/cosign"
        PATH=$cache/cosign/usr/bin:$PATH
    fi
    [[ -x $qemu_arm64 ]] || die "no emulator: integration/bootstrap.sh --arm64 brings it"
    # In place of the client of the page that lists the files: whether they are there is all that can be tried here.
    mkdir "$work/bin"
    cat >"$work/bin/gh" <<END
#!/bin/bash
printf '%s\\n' "\$@" >$work/published
for argument in "\$@"; do [[ \$argument != /* || -s \$argument ]] || exit 1; done
END
    chmod +x "$work/bin/gh"
    PATH=$work/bin:$PATH
}

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# With a password, as the real one: a step that forgets to log in fails.
start_registry() {
    perl -e 'print "release:" . crypt($ARGV[0], q($2b$05$) . "abcdefghijklmnopqrstuu") . "\n"' "$REGISTRY_TOKEN" >"$work/htpasswd"
    cat >"$work/registry.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: $REGISTRY, secret: $(head -c 18 /dev/urandom | base64)}
auth: {htpasswd: {realm: rehearsal, path: $work/htpasswd}}
END
    OTEL_TRACES_EXPORTER=none registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry=$!
    local tries
    for tries in {1..100}; do
        ! (exec 3<>"/dev/tcp/${REGISTRY/:/\/}") 2>/dev/null || return 0
        [[ -e /proc/$registry && $tries -lt 100 ]] || die "the registry does not start: $(cat "$work/registry.log")"
        sleep 0.1
    done
}

environment() {
    REGISTRY=127.0.0.1:$(free_port)
    OWNER=rehearsal
    RELEASE_TAG=v$(images/build.sh --version)
    REPOSITORY_URL=https://rehearsal.invalid/owner/repository
    BUILDER=$REPOSITORY_URL/.github/workflows/release.yml@refs/tags/$RELEASE_TAG
    REGISTRY_USER=release
    REGISTRY_TOKEN=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
    COSIGN_PASSWORD=rehearsal
    COSIGN_KEY=$work/cosign.key
    COSIGN_PUB=$work/cosign.pub
    # Names of images here are not those of this machine's own.
    TAG=rehearsal
    ARCHS="amd64 arm64"
    REHEARSAL=yes
    # Before the tag, the changes of the version still have no heading of their own.
    CHANGELOG_SECTION=$(grep -qE "^## ${RELEASE_TAG#v}( |$)" CHANGELOG.md && echo "${RELEASE_TAG#v}" || echo Unreleased)
    # Nobody's own log-ins are read or written.
    DOCKER_CONFIG=$work/docker
    export REGISTRY OWNER RELEASE_TAG REPOSITORY_URL BUILDER REGISTRY_USER REGISTRY_TOKEN COSIGN_PASSWORD COSIGN_KEY COSIGN_PUB
    export TAG ARCHS REHEARSAL CHANGELOG_SECTION DOCKER_CONFIG
    mkdir "$DOCKER_CONFIG"
}

reference() { echo "$REGISTRY/$OWNER/$1:${RELEASE_TAG#v}"; }

# What anybody does who trusts the key: everything by the tag, and nothing of this tree.
as_a_user() {
    local tool reference pulled
    for tool in "${tools[@]}"; do
        reference=$(reference "$tool")
        cosign verify --key "$COSIGN_PUB" --insecure-ignore-tlog=true "$reference" >/dev/null 2>&1 || die "$reference is not signed"
        ! cosign verify --key "$work/other.pub" --insecure-ignore-tlog=true "$reference" >/dev/null 2>&1 ||
            die "$reference is taken for signed by another key"
        docker pull --quiet --platform linux/amd64 "$reference" >/dev/null
        docker run --rm --network none "$reference" --help | grep --quiet "Usage: $tool" || die "$tool does not run"
        docker pull --quiet --platform linux/arm64 "$reference" >/dev/null
        pulled=$(docker image inspect --format '{{.Architecture}}' "$reference")
        [[ $pulled == arm64 ]] || die "$reference on arm64 is for $pulled"
        docker run --rm --network none --platform linux/arm64 --volume "$qemu_arm64:/qemu:ro" --entrypoint /qemu "$reference" \
            /init --help | grep --quiet "Usage: $tool" || die "$tool does not run on arm64"
        ok "$tool is verified, pulled by its index and run on amd64 and arm64"
    done
    (cd target/release-assets && sha256sum --quiet --check SHA256SUMS &&
        cosign verify-blob --key "$COSIGN_PUB" --insecure-ignore-tlog=true --bundle SHA256SUMS.sigstore.json SHA256SUMS >/dev/null 2>&1) ||
        die "the files are not those of the signed checksums"
    ok "the files are those of the signed checksums"
}

# A changed image under the same version is refused, and so is what was not signed.
refusals() {
    local tool=${tools[0]}
    cp -r "images/out/$tool/index" "$work/kept"
    jq -c '. + {annotations: {"another": "image"}}' "$work/kept/index.json" >"images/out/$tool/index/index.json"
    ! release/steps.sh push 2>/dev/null || die "another image took the place of a released one"
    cp "$work/kept/index.json" "images/out/$tool/index/index.json"
    ok "a version that is there is not replaced"
}

# The same commit comes to the same digests.
digests() {
    local file=target/release-digests revision tool
    revision=$(images/build.sh --revision)
    [[ $revision == "$began" ]] || die "the tree has changed since the rehearsal began: $began, now $revision"
    for tool in "${tools[@]}"; do
        jq -r --arg tool "$tool" '.manifests[] | [$tool, .platform.architecture, .digest] | join(" ")' "images/out/$tool/index/index.json"
        echo "$tool index sha256:$(sha256sum <"images/out/$tool/index/index.json" | cut -d' ' -f1)"
    done >"$work/digests"
    cat "$work/digests"
    if [[ $(head -n 1 "$file" 2>/dev/null) == "$revision ${tools[*]}" && $revision != *-dirty ]]; then
        diff <(tail -n +2 "$file") "$work/digests" || die "the last rehearsal of $revision came to other digests"
        ok "the digests are those of the last rehearsal of $revision"
    fi
    { echo "$revision ${tools[*]}" && cat "$work/digests"; } >"$file"
}

trap clean_up EXIT
/usr/bin/python3 release/agree.py "$workflow" "${steps[@]}"
ok "the workflow does the steps of the rehearsal, in their order: ${steps[*]}"
[[ ${1:-} != --check ]] || exit 0
began=$(images/build.sh --revision)
environment
programs
start_registry
(cd "$work" && cosign generate-key-pair && mkdir other && cd other && cosign generate-key-pair && mv cosign.pub ../other.pub) >/dev/null 2>&1
for step in "${steps[@]}"; do
    release/steps.sh "$step" || die "the step $step failed"
    ok "$step"
done
ok "published: $(grep -c '^/' "$work/published") files"
refusals
docker login --username "$REGISTRY_USER" --password-stdin "$REGISTRY" <<<"$REGISTRY_TOKEN" >/dev/null 2>&1
as_a_user
digests
echo "$passed passed, 0 failed"
