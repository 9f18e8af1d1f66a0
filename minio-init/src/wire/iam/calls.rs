//! Sends calls of the IAM API, and reads their answers.

use crate::error::Error;
use crate::wire::client::{Answer, Call, Client};
use crate::wire::credential::Credential;
use crate::wire::xml::Element;

use super::form::Form;

/// The code for a user, group or policy that does not exist.
pub(super) const NO_SUCH_ENTITY: &str = "NoSuchEntity";
/// The code for one that exists already.
pub(super) const EXISTS: &str = "EntityAlreadyExists";
/// The largest answer, in bytes.
const LISTING: usize = 4 << 20;
/// The longest text of an answer, in bytes: a policy document, which has at most 20 KiB in a spec.
const DOCUMENT: usize = 64 << 10;
/// The remedy for a refused call.
const ADVICE: &str = "provision as an admin identity: that of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of SeaweedFS, \
                      or one of its -s3.config";

impl Client {
    /// True when the server answers a call that only the IAM API of SeaweedFS has.
    pub(crate) async fn is_seaweedfs(&self) -> Result<bool, Error> {
        let form = Form::new("ListServiceAccounts");
        match self.send(call("ask whether it is SeaweedFS", form)).await {
            Ok(answer) => Ok(Element::parse(&answer.body)
                .is_ok_and(|answer| answer.name() == "ListServiceAccountsResponse")),
            Err(refused) if refused.is_of_another_server() => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Sends a call of the IAM API.
    pub(super) async fn send_iam(&self, action: &str, form: Form<'_>) -> Result<Answer, Error> {
        self.send(call(action, form)).await.map_err(|refused| self.without_iam(refused))
    }

    /// Sends a call that another account signs.
    pub(super) async fn send_iam_as(
        &self,
        action: &str,
        form: Form<'_>,
        signer: &Credential,
    ) -> Result<Answer, Error> {
        self.send_as(call(action, form), Some(signer)).await
    }

    /// Reads the answer to a call; `None` where the server knows no such user, group or policy.
    pub(super) async fn read_iam(&self, action: &str, form: Form<'_>) -> Result<Option<Element>, Error> {
        let root = format!("{}Response", form.name());
        let answer = match self.send_iam(action, form).await {
            Err(refused) if refused.code() == NO_SUCH_ENTITY => return Ok(None),
            answer => answer?,
        };
        self.parse_iam(action, &answer.body, &root).map(Some)
    }

    /// Parses an answer, which has this root element and may have policy documents.
    pub(in crate::wire) fn parse_iam(&self, action: &str, body: &[u8], root: &str) -> Result<Element, Error> {
        let xml = Element::parse_with_texts(body, DOCUMENT).and_then(|xml| xml.with_root(root));
        xml.map_err(|problem| self.unreadable(action, &problem))
    }

    /// Turns the refusal of a server that was started without the API into an error that says so.
    pub(super) fn without_iam(&self, refused: Error) -> Error {
        match &refused {
            Error::Refused(refusal) if [405, 501].contains(&refusal.status) => {
                Error::NoAdminApi { endpoint: self.endpoint().clone(), kind: self.kind(), needed: "users" }
            }
            _ => refused.with_advice(ADVICE),
        }
    }
}

fn call<'a>(action: &'a str, form: Form<'_>) -> Call<'a> {
    form.into_call(action).limit(LISTING)
}
