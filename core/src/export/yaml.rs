//! Writes values as YAML that parsers of YAML 1.1 and 1.2 read as the same values.
//!
//! A string is a plain scalar only if no parser could read it as anything else. Other strings are double-quoted, with
//! control characters and invisible characters escaped.

use std::fmt::Write as _;

use super::node::Node;
use crate::escape::is_hidden;
use crate::quote::{is_special, quoted};

/// The longest line with a collection in flow style. Wider collections are written in block style.
const WIDTH: usize = 110;
/// The longest implicit key. YAML requires the indicator `?` before a longer one.
const LONGEST_KEY: usize = 1_000;
const INDENT: usize = 2;

/// The words that some version of YAML reads as a boolean or as null.
const RESERVED_WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// Writes the fields of a mapping in block style.
pub(super) fn write_fields(output: &mut String, indent: usize, fields: &[(String, Node)]) {
    for (key, value) in fields {
        pad(output, indent);
        write_key(output, indent, &scalar(key));
        write_value(output, indent, value);
    }
}

/// Writes the items of a list in block style.
pub(super) fn write_items(output: &mut String, indent: usize, items: &[Node]) {
    for item in items {
        pad(output, indent);
        output.push('-');
        match item {
            Node::Map(inner) if !fits(output, item) => {
                write_after_dash(output, |output| write_fields(output, indent + INDENT, inner));
            }
            Node::List(inner) if !fits(output, item) => {
                write_after_dash(output, |output| write_items(output, indent + INDENT, inner));
            }
            _ => write_value(output, indent, item),
        }
    }
}

/// Writes a block collection whose first line follows the dash of an item.
fn write_after_dash(output: &mut String, write: impl Fn(&mut String)) {
    let mut inner = String::new();
    write(&mut inner);
    output.push(' ');
    *output += inner.trim_start_matches(' ');
}

fn write_key(output: &mut String, indent: usize, key: &str) {
    if key.len() > LONGEST_KEY {
        let _ = write!(output, "? {key}\n{:indent$}:", "");
    } else {
        let _ = write!(output, "{key}:");
    }
}

/// Writes the value after a key or a dash, including the end of the line.
fn write_value(output: &mut String, indent: usize, value: &Node) {
    match value {
        Node::Text(text) if is_block(text) => return write_block(output, indent + INDENT, text),
        Node::Map(inner) if !fits(output, value) => {
            output.push('\n');
            return write_fields(output, indent + INDENT, inner);
        }
        Node::List(inner) if !fits(output, value) => {
            output.push('\n');
            return write_items(output, indent + INDENT, inner);
        }
        _ => {}
    }
    output.push(' ');
    write_flow(output, value);
    output.push('\n');
}

/// Returns true if a collection fits into the current line in flow style.
fn fits(output: &str, value: &Node) -> bool {
    let column = output.len() - output.rfind('\n').map_or(0, |end| end + 1);
    value.is_empty() || width(value).is_some_and(|width| column + 1 + width <= WIDTH)
}

/// The width of a value in flow style, or `None` if it is wider than a line.
fn width(value: &Node) -> Option<usize> {
    let sum = match value {
        Node::Text(text) if text.len() > WIDTH || is_block(text) => return None,
        Node::Text(text) => scalar(text).chars().count(),
        Node::Literal(text) => text.len(),
        Node::Secret { name, .. } => name.to_string().len(),
        Node::List(items) => items
            .iter()
            .try_fold(2, |sum, item| width(item).map(|width| sum + width + 2).filter(|sum| *sum <= WIDTH))?,
        Node::Map(fields) => fields.iter().try_fold(2, |sum, (key, value)| {
            let width = width(value)? + scalar(key).chars().count() + 4;
            Some(sum + width).filter(|sum| *sum <= WIDTH)
        })?,
    };
    Some(sum)
}

/// Writes a value in flow style.
fn write_flow(output: &mut String, value: &Node) {
    match value {
        Node::Text(text) => *output += &scalar(text),
        Node::Literal(text) => *output += text,
        Node::Secret { name, .. } => {
            let _ = write!(output, "{{secret: {}}}", scalar(name.name()));
        }
        Node::List(items) => {
            output.push('[');
            for (position, item) in items.iter().enumerate() {
                *output += if position == 0 { "" } else { ", " };
                write_flow(output, item);
            }
            output.push(']');
        }
        Node::Map(fields) => {
            output.push('{');
            for (position, (key, value)) in fields.iter().enumerate() {
                *output += if position == 0 { "" } else { ", " };
                *output += &scalar(key);
                *output += ": ";
                write_flow(output, value);
            }
            output.push('}');
        }
    }
}

/// A string as a plain or a double-quoted scalar.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Returns true if a string can be a plain scalar. A colon is allowed inside a string, but not at its end.
fn is_plain(text: &str) -> bool {
    let first = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '/');
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/' | ':');
    let word = text.to_ascii_lowercase();
    text.starts_with(first)
        && text.chars().all(allowed)
        && !text.ends_with(':')
        && !RESERVED_WORDS.contains(&word.as_str())
}

/// Returns true if a text of several lines can be a literal block scalar: if all its characters are visible, including
/// those at the ends of lines.
fn is_block(text: &str) -> bool {
    let is_invisible =
        |letter: char| letter != '\n' && letter != '\t' && (is_hidden(letter) || is_special(letter));
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.chars().any(is_invisible)
        && !text.ends_with("\n\n")
        && text.lines().all(|line| !line.ends_with([' ', '\t']))
}

fn write_block(output: &mut String, indent: usize, text: &str) {
    *output += if text.ends_with('\n') { " |\n" } else { " |-\n" };
    for line in text.lines() {
        if !line.is_empty() {
            pad(output, indent);
        }
        *output += line;
        output.push('\n');
    }
}

fn pad(output: &mut String, indent: usize) {
    let _ = write!(output, "{:indent$}", "");
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
