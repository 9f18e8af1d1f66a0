//! Stands for the application that a stack is provisioned for: uses every server as its own user would, with clients
//! that share no code with the init tools. One line on stdout for each proof, the first failure on stderr, exit 0 or 1.

mod kafka;
mod minio;
mod postgres;
mod proved;
mod valkey;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Whatever a server does, the proofs are given or refused within this time.
const LIMIT: Duration = Duration::from_secs(30);

#[derive(Parser)]
#[command(version, about)]
struct Args {
    #[command(flatten)]
    kafka: kafka::Access,
    #[command(flatten)]
    minio: minio::Storage,
    #[command(flatten)]
    postgres: postgres::Access,
    /// A node of a Valkey cluster, as name and port
    #[arg(long, value_name = "HOST:PORT")]
    valkey: Option<String>,
    /// The file with the password of Valkey's user default
    #[arg(long, value_name = "PATH", requires = "valkey")]
    valkey_password: Option<PathBuf>,
    /// After the proofs, stay until SIGTERM, as an application does
    #[arg(long)]
    stay: bool,
    /// Only ask the `smoke --stay` of this container whether its proofs were given: its health check
    #[arg(long, exclusive = true)]
    proved: bool,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("kafka: {0}")]
    Kafka(#[from] kafka::Error),
    #[error("minio: {0}")]
    Minio(#[from] minio::Error),
    #[error("postgres: {0}")]
    Postgres(#[from] postgres::Error),
    #[error("valkey: {0}")]
    Valkey(#[from] valkey::Error),
    #[error("the proofs took longer than {} s", LIMIT.as_secs())]
    TooSlow,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One line for each proof, as it is given.
fn say(proof: &str) -> io::Result<()> {
    writeln!(io::stdout(), "proved: {proof}")
}

async fn prove(args: &Args) -> Result<(), Error> {
    for topic in &args.kafka.topics {
        say(&kafka::prove(&args.kafka, topic).await?)?;
    }
    for topic in &args.kafka.refused_topics {
        say(&kafka::refused(&args.kafka, topic).await?)?;
    }
    if let Some(server) = &args.minio.minio {
        say(&minio::prove(server, &args.minio).await?)?;
    }
    if let Some(node) = &args.valkey {
        say(&valkey::prove(node, args.valkey_password.as_deref()).await?)?;
    }
    if let Some(place) = &args.postgres.postgres {
        say(&postgres::prove(place, &args.postgres).await?)?;
    }
    Ok(())
}

async fn run(args: &Args) -> Result<(), Error> {
    // Taken first: as the first process of a container, it would not be ended by a signal that it does not handle.
    let mut stop = signal(SignalKind::terminate())?;
    tokio::select! {
        proofs = tokio::time::timeout(LIMIT, prove(args)) => proofs.map_err(|_| Error::TooSlow)??,
        _ = stop.recv() => return Ok(()),
    }
    if args.stay {
        tokio::select! {
            served = proved::serve() => served?,
            _ = stop.recv() => {}
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.proved {
        return if proved::ask().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(run(&args)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(io::stderr(), "failed: {error}");
            ExitCode::FAILURE
        }
    }
}
