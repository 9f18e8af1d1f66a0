#!/usr/bin/env bash
# steps.sh STEP     does one step of a release: the workflow and its rehearsal both call it, so that neither has shell of its own
# steps.sh --list   the steps, in their order
#
#   REGISTRY, OWNER    images go to $REGISTRY/$OWNER/NAME:VERSION
#   RELEASE_TAG        the tag, v and the version
#   NAMES              the tools; without it, all of them
#   ARCHS              what `build` compiles; without it, for this machine
#   REPOSITORY_URL     where the source is, for labels and provenance
#   BUILDER            who builds, for the provenance
#   COSIGN_KEY, COSIGN_PUB   a pair of keys; without them, cosign signs as the workflow, and verifies that identity
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../integration/lib.sh"
cd "$root"

steps=(check build login index push sign attest verify bundle publish)
out=$root/target/release-assets

version() { images/build.sh --version; }

# shellcheck disable=SC2086 # a list of names
names() { if [[ -n ${NAMES:-} ]]; then printf '%s\n' $NAMES; else images/build.sh --list; fi; }

# A registry knows no capital letters, an owner may have some.
reference() { echo "$REGISTRY/${OWNER,,}/$1:$(version)"; }

crane() {
    go_tool crane github.com/google/go-containerregistry/cmd/crane v0.22.1
    command crane "$@"
}

# A registry is named, the tag is that of the version, the tree is what was tagged, and the changes are written down.
check() {
    [[ -n ${REGISTRY:-} ]] || die "no registry is named: set the repository's variable REGISTRY"
    [[ $RELEASE_TAG == "v$(version)" ]] || die "the tag is $RELEASE_TAG and the version $(version)"
    [[ -z $(git status --porcelain) || -n ${REHEARSAL:-} ]] || die "the tree is not what was tagged"
    [[ -n $(notes) ]] || die "CHANGELOG.md has no section $(section)"
}

# The images of this machine's architecture and their bills of materials; the workflow has a machine for each.
build() {
    local arch
    for arch in ${ARCHS:-$(. images/arch.sh && native)}; do
        # shellcheck disable=SC2046 # a list of names
        DAYZERO_COMMIT=$(images/build.sh --revision) SOURCE_URL=${REPOSITORY_URL:-} \
            images/build.sh --arch "$arch" $(names)
        # shellcheck disable=SC2046 # a list of names
        images/sbom.sh --arch "$arch" $(names)
    done
}

login() { crane auth login "${REGISTRY%%/*}" --username "$REGISTRY_USER" --password-stdin <<<"$REGISTRY_TOKEN"; }

index() {
    local name
    for name in $(names); do
        images/assemble.sh index "images/out/$name/index" "images/out/$name/"{amd64,arm64}
    done
}

# A version that is there already stays what it is.
push() {
    local name there ours
    for name in $(names); do
        ours=sha256:$(sha256sum <"images/out/$name/index/index.json" | cut -d' ' -f1)
        there=$(crane digest "$(reference "$name")" 2>/dev/null || true)
        [[ -z $there || $there == "$ours" ]] || die "$(reference "$name") is $there already, and this is $ours"
        crane push --index "images/out/$name/index" "$(reference "$name")"
    done
}

# digest NAME [ARCH]: the digest under which the registry has the index, or the image for ARCH.
digest() {
    crane digest ${2:+--platform "linux/$2"} "$(reference "$1")"
}

# The options of cosign for signing, one a line.
signer() {
    printf '%s\n' --yes
    [[ -z ${COSIGN_KEY:-} ]] || printf '%s\n' --key "$COSIGN_KEY" --tlog-upload=false
}

verifier() {
    if [[ -n ${COSIGN_PUB:-} ]]; then
        printf '%s\n' --key "$COSIGN_PUB" --insecure-ignore-tlog=true
    else
        printf '%s\n' --certificate-oidc-issuer https://token.actions.githubusercontent.com \
            --certificate-identity "$BUILDER"
    fi
}

# The index and both images: whoever pins either has a signature.
sign() {
    local name options
    mapfile -t options < <(signer)
    for name in $(names); do
        cosign sign --recursive "${options[@]}" "$(reference "$name")@$(digest "$name")"
    done
}

# What was built, from what, and by whom: SLSA's provenance, version 1.
provenance() {
    jq -n --arg url "$REPOSITORY_URL" --arg tag "$RELEASE_TAG" --arg commit "$(git rev-parse HEAD)" --arg builder "$BUILDER" \
        --arg package "$1" '
        {
            buildDefinition: {
                buildType: ($url + "/blob/" + $tag + "/release/steps.sh"),
                externalParameters: {repository: $url, ref: ("refs/tags/" + $tag), package: $package},
                resolvedDependencies: [{uri: ("git+" + $url + "@refs/tags/" + $tag), digest: {gitCommit: $commit}}]
            },
            runDetails: {builder: {id: $builder}}
        }'
}

attest() {
    local name arch options work
    mapfile -t options < <(signer)
    work=$(mktemp -d)
    for name in $(names); do
        provenance "$name" >"$work/$name.json"
        cosign attest "${options[@]}" --type slsaprovenance1 --predicate "$work/$name.json" \
            "$(reference "$name")@$(digest "$name")"
        for arch in amd64 arm64; do
            cosign attest "${options[@]}" --type cyclonedx --predicate "images/sbom/$name-$arch.cdx.json" \
                "$(reference "$name")@$(digest "$name" "$arch")"
        done
    done
    rm -r "$work"
}

# predicate TYPE REFERENCE: what was attested, when its signature is good
predicate() {
    local options
    mapfile -t options < <(verifier)
    cosign verify-attestation "${options[@]}" --type "$1" "$2" 2>/dev/null | jq -s -r '.[0].payload | @base64d | fromjson | .predicate'
}

# As a user would, by the tag: docs/release.md has these lines.
verify() {
    local name arch options
    mapfile -t options < <(verifier)
    for name in $(names); do
        cosign verify "${options[@]}" "$(reference "$name")" >/dev/null 2>&1 || die "$name: no good signature"
        [[ $(predicate slsaprovenance1 "$(reference "$name")" |
            jq -r '.buildDefinition.resolvedDependencies[0].digest.gitCommit') == "$(git rev-parse HEAD)" ]] ||
            die "$name: no provenance, or of another commit"
        for arch in amd64 arm64; do
            [[ $(predicate cyclonedx "$(reference "$name")@$(digest "$name" "$arch")" | jq -r .metadata.component.name) == "$name" ]] ||
                die "$name: no bill of materials for $arch"
        done
        say "$(reference "$name") is signed, with provenance and bills of materials"
    done
}

section() { echo "${CHANGELOG_SECTION:-$(version)}"; }

# The section of the changes, without its heading. A heading may have a date behind the version.
notes() {
    awk -v section="$(section)" '/^## / { inside = ($2 == section); next } inside' CHANGELOG.md
}

# What the release offers besides images. The binaries are those of the images: they come out of the layers.
bundle() {
    local name arch layout layer options
    rm -rf "$out"
    mkdir -p "$out"
    for name in $(names); do
        for arch in amd64 arm64; do
            layout=images/out/$name/$arch
            layer=$(jq -r '.[0].Layers[0]' "$layout/manifest.json")
            tar -xzOf "$layout/$layer" init >"$out/$name-$(version)-linux-$arch"
            cp "images/sbom/$name-$arch.cdx.json" "$out/$name-$(version)-linux-$arch.cdx.json"
        done
        cp "docs/schema/$name.json" "$out/$name.schema.json"
    done
    chmod 0755 "$out"/*-linux-{amd64,arm64}
    (cd "$out" && sha256sum -- * >SHA256SUMS)
    mapfile -t options < <(signer)
    cosign sign-blob "${options[@]}" --bundle "$out/SHA256SUMS.sigstore.json" "$out/SHA256SUMS" >/dev/null
}

publish() {
    notes >"$out.md"
    gh release create "$RELEASE_TAG" --verify-tag --title "$RELEASE_TAG" --notes-file "$out.md" "$out"/*
}

main() {
    local step
    [[ ${1:-} != --list ]] || { printf '%s\n' "${steps[@]}" && return; }
    for step in "${steps[@]}"; do
        [[ $step != "${1:-}" ]] || { "$step" && return; }
    done
    echo "usage: steps.sh STEP; there are: ${steps[*]}" >&2
    exit 2
}

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
main "$@"
