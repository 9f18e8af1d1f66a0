//! The policies of levels as SeaweedFS takes them. It makes a policy of any actions, and alters one only to those of a
//! list, in which the actions for uploads in parts are not. `s3:List*` has one of them, and it takes the other for
//! `s3:PutObject`.
//!
//! <https://github.com/seaweedfs/seaweedfs/blob/master/weed/iam/helpers.go>

use serde_json::Value;

use crate::desired::access;
use crate::desired::document::Document;

const LIST_UPLOADS: &str = "s3:ListBucketMultipartUploads";
const LIST_PARTS: &str = "s3:ListMultipartUploadParts";
const LIST: &str = "s3:ListBucket";
const LIST_ALL: &str = "s3:List*";

/// The document of a policy as it is sent.
pub(crate) fn sent(name: &str, document: &Document) -> Document {
    if !access::is_policy_name(name) {
        return document.clone();
    }
    let mut json = document.json().clone();
    let statements = json.get_mut("Statement").and_then(Value::as_array_mut);
    let actions = statements.into_iter().flatten().filter_map(|statement| statement.get_mut("Action"));
    for actions in actions.filter_map(Value::as_array_mut) {
        let lists_uploads = actions.iter().any(|action| action == LIST_UPLOADS);
        actions.retain(|action| action != LIST_UPLOADS && action != LIST_PARTS);
        if lists_uploads {
            actions.retain(|action| action != LIST);
            actions.push(LIST_ALL.into());
        }
    }
    Document::read(&json).unwrap_or_else(|| document.clone())
}

/// A stored document, as that of the spec when it is what is sent for it.
pub(crate) fn of_stored(name: &str, stored: Document, wanted: Option<&Document>) -> Document {
    wanted.filter(|wanted| sent(name, wanted) == stored).cloned().unwrap_or(stored)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::desired::Level;

    #[test]
    fn the_policies_of_levels_have_only_actions_that_can_be_altered() {
        for level in [Level::Read, Level::Write, Level::Owner] {
            let wanted = access::policy(&BTreeMap::from([("one".to_owned(), level)])).unwrap();
            let stored = sent("dayzero-app", &wanted);
            assert!(!stored.text().contains(LIST_UPLOADS) && !stored.text().contains(LIST_PARTS));
            assert_eq!(stored == wanted, level != Level::Write);
            assert_eq!(of_stored("dayzero-app", stored.clone(), Some(&wanted)), wanted);
            assert_eq!(sent("dayzero-app", &stored), stored);
            assert_eq!(sent("other", &wanted), wanted);
        }
    }

    #[test]
    fn a_level_that_is_stored_otherwise_differs() {
        let of = |level| access::policy(&BTreeMap::from([("one".to_owned(), level)])).unwrap();
        let (read, write) = (of(Level::Read), of(Level::Write));
        assert_eq!(of_stored("dayzero-app", read.clone(), Some(&write)), read);
    }
}
