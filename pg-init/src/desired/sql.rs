//! Quotes names and values for SQL, since utility statements take no parameters, and parses the lists of identifiers
//! that PostgreSQL stores in settings.

use std::fmt::Write as _;

/// A quoted identifier. Every identifier is quoted, so that capitals, spaces and keywords are taken literally.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal. Sessions set `standard_conforming_strings`, so a backslash has no special meaning.
pub(crate) fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A quoted identifier with its schema.
pub(crate) fn qualified((schema, name): &(String, String)) -> String {
    format!("{}.{}", ident(schema), ident(name))
}

/// Quoted identifiers, separated by commas.
pub(crate) fn idents<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(ident).collect::<Vec<_>>().join(", ")
}

/// The quoted name of a configuration parameter, which may contain dots.
pub(crate) fn parameter(name: &str) -> String {
    idents(name.split('.')).replace(", ", ".")
}

/// An SQL expression that is true when the arguments of a routine have the types of a text such as `(int, text)`. It
/// does not resolve the routine or types in other schemas by name: both require USAGE, which a role that may grant
/// need not have.
pub(crate) fn same_arguments(routine: &str, arguments: &str) -> String {
    format!(
        "pg_catalog.oidvectortypes({routine}.proargtypes) = (SELECT coalesce(pg_catalog.string_agg( \
            CASE WHEN t.name = '' OR t.name LIKE '%.%' THEN t.name \
                ELSE coalesce(pg_catalog.format_type(pg_catalog.to_regtype(t.name), NULL), t.name) END, ', ' ORDER BY t.place), '') \
         FROM (SELECT pg_catalog.btrim(s.name) AS name, s.place FROM pg_catalog.regexp_split_to_table( \
            pg_catalog.btrim({arguments}, '()'), ',') WITH ORDINALITY AS s(name, place)) t)"
    )
}

/// A table's name as people write it: `schema.table`, with quotes only where a part needs them.
pub(crate) fn display_name((schema, name): &(String, String)) -> String {
    let mut text = String::new();
    for (position, part) in [schema, name].into_iter().enumerate() {
        let plain = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let dot = if position == 0 { "" } else { "." };
        let part = if plain { part.clone() } else { ident(part) };
        let _ = write!(text, "{dot}{part}");
    }
    text
}

/// Splits identifiers that are separated by `separator`, as PostgreSQL's `SplitIdentifierString` does, but without
/// folding them to lower case: `app, "My Schema"`. `None` when the text is not such a list.
pub(crate) fn split_identifiers(text: &str, separator: char) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some(names);
    }
    loop {
        let name;
        (name, rest) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None if rest.starts_with(separator) => return None,
            None => {
                let end = rest.find([separator, '"']).unwrap_or(rest.len());
                let (name, rest) = rest.split_at_checked(end)?;
                (name.trim_end().to_owned(), rest)
            }
        };
        names.push(name);
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix(separator)?.trim_start();
        if rest.is_empty() {
            return None;
        }
    }
}

fn unquote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_split_as_the_server_splits_them() {
        let of = |text| split_identifiers(text, ',');
        assert_eq!(of("app, public"), Some(vec!["app".to_owned(), "public".to_owned()]));
        assert_eq!(of(r#""$user",public"#), Some(vec!["$user".to_owned(), "public".to_owned()]));
        assert_eq!(of(r#""a "",b""#), Some(vec!["a \",b".to_owned()]));
        assert_eq!(of(""), Some(vec![]));
        assert_eq!(of(r#""""#), Some(vec![String::new()]));
        for wrong in ["a,", ",a", r#""a"#, r#""a"b"#, "a,,b"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(
            split_identifiers(r#"app."My Table""#, '.'),
            Some(vec!["app".to_owned(), "My Table".to_owned()])
        );
    }

    proptest! {
        #[test]
        fn quoted_identifiers_are_parsed_back(names in proptest::collection::vec("[^\0]{0,12}", 0..5)) {
            let text = idents(names.iter().map(String::as_str));
            prop_assert_eq!(split_identifiers(&text, ','), Some(names));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = split_identifiers(&text, ',');
        }
    }
}
