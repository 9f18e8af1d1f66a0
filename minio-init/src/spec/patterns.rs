//! Patterns in the JSON Schema, for editors; they are close to what `validate` accepts.

pub(super) const ENDPOINT: &str =
    r"^https?://[A-Za-z0-9_][A-Za-z0-9._-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$";
pub(super) const REGION: &str = "^[A-Za-z0-9_-]+$";
pub(super) const EXPIRES: &str =
    "^(never|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([Zz]|[+-][0-9]{2}:[0-9]{2}))$";
pub(super) const SECTION: &str = "^[a-z0-9_]+(:[A-Za-z0-9_.-]+)?$";
pub(super) const URL: &str = r"^https?://[A-Za-z0-9_\[][A-Za-z0-9.:_\[\]-]*/?$";
pub(super) const TIER: &str = "^[A-Z0-9_-]+$";
pub(super) const BUCKET: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";
