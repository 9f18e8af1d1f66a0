//! Reads and writes simple sub-resources as XML: versioning, object lock, region, encryption and tags.

use std::collections::BTreeMap;

use crate::desired::{Encryption, Lock, Period, REGION, RetentionMode, Versioning};
use crate::wire::xml::Element;

pub(crate) fn versioning(xml: &Element) -> Option<Versioning> {
    match xml.value(&["Status"])? {
        "Enabled" => Some(Versioning::Enabled),
        "Suspended" => Some(Versioning::Suspended),
        _ => None,
    }
}

/// Keeps all other elements. The prefixes that MinIO excludes from versioning are dropped while it is suspended,
/// because the server refuses them then.
pub(crate) fn versioning_xml(versioning: Versioning, now: Option<&Element>) -> String {
    let stays = |child: &&Element| {
        child.name() != "Status" && (versioning == Versioning::Enabled || child.name() != "ExcludedPrefixes")
    };
    let others = now.into_iter().flat_map(Element::children).filter(stays);
    let status = Element::new("VersioningConfiguration").text("Status", versioning.as_str());
    status.with_all(others.cloned()).to_string()
}

pub(crate) fn lock(xml: &Element) -> Option<Lock> {
    if xml.value(&["ObjectLockEnabled"])? != "Enabled" {
        return None;
    }
    let retention = xml.descendant(&["Rule", "DefaultRetention"]);
    let mode = retention.and_then(|retention| match retention.value(&["Mode"])? {
        "GOVERNANCE" => Some(RetentionMode::Governance),
        "COMPLIANCE" => Some(RetentionMode::Compliance),
        _ => None,
    });
    let number = |name| retention?.value(&[name])?.parse::<u32>().ok().filter(|number| *number > 0);
    let period = number("Days").map(Period::Days).or_else(|| number("Years").map(Period::Years));
    Some(match (mode, period) {
        (Some(mode), Some(period)) => Lock::Retention { mode, period },
        _ => Lock::NoRetention,
    })
}

pub(crate) fn lock_xml(lock: Lock) -> String {
    let enabled = Element::new("ObjectLockConfiguration").text("ObjectLockEnabled", "Enabled");
    let Lock::Retention { mode, period } = lock else {
        return enabled.to_string();
    };
    let retention = Element::new("DefaultRetention").text("Mode", mode.as_str());
    let retention = match period {
        Period::Days(days) => retention.text("Days", days),
        Period::Years(years) => retention.text("Years", years),
    };
    enabled.with(Element::new("Rule").with(retention)).to_string()
}

/// The region of a `LocationConstraint`. It is empty for us-east-1, and has an old name for eu-west-1.
pub(super) fn region(xml: &Element) -> &str {
    match xml.content().trim() {
        "" => REGION,
        "EU" => "eu-west-1",
        named => named,
    }
}

/// The document that creates a bucket in a region.
pub(crate) fn location_xml(region: &str) -> String {
    Element::new("CreateBucketConfiguration").text("LocationConstraint", region).to_string()
}

/// The name of the encryption algorithm, whatever it is.
pub(crate) fn encryption(xml: &Element) -> Option<String> {
    xml.value(&["Rule", "ApplyServerSideEncryptionByDefault", "SSEAlgorithm"]).map(str::to_owned)
}

pub(crate) fn encryption_xml(encryption: Encryption) -> String {
    let by_default =
        Element::new("ApplyServerSideEncryptionByDefault").text("SSEAlgorithm", encryption.algorithm());
    Element::new("ServerSideEncryptionConfiguration").with(Element::new("Rule").with(by_default)).to_string()
}

pub(crate) fn tags(xml: &Element) -> BTreeMap<String, String> {
    let pair = |tag: &Element| Some((tag.value(&["Key"])?.to_owned(), tag.value(&["Value"])?.to_owned()));
    xml.descendant(&["TagSet"]).into_iter().flat_map(|set| set.all("Tag")).filter_map(pair).collect()
}

pub(crate) fn tags_xml<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let tag = |(key, value)| Element::new("Tag").text("Key", key).text("Value", value);
    Element::new("Tagging").with(Element::new("TagSet").with_all(tags.into_iter().map(tag))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_xml_reads_back_the_same() {
        let read = |text: String| Element::parse(text.as_bytes()).unwrap();
        for value in [Versioning::Enabled, Versioning::Suspended] {
            assert_eq!(versioning(&read(versioning_xml(value, None))), Some(value));
        }
        let governed = Lock::Retention { mode: RetentionMode::Governance, period: Period::Days(30) };
        let complied = Lock::Retention { mode: RetentionMode::Compliance, period: Period::Years(7) };
        for value in [Lock::NoRetention, governed, complied] {
            assert_eq!(lock(&read(lock_xml(value))), Some(value));
        }
        assert_eq!(encryption(&read(encryption_xml(Encryption::SseS3))).as_deref(), Some("AES256"));
        let value = BTreeMap::from([("team".to_owned(), "a & b".to_owned())]);
        assert_eq!(tags(&read(tags_xml(&value))), value);
    }

    #[test]
    fn a_lock_without_retention_and_no_lock_are_told_apart() {
        let read = |text: &str| lock(&Element::parse(text.as_bytes()).unwrap());
        assert_eq!(read("<X><ObjectLockEnabled>Enabled</ObjectLockEnabled></X>"), Some(Lock::NoRetention));
        assert_eq!(read("<X/>"), None);
    }
}
