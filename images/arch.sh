# shellcheck shell=bash
# The architectures that there are images for, by Docker's names and by rustc's. Sourced, never run.

triple() {
    case $1 in
    amd64) echo x86_64-unknown-linux-gnu ;;
    arm64) echo aarch64-unknown-linux-gnu ;;
    esac
}

# This machine's.
native() {
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) echo "there are no images for $(uname -m)" >&2 && return 1 ;;
    esac
}

# The architectures that --arch asks for: this machine's when it says nothing.
architectures() {
    case $1 in
    "") native ;;
    all) echo amd64 arm64 ;;
    amd64 | arm64) echo "$1" ;;
    *) return 2 ;;
    esac
}
