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

# Formatting, lints, documentation, dependencies, shell scripts, workflows
lint:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --document-private-items --quiet
    integration/deny.sh
    git ls-files | xargs grep -lE '^#!.*bash|^# shellcheck shell=' | xargs shellcheck -x
    integration/actionlint.sh
    release/rehearse.sh --check
    integration/book.sh

# Build the image of one package; --arch arm64 or --arch all after the name
image NAME *OPTIONS:
    images/build.sh {{ OPTIONS }} {{ NAME }}

# Build the image of every init tool, named :dev and by its version, with its bill of materials; --arch all for both
image-all *OPTIONS:
    DAYZERO_COMMIT=$(images/build.sh --revision) images/build.sh --versioned {{ OPTIONS }} $(images/build.sh --list)
    images/sbom.sh {{ OPTIONS }} $(images/build.sh --list)

# The arm64 images, emulated, against real servers; after integration/bootstrap.sh --arm64
arm64-test:
    integration/arm64.sh

# What needs a second toolchain: the Dockerfile, arm64 images built twice, a release; after integration/bootstrap.sh --arm64
cross-test:
    DAYZERO_COMMIT=$(images/build.sh --revision) images/build.sh --arch all $(images/build.sh --list)
    cargo test --locked --package integration --test images -- --ignored --test-threads=1 cross::

# Every step of a release, with a registry and keys of its own; after integration/bootstrap.sh --arm64
release-rehearsal:
    release/rehearse.sh

# Write docs/schema, what editors check specs against, with the examples of the pages
schemas:
    integration/schemas.sh

# What a YAML language server shows and completes with the schemas; needs Node.js with npm
editor-test:
    integration/editor/test.sh

# Write docs/reference: every field of every spec, and the options, from docs/schema and --help
reference:
    integration/reference.sh

# Build the documents as a site, target/book/html, and check its links
book:
    integration/book.sh

# Write docs/run.svg, the README's picture, from a real session: pg-init of TAG
picture:
    integration/picture.sh

# Write docs/inventory.md: what the stack's init services provision
inventory:
    integration/inventory.sh

# Check the init services of a compose file, every profile of it; options go to docker compose
policy FILE *OPTIONS:
    docker compose --file {{ FILE }} {{ OPTIONS }} --profile '*' config --format json | cargo run --quiet --locked --package pg-init -- policy

# Measure a backend side by side with what people use today; all of them when none is named
bench *NAMES:
    integration/bench/run.sh {{ NAMES }}

# The long tests: every connection cut in turn, failovers, thousands of objects; of all suites when none is named
fault *NAMES:
    integration/test.sh --fault {{ NAMES }}

# The tests against servers that the gate does without: exports (all suites, every state exported), kafka (other releases, controllers in nodes of their own, ZooKeeper, kfake), long (what the gate skips of the newest releases), postgres (other majors, extensions), s3 (Garage, once, 10 minutes), valkey (other releases and builds)
field NAME:
    integration/test.sh --field {{ NAME }}

# Fuzz a parser until Ctrl-C or a finding; without TARGET, list the targets
fuzz *TARGET:
    fuzz/run.sh {{ TARGET }}

# The Jobs of docs/deploy/kubernetes.md on a one-node Kubernetes, which is built once (10 minutes)
k8s-test:
    integration/kubernetes/test.sh

# docs/deploy/podman.md on Podman 5, in a container of its own
podman-test:
    integration/podman/test.sh

# The pre_start hook of docs/deploy/compose.md on a Compose that knows hooks, which is built once
pre-start-test:
    integration/pre-start.sh
