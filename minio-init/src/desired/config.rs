//! The configuration of the server itself, in the terms of `mc admin config set`: sections of keys with values.

use std::collections::BTreeMap;
use std::fmt;

use init_core::Text;

/// The target of a section that names none.
const DEFAULT_TARGET: &str = "_";
const SEPARATOR: char = ':';
/// The key that switches a section on or off.
pub(crate) const ENABLE: &str = "enable";

/// A configuration section: a subsystem such as `api`, or one target of a subsystem such as `notify_webhook:primary`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Section {
    pub(crate) subsystem: String,
    /// The target; `None` is the default target, or the only one.
    pub(crate) target: Option<String>,
}

/// The declared keys of a section, with their values.
pub(crate) type Settings = BTreeMap<String, Text>;

impl Section {
    /// Reads `SUBSYSTEM` or `SUBSYSTEM:TARGET`.
    pub(crate) fn read(name: &str) -> Self {
        let (subsystem, target) = name.split_once(SEPARATOR).unwrap_or((name, DEFAULT_TARGET));
        let target = Some(target).filter(|target| *target != DEFAULT_TARGET).map(str::to_owned);
        Self { subsystem: subsystem.to_owned(), target }
    }

    /// True when this section configures the notification target with this ARN: `arn:minio:sqs:REGION:TARGET:TYPE`.
    pub(crate) fn provides(&self, arn: &str) -> bool {
        let parts: Vec<_> = arn.split(SEPARATOR).collect();
        let ["arn", "minio", "sqs", _, target, kind] = parts[..] else { return false };
        // The ARN has the full name of the product, and the subsystem a short one.
        let kind = if kind == "postgresql" { "postgres" } else { kind };
        self.subsystem.strip_prefix("notify_") == Some(kind)
            && self.target.as_deref().unwrap_or(DEFAULT_TARGET) == target
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subsystem)?;
        self.target.iter().try_for_each(|target| write!(f, "{SEPARATOR}{target}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_target_has_no_name_of_its_own() {
        assert_eq!(Section::read("api"), Section::read("api:_"));
        assert_eq!(Section::read("notify_webhook:primary").to_string(), "notify_webhook:primary");
        assert_eq!(Section::read("notify_webhook:_").to_string(), "notify_webhook");
    }

    #[test]
    fn a_section_provides_the_target_of_its_name_and_type() {
        for (section, arn, provides) in [
            ("notify_webhook:primary", "arn:minio:sqs::primary:webhook", true),
            ("notify_webhook:primary", "arn:minio:sqs:eu-x:primary:webhook", true),
            ("notify_postgres", "arn:minio:sqs::_:postgresql", true),
            ("notify_webhook:primary", "arn:minio:sqs::other:webhook", false),
            ("notify_kafka:primary", "arn:minio:sqs::primary:webhook", false),
            ("audit_webhook:primary", "arn:minio:sqs::primary:webhook", false),
            ("notify_webhook:primary", "arn:aws:sqs:eu-west-1:1:primary", false),
        ] {
            assert_eq!(Section::read(section).provides(arn), provides, "{section} {arn}");
        }
    }
}
