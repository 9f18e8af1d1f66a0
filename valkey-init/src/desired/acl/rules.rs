//! ACL rules as text: their tokens, and the tokens that a spec may not have.

/// The tokens of a rule text; a selector in parentheses is one token, blanks and all.
pub(crate) fn tokens(rules: &str) -> Vec<String> {
    let (mut tokens, mut open) = (Vec::<String>::new(), false);
    for word in rules.split_whitespace() {
        match tokens.last_mut().filter(|_| open) {
            Some(selector) => {
                selector.push(' ');
                selector.push_str(word);
            }
            None => tokens.push(word.to_owned()),
        }
        open = (open || word.starts_with('(')) && !word.ends_with(')');
    }
    tokens
}

/// The reason why a token is not allowed in `rules`. A token that may be a password is not repeated in it.
pub(crate) fn rejection_reason(token: &str) -> Option<String> {
    let why = match token.chars().next()? {
        '>' | '<' | '#' | '!' => {
            "rules hold no password: put it in a secret and name it under `passwords`".to_owned()
        }
        '(' if !token.ends_with(')') => format!("the selector `{token}` is not closed"),
        '(' if token.contains(['"', '\'']) => {
            format!("the selector `{token}` holds a quote: servers take it and keep an empty selector")
        }
        _ => match token.to_ascii_lowercase().as_str() {
            "on" | "off" => format!("`{token}` is not allowed in rules: write `enabled`"),
            "reset" | "resetpass" | "clearselectors" => {
                format!("`{token}` is not allowed in rules: the declared rules always replace all others")
            }
            _ => return None,
        },
    };
    Some(why)
}

/// True when the rules contain `nopass`: the user logs in with any password.
pub(crate) fn has_nopass(rules: &str) -> bool {
    tokens(rules).iter().any(|token| token.eq_ignore_ascii_case("nopass"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_one_token() {
        assert_eq!(tokens(" ~a  (+get ~b) +set "), ["~a", "(+get ~b)", "+set"]);
        assert_eq!(tokens("(+get) (~x +set)"), ["(+get)", "(~x +set)"]);
        assert_eq!(tokens("(+get"), ["(+get"]);
    }

    #[test]
    fn a_password_in_rules_is_refused_and_not_repeated() {
        for token in [">hunter2", "#abc", "<hunter2", "!abc"] {
            let why = rejection_reason(token).unwrap();
            assert!(!why.contains("hunter2") && !why.contains("abc"), "{why}");
        }
        assert!(rejection_reason("(~it's +get)").unwrap().contains("a quote"));
        assert_eq!((rejection_reason("+@read"), rejection_reason("~it's")), (None, None));
    }
}
