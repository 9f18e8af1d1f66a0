//! Patterns of names in the JSON Schema, for editors. They count characters, where `validate` counts bytes.

/// The name of an object.
pub(super) const NAME: &str = "^.{1,63}$";
/// The name of a configuration parameter.
pub(super) const PARAMETER: &str = r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$";
/// The name of a replication slot.
pub(super) const SLOT: &str = "^[a-z0-9_]{1,63}$";
