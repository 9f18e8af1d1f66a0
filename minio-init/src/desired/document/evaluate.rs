//! Evaluates a document for one action. Conditions and policy variables depend on a request that has not been made,
//! so an Allow with conditions counts as allowing, and a Deny with conditions does not count.

use super::Document;
use super::permission::{Matched, Permission};

const ARN: &str = "arn:aws:s3:::";

impl Document {
    /// True when a statement allows the action on one of the resources. An admin action has no resource.
    pub(crate) fn allows(&self, action: &str, resources: &[String]) -> bool {
        self.meaning.iter().any(|permission| permission.allow && permission.covers(action, resources))
    }

    /// True when a statement without conditions denies the action to everybody, or to those that the document is
    /// attached to.
    pub(crate) fn denies(&self, action: &str, resources: &[String]) -> bool {
        self.meaning.iter().any(|permission| {
            let everybody = match &permission.principal {
                Matched::Absent => true,
                Matched::One(principal) => principal == "*",
                Matched::AllExcept(_) => false,
            };
            !permission.allow
                && everybody
                && permission.conditions.is_empty()
                && permission.covers(action, resources)
        })
    }
}

impl Permission {
    fn covers(&self, action: &str, resources: &[String]) -> bool {
        let on = |pattern: &str| resources.iter().any(|resource| self.is_about(pattern, resource));
        let resource = resources.is_empty()
            || match &self.resource {
                Matched::Absent => false,
                Matched::One(pattern) => on(pattern),
                Matched::AllExcept(patterns) => !patterns.iter().any(|pattern| on(pattern)),
            };
        let action = match &self.action {
            Matched::Absent => false,
            Matched::One(pattern) => matches(pattern, action),
            Matched::AllExcept(patterns) => !patterns.iter().any(|pattern| matches(pattern, action)),
        };
        action && resource
    }

    fn is_about(&self, pattern: &str, resource: &str) -> bool {
        if pattern.contains("${") {
            return self.allow;
        }
        matches(pattern.strip_prefix(ARN).unwrap_or(pattern), resource)
    }
}

/// Matches a pattern in which `*` is any text and `?` any one character. After a mismatch only the last `*` is
/// extended, so the time is bounded.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while let Some(byte) = text.get(read) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((last, taken)) = star else { return false };
                star = Some((last, taken + 1));
                at = last + 1;
                read = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(statement: &Value) -> Document {
        Document::read(&json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
    }

    #[test]
    fn wildcards_match_as_in_a_policy() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a"),
            ("s3:*", "s3:"),
            ("a*b*c", "a-b-b-c"),
            ("b?t", "bat"),
            ("a**", "a"),
            ("", ""),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("s3:*", "admin:x"), ("a*b", "abc"), ("b?t", "bt"), ("", "a"), ("a", "A")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_statement_is_about_its_actions_and_resources() {
        let on = |resource: &str| vec![resource.to_owned()];
        let read_app =
            document(&json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::app-*"}));
        assert!(read_app.allows("s3:GetBucketPolicy", &on("app-1")));
        assert!(!read_app.allows("s3:GetBucketPolicy", &on("other")));
        assert!(!read_app.allows("s3:PutBucketPolicy", &on("app-1")));
        assert!(!read_app.denies("s3:GetBucketPolicy", &on("app-1")));
        let admin = document(&json!({"Effect": "Allow", "Action": "admin:*"}));
        assert!(admin.allows("admin:GetUser", &[]));
        assert!(!admin.allows("s3:ListBucket", &on("app-1")));
        let except =
            document(&json!({"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::app-*"}));
        assert!(except.denies("s3:ListBucket", &on("other")));
        assert!(!except.denies("s3:ListBucket", &on("app-1")));
    }

    #[test]
    fn a_deny_binds_whom_it_names_and_only_without_conditions() {
        let deny = |more: Value| {
            let mut statement = json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"});
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            document(&statement).denies("s3:ListBucket", &["b".to_owned()])
        };
        assert!(deny(json!({})));
        assert!(deny(json!({"Principal": "*"})));
        assert!(deny(json!({"Principal": {"AWS": ["*"]}})));
        assert!(!deny(json!({"Principal": {"AWS": ["arn:aws:iam::1:user/app"]}})));
        assert!(!deny(json!({"NotPrincipal": {"AWS": ["arn:aws:iam::1:user/app"]}})));
        assert!(!deny(json!({"Condition": {"Bool": {"aws:SecureTransport": false}}})));
    }
}
