//! For editors: what `validate` takes for names, which it measures in bytes.

/// An object's name.
pub(super) const NAME: &str = "^.{1,63}$";
/// A configuration parameter's name.
pub(super) const PARAMETER: &str = r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$";
/// A replication slot's name.
pub(super) const SLOT: &str = "^[a-z0-9_]{1,63}$";
