//! An ACL entry as written: each entry with its lists stands for every combination of them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::list::OneOrMany;
use super::state::State;
use crate::desired::Pattern;

/// One name or several.
pub(crate) type Names = OneOrMany<String>;

/// One entry as written: who may or may not do what, on which resource of one kind, from where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AclSpec {
    /// Who, as TYPE:NAME.
    #[schemars(with = "Names")]
    pub(crate) principal: Option<Names>,
    /// The operations that are allowed. This or `deny`.
    pub(crate) allow: Option<Names>,
    /// The operations that are denied.
    pub(crate) deny: Option<Names>,
    /// Topics, by name or prefix; `*` is all.
    pub(crate) topic: Option<Names>,
    /// Consumer groups.
    pub(crate) group: Option<Names>,
    /// The cluster itself.
    pub(crate) cluster: Option<bool>,
    /// Transactional ids.
    pub(crate) transactional_id: Option<Names>,
    /// Delegation tokens.
    pub(crate) delegation_token: Option<Names>,
    /// Users that tokens are for; TYPE: in front of the name is `User:` when left out.
    pub(crate) user: Option<Names>,
    /// Whether the names are whole or only begin so. Default: literal.
    #[serde(rename = "match", default)]
    pub(crate) pattern: Pattern,
    /// Whether the ACLs are to be there or are taken away. Default: present.
    #[serde(default)]
    pub(crate) state: State,
    /// From which address of a client; it is compared with its address, not resolved. Default: any.
    pub(crate) host: Option<Names>,
}
