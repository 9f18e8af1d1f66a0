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

# Build the image of every init tool
image-all:
    images/build.sh $(images/build.sh --list)

# Measure one backend side by side with what people use today
bench NAME:
    integration/bench/{{ NAME }}.sh
