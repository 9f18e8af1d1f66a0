#!/usr/bin/env bash
# build.sh: compiles a Kubernetes from its Go module into the cache, once: ten minutes on two cores, 0.5 GB that stay.
#
# etcd and the network plugins come from Debian's packages, unpacked and not installed; containerd and runc are there with
# the engine. `build.sh --check` only says whether all is there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/kubernetes/lib.sh
. "$here/lib.sh"

programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)

complete() {
    local program
    for program in "${programs[@]}"; do [[ -x $bin/$program ]] || return 1; done
    [[ -x $bin/pause && -x $debian/usr/bin/etcd && -x $debian/usr/lib/cni/bridge ]]
}

# The module of Kubernetes replaces its parts by folders of its repository, which are published under versions of their own.
module() {
    local source
    mkdir -p "$home/source"
    cd "$home/source"
    source=$(cd / && go mod download -json "k8s.io/kubernetes@v1.$version" | jq -r .Dir)
    {
        printf 'module kubernetes-of-the-suite\n\ngo 1.24.0\n\ngodebug default=go1.24\n\n'
        printf 'require k8s.io/kubernetes v1.%s\n\nreplace (\n' "$version"
        sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#\t\1 => \1 v0.$version#p" "$source/go.mod"
        printf ')\n'
    } >go.mod
}

programs() {
    local program at=k8s.io/component-base/version flags
    flags="-s -w -X $at.gitVersion=v1.$version -X $at.gitMajor=1 -X $at.gitMinor=${version%%.*} -X $at.gitTreeState=clean"
    export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
    module
    for program in "${programs[@]}"; do
        [[ ! -x $bin/$program ]] || continue
        say "compiling $program"
        nice -n 19 go build -trimpath -ldflags "$flags" -o "$bin/$program" "k8s.io/kubernetes/cmd/$program"
    done
}

packages() {
    local folder=$home/packages
    mkdir -p "$folder"
    (cd "$folder" && apt-get -qq download etcd-server containernetworking-plugins)
    for deb in "$folder"/*.deb; do dpkg -x "$deb" "$debian"; done
}

# Holds a pod's namespaces and collects what dies in them.
pause() {
    gcc -O2 -static -s -x c -o "$bin/pause" - <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void leave(int signal) { (void)signal; _exit(0); }
static void collect(int signal) { (void)signal; while (waitpid(-1, 0, WNOHANG) > 0); }
int main(void) {
    signal(SIGINT, leave);
    signal(SIGTERM, leave);
    signal(SIGCHLD, collect);
    for (;;) pause();
}
END
}

[[ ${1:-} != --check ]] || { complete; exit; }
! complete || exit 0
mkdir -p "$bin"
packages
pause
programs
complete
