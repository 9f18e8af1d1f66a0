//! Validates the streams of a spec.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::spec::stream::{GroupSpec, StreamSpec};

pub(super) fn validate(
    streams: &BTreeMap<String, StreamSpec>,
    found: &mut Violations,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut valid = BTreeMap::new();
    for (key, stream) in streams {
        let at = SpecPath::root().key("streams").key(key);
        if key.is_empty() {
            found.push(&at, "a stream needs a key");
        }
        if stream.groups.is_empty() {
            found.push(&at.key("groups"), "a stream is made with its first group: name one");
        }
        let mut groups = BTreeMap::new();
        for (name, group) in &stream.groups {
            let at = at.key("groups").key(name);
            if name.is_empty() {
                found.push(&at, "a consumer group needs a name");
            }
            if let Some(start) = found.check(&at.key("start"), start_id(group)) {
                groups.insert(name.clone(), start);
            }
        }
        valid.insert(key.clone(), groups);
    }
    valid
}

/// `$`, or an id: milliseconds, and a sequence number where it is not 0.
fn start_id(group: &GroupSpec) -> Result<String, &'static str> {
    let start = group.start.as_ref().map_or("$", |start| &start.0);
    let number = |part: &str| part.parse::<u64>().is_ok() && part.bytes().all(|byte| byte.is_ascii_digit());
    let id = match start.split_once('-') {
        Some((milliseconds, sequence)) => number(milliseconds) && number(sequence),
        None => number(start),
    };
    if start == "$" || id {
        Ok(start.to_owned())
    } else {
        Err(
            "a group starts at an id such as 1526919030474-55, at \"0\" (all entries), or at \"$\" (those that come later)",
        )
    }
}
