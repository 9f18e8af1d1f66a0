//! A row of a result. The server is not trusted, so no length in a column is used before it is checked.

use std::error::Error as StdError;

use tokio_postgres::types::{FromSql, Type};

use crate::error::Error;

/// One row.
pub(crate) struct Row(tokio_postgres::Row);

impl Row {
    pub(super) fn new(row: tokio_postgres::Row) -> Self {
        Self(row)
    }

    /// A column's value.
    pub(crate) fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T, Error> {
        self.0.try_get(column).map_err(|_| Error::UnexpectedColumns)
    }

    /// The items of a text array; none for NULL.
    pub(crate) fn texts(&self, column: usize) -> Result<Vec<String>, Error> {
        let bytes: Option<Bytes<'_>> = self.get(column)?;
        bytes.map_or_else(|| Some(Vec::new()), |Bytes(bytes)| list(bytes)).ok_or(Error::UnexpectedColumns)
    }
}

/// The raw bytes of a value. The driver's own parser of arrays allocates as many items as the server announces.
struct Bytes<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Bytes<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::TEXT_ARRAY | Type::NAME_ARRAY)
    }
}

/// Parses an array of one dimension: the number of dimensions, a flag, the element type, the length, the lower bound;
/// then each item with its length.
fn list(bytes: &[u8]) -> Option<Vec<String>> {
    let (dimensions, rest) = word(bytes)?;
    if dimensions == 0 {
        return Some(Vec::new());
    }
    let (_, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let (length, rest) = word(rest)?;
    let (_, mut rest) = word(rest)?;
    let mut items = Vec::new();
    for _ in 0..length {
        let (size, after) = word(rest)?;
        let (item, after) = after.split_at_checked(usize::try_from(size).ok()?)?;
        items.push(String::from_utf8(item.to_vec()).ok()?);
        rest = after;
    }
    (dimensions == 1 && rest.is_empty()).then_some(items)
}

fn word(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk()?;
    Some((i32::from_be_bytes(*word), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn array(length: i32, items: &[&str]) -> Vec<u8> {
        let mut bytes: Vec<u8> = [1, 0, 25, length, 1].into_iter().flat_map(i32::to_be_bytes).collect();
        for item in items {
            bytes.extend(i32::try_from(item.len()).unwrap().to_be_bytes());
            bytes.extend(item.as_bytes());
        }
        bytes
    }

    #[test]
    fn a_text_array_is_parsed_and_a_malformed_one_is_refused() {
        assert_eq!(list(&array(2, &["a", "bc"])), Some(vec!["a".to_owned(), "bc".to_owned()]));
        assert_eq!(list(&[0; 12]), Some(Vec::new()));
        for wrong in [array(i32::MAX, &["a"]), array(1, &["a", "b"]), array(1, &[]), Vec::new()] {
            assert_eq!(list(&wrong), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = list(&bytes);
        }
    }
}
