//! Normalizes ACL rules: rules that servers show in different ways are exported in one short form.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::acl::rules::tokens;

/// Normalizes the rules of a user as a server shows them: without those that a new user has anyway, with patterns and
/// selectors in order, and with commands in order where their order has no meaning.
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

/// The rules in one text; no rules are written as `-@all`.
fn join_rules(parts: &[String]) -> String {
    if parts.is_empty() { "-@all".to_owned() } else { parts.join(" ") }
}

/// Orders rules: key patterns, channel patterns, databases, commands.
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

/// Orders commands and categories without a change of their meaning. Before Redis 7.2 a server writes the commands in
/// the order of a hash table, which differs between nodes.
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
            // Order matters only between a command and its subcommands.
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

/// Sorts each run of rules with the same sign, within which order has no meaning. `@all` begins a new run.
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

/// The command of a rule: `config` of `+config|get`.
fn command(token: &str) -> &str {
    let token = unsigned(token);
    token.split_once('|').map_or(token, |(command, _)| command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_every_new_user_are_left_out_and_the_others_are_sorted() {
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
