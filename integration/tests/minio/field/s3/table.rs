//! The table of docs/s3-servers.md: every feature on every server, each that works applied twice and each that does not
//! refused before anything is written. `S3_TABLE=write` writes the columns of the servers that were run; `S3_SERVERS` names
//! some of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use integration::Ended;
use integration::minio::Server;

use crate::beds::{self, Bed};

/// What a row is called, and a spec in which `@` is a bucket of its own.
const FEATURES: [(&str, &str); 31] = [
    ("buckets", "buckets: {@: {}}"),
    ("`versioning: enabled`", "buckets: {@: {versioning: enabled}}"),
    ("`versioning: suspended`", "buckets: {@: {versioning: suspended}}"),
    ("`objectLock: {}`", "buckets: {@: {objectLock: {}}}"),
    ("`objectLock` with a default retention", "buckets: {@: {objectLock: {mode: GOVERNANCE, days: 1}}}"),
    ("`encryption`", "buckets: {@: {encryption: sse-s3}}"),
    ("`quota`", "buckets: {@: {quota: 1GiB}}"),
    ("`tags`", "buckets: {@: {tags: {team: a, cost: b}}}"),
    ("`lifecycle` with `expireDays`", "buckets: {@: {lifecycle: [{id: a, expireDays: 30}]}}"),
    ("`lifecycle` with `prefix`", "buckets: {@: {lifecycle: [{id: a, prefix: tmp/, expireDays: 30}]}}"),
    ("`lifecycle` with `tags`", "buckets: {@: {lifecycle: [{id: a, tags: {kind: tmp}, expireDays: 30}]}}"),
    ("`expireNoncurrentDays`", "buckets: {@: {lifecycle: [{id: a, expireNoncurrentDays: 7}]}}"),
    (
        "`keepNoncurrentVersions`",
        "buckets: {@: {lifecycle: [{id: a, expireNoncurrentDays: 7, keepNoncurrentVersions: 2}]}}",
    ),
    ("`expireDeleteMarkers`", "buckets: {@: {lifecycle: [{id: a, expireDeleteMarkers: true}]}}"),
    ("`abortIncompleteUploadDays`", "buckets: {@: {lifecycle: [{id: a, abortIncompleteUploadDays: 3}]}}"),
    (
        "several rules",
        "buckets: {@: {lifecycle: [{id: b, prefix: b/, expireDays: 9}, {id: a, prefix: a/, expireDays: 3}]}}",
    ),
    ("`anonymous: none`", "buckets: {@: {anonymous: none}}"),
    ("`anonymous: download`", "buckets: {@: {anonymous: download}}"),
    ("`anonymous: upload`", "buckets: {@: {anonymous: upload}}"),
    ("`anonymous: public`", "buckets: {@: {anonymous: public}}"),
    (
        "`policy`",
        r#"buckets: {@: {policy: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::@/public/*"]}]}}}}"#,
    ),
    (
        "`policy` with conditions",
        r#"buckets: {@: {policy: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::@/*", Condition: {IpAddress: {"aws:SourceIp": ["10.1.2.3/8", "192.0.2.1"]}}}]}}}}"#,
    ),
    (
        "`cors`",
        "buckets: {@: {cors: [{allowedOrigins: [\"https://a.example\"], allowedMethods: [PUT, GET], maxAgeSeconds: 60}]}}",
    ),
    (
        "`cors` with several rules and no age",
        "buckets: {@: {cors: [{allowedOrigins: [\"https://b.example\"], allowedMethods: [GET]}, {allowedOrigins: [\"https://a.example\"], allowedMethods: [GET], allowedHeaders: [\"*\"], exposeHeaders: [etag]}]}}",
    ),
    ("`policies`", "policies: {@: {document: DOCUMENT}}"),
    (
        "`policies` with conditions",
        r#"policies: {@: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*", Condition: {DateLessThan: {"aws:CurrentTime": "2030-01-01T00:00:00.5Z"}, NotIpAddress: {"aws:SourceIp": "10.1.2.3/8"}}}]}}}"#,
    ),
    ("`users` with policies", "users: {@: {secretKey: {secret: other}, policies: [readwrite]}}"),
    (
        "`users`, disabled",
        "users: {@: {secretKey: {secret: other}, policies: [readwrite], status: disabled}}",
    ),
    (
        "`groups`",
        "users: {@-u: {secretKey: {secret: other}}}\ngroups: {@: {members: [@-u], policies: [readwrite]}}",
    ),
    (
        "`accessKeys`",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@-u: {secretKey: {secret: other}, policies: [readwrite]}}\naccessKeys: {@: {user: @-u, secretKey: {secret: other}, policy: @-p, name: ci}}",
    ),
    (
        "`state: absent`",
        "users: {@: {state: absent}, @-u: {secretKey: {secret: other}, policies: [readwrite, {name: readonly, state: absent}]}}\naccessKeys: {@-k: {state: absent}}",
    ),
];

const DOCUMENT: &str = r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]}]}"#;

/// What one feature is on one server.
enum Cell {
    Works,
    /// With this sentence, and before the first write unless the policy has to be there to be tried.
    Refused(String),
}

/// A run with this spec and these arguments.
type Run = Box<dyn Fn(&str, &[&str]) -> Ended>;

/// A server by the heading of its column.
struct Column {
    heading: &'static str,
    run: Run,
}

fn of_bed(heading: &'static str, bed: Bed) -> Column {
    let run = move |spec: &str, args: &[&str]| bed.run_with(spec, args, &[("other", "other-5ecret")]);
    Column { heading, run: Box::new(run) }
}

/// By the name that `S3_SERVERS` has for it.
fn start(name: &str) -> Option<Column> {
    Some(match name {
        "minio" => {
            let server = Server::new();
            let run = move |spec: &str, args: &[&str]| {
                server.init(spec).secret("other", "other-5ecret").args(args).run()
            };
            Column { heading: "MinIO", run: Box::new(run) }
        }
        "seaweedfs" => of_bed("SeaweedFS 4.48", beds::seaweedfs()),
        "garage" => of_bed("Garage 2.5", beds::garage()),
        "versitygw" => of_bed("versitygw 1.8", beds::versitygw()),
        "moto" => of_bed("moto", beds::moto()),
        _ => return None,
    })
}

const SERVERS: &str = "minio,seaweedfs,versitygw,moto";

fn cell(column: &Column, row: usize, spec: &str) -> Cell {
    let bucket = format!("cell-{row:02}");
    let spec = format!("{}\n", spec.replace("DOCUMENT", DOCUMENT).replace('@', &bucket));
    let first = (column.run)(&spec, &[]);
    let heading = column.heading;
    if first.exit == 0 {
        (column.run)(&spec, &[]).expect(0, "unchanged");
        return Cell::Works;
    }
    let first = first.expect(76, "failed");
    let written: Vec<_> =
        first.changes().into_iter().filter(|change| change.ends_with(": applied")).collect();
    assert!(written.is_empty(), "{heading}: {spec}: {written:?}: {}", first.stdout);
    (column.run)(&spec, &["plan"]).expect(76, "failed");
    Cell::Refused(first.error())
}

fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/s3-servers.md")
}

/// The columns by heading, each with what its rows are, and the sentences of what is refused.
#[derive(Default, PartialEq, Debug)]
struct Table {
    columns: Vec<(String, BTreeMap<String, bool>)>,
    sentences: BTreeMap<String, Vec<String>>,
}

const BEGIN: &str = "<!-- made by the tests -->\n";

impl Table {
    fn read(text: &str) -> Self {
        let mut table = Self::default();
        let made = text.split_once(BEGIN).map_or("", |(_, made)| made);
        let mut heading = String::new();
        for line in made.lines() {
            let cells: Vec<_> =
                line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
            match line {
                line if line.starts_with("| feature") => {
                    table.columns = cells.into_iter().skip(1).map(|name| (name, BTreeMap::new())).collect();
                }
                line if line.starts_with("|--") => {}
                line if line.starts_with('|') => {
                    for ((_, column), cell) in table.columns.iter_mut().zip(cells.iter().skip(1)) {
                        column.extend(cells.first().map(|row| (row.clone(), cell == "yes")));
                    }
                }
                line if line.starts_with("### ") => line[4..].clone_into(&mut heading),
                line if line.starts_with("- ") => {
                    table.sentences.entry(heading.clone()).or_default().push(line[2..].to_owned());
                }
                _ => {}
            }
        }
        table
    }

    fn set(&mut self, heading: &str, cells: &[(&str, Cell)]) {
        let column =
            cells.iter().map(|(row, cell)| ((*row).to_owned(), matches!(cell, Cell::Works))).collect();
        match self.columns.iter_mut().find(|(name, _)| name == heading) {
            Some((_, there)) => *there = column,
            None => self.columns.push((heading.to_owned(), column)),
        }
        let said = |(row, cell): &(&str, Cell)| match cell {
            Cell::Works => None,
            Cell::Refused(sentence) => Some(format!("{row}: {sentence}")),
        };
        self.sentences.insert(heading.to_owned(), cells.iter().filter_map(said).collect());
    }

    fn text(&self) -> String {
        let headings: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut text =
            format!("| feature | {} |\n|---|{}\n", headings.join(" | "), "---|".repeat(headings.len()));
        for (row, _) in FEATURES {
            let cells = self
                .columns
                .iter()
                .map(|(_, column)| if column.get(row) == Some(&true) { "yes" } else { "no" });
            let _ = writeln!(text, "| {row} | {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        text += "\n## What is said where it is no\n";
        for (heading, _) in &self.columns {
            let _ = writeln!(text, "\n### {heading}\n");
            for sentence in self.sentences.get(heading).into_iter().flatten() {
                let _ = writeln!(text, "- {sentence}");
            }
        }
        text
    }
}

#[test]
#[ignore = "needs servers that take long to build: just field s3"]
fn the_table_of_servers_says_what_each_of_them_does() {
    let names = std::env::var("S3_SERVERS").unwrap_or_else(|_| SERVERS.to_owned());
    let text = std::fs::read_to_string(document()).expect("the document");
    let mut table = Table::read(&text);
    for name in names.split(',') {
        let column = start(name).expect("the name of a server");
        let cells: Vec<_> = FEATURES
            .iter()
            .enumerate()
            .map(|(row, (name, spec))| (*name, cell(&column, row, spec)))
            .collect();
        table.set(column.heading, &cells);
    }
    let (before, _) = text.split_once(BEGIN).expect("a place for the table");
    let made = format!("{before}{BEGIN}\n{}", table.text());
    if std::env::var("S3_TABLE").is_ok_and(|what| what == "write") {
        std::fs::write(document(), made).expect("the document is written");
    } else {
        assert_eq!(made, text, "S3_TABLE=write just field s3");
    }
}
