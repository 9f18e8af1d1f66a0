//! Proves MinIO by using it as the application's own user: what it may, what it may not, and what is public. Signs by
//! itself, and so shares nothing with the tool that provisioned.

use std::io;
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;
use ring::{digest, hmac};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const REGION: &str = "us-east-1";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const SIGNED_HEADERS: &str = "host;x-amz-content-sha256;x-amz-date";

/// The endpoint of MinIO, and the account.
#[derive(Args)]
pub(crate) struct Storage {
    /// MinIO, as name and port
    #[arg(long, value_name = "HOST:PORT", requires_all = ["minio_user_file", "minio_secret_file"])]
    pub(crate) minio: Option<String>,
    /// The file with the access key of MinIO's application user
    #[arg(long, value_name = "PATH", requires = "minio")]
    minio_user_file: Option<PathBuf>,
    /// The file with its secret key
    #[arg(long, value_name = "PATH", requires = "minio")]
    minio_secret_file: Option<PathBuf>,
    /// A bucket that is for the application alone
    #[arg(long, value_name = "NAME", default_value = "tempo-bucket")]
    minio_private: String,
    /// A bucket that everybody may read
    #[arg(long, value_name = "NAME", default_value = "cdn-bucket")]
    minio_public: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{of}: {source}")]
    Io { of: String, source: io::Error },
    #[error("{who} {method} {path}: HTTP {status}, and {wanted} was expected")]
    Unexpected { who: &'static str, method: &'static str, path: String, status: u16, wanted: u16 },
    #[error("{path} does not hold what was put there")]
    Changed { path: String },
}

/// One identity at one server; nobody without a user.
struct Client<'a> {
    server: &'a str,
    user: Option<(String, String)>,
}

/// Puts, gets, is refused, and reads in public.
pub(crate) async fn prove(server: &str, access: &Storage) -> Result<String, Error> {
    let user = read(access.minio_user_file.as_deref())?;
    let secret = read(access.minio_secret_file.as_deref())?;
    let application = Client { server, user: Some((user, secret)) };
    let nobody = Client { server, user: None };
    let content = Utc::now().to_rfc3339();
    let (private, public) =
        (format!("/{}/smoke", access.minio_private), format!("/{}/smoke", access.minio_public));
    for path in [&private, &public] {
        application.ask("PUT", path, &content, 200).await?;
        if application.ask("GET", path, "", 200).await? != content {
            return Err(Error::Changed { path: path.clone() });
        }
    }
    if nobody.ask("GET", &public, "", 200).await? != content {
        return Err(Error::Changed { path: public });
    }
    nobody.ask("GET", &private, "", 403).await?;
    nobody.ask("PUT", &private, &content, 403).await?;
    application.ask("GET", "/minio/admin/v3/list-canned-policies", "", 403).await?;
    Ok(format!(
        "minio: put and got as the application in {} and {}, the second in public; refused elsewhere",
        access.minio_private, access.minio_public
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the application's own account, which is not an init tool's to read"
)]
fn read(path: Option<&Path>) -> Result<String, Error> {
    let path = path.unwrap_or(Path::new(""));
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| Error::Io { of: path.display().to_string(), source })?;
    Ok(text.trim_end().to_owned())
}

impl Client<'_> {
    /// The body of an answer with the status that is wanted.
    async fn ask(&self, method: &'static str, path: &str, body: &str, wanted: u16) -> Result<String, Error> {
        let (status, answer) =
            self.exchange(method, path, body).await.map_err(|source| self.broken(source))?;
        if status == wanted {
            return Ok(answer);
        }
        let who = if self.user.is_some() { "the application" } else { "nobody" };
        Err(Error::Unexpected { who, method, path: path.to_owned(), status, wanted })
    }

    async fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        let signature = self.user.as_ref().map(|user| self.signed(user, method, path)).unwrap_or_default();
        let (server, length) = (self.server, body.len());
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {server}\r\nContent-Length: {length}\r\n{signature}\r\n"
        );
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all((head + body).as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.map(|status| (status, body.to_owned())).ok_or_else(|| io::Error::other("that is no HTTP"))
    }

    /// AWS Signature Version 4, with its headers.
    fn signed(&self, (user, secret): &(String, String), method: &str, path: &str) -> String {
        let now = Utc::now();
        let (date, time) = (now.format("%Y%m%d").to_string(), now.format("%Y%m%dT%H%M%SZ").to_string());
        let headers = format!("host:{}\nx-amz-content-sha256:{UNSIGNED}\nx-amz-date:{time}\n", self.server);
        let request = format!("{method}\n{path}\n\n{headers}\n{SIGNED_HEADERS}\n{UNSIGNED}");
        let scope = format!("{date}/{REGION}/s3/aws4_request");
        let digest = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
        let start = format!("AWS4{secret}").into_bytes();
        let key = [&date, REGION, "s3", "aws4_request"].iter().fold(start, |key, part| mac(&key, part));
        let signature = hex(&mac(&key, &text));
        format!(
            "x-amz-date: {time}\r\nx-amz-content-sha256: {UNSIGNED}\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential={user}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}\r\n"
        )
    }

    fn broken(&self, source: io::Error) -> Error {
        Error::Io { of: self.server.to_owned(), source }
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
