//! The row filter of a published table: one SQL expression. It becomes part of a statement, so it must neither end
//! the statement nor begin another one.

/// The condition without the brackets around all of it, which PostgreSQL adds.
pub(crate) fn without_outer_brackets(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) if check(inner).is_ok() => without_outer_brackets(inner),
        _ => text,
    }
}

/// Refuses a text that is certainly not one expression.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let mut depth = 0_u32;
    let (mut quote, mut before) = (None, ' ');
    for character in text.chars() {
        match (quote, character) {
            (_, '\0') => return Err("a condition holds no NUL character"),
            // In a quote that is written twice, the second character opens the text that the first one has closed.
            (Some(open), _) => quote = quote.filter(|_| character != open),
            (None, '\'') if matches!(before, 'e' | 'E') => {
                return Err("write a text without `E`, and with a space before it");
            }
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1).ok_or("a bracket is closed that is not open")?,
            (None, ';' | '$') => return Err("a condition is one expression, without `;` and `$`"),
            (None, '-') if before == '-' => return Err("a condition holds no comment"),
            (None, '*') if before == '/' => return Err("a condition holds no comment"),
            (None, _) => {}
        }
        before = character;
    }
    match (text.trim().is_empty(), quote, depth) {
        (true, ..) => Err("the condition is empty"),
        (false, None, 0) => Ok(()),
        (false, Some(_), _) => Err("a quote is not closed"),
        (false, None, _) => Err("a bracket is not closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_expression_is_accepted_and_everything_else_is_refused() {
        for text in
            ["total > 0", "(a = 'it''s; --') OR \"b;\" IS NULL", "note ~ '\\d'", "a - -1 > 2", "(a) OR (b)"]
        {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in
            ["", " ", "a;b", "a) OR (b", "(a", "'a", "a -- b", "a /* b", "a = E'\\''", "a = $$b$$", "\"a"]
        {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn outer_brackets_are_removed() {
        assert_eq!(without_outer_brackets(" ((a > 0)) "), "a > 0");
        assert_eq!(without_outer_brackets("(a) OR (b)"), "(a) OR (b)");
        assert_eq!(without_outer_brackets("(a = ')')"), "a = ')'");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = check(without_outer_brackets(&text));
        }
    }
}
