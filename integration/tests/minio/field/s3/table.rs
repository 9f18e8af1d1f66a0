//! The table of docs/s3-servers.md: every feature on every server. What works is applied twice, and what does not is
//! refused before anything is written. `S3_TABLE=write` writes the columns of the servers that were run, and
//! `S3_SERVERS` names some of them.

mod document;
mod features;

use integration::minio::{Server, Setup};
use integration::{Ended, shell};

use crate::beds::{self, Bed};
use document::Table;
use features::{DOCUMENT, FEATURES};

/// The result of one feature on one server.
enum Cell {
    /// It is applied, and the second run is `unchanged`.
    Works,
    /// It is refused with this sentence before anything is written, by `plan` too.
    Refused(String),
    /// Only a write shows that the server does not have it; the run fails with this sentence.
    Found(String),
}

impl Cell {
    fn word(&self) -> &'static str {
        match self {
            Self::Works => "yes",
            Self::Refused(_) => "no",
            Self::Found(_) => "no, found by a write",
        }
    }
}

/// A run with a spec and arguments.
type Run = Box<dyn Fn(&str, &[&str]) -> Ended>;

/// A server by the heading of its column.
struct Column {
    heading: &'static str,
    /// The word of `server` for it.
    kind: &'static str,
    run: Run,
}

const SECRET: (&str, &str) = ("other", "other-5ecret-0fgarage");

/// The account and the buckets of another MinIO, for tiers and replication.
const FAR: &str = "mc mb t/cold t/copy && mc version enable t/copy && mc admin user add t far-user other-5ecret-0fgarage \
     && mc admin policy attach t readwrite --user far-user";

fn of_bed(heading: &'static str, kind: &'static str, bed: Bed) -> Column {
    Column { heading, kind, run: Box::new(move |spec, args| bed.run_with(spec, args, &[SECRET])) }
}

fn of_minio(heading: &'static str, image: Option<&'static str>) -> Column {
    let key = format!("MINIO_KMS_SECRET_KEY=key:{}=", "A".repeat(43));
    let server = Server::start(&Setup { docker: &["--env", &key], image, ..Setup::default() });
    let far = server.beside("far", &Setup::default());
    server.ready();
    far.ready();
    far.shell(FAR).ok();
    let run = move |spec: &str, args: &[&str]| {
        // The other server lives as long as this one.
        let _ = &far;
        server.init(spec).secret(SECRET.0, SECRET.1).args(args).run()
    };
    Column { heading, kind: "minio", run: Box::new(run) }
}

/// The server that `S3_SERVERS` calls `name`, if there is one.
fn start(name: &str) -> Option<Column> {
    Some(match name {
        "minio" => of_minio("MinIO", None),
        "minio-2022-10" => of_minio("MinIO 2022-10", Some("dayzero/minio:2022-10")),
        "minio-2023-11" => of_minio("MinIO 2023-11", Some("dayzero/minio:2023-11")),
        "minio-2024-08" => of_minio("MinIO 2024-08", Some("dayzero/minio:2024-08")),
        "rustfs" => of_bed("RustFS 1.0", "rustfs", beds::rustfs_with_key()),
        "seaweedfs" => of_bed("SeaweedFS 4.48", "seaweedfs", beds::seaweedfs_with_key()),
        "versitygw" => of_bed("versitygw 1.8", "versitygw", beds::versitygw()),
        "ceph" => of_bed("Ceph 18", "ceph", beds::ceph()),
        "garage" => of_bed("Garage 2.5", "garage", beds::fresh_garage()),
        "moto" => of_bed("moto", "s3", beds::moto()),
        _ => return None,
    })
}

/// The servers whose columns the document has.
const SERVERS: &str = "minio,minio-2024-08,minio-2023-11,minio-2022-10,seaweedfs,versitygw,moto,garage,ceph";

fn cell(column: &Column, row: usize, spec: &str) -> Cell {
    // A key of Garage has eight characters, and one of SeaweedFS letters and digits alone.
    let (name, joint) = match column.kind {
        "seaweedfs" => (format!("tables{row:02}"), "@x"),
        _ => (format!("table-{row:02}"), "@-"),
    };
    let end = shell("date --utc --date '+30 days' +%FT%TZ").ok();
    let spec = spec
        .replace("KIND", column.kind)
        .replace("DOCUMENT", DOCUMENT)
        .replace("END", end.trim())
        .replace("@-", joint)
        .replace('@', &name);
    let spec = format!("{spec}\n");
    let first = (column.run)(&spec, &[]);
    if first.exit == 0 {
        (column.run)(&spec, &[]).expect(0, "unchanged");
        return Cell::Works;
    }
    let first = first.expect(76, "failed");
    let sentence = first.error().lines().last().unwrap_or_default().replace(&name, "NAME");
    let sentence = sentence.replace('<', "&lt;").replace('>', "&gt;");
    if first.changes().iter().any(|change| change.ends_with(": applied")) {
        return Cell::Found(sentence);
    }
    (column.run)(&spec, &["plan"]).expect(76, "failed");
    Cell::Refused(sentence)
}

#[test]
#[ignore = "needs servers that take long to build: just field s3"]
fn the_table_of_servers_says_what_each_of_them_does() {
    let names = std::env::var("S3_SERVERS").unwrap_or_else(|_| SERVERS.to_owned());
    let text = std::fs::read_to_string(document::path()).expect("the document is read");
    let mut table = Table::read(&text);
    let writes = std::env::var("S3_TABLE").is_ok_and(|what| what == "write");
    for name in names.split(',') {
        let column = start(name).expect("a server of S3_SERVERS");
        let cells: Vec<_> = FEATURES
            .iter()
            .enumerate()
            .map(|(row, (name, spec))| (*name, cell(&column, row, spec)))
            .collect();
        table.set(column.heading, &cells);
        // Each column is written by itself, so that a server that fails takes none of the others with it.
        if writes {
            std::fs::write(document::path(), table.within(&text)).expect("the document is written");
        }
    }
    if !writes {
        assert_eq!(table.within(&text), text, "S3_TABLE=write just field s3");
    }
}
