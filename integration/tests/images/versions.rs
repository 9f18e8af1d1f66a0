//! One version: every document and manifest that names one names the workspace's.

use integration::shell;

/// Every version that a line of a document gives a tool or its image: `FILE:LINE:VERSION`.
fn named() -> Vec<String> {
    let tools = "(kafka|minio|pg|valkey)-init";
    let patterns = [
        format!(r"({tools}|dayzero/NAME):[0-9][0-9A-Za-z.+-]*"),
        r#""version":"[^"]*""#.to_owned(),
        r"^ARG VERSION=.*".to_owned(),
        r"rev: v[0-9][0-9.]*".to_owned(),
        r"refs/tags/v[0-9][0-9.]*".to_owned(),
        r"OWNER/REPOSITORY@v[0-9][0-9.]*".to_owned(),
    ];
    let places = "README.md Dockerfile 'docs/*.md' 'docs/deploy/*' 'examples/*'";
    let found =
        shell(&format!("git grep --line-number --only-matching -E '{}' -- {places}", patterns.join("|")))
            .ok();
    found.lines().map(str::to_owned).collect()
}

#[test]
fn every_version_that_is_written_anywhere_is_the_workspaces() {
    let version = shell("images/build.sh --version").ok();
    let named = named();
    assert!(named.len() > 8, "{named:?}");
    let wrong: Vec<&String> =
        named.iter().filter(|line| !line.trim_end_matches('"').ends_with(version.trim())).collect();
    assert!(wrong.is_empty(), "not {}: {wrong:?}", version.trim());
    let changes =
        format!("sed -n 's/^## //p' CHANGELOG.md | head -n 1 | grep -E '^(Unreleased|{})'", version.trim());
    shell(&changes).ok();
}

#[test]
fn the_servers_that_the_suite_runs_are_those_that_the_support_table_has() {
    let servers =
        shell("sed -nE 's/^(KAFKA_VERSION[_A-Z]*|MINIO_VERSION|POSTGRES_VERSION)=//p' .env.example").ok();
    assert_eq!(servers.lines().count(), 5, "{servers}");
    // The older ones, and those of Valkey and Redis, are in the suite alone.
    let postgres = "sed -n '/^postgres()/,/^}/p' integration/test.sh";
    let older = shell(&format!(r"{postgres} | sed -nE 's/^ *packaged_postgres ([0-9]+) .*/\1/p'")).ok();
    assert_eq!(older.lines().count(), 1, "{older}");
    let valkey = "{ sed -n '/^packaged_redis()/,/^}/p' integration/test.sh; sed -n 's/^VALKEY_IMAGE=/ server --tag /p' .env.example; }";
    let valkey =
        shell(&format!(r"{valkey} | sed -nE 's/^ *server .*--tag dayzero\/[a-z]+:([0-9.]+).*/\1/p'")).ok();
    assert_eq!(valkey.lines().count(), 2, "{valkey}");
    let table = "sed -n '/^## Supported servers/,/^## /p' docs/release.md";
    for version in servers.lines().chain(older.lines()).chain(valkey.lines()) {
        shell(&format!("{table} | grep --quiet --word-regexp --fixed-strings -- {version}")).ok();
    }
    let release = shell("images/build.sh --version").ok();
    let minor = release.trim().rsplit_once('.').map_or("", |(minor, _)| minor);
    shell(&format!("{table} | grep --quiet --fixed-strings '| {minor} tested with | {minor} works with |'"))
        .ok();
}
