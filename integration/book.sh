#!/usr/bin/env bash
# book.sh   builds the documents as a site, in target/book, and fails when a link in it leads nowhere
#
# The site has the layout of the repository, so a link between two documents is right in both.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

# It is run once in a while, so its compilation is to be quick, not its code.
CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    cargo_tool mdbook 0.5.4 --no-default-features --features search

site=${CARGO_TARGET_DIR:-$root/target}/book
rm -rf "$site"
mkdir -p "$site/src"
# What the documents are, and what they link to.
git ls-files --cached --others --exclude-standard -z -- '*.md' docs examples hooks integration/specs compose.yaml action.yml \
    .pre-commit-hooks.yaml .github LICENSE | xargs -0 cp --parents --target-directory "$site/src"
mv "$site/src/docs/book.toml" "$site/src/docs/book.css" "$site"
# The table of contents is written for its place among the documents.
sed -E 's#\]\(#](docs/#; s#\(docs/\.\./#(#' docs/SUMMARY.md >"$site/src/SUMMARY.md"
rm "$site/src/docs/SUMMARY.md"
RUST_LOG=warn mdbook build --dest-dir "$site/html" "$site"
/usr/bin/python3 integration/links.py "$site/html"
