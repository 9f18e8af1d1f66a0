//! MinIO's admin API: users, groups, policies, access keys, quotas. Plain answers are preferred, because
//! each sealed one costs an Argon2id derivation, here and at the server.

mod answers;
mod releases;

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use answers::{
    AccessKeyInfo, AccessKeys, AccountInfo, GroupInfo, Info, OwnAccessKeys, PolicyInfo, Quota, UserInfo,
};

pub(crate) use releases::UNKNOWN_CALL;

use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::Credential;
use crate::wire::opening;
use crate::wire::sealed::Sealer;
use crate::wire::server_kind::ServerKind;

const PREFIX: &str = "/minio/admin/v3";

/// Codes that a server says to a wrong signature before it looks at the path.
const BEFORE_THE_PATH: [&str; 5] = [
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "RequestTimeTooSkewed",
    "AuthorizationHeaderMalformed",
    "ServiceUnavailable",
];

/// More than a body has: a policy of 20 KiB and the fields beside it. A buffer that grows would leave copies behind.
const LARGEST_BODY: usize = 64 << 10;

/// Whether a secret key is the one that an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKeyCheck {
    /// The account has this secret key.
    Matches,
    /// The account has another secret key.
    Differs,
    /// The account is disabled: the server answers any secret key of it alike.
    Unknown,
}

impl<'a> Call<'a> {
    /// A call of the admin API.
    pub(crate) fn admin(method: Method, name: &str, doing: impl Into<std::borrow::Cow<'a, str>>) -> Self {
        Call::new(method, doing).path(format!("{PREFIX}/{name}"))
    }
}

impl Client {
    /// Sends a call of the admin API, for what the spec calls `needed`.
    pub(crate) async fn ask(&self, needed: &'static str, call: Call<'_>) -> Result<Bytes, Error> {
        let first = releases::first(call.target());
        match self.send(call).await {
            Ok(answer) => Ok(answer.body),
            Err(Error::Refused(refusal))
                if !self.kind().has_admin_api()
                    && !refusal.json
                    && !BEFORE_THE_PATH.contains(&refusal.code.as_str()) =>
            {
                Err(Error::NoAdminApi { endpoint: self.endpoint().clone(), needed })
            }
            Err(refused) => Err(releases::explained(refused, first)),
        }
    }

    /// The same where the answer is sealed.
    pub(crate) async fn ask_sealed(&self, needed: &'static str, call: Call<'_>) -> Result<Bytes, Error> {
        let _turn = self.sealing().answers.acquire().await;
        self.ask(needed, call).await
    }

    /// A plain answer, or `None` for the code that says that it is not there.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        needed: &'static str,
        absent: &str,
        call: Call<'_>,
    ) -> Result<Option<T>, Error> {
        let doing = call.doing().to_owned();
        match self.ask(needed, call).await {
            Ok(body) => self.json(&doing, &body).map(Some),
            Err(refused) if self.kind().says_absent(refused.code(), &[absent]) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, doing: &str, body: &[u8]) -> Result<T, Error> {
        // The problem of a parser may quote what it read; its place is enough.
        serde_json::from_slice(body).map_err(|error| {
            self.garbled(
                doing,
                &format!("it is not the JSON expected, at line {} column {}", error.line(), error.column()),
            )
        })
    }

    /// Seals a body with the provisioning account's own secret key. The plaintext is wiped.
    #[expect(clippy::disallowed_methods, reason = "the key of the sealing is derived from the secret key")]
    pub(crate) fn seal(&self, doing: &str, body: &impl Serialize) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(LARGEST_BODY));
        serde_json::to_writer(&mut *plain, body).map_err(|error| unsealed(doing, &error))?;
        let sealed = match self.sealing().sealer.get() {
            Some(sealer) => sealer.seal(&plain),
            None => Sealer::derive(self.own_secret().expose_secret().as_bytes())
                .and_then(|derived| self.sealing().sealer.get_or_init(|| derived).seal(&plain)),
        };
        sealed.map_err(|error| unsealed(doing, &error))
    }

    /// Opens an answer.
    pub(crate) async fn open(&self, doing: &str, sealed: Bytes) -> Result<Vec<u8>, Error> {
        let _core = self.sealing().cores.acquire().await;
        let opened = opening::open(std::thread::Builder::new(), self.own_secret(), sealed).await;
        opened.map_err(|error| self.garbled(doing, &error))
    }

    /// Signs as the account. On MinIO its own record is what every account may ask for, and is cheap to answer. RustFS has
    /// no such record of an access key (service account), so there a bucket that is not there is asked for.
    pub(crate) async fn check_secret_key(
        &self,
        label: &str,
        account: &Credential,
    ) -> Result<SecretKeyCheck, Error> {
        let doing = format!("sign in as {label}");
        let call = match self.kind() {
            ServerKind::RustFs => Call::get(doing).bucket("minio-init.sign-in").query("location", ""),
            ServerKind::Minio | ServerKind::S3 => {
                Call::admin(Method::GET, "user-info", doing).query("accessKey", account.key_id())
            }
        };
        match self.send_as(call, Some(account)).await {
            Ok(_) => Ok(SecretKeyCheck::Matches),
            Err(Error::Refused(refusal)) => match refusal.code.as_str() {
                "SignatureDoesNotMatch" => Ok(SecretKeyCheck::Differs),
                "InvalidAccessKeyId" => Ok(SecretKeyCheck::Unknown),
                // It was believed, and may not or is no user: either way the signature was right.
                "AccessDenied"
                | "NoSuchBucket"
                | "XMinioAdminNoSuchUser"
                | "XMinioInvalidIAMCredentials"
                | "XMinioIAMActionNotAllowed" => Ok(SecretKeyCheck::Matches),
                _ => Err(Error::Refused(refusal)),
            },
            Err(other) => Err(other),
        }
    }
}

pub(crate) fn unsealed(doing: &str, problem: &impl ToString) -> Error {
    Error::Unsendable { doing: doing.to_owned(), problem: problem.to_string() }
}
