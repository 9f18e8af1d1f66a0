# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # used by those that source this
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dayzero
# Where bootstrap puts a docker client that knows jobs in stack files, if the machine's own does not.
# shellcheck disable=SC2034 # used by those who source this
stack_client=$cache/docker-cli/usr/bin
# Where bootstrap.sh --arm64 puts the emulator.
# shellcheck disable=SC2034 # used by those who source this
qemu_arm64=$cache/qemu-user/usr/bin/qemu-aarch64

# Progress goes to stderr: some functions answer on stdout.
say() { echo "bootstrap: $*" >&2; }

die() {
    echo "bootstrap: error: $*" >&2
    exit 1
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# One value of .env.example, which is the only place that names versions.
env_example() {
    sed -n "s/^$1=//p" "$root/.env.example"
}

codename() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "$VERSION_CODENAME")
}

# The archive that this machine itself installs from: no mirror is assumed.
archive_uri() {
    local uri
    # shellcheck disable=SC2016 # apt expands these, not the shell
    uri=$(apt-get indextargets --format '$(LABEL)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' -v suite="$(codename)" '$1 == "Debian" && $2 == suite && $3 == "main" { print $4; exit }')
    [[ -n $uri ]] || die "no source of Debian's main archive in this machine's apt configuration"
    echo "$uri"
}

# Downloads one package of Debian 13 through apt, with apt's own signature checks, from a private source list.
trixie_deb() {
    local dir=$cache/trixie-apt options
    rm -rf "$dir"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(archive_uri) trixie main" >"$dir/sources.list"
    options=(-qq -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache"
        # The lists lie in this user's cache, which apt's own unprivileged user may be unable to enter.
        -o "APT::Sandbox::User=$(id -un)")
    say "downloading $1 of Debian 13"
    apt-get "${options[@]}" update >&2
    (cd "$dir" && apt-get "${options[@]}" download "$1" >&2)
    echo "$dir/$1"_*.deb
}

# The stack's project and container names are fixed, so two checkouts on one engine would take over, and `down` would
# delete, each other's stack. Stops with a message when the one that is there was started from another directory.
require_own_stack() {
    local dir
    docker ps --all --filter label=com.docker.compose.project=dayzero \
        --format '{{.Label "com.docker.compose.project.working_dir"}}' | sort -u | while read -r dir; do
        [[ ! -d $dir || $dir -ef $root ]] || die "a stack started from $dir is on this engine; run \`just down\` there first"
    done
}

# Compiles the init tools of this tree, without optimisation, and says where they are. Built as the unit tests build them:
# each by itself would want its dependencies with fewer features, and so all of them once more.
tools() {
    cargo build --quiet --locked --workspace --exclude integration --bins --tests &&
        echo "${CARGO_TARGET_DIR:-$root/target}/debug"
}

# manual TOOL: the page of a tool's own; pg-init's is docs/postgres.md.
manual() {
    case $1 in
        pg-init) echo docs/postgres.md ;;
        *) echo "docs/${1%-init}.md" ;;
    esac
}

# cargo_tool NAME VERSION OPTION...: a program of cargo's registry, compiled once into the cache, and from then on on the PATH.
cargo_tool() {
    local dir=$cache/$1 name=$1 version=$2
    shift 2
    PATH="$dir/bin:$PATH"
    [[ ! -x $dir/bin/$name ]] || return 0
    say "compiling $name $version (a few minutes, once)"
    # Of the tree's own target directory only lints are to be kept.
    CARGO_TARGET_DIR=$dir/target cargo install --quiet --locked --root "$dir" --version "$version" "$@" "$name"
    rm -rf "$dir/target"
}

# go_install DIR PACKAGE@VERSION [LDFLAGS]: compiles a program of a Go module into DIR.
go_install() { go_run "$1" "GOBIN=\$PWD go install -trimpath -ldflags '-s -w ${3:-}' '$2'"; }

# go_run DIR COMMAND: runs a command of the shell in DIR with a Go of 1.24 or later: the machine's, or the one of Debian 13 in a
# container.
go_run() {
    mkdir -p "$1"
    if [[ $(go env GOVERSION 2>/dev/null) =~ ^go1\.(2[4-9]|[3-9][0-9]) ]]; then
        (cd "$1" && CGO_ENABLED=0 bash -euc "$2")
    else
        go_in_container "$@"
    fi
}

# With the machine's way to the network: its proxy, and whom it trusts, which behind some proxies is one more authority.
go_in_container() {
    docker run --rm --network host --volume "$1:/out" --workdir /out --volume dayzero-go-cache:/root \
        --volume /etc/ssl/certs/ca-certificates.crt:/etc/machine.pem:ro --env SSL_CERT_FILE=/etc/machine.pem \
        --env GOPROXY --env HTTPS_PROXY --env NO_PROXY --env CGO_ENABLED=0 debian:trixie-slim bash -euc "
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install golang-go >/dev/null
        $2"
}

# go_tool NAME PACKAGE VERSION: a program of a Go module, compiled once into the cache, and from then on on the PATH.
go_tool() {
    local dir=$cache/$1/$3
    PATH="$dir:$PATH"
    [[ ! -x $dir/$1 ]] || return 0
    say "compiling $1 $3 (a minute or some, once)"
    go_install "$dir" "$2@$3"
}
