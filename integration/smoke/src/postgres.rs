//! Proves a database by using it as its owner: a table made, a row inserted and selected.

use std::io;
use std::path::PathBuf;

use clap::Args;
use tokio_postgres::{Config, NoTls};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}", chain(.0))]
    Client(#[from] tokio_postgres::Error),
    #[error("cannot read the password from {path}: {problem}", path = .0.display(), problem = .1)]
    Password(PathBuf, io::Error),
    #[error("`{0}` is no NAME:PORT/DATABASE")]
    Place(String),
    #[error("what was inserted is not what was selected")]
    Different,
}

/// The client's own message leaves the server's out.
fn chain(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// The endpoint and the login.
#[derive(Args)]
pub(crate) struct Access {
    /// A database of PostgreSQL
    #[arg(long, value_name = "HOST:PORT/DATABASE", requires = "postgres_user")]
    pub(crate) postgres: Option<String>,
    /// The role that owns it
    #[arg(long, value_name = "NAME", requires = "postgres_password_file")]
    postgres_user: Option<String>,
    /// The file that holds its password
    #[arg(long, value_name = "FILE")]
    postgres_password_file: Option<PathBuf>,
}

/// Inserts and selects, and says so.
pub(crate) async fn prove(place: &str, args: &Access) -> Result<String, Error> {
    let unclear = || Error::Place(place.to_owned());
    let (user, file) =
        args.postgres_user.as_ref().zip(args.postgres_password_file.as_ref()).ok_or_else(unclear)?;
    #[expect(clippy::disallowed_methods, reason = "the application's own way to its password")]
    let password = std::fs::read_to_string(file).map_err(|problem| Error::Password(file.clone(), problem))?;
    let (endpoint, database) = place.split_once('/').ok_or_else(unclear)?;
    let (host, port) = endpoint.split_once(':').ok_or_else(unclear)?;
    let port: u16 = port.parse().map_err(|_| unclear())?;
    let mut config = Config::new();
    config.host(host).port(port).dbname(database).user(user).password(password.trim_end_matches('\n'));
    let (client, connection) = config.connect(NoTls).await?;
    let serving = tokio::spawn(connection);
    client
        .batch_execute("CREATE TABLE IF NOT EXISTS smoke (id bigserial PRIMARY KEY, proof text NOT NULL)")
        .await?;
    let sent = "smoke";
    let row = client.query_one("INSERT INTO smoke (proof) VALUES ($1) RETURNING id", &[&sent]).await?;
    let id: i64 = row.try_get(0)?;
    let row = client.query_one("SELECT proof FROM smoke WHERE id = $1", &[&id]).await?;
    let found: String = row.try_get(0)?;
    drop(client);
    // The server has answered everything: how the connection ends is no proof of anything.
    drop(serving.await);
    if found == sent {
        Ok(format!("postgres: {endpoint}/{database}: inserted and selected as {user}"))
    } else {
        Err(Error::Different)
    }
}
