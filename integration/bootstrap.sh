#!/usr/bin/env bash
# bootstrap.sh           brings a fresh Debian 12 or 13 machine to the point where `just demo` and `just test` run
# bootstrap.sh --arm64   besides that, what `just image-all --arch all` and `just arm64-test` need: 2 GB
#
# It says each thing that it does, does nothing for what is already there, and never edits the machine's own apt
# sources. Heavy artefacts go to ${XDG_CACHE_HOME:-~/.cache}/dayzero, so losing the images costs seconds, not downloads.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"

apt_updated=""

apt_update() {
    [[ -n $apt_updated ]] && return
    say "refreshing the apt lists"
    as_root apt-get -qq update
    apt_updated=yes
}

apt_install() {
    apt_update
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >"$cache/apt.log" 2>&1 ||
        die "apt-get install $* failed: $(tail -n 5 "$cache/apt.log")"
}

apt_has() {
    apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [^(]'
}

# The tools of the build itself: a C linker with the static C library, and what the scripts use.
ensure_tools() {
    local missing=() pair
    for pair in cc:gcc curl:curl git:git jq:jq shellcheck:shellcheck; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
    compgen -G '/usr/lib/*-linux-gnu/libc.a' >/dev/null || missing+=(libc6-dev)
    # The tests' second opinion on specs and schemas; Debian's own interpreter, whatever `python3` is here.
    /usr/bin/python3 -c 'import jsonschema, yaml' 2>/dev/null || missing+=(python3-jsonschema python3-yaml)
    [[ ${#missing[@]} -eq 0 ]] || apt_install "${missing[@]}"
}

ensure_rust() {
    PATH="$PATH:$HOME/.cargo/bin"
    if ! command -v cargo >/dev/null; then
        apt_update
        apt_has rustup || die "install a Rust toolchain with rustup first; Debian 12 has none that is new enough"
        apt_install rustup
    fi
    # rust-toolchain.toml names the toolchain: the first call inside the tree fetches what is missing.
    (cd "$here" && cargo --version >/dev/null 2>&1) ||
        { say "installing the toolchain of rust-toolchain.toml" && (cd "$here" && rustup toolchain install >/dev/null); }
}

ensure_engine() {
    docker info >/dev/null 2>&1 && return
    if ! command -v dockerd >/dev/null; then
        apt_install docker.io iptables
        # Debian 13 packages the client apart from the engine.
        command -v docker >/dev/null || apt_install docker-cli
    fi
    as_root docker info >/dev/null 2>&1 || "$here/dockerd.sh"
    [[ $(id -u) -eq 0 ]] || allow_user
}

# A group that is joined now holds from the next login on; the ACL on the socket makes this session work too.
allow_user() {
    say "letting $USER use the Docker socket (this is as good as root on this machine)"
    as_root usermod -aG docker "$USER"
    command -v setfacl >/dev/null || apt_install acl
    as_root setfacl -m "u:$USER:rw" /var/run/docker.sock
    docker info >/dev/null || die "the engine runs, but $USER cannot reach it"
}

ensure_compose() {
    docker compose version >/dev/null 2>&1 && return
    # Debian 12 has only Compose v1; Debian 13's v2 is one Go binary that also runs on 12.
    if [[ $(codename) == bookworm ]]; then
        local deb
        deb=$(trixie_deb docker-compose)
        apt_install "$deb"
    else
        apt_install docker-compose
    fi
    docker compose version >/dev/null || die "the compose plugin is installed, but docker does not find it"
}

# Stack files know jobs from version 23 of the client on, and Debian 12 has 20.10. Debian 13's runs there too; it stays in
# the cache, for the one suite that needs it.
ensure_stack_client() {
    local version
    version=$(docker version --format '{{.Client.Version}}')
    [[ ${version%%.*} -lt 23 && ! -x $stack_client/docker ]] || return 0
    dpkg-deb --extract "$(trixie_deb docker-cli)" "$cache/docker-cli"
}

ensure_just() {
    command -v just >/dev/null && return
    if apt_update && apt_has just; then
        apt_install just
    else
        apt_install python3-venv
        say "installing just from its Python package"
        /usr/bin/python3 -m venv --clear "$cache/just"
        "$cache/just/bin/pip" -q install rust-just
        as_root install -m 0755 "$cache/just/bin/just" /usr/local/bin/just
    fi
}

ensure_base_image() {
    has_image debian:trixie-slim && return
    command -v mmdebstrap >/dev/null || apt_install mmdebstrap
    "$here/servers/base/build.sh"
}

ensure_kafka_libs() {
    local version
    for version in $(env_example KAFKA_VERSION) $(env_example KAFKA_VERSION_BETWEEN) $(env_example KAFKA_VERSION_OLD); do
        "$here/servers/kafka/libs.sh" "$version" --check && continue
        if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then apt_install maven default-jdk-headless; fi
        "$here/servers/kafka/libs.sh" "$version"
    done
}

ensure_minio_binaries() {
    has_image "dayzero/minio-binaries:$(env_example MINIO_VERSION)" || "$here/servers/minio/binaries.sh"
}

# What compiles for the other architecture, and the emulator that runs it here. Neither is needed by `just test`.
ensure_arm64() {
    command -v mmdebstrap >/dev/null || apt_install mmdebstrap
    "$here/cross/build.sh" --check || "$here/cross/build.sh"
    # Debian 13's is linked statically: it runs as it is in any container.
    [[ -x $qemu_arm64 ]] || dpkg-deb --extract "$(trixie_deb qemu-user)" "$cache/qemu-user"
}

main() {
    mkdir -p "$cache"
    [[ -r /etc/debian_version ]] || die "this script knows Debian 12 and 13; elsewhere install: docker, compose v2, just, rustup"
    ensure_tools
    ensure_rust
    ensure_engine
    ensure_compose
    ensure_stack_client
    ensure_just
    ensure_base_image
    ensure_kafka_libs
    ensure_minio_binaries
    [[ ${1:-} != --arm64 ]] || ensure_arm64
    "$root/integration/secrets.sh"
    say "all is there"
}

main "$@"
