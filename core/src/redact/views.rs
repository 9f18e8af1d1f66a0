//! The readings of a text: as it is, and with one form of writing after the other undone.
//!
//! To undo a form finds a value however its writer chose which letters to escape; a list of written forms would not.

use std::ops::Range;

use secrecy::zeroize::Zeroizing;

/// How many forms, one inside another, are undone.
const DEPTH: usize = 3;
/// How many readings of one text are tried: a text that has more of them was made to be slow.
const READINGS: usize = 24;

/// A reading of a text, and where each of its bytes comes from.
pub(super) struct View<'t> {
    bytes: Bytes<'t>,
    /// Where each byte begins in the original, and at last where the original ends; nothing when it is the original.
    starts: Vec<u32>,
}

enum Bytes<'t> {
    Original(&'t [u8]),
    Undone(Zeroizing<Vec<u8>>),
}

/// One form of writing: the byte or letter that a text begins with in this form, and how long it is there.
type Undo = fn(&[u8]) -> Option<(Letter, usize)>;

/// What an escape stands for: one byte, or one letter.
enum Letter {
    Byte(u8),
    Char(char),
}

/// Each form, and the byte that it begins with.
const FORMS: [(u8, Undo); 6] =
    [(b'\\', backslash), (b'%', percent), (b'\'', literal), (b'&', entity), (b'+', plus), (b'"', name)];

impl<'t> View<'t> {
    /// Every reading of a text, the text itself first.
    pub(super) fn all(text: &'t str) -> Vec<Self> {
        let mut all = vec![Self { bytes: Bytes::Original(text.as_bytes()), starts: Vec::new() }];
        let mut level = 0..1;
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for view in all.get(level).unwrap_or_default() {
                next.extend(FORMS.iter().filter_map(|(sign, undo)| view.undone(*sign, *undo)));
            }
            level = all.len()..(all.len() + next.len()).min(READINGS);
            all.extend(next.into_iter().take(level.len()));
        }
        all
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Original(bytes) => bytes,
            Bytes::Undone(bytes) => bytes,
        }
    }

    /// The part of the original that a part of this reading comes from.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let start =
            |at: usize| self.starts.get(at).and_then(|start| usize::try_from(*start).ok()).unwrap_or(at);
        start(range.start)..start(range.end)
    }

    fn start(&self, at: usize) -> u32 {
        u32::try_from(self.original(at..at).start).unwrap_or(u32::MAX)
    }

    /// This reading with a form undone, if it has any of it.
    fn undone(&self, sign: u8, undo: Undo) -> Option<Self> {
        let bytes = self.bytes();
        let written = |at: &usize| bytes.get(*at) == Some(&sign) && bytes.get(*at..).and_then(undo).is_some();
        let first = bytes.iter().position(|byte| *byte == sign)?;
        let first = (first..bytes.len()).find(written)?;
        let mut undone = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
        let mut starts = Vec::with_capacity(bytes.len() + 1);
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let escape = (at >= first && *byte == sign).then(|| bytes.get(at..).and_then(undo)).flatten();
            let (letter, length) = escape.unwrap_or((Letter::Byte(*byte), 1));
            match letter {
                Letter::Byte(byte) => undone.push(byte),
                Letter::Char(letter) => undone.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
            }
            starts.resize(undone.len(), self.start(at));
            at += length;
        }
        starts.push(self.start(bytes.len()));
        Some(Self { bytes: Bytes::Undone(undone), starts })
    }
}

/// `%41`, with digits of either case.
fn percent(text: &[u8]) -> Option<(Letter, usize)> {
    let code = number(text.strip_prefix(b"%")?.get(..2)?, 16)?;
    Some((Letter::Byte(u8::try_from(code).ok()?), 3))
}

/// A blank in a form's body; percent signs are undone by another reading.
fn plus(text: &[u8]) -> Option<(Letter, usize)> {
    text.starts_with(b"+").then_some((Letter::Byte(b' '), 1))
}

/// `''`, as SQL writes one in a literal.
fn literal(text: &[u8]) -> Option<(Letter, usize)> {
    text.starts_with(b"''").then_some((Letter::Byte(b'\''), 2))
}

/// `""`, as SQL writes one in a name.
fn name(text: &[u8]) -> Option<(Letter, usize)> {
    text.starts_with(b"\"\"").then_some((Letter::Byte(b'"'), 2))
}

/// `\n`, `\x41`, `\101`, `\u0041`, `\u{41}`, `\U00000041`, and a letter that stands for itself.
fn backslash(text: &[u8]) -> Option<(Letter, usize)> {
    let rest = text.strip_prefix(b"\\")?;
    let first = *rest.first()?;
    let coded = match first {
        b'x' => rest.get(1..3).and_then(|code| number(code, 16)).map(|code| (code, 4)),
        b'u' if rest.get(1) == Some(&b'{') => braced(rest),
        b'u' => utf16(text),
        b'U' => rest.get(1..9).and_then(|code| number(code, 16)).map(|code| (code, 10)),
        b'0'..=b'3' => rest.get(..3).and_then(|code| number(code, 8)).map(|code| (code, 4)),
        _ => None,
    };
    if let Some((code, length)) = coded {
        let byte = matches!(first, b'x' | b'0'..=b'3').then(|| u8::try_from(code).ok()).flatten();
        let letter = byte.map(Letter::Byte).or_else(|| char::from_u32(code).map(Letter::Char))?;
        return Some((letter, length));
    }
    let byte = match first {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'e' => 27,
        b'0' => 0,
        other => other,
    };
    Some((Letter::Byte(byte), 2))
}

fn braced(rest: &[u8]) -> Option<(u32, usize)> {
    let code = rest.get(2..)?;
    let length = code.iter().take(8).position(|byte| *byte == b'}')?;
    Some((number(code.get(..length)?, 16)?, length + 4))
}

/// `\u0041`, or two halves of a letter that UTF-16 writes in two.
fn utf16(text: &[u8]) -> Option<(u32, usize)> {
    let unit = |at: usize| text.get(at..)?.strip_prefix(b"\\u")?.get(..4).and_then(|code| number(code, 16));
    let (high, low) = (unit(0)?, unit(6));
    match low {
        Some(low @ 0xDC00..=0xDFFF) if (0xD800..0xDC00).contains(&high) => {
            Some((0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00), 12))
        }
        _ => Some((high, 6)),
    }
}

/// `&amp;`, `&#65;`, `&#x41;`.
fn entity(text: &[u8]) -> Option<(Letter, usize)> {
    let rest = text.strip_prefix(b"&")?;
    let length = rest.iter().take(10).position(|byte| *byte == b';')?;
    let code = match rest.get(..length)? {
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        [b'#', b'x' | b'X', hex @ ..] => number(hex, 16)?,
        [b'#', decimal @ ..] => number(decimal, 10)?,
        _ => return None,
    };
    Some((Letter::Char(char::from_u32(code)?), length + 2))
}

/// Digits alone, at least one.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let fold =
        |value: u32, digit: &u8| value.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?);
    (!digits.is_empty()).then_some(digits)?.iter().try_fold(0, fold)
}
