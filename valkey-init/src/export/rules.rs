//! ACL rules in a form that is short and always the same: what a server shows of one user is written in one way.

use crate::desired::acl::rules::tokens;

/// The rules of a user as a server shows them, without what holds of a new user anyway, and with patterns and selectors in
/// order. The order of commands has a meaning and stays.
pub(super) fn short(rules: &str) -> String {
    let (mut flags, mut selectors, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens(rules) {
        match token.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(selector) => {
                let words = selector.split_whitespace().map(str::to_owned).collect();
                selectors.push(format!("({})", or_nothing(&ordered(words))));
            }
            None if token == "nopass" || token == "skip-sanitize-payload" => flags.push(token),
            None => rest.push(token),
        }
    }
    flags.sort();
    flags.extend(ordered(rest));
    selectors.sort();
    selectors.dedup();
    flags.extend(selectors);
    or_nothing(&flags)
}

/// No rules at all are written as what they mean.
fn or_nothing(parts: &[String]) -> String {
    if parts.is_empty() { "-@all".to_owned() } else { parts.join(" ") }
}

/// Patterns of keys, patterns of channels, databases, commands.
fn ordered(tokens: Vec<String>) -> Vec<String> {
    let (mut keys, mut channels, mut databases, mut commands) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for token in tokens {
        match token.chars().next() {
            Some('~' | '%') => keys.push(token),
            Some('&') => channels.push(token),
            Some('+' | '-') if commands.is_empty() && token == "-@all" => {}
            Some('+' | '-') => commands.push(token),
            _ => databases.push(token),
        }
    }
    keys.sort();
    keys.dedup();
    channels.sort();
    channels.dedup();
    [keys, channels, databases, commands].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_anyway_is_left_out_and_what_has_no_order_is_sorted() {
        for (shown, written) in [
            ("~* &* +@all", "~* &* +@all"),
            ("-@all", "-@all"),
            ("", "-@all"),
            ("~b %R~c ~a &y &x -@all +get +@read -keys", "%R~c ~a ~b &x &y +get +@read -keys"),
            ("nopass ~* -@all +get (~b -@all +set) (~a -@all)", "nopass ~* +get (~a) (~b +set)"),
            ("~a resetdbs +@all -@dangerous", "~a resetdbs +@all -@dangerous"),
            ("~* db=0,3 +@all", "~* db=0,3 +@all"),
        ] {
            assert_eq!(short(shown), written);
            assert_eq!(short(written), written);
        }
    }
}
