//! The index of the values, in which the candidates at each byte of a text are found quickly.

use std::ops::Range;

use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use crate::Secret;

/// The number of characters below which a value is found only as a whole word.
const WORD: usize = 6;
/// The number of bytes of a longer value that are enough.
const PREFIX: usize = 16;
/// The length of the shortest line of a multi-line value that is found by itself.
const LINE: usize = 8;
/// The beginning of a PEM encapsulation boundary, which is not secret.
const PEM: &[u8] = b"-----";

/// The rule for the values to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// All values, for texts of a peer.
    Peer,
    /// The values that are not public, for texts of this program.
    Own,
}

struct Value {
    secret: Secret,
    label: usize,
    public: bool,
}

/// The values of all secrets, sorted by their bytes.
#[derive(Default)]
pub(super) struct Values {
    sorted: Vec<Value>,
    /// A bit set over pairs of bytes, of those with which a value begins.
    first_pairs: Zeroizing<Vec<u64>>,
    all_public: bool,
    /// The length of the shortest value.
    shortest: usize,
}

impl Value {
    #[expect(clippy::disallowed_methods, reason = "a value can be found only by comparison with it")]
    fn bytes(&self) -> &[u8] {
        self.secret.expose_secret().as_bytes()
    }

    /// The number of bytes that match at this offset, if it is the whole value or enough of it.
    fn length_at(&self, text: &[u8], at: usize) -> Option<usize> {
        let (value, rest) = (self.bytes(), text.get(at..)?);
        let common = value.iter().zip(rest).take_while(|(a, b)| a == b).count();
        let whole = common == value.len() && (!self.is_short() || is_word(text, at..at + common));
        let enough = common >= PREFIX && !value.starts_with(PEM);
        (whole || enough).then_some(common)
    }

    fn is_short(&self) -> bool {
        is_short(self.bytes())
    }
}

fn is_short(value: &[u8]) -> bool {
    String::from_utf8_lossy(value).chars().count() < WORD
}

/// Returns true if the range is a whole word: without a word character on either side.
fn is_word(text: &[u8], range: Range<usize>) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let before = range.start.checked_sub(1).and_then(|before| text.get(before));
    !before.is_some_and(part) && !text.get(range.end).is_some_and(part)
}

/// The position of a pair of bytes in the bit set.
fn pair(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(first) << 8 | usize::from(second);
    (pair >> 6, 1 << (pair & 63))
}

impl Values {
    pub(super) fn new<'s>(secrets: impl Iterator<Item = &'s Secret>) -> Self {
        let mut sorted = Vec::new();
        for (label, secret) in secrets.enumerate() {
            let whole = Value { secret: secret.clone(), label, public: false };
            let text = Zeroizing::new(String::from_utf8_lossy(whole.bytes()).into_owned());
            sorted.push(whole);
            let lines = text.lines().filter(|line| line.len() >= LINE && line.len() < text.len());
            let lines = lines.filter(|line| !line.as_bytes().starts_with(PEM));
            sorted.extend(lines.map(|line| Value { secret: Secret::from(line), label, public: false }));
        }
        sorted.sort_by(|a, b| a.bytes().cmp(b.bytes()).then(a.label.cmp(&b.label)));
        let shortest = sorted.iter().map(|value| value.bytes().len()).min().unwrap_or_default();
        let mut values =
            Self { sorted, first_pairs: Zeroizing::new(vec![0; 1024]), all_public: false, shortest };
        for value in &values.sorted {
            let seconds = match value.bytes() {
                [_] => 0..=u8::MAX,
                [_, second, ..] => *second..=*second,
                [] => continue,
            };
            for second in seconds {
                let (word, bit) = pair(value.bytes().first().copied().unwrap_or_default(), second);
                if let Some(word) = values.first_pairs.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        values
    }

    /// Returns true if no value has to be found under this rule.
    pub(super) fn is_empty(&self, rule: Rule) -> bool {
        self.sorted.is_empty() || (rule == Rule::Own && self.all_public)
    }

    /// Returns true if a text of this length can contain a value, or enough of one.
    pub(super) fn fits_in(&self, length: usize) -> bool {
        length >= self.shortest.min(PREFIX)
    }

    /// Marks the values that occur in this text as public.
    pub(super) fn publish(&mut self, text: &[u8]) {
        for at in 0..text.len() {
            for value in self.candidates(text, at) {
                if let Some(value) = self.sorted.get_mut(value)
                    && !value.public
                    && value.length_at(text, at) == Some(value.bytes().len())
                {
                    value.public = true;
                }
            }
        }
        self.all_public = self.sorted.iter().all(|value| value.public);
    }

    /// Finds all values from left to right, and the longest one where several match.
    pub(super) fn find(&self, text: &[u8], rule: Rule, mut found: impl FnMut(Range<usize>, usize)) {
        let mut at = 0;
        while at < text.len() {
            if let Some(label) = label(text, at) {
                at += label;
            } else if let Some((length, label)) = self.longest_at(text, at, rule) {
                found(at..at + length, label);
                at += length;
            } else {
                at += 1;
            }
        }
    }

    fn longest_at(&self, text: &[u8], at: usize, rule: Rule) -> Option<(usize, usize)> {
        let candidates = self.sorted.get(self.candidates(text, at))?.iter();
        let mut longest: Option<(usize, usize)> = None;
        for value in candidates.filter(|value| rule == Rule::Peer || !value.public) {
            if let Some(length) = value.length_at(text, at).filter(|length| *length > 0)
                && longest.is_none_or(|(other, _)| length > other)
            {
                longest = Some((length, value.label));
            }
        }
        longest
    }

    /// The range of the sorted values whose first two bytes match the text at this offset.
    fn candidates(&self, text: &[u8], at: usize) -> Range<usize> {
        let Some(first) = text.get(at).copied() else { return 0..0 };
        let second = text.get(at + 1).copied();
        let (word, bit) = pair(first, second.unwrap_or_default());
        if self.first_pairs.get(word).is_none_or(|word| word & bit == 0) {
            return 0..0;
        }
        // A value of one byte is sorted before the longer ones with the same first byte.
        let first_two = |value: &Value| (value.bytes().first().copied(), value.bytes().get(1).copied());
        let single = self.sorted.partition_point(|value| first_two(value) < (Some(first), None));
        let from = if self.sorted.get(single).is_some_and(|value| value.bytes().len() == 1) {
            single
        } else {
            self.sorted.partition_point(|value| first_two(value) < (Some(first), second))
        };
        from..self.sorted.partition_point(|value| first_two(value) <= (Some(first), second)).max(from)
    }
}

/// The length of a label `{secret: NAME}` at this offset, which must not be redacted again.
fn label(text: &[u8], at: usize) -> Option<usize> {
    const OPEN: &[u8] = b"{secret: ";
    let rest = text.get(at..)?.strip_prefix(OPEN)?;
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let length = rest.iter().take_while(name).count();
    (length > 0 && rest.get(length) == Some(&b'}')).then_some(OPEN.len() + length + 1)
}
