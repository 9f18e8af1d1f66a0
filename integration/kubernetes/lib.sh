# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for those that source this
# Where the suite's Kubernetes is. Sourced, never run.

# shellcheck source=integration/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Kubernetes 1.$version; its parts are 0.$version.
version=34.2
home=$cache/kubernetes
bin=$home/bin
debian=$home/debian
run=$home/run
images=k8s.io

kubectl() { "$bin/kubectl" --kubeconfig "$run/admin.conf" "$@"; }

# containerd's own client; Kubernetes has a namespace of its own there.
ctr() { command ctr --address "$run/containerd/socket" --namespace "$images" "$@"; }
