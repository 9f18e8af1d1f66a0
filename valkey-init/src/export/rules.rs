//! ACL rules in a form that is short and always the same: what a server shows of one user is written in one way.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::acl::rules::tokens;

/// The rules of a user as a server shows them, without what holds of a new user anyway, and with patterns and selectors in
/// order. Commands are arranged as far as their order has no meaning.
pub(super) fn normalize(rules: &str) -> String {
    let (mut flags, mut selectors, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens(rules) {
        match token.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(selector) => {
                let words = selector.split_whitespace().map(str::to_owned).collect();
                selectors.push(format!("({})", join_rules(&in_order(words))));
            }
            None if token == "nopass" || token == "skip-sanitize-payload" => flags.push(token),
            None => rest.push(token),
        }
    }
    flags.sort();
    flags.extend(in_order(rest));
    selectors.sort();
    selectors.dedup();
    flags.extend(selectors);
    join_rules(&flags)
}

/// No rules at all are written as what they mean.
fn join_rules(parts: &[String]) -> String {
    if parts.is_empty() { "-@all".to_owned() } else { parts.join(" ") }
}

/// Patterns of keys, patterns of channels, databases, commands.
fn in_order(tokens: Vec<String>) -> Vec<String> {
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
    [keys, channels, databases, arrange_commands(&commands)].concat()
}

/// Commands and categories in an order that allows the same. Before Redis 7.2 a server makes the text anew each time it is
/// asked, with the commands in the order of a table of hashes, which no two nodes have alike.
fn arrange_commands(tokens: &[String]) -> Vec<String> {
    let mut arranged = Vec::new();
    for part in tokens.chunk_by(|one, other| is_category(one) == is_category(other)) {
        if part.first().is_some_and(|token| is_category(token)) {
            arranged.extend(sorted_by_sign(part));
            continue;
        }
        let mut commands: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for token in part {
            commands.entry(command(token)).or_default().push(token.clone());
        }
        for (name, mut tokens) in commands {
            // Only the whole command and its subcommands depend on each other's order.
            if tokens.iter().any(|token| unsigned(token) == name) {
                tokens = sorted_by_sign(&tokens);
            } else {
                tokens.sort_by(|one, other| unsigned(one).cmp(unsigned(other)));
            }
            arranged.extend(tokens);
        }
    }
    arranged
}

/// What follows one another with the same sign has no order; everything is a beginning of its own.
fn sorted_by_sign(tokens: &[String]) -> Vec<String> {
    let sign = |token: &String| token.starts_with('+');
    let mut sorted = Vec::new();
    let is_all = |token: &String| unsigned(token) == "@all";
    for run in tokens.chunk_by(|one, other| sign(one) == sign(other) && !is_all(one) && !is_all(other)) {
        let run: BTreeSet<&String> = run.iter().collect();
        sorted.extend(run.into_iter().cloned());
    }
    sorted
}

fn is_category(token: &str) -> bool {
    unsigned(token).starts_with('@')
}

fn unsigned(token: &str) -> &str {
    token.trim_start_matches(['+', '-'])
}

/// `config` of `+config|get`.
fn command(token: &str) -> &str {
    let token = unsigned(token);
    token.split_once('|').map_or(token, |(command, _)| command)
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
            ("+@b +@a -@d -@c +b +a|y -b +a|x -a|z", "+@a +@b -@c -@d +a|x +a|y -a|z +b -b"),
            ("+@read -@b -@all -@a", "+@read -@b -@all -@a"),
            ("+config -config|set -config|get", "+config -config|get -config|set"),
            ("-config +config|set +config|get", "-config +config|get +config|set"),
        ] {
            assert_eq!(normalize(shown), written);
            assert_eq!(normalize(written), written);
        }
    }
}
