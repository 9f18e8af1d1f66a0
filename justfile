# All recipes work from a clean clone after integration/bootstrap.sh.

set shell := ["bash", "-euo", "pipefail", "-c"]

# A toolchain that bootstrap has just installed is not yet on the PATH of this session.
export PATH := env("HOME") / ".cargo/bin:" + env("PATH")

# List the recipes
default:
    @just --list --unsorted

# Bring the stack up, provision it, show the report and the topics
demo:
    @integration/demo.sh

# Remove the demo's containers and volumes
down:
    @integration/down.sh

# Every test: without servers, then against real ones
test: test-unit
    integration/test.sh

# The tests that need no Docker
test-unit:
    cargo test --locked --workspace --exclude integration

# Formatting, lints, dependencies, shell scripts
lint:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    integration/deny.sh
    git ls-files | xargs grep -lE '^#!.*bash|^# shellcheck shell=' | xargs shellcheck -x

# Build the image of one package
image NAME:
    images/build.sh {{ NAME }}

# Build the image of every init tool, with its bill of materials
image-all:
    images/build.sh $(images/build.sh --list)
    images/sbom.sh $(images/build.sh --list)

# Write docs/schema: what editors check specs against
schemas:
    integration/schemas.sh

# Write docs/inventory.md: what the stack's init services provision
inventory:
    integration/inventory.sh

# Check the init services of a compose file; options go to docker compose
policy FILE *OPTIONS:
    integration/policy.sh {{ FILE }} {{ OPTIONS }}

# Measure a backend side by side with what people use today; all of them when none is named
bench *NAMES:
    integration/bench/run.sh {{ NAMES }}

# The long tests: every connection cut in turn, failovers, thousands of objects; of all suites when none is named
fault *NAMES:
    integration/test.sh --fault {{ NAMES }}

# The tests that need a server which takes long to build: s3 (Garage, once, 10 minutes)
field NAME:
    integration/test.sh --field {{ NAME }}

# Fuzz a parser until Ctrl-C or a finding; without TARGET, list the targets
fuzz *TARGET:
    fuzz/run.sh {{ TARGET }}

# The Jobs of docs/deploy/kubernetes.md on a one-node Kubernetes, which is built once (10 minutes)
k8s-test:
    integration/kubernetes/test.sh
