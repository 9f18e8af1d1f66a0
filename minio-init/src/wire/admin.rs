//! Calls of MinIO's admin API: users, groups, policies, access keys and quotas. Calls with a plain response are
//! preferred, because each encrypted one costs an Argon2id derivation here and at the server.

mod answers;
pub(crate) mod config;
mod ldap;
mod releases;
mod targets;
mod tier;

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use answers::{
    AccessKeyInfo, AccessKeys, AccountInfo, GroupInfo, Info, OwnAccessKeys, PolicyInfo, Quota, UserInfo,
};

pub(crate) use ldap::LdapName;
pub(crate) use releases::UNKNOWN_CALL;
pub(crate) use targets::TargetInfo;
pub(crate) use tier::TierCheck;

use crate::desired::ServerKind;
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::Credential;
use crate::wire::opening;
use crate::wire::sealed::Sealer;

const PREFIX: &str = "/minio/admin/v3";

/// The codes with which a server refuses a signature before it looks at the path.
const BEFORE_THE_PATH: [&str; 5] = [
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "RequestTimeTooSkewed",
    "AuthorizationHeaderMalformed",
    "ServiceUnavailable",
];

/// The capacity of the buffer of a body, which is more than a policy of 20 KiB and its other fields need. A buffer
/// that grows would leave copies of secrets in freed memory.
const LARGEST_BODY: usize = 64 << 10;

/// The result of comparing a secret key with that of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKeyCheck {
    /// The account has this secret key.
    Matches,
    /// The account has another secret key.
    Differs,
    /// The account is disabled, so the server answers the same to every secret key.
    Unknown,
}

impl<'a> Call<'a> {
    /// A call of the admin API.
    pub(crate) fn admin(method: Method, name: &str, action: impl Into<std::borrow::Cow<'a, str>>) -> Self {
        Call::new(method, action).path(format!("{PREFIX}/{name}"))
    }
}

impl Client {
    /// Sends a call of the admin API. `needed` names the part of the spec that needs it.
    pub(crate) async fn send_admin(&self, needed: &'static str, call: Call<'_>) -> Result<Bytes, Error> {
        let first = releases::first_release(call.target());
        match self.send(call).await {
            Ok(answer) => Ok(answer.body),
            Err(Error::Refused(refusal))
                if !self.kind().has_admin_api()
                    && !refusal.is_json
                    && !BEFORE_THE_PATH.contains(&refusal.code.as_str()) =>
            {
                Err(Error::NoAdminApi { endpoint: self.endpoint().clone(), kind: self.kind(), needed })
            }
            Err(refused) => Err(releases::with_first_release(refused, first)),
        }
    }

    /// Sends a call whose response is encrypted.
    pub(crate) async fn send_admin_sealed(
        &self,
        needed: &'static str,
        call: Call<'_>,
    ) -> Result<Bytes, Error> {
        let _turn = self.sealing().answers.acquire().await;
        self.send_admin(needed, call).await
    }

    /// Reads a plain JSON response; `None` where the server answers with the code for an object that does not exist.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        needed: &'static str,
        absent: &str,
        call: Call<'_>,
    ) -> Result<Option<T>, Error> {
        let action = call.action().to_owned();
        match self.send_admin(needed, call).await {
            Ok(body) => self.json(&action, &body).map(Some),
            Err(refused) if self.kind().means_absent(refused.code(), &[absent]) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, action: &str, body: &[u8]) -> Result<T, Error> {
        // The message of the parser may quote what it read, which may be a secret, so only its position is reported.
        serde_json::from_slice(body).map_err(|error| {
            self.unreadable(
                action,
                &format!("it is not the JSON expected, at line {} column {}", error.line(), error.column()),
            )
        })
    }

    /// Encrypts a body with the provisioning account's secret key, and wipes the plaintext.
    pub(crate) fn seal(&self, action: &str, body: &impl Serialize) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(LARGEST_BODY));
        serde_json::to_writer(&mut *plain, body).map_err(|error| seal_error(action, &error))?;
        self.seal_bytes(action, &plain)
    }

    #[expect(clippy::disallowed_methods, reason = "the key of the sealing is derived from the secret key")]
    fn seal_bytes(&self, action: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let sealed = match self.sealing().sealer.get() {
            Some(sealer) => sealer.seal(plain),
            None => Sealer::derive(self.own_secret().expose_secret().as_bytes())
                .and_then(|derived| self.sealing().sealer.get_or_init(|| derived).seal(plain)),
        };
        sealed.map_err(|error| seal_error(action, &error))
    }

    /// Decrypts a response.
    pub(crate) async fn open(&self, action: &str, sealed: Bytes) -> Result<Vec<u8>, Error> {
        let _core = self.sealing().cores.acquire().await;
        let opened = opening::open(std::thread::Builder::new(), self.own_secret(), sealed).await;
        opened.map_err(|error| self.unreadable(action, &error))
    }

    /// Checks the secret key of an account with a request that is signed with it. On MinIO every account may read its
    /// own record, which is a cheap request. RustFS has no such record of an access key (service account), and
    /// Versity's gateway none at all, so there the location of a bucket that does not exist is requested.
    pub(crate) async fn check_secret_key(
        &self,
        label: &str,
        account: &Credential,
    ) -> Result<SecretKeyCheck, Error> {
        let action = format!("sign in as {label}");
        let call = match self.kind() {
            ServerKind::RustFs | ServerKind::VersityGw => {
                Call::get(action).bucket("minio-init.sign-in").query("location", "")
            }
            ServerKind::Minio
            | ServerKind::Garage
            | ServerKind::SeaweedFs
            | ServerKind::Ceph
            | ServerKind::S3 => {
                Call::admin(Method::GET, "user-info", action).query("accessKey", account.key_id())
            }
        };
        match self.send_as(call, Some(account)).await {
            Ok(_) => Ok(SecretKeyCheck::Matches),
            Err(Error::Refused(refusal)) => match refusal.code.as_str() {
                "SignatureDoesNotMatch" => Ok(SecretKeyCheck::Differs),
                "InvalidAccessKeyId" => Ok(SecretKeyCheck::Unknown),
                // The signature was accepted, and only the request was refused.
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

pub(crate) fn seal_error(action: &str, problem: &impl ToString) -> Error {
    Error::RequestNotBuilt { action: action.to_owned(), problem: problem.to_string() }
}
