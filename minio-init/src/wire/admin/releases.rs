//! The first release of MinIO that has a call, for calls that came later than the admin API itself (by the routes in
//! its cmd/admin-router.go). An older release answers 426 to a call that it does not know.

use http::Method;

use super::answers::Info;
use crate::error::{Error, TransportError};
use crate::wire::client::{Call, Client};
use crate::wire::release::Release;

const FIRST_RELEASES: [(&str, &str); 13] = [
    ("add-service-account", "RELEASE.2020-03-19T21-49-00Z"),
    ("list-service-accounts", "RELEASE.2020-04-28T23-56-56Z"),
    ("delete-service-account", "RELEASE.2020-04-28T23-56-56Z"),
    ("get-bucket-quota", "RELEASE.2020-05-01T22-19-14Z"),
    ("set-bucket-quota", "RELEASE.2020-05-01T22-19-14Z"),
    ("accountinfo", "RELEASE.2020-12-03T00-03-10Z"),
    ("info-service-account", "RELEASE.2021-04-18T19-26-29Z"),
    ("update-service-account", "RELEASE.2021-04-18T19-26-29Z"),
    ("kms/status", "RELEASE.2021-06-14T01-29-23Z"),
    ("idp/ldap/policy-entities", "RELEASE.2022-11-08T05-27-07Z"),
    ("idp/ldap/policy/attach", "RELEASE.2022-12-12T19-27-27Z"),
    ("idp/ldap/policy/detach", "RELEASE.2022-12-12T19-27-27Z"),
    ("idp/ldap/list-access-keys", "RELEASE.2023-12-20T01-00-02Z"),
];

/// The code with which MinIO refuses a call that it does not know.
pub(crate) const UNKNOWN_CALL: &str = "XMinioAdminVersionMismatch";

/// The first release that has the call with this path.
pub(super) fn first_release(path: &str) -> Option<&'static str> {
    FIRST_RELEASES
        .iter()
        .find(|(call, _)| path.strip_suffix(call).is_some_and(|rest| rest.ends_with('/')))
        .map(|(_, first)| *first)
}

/// Adds the first release to the refusal of a call that the server does not know.
pub(super) fn with_first_release(refused: Error, first: Option<&'static str>) -> Error {
    match (refused, first) {
        (Error::Refused(refusal), Some(first)) if refusal.code == UNKNOWN_CALL => {
            Error::ReleaseTooOld { action: refusal.action, endpoint: refusal.endpoint, first }
        }
        (refused, _) => refused,
    }
}

impl Client {
    /// The oldest release among the servers; `None` for another server than MinIO, for a build without a release, and
    /// for an account that may not ask.
    pub(crate) async fn oldest_release(&self) -> Result<Option<&Release>, Error> {
        let read = || async {
            if !self.is_minio() {
                return Ok(None);
            }
            let action = "ask for the release";
            match self.send_admin("accessKeys", Call::admin(Method::GET, "info", action)).await {
                Ok(body) => Ok(self.json::<Info>(action, &body).ok().and_then(|info| info.oldest_release())),
                Err(Error::Refused(refusal)) if (400..500).contains(&refusal.status) => Ok(None),
                Err(Error::NoResponse { source: TransportError::TooLong(_), .. }) => Ok(None),
                Err(other) => Err(other),
            }
        };
        self.release().get_or_try_init(read).await.map(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_the_end_of_its_path() {
        assert_eq!(
            first_release("/minio/admin/v3/info-service-account"),
            Some("RELEASE.2021-04-18T19-26-29Z")
        );
        assert_eq!(first_release("/minio/admin/v3/kms/status"), Some("RELEASE.2021-06-14T01-29-23Z"));
        assert_eq!(first_release("/minio/admin/v3/user-info"), None);
    }
}
