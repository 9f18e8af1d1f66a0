//! Changes of foreign servers and user mappings.

use init_core::diff::Drift;
use pg_init::{
    AlterForeignServer, AlterUserMapping, Change, CreateForeignServer, CreateUserMapping, ForeignServer,
    SecretOption, UserMapping,
};

use super::{drift, text};

pub(super) fn foreign() -> Vec<Change> {
    let options = [("dbname", "d"), ("host", "far")].map(|(name, value)| (text(name), text(value)));
    let of = ForeignServer {
        wrapper: text("postgres_fdw"),
        kind: Some(text("t")),
        version: Some(text("1")),
        options: options.into(),
        owner: Some(text("a")),
        usage: [text("b"), text("public")].into(),
    };
    let secret = |existing| SecretOption { existing, to: "p".parse().unwrap() };
    let mapping = UserMapping {
        options: [(text("user"), text("u"))].into(),
        secrets: [(text("password"), "p".parse().unwrap())].into(),
    };
    let (database, server, role) = (text("d"), text("far"), text("b"));
    vec![
        Change::AlterUserMapping(AlterUserMapping {
            database: database.clone(),
            server: server.clone(),
            role: text("public"),
            options: [(text("user"), drift(text("u"), text("v")))].into(),
            secrets: [(text("password"), secret(true)), (text("sslpassword"), secret(false))].into(),
        }),
        Change::CreateUserMapping(CreateUserMapping {
            database: database.clone(),
            server: server.clone(),
            role,
            of: mapping,
        }),
        Change::AlterForeignServer(AlterForeignServer {
            database: database.clone(),
            server: server.clone(),
            wrapper: text("postgres_fdw"),
            version: Some(drift(text("1"), text("2"))),
            options: [
                (text("host"), drift(text("old"), text("far"))),
                (text("port"), Drift { from: None, to: text("1") }),
            ]
            .into(),
            owner: Some(drift(text("a"), text("b"))),
            usage: Some(drift([text("b")].into(), [text("b"), text("c")].into())),
        }),
        Change::CreateForeignServer(CreateForeignServer { database, server, of }),
    ]
}
