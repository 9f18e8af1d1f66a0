//! The views of a text: the text itself, and the text after decoding of one or more encodings.
//!
//! Decoding the text finds a value whichever of its characters the writer has escaped. Searching for encoded forms of the
//! value would not.

use std::ops::Range;

use secrecy::zeroize::Zeroizing;

/// The number of nested encodings that are decoded.
const DEPTH: usize = 3;
/// The limit for the views of one text, against texts that are made to be slow to redact.
const MAX_VIEWS: usize = 24;

/// A view of a text, with the offset in the original text for each of its bytes.
pub(super) struct View<'t> {
    bytes: Bytes<'t>,
    /// The offset of each byte in the original text, and last the length of the original. Empty for the original itself.
    starts: Vec<u32>,
}

enum Bytes<'t> {
    Original(&'t [u8]),
    Decoded(Zeroizing<Vec<u8>>),
}

/// Decodes the escape at the beginning of a text to a byte or a character, with the length of the escape.
type Decoder = fn(&[u8]) -> Option<(Unescaped, usize)>;

/// The value of an escape: a byte or a character.
enum Unescaped {
    Byte(u8),
    Char(char),
}

/// The decoders, each with the first byte of its escapes.
const DECODERS: [(u8, Decoder); 6] = [
    (b'\\', backslash),
    (b'%', percent),
    (b'\'', doubled_literal_quote),
    (b'&', entity),
    (b'+', plus),
    (b'"', doubled_identifier_quote),
];

impl<'t> View<'t> {
    /// All views of a text, the text itself first.
    pub(super) fn all(text: &'t str) -> Vec<Self> {
        let mut all = vec![Self { bytes: Bytes::Original(text.as_bytes()), starts: Vec::new() }];
        let mut level = 0..1;
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for view in all.get(level).unwrap_or_default() {
                next.extend(DECODERS.iter().filter_map(|(sign, decode)| view.decoded(*sign, *decode)));
            }
            level = all.len()..(all.len() + next.len()).min(MAX_VIEWS);
            all.extend(next.into_iter().take(level.len()));
        }
        all
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Original(bytes) => bytes,
            Bytes::Decoded(bytes) => bytes,
        }
    }

    /// The range of the original text that a range of this view comes from.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let start =
            |at: usize| self.starts.get(at).and_then(|start| usize::try_from(*start).ok()).unwrap_or(at);
        start(range.start)..start(range.end)
    }

    fn start(&self, at: usize) -> u32 {
        u32::try_from(self.original(at..at).start).unwrap_or(u32::MAX)
    }

    /// This view after decoding of one encoding, if it contains any.
    fn decoded(&self, sign: u8, decode: Decoder) -> Option<Self> {
        let bytes = self.bytes();
        let written =
            |at: &usize| bytes.get(*at) == Some(&sign) && bytes.get(*at..).and_then(decode).is_some();
        let first = bytes.iter().position(|byte| *byte == sign)?;
        let first = (first..bytes.len()).find(written)?;
        let mut decoded = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
        let mut starts = Vec::with_capacity(bytes.len() + 1);
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let escape = (at >= first && *byte == sign).then(|| bytes.get(at..).and_then(decode)).flatten();
            let (letter, length) = escape.unwrap_or((Unescaped::Byte(*byte), 1));
            match letter {
                Unescaped::Byte(byte) => decoded.push(byte),
                Unescaped::Char(letter) => decoded.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
            }
            starts.resize(decoded.len(), self.start(at));
            at += length;
        }
        starts.push(self.start(bytes.len()));
        Some(Self { bytes: Bytes::Decoded(decoded), starts })
    }
}

/// Percent-encoding: `%41`, with digits of either case.
fn percent(text: &[u8]) -> Option<(Unescaped, usize)> {
    let code = number(text.strip_prefix(b"%")?.get(..2)?, 16)?;
    Some((Unescaped::Byte(u8::try_from(code).ok()?), 3))
}

/// A space as `+` (application/x-www-form-urlencoded). The percent signs are decoded by another view.
fn plus(text: &[u8]) -> Option<(Unescaped, usize)> {
    text.starts_with(b"+").then_some((Unescaped::Byte(b' '), 1))
}

/// `''`, a quote in a string literal of SQL.
fn doubled_literal_quote(text: &[u8]) -> Option<(Unescaped, usize)> {
    text.starts_with(b"''").then_some((Unescaped::Byte(b'\''), 2))
}

/// `""`, a quote in an identifier of SQL.
fn doubled_identifier_quote(text: &[u8]) -> Option<(Unescaped, usize)> {
    text.starts_with(b"\"\"").then_some((Unescaped::Byte(b'"'), 2))
}

/// Backslash escapes: `\n`, `\x41`, `\101`, `\u0041`, `\u{41}`, `\U00000041`, or a character that stands for itself.
fn backslash(text: &[u8]) -> Option<(Unescaped, usize)> {
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
        let letter = byte.map(Unescaped::Byte).or_else(|| char::from_u32(code).map(Unescaped::Char))?;
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
    Some((Unescaped::Byte(byte), 2))
}

fn braced(rest: &[u8]) -> Option<(u32, usize)> {
    let code = rest.get(2..)?;
    let length = code.iter().take(8).position(|byte| *byte == b'}')?;
    Some((number(code.get(..length)?, 16)?, length + 4))
}

/// `\u0041`, or a surrogate pair of two such escapes.
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

/// Character references of XML: `&amp;`, `&#65;`, `&#x41;`.
fn entity(text: &[u8]) -> Option<(Unescaped, usize)> {
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
    Some((Unescaped::Char(char::from_u32(code)?), length + 2))
}

/// Parses a number of digits only, at least one.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let fold =
        |value: u32, digit: &u8| value.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?);
    (!digits.is_empty()).then_some(digits)?.iter().try_fold(0, fold)
}
