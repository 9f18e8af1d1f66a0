//! Writes values as YAML that every reader, of YAML 1.2 and of 1.1, takes for the same values.
//!
//! A string stands without quotes only where nobody could take it for anything else. Everything else stands in double
//! quotes, where a character that would steer a terminal or that a reader may not see is written by its code.

use std::fmt::Write as _;

use super::node::Node;
use crate::quote::{is_special, quoted};
use crate::shown::is_hidden;

/// What fits in one line is written in one.
const WIDTH: usize = 110;
/// A longer key is not recognised by a parser unless it is announced.
const KEY: usize = 1_000;
const STEP: usize = 2;

/// Words that some version of YAML reads as a boolean or as nothing.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// The fields of a mapping, each on a line of its own at least.
pub(super) fn fields(page: &mut String, indent: usize, fields: &[(String, Node)]) {
    for (key, value) in fields {
        pad(page, indent);
        key_of(page, indent, &scalar(key));
        value_of(page, indent, value);
    }
}

/// The items of a list, each on a line of its own at least.
pub(super) fn items(page: &mut String, indent: usize, items: &[Node]) {
    for item in items {
        pad(page, indent);
        page.push('-');
        match item {
            Node::Map(inner) if !fits(page, item) => inline(page, |page| fields(page, indent + STEP, inner)),
            Node::List(inner) if !fits(page, item) => {
                inline(page, |page| self::items(page, indent + STEP, inner));
            }
            _ => value_of(page, indent, item),
        }
    }
}

/// What begins on the line of its dash.
fn inline(page: &mut String, write: impl Fn(&mut String)) {
    let mut inner = String::new();
    write(&mut inner);
    page.push(' ');
    *page += inner.trim_start_matches(' ');
}

fn key_of(page: &mut String, indent: usize, key: &str) {
    if key.len() > KEY {
        let _ = write!(page, "? {key}\n{:indent$}:", "");
    } else {
        let _ = write!(page, "{key}:");
    }
}

/// The value after a key or a dash, with the end of its line.
fn value_of(page: &mut String, indent: usize, value: &Node) {
    match value {
        Node::Text(text) if is_block(text) => return block(page, indent + STEP, text),
        Node::Map(inner) if !fits(page, value) => {
            page.push('\n');
            return fields(page, indent + STEP, inner);
        }
        Node::List(inner) if !fits(page, value) => {
            page.push('\n');
            return items(page, indent + STEP, inner);
        }
        _ => {}
    }
    page.push(' ');
    flow(page, value);
    page.push('\n');
}

/// Whether a list or a mapping has room in the line that was begun.
fn fits(page: &str, value: &Node) -> bool {
    let column = page.len() - page.rfind('\n').map_or(0, |end| end + 1);
    value.is_empty() || width(value).is_some_and(|width| column + 1 + width <= WIDTH)
}

/// How wide a value is in one line, unless it does not fit in any.
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

/// A value in one line.
fn flow(page: &mut String, value: &Node) {
    match value {
        Node::Text(text) => *page += &scalar(text),
        Node::Literal(text) => *page += text,
        Node::Secret { name, .. } => {
            let _ = write!(page, "{{secret: {}}}", scalar(name.name()));
        }
        Node::List(items) => {
            page.push('[');
            for (position, item) in items.iter().enumerate() {
                *page += if position == 0 { "" } else { ", " };
                flow(page, item);
            }
            page.push(']');
        }
        Node::Map(fields) => {
            page.push('{');
            for (position, (key, value)) in fields.iter().enumerate() {
                *page += if position == 0 { "" } else { ", " };
                *page += &scalar(key);
                *page += ": ";
                flow(page, value);
            }
            page.push('}');
        }
    }
}

/// A string, in quotes where it needs them.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A colon is part of a string unless it ends it.
fn is_plain(text: &str) -> bool {
    let first = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '/');
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/' | ':');
    let word = text.to_ascii_lowercase();
    text.starts_with(first)
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !WORDS.contains(&word.as_str())
}

/// Whether a text of several lines can stand as it is: every line seen whole, its end too.
fn is_block(text: &str) -> bool {
    let odd = |letter: char| letter != '\n' && letter != '\t' && (is_hidden(letter) || is_special(letter));
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.chars().any(odd)
        && !text.ends_with("\n\n")
        && text.lines().all(|line| !line.ends_with([' ', '\t']))
}

fn block(page: &mut String, indent: usize, text: &str) {
    *page += if text.ends_with('\n') { " |\n" } else { " |-\n" };
    for line in text.lines() {
        if !line.is_empty() {
            pad(page, indent);
        }
        *page += line;
        page.push('\n');
    }
}

fn pad(page: &mut String, indent: usize) {
    let _ = write!(page, "{:indent$}", "");
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
