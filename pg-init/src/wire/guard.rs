//! A bound on everything that a server sends.
//!
//! The driver reads a message of any length and keeps every row. So each message header is read here first, on its way
//! to the driver: its length is held against what can be expected at that moment, the requests for a password against
//! what the spec allows, and all answers of one stage of a run against one budget.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_postgres::types::Type;

use super::refusal::Refusal;
use crate::spec::Authentication;

/// What all answers of one stage may take in memory, as they are kept by the driver.
const BUDGET: usize = 24 << 20;
/// All messages up to the first `ReadyForQuery`, and each of them.
const LOGIN: usize = 64 << 10;
const LOGIN_MESSAGE: usize = 16 << 10;
/// One row, and one message of any other kind.
const ROW: usize = 4 << 20;
const MESSAGE: usize = 256 << 10;
/// What the driver needs for a row beside its bytes, and for each column of it.
const PER_ROW: usize = 160;
const PER_COLUMN: usize = 24;
/// The description of a column is several times as large in memory.
const PER_DESCRIPTION: usize = 8;
const PER_MESSAGE: usize = 64;
/// More rounds of SCRAM than this keep a client busy for longer than a login takes.
const ITERATIONS: u64 = 100_000;

/// What the sessions of one run have received since the stage began.
#[derive(Debug, Default)]
pub(crate) struct Budget(AtomicUsize);

impl Budget {
    /// A stage begins: what was received before is no longer kept.
    pub(crate) fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn spend(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= BUDGET
    }
}

/// What a connection has shown, shared with the login or session that sees it end.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionState(Arc<Mutex<Facts>>);

#[derive(Clone, Debug, Default)]
struct Facts {
    refusal: Option<Refusal>,
    proven: bool,
}

impl ConnectionState {
    /// Why it was ended from our side.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.facts().refusal.clone()
    }

    /// The server has accepted the password in a SCRAM exchange, also when it refused the login after that.
    pub(crate) fn password_proven(&self) -> bool {
        self.facts().proven
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Up to `AuthenticationOk`.
    Login,
    /// Up to the first `ReadyForQuery`.
    Start,
    Ready,
}

/// The state of one connection's incoming messages.
#[derive(Debug)]
pub(crate) struct Guard {
    phase: Phase,
    allowed: Authentication,
    budget: Arc<Budget>,
    state: ConnectionState,
    /// The beginning of a message: its header, and of its body what is looked at.
    seen: Vec<u8>,
    /// How long that beginning is, as far as it is known.
    need: usize,
    /// What comes after it in the same message, and is not looked at.
    rest: usize,
    /// All that a login has taken.
    login: usize,
    /// The columns of the rows that come.
    columns: usize,
}

const HEADER: usize = 5;

impl Guard {
    pub(crate) fn new(allowed: Authentication, budget: Arc<Budget>, state: ConnectionState) -> Self {
        let (phase, seen, need) = (Phase::Login, Vec::new(), HEADER);
        Self { phase, allowed, budget, state, seen, need, rest: 0, login: 0, columns: 0 }
    }

    /// Looks at bytes that have come in. After a refusal nothing more may be handed on.
    pub(crate) fn inspect(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let seen = self.look(bytes);
        if let Err(refusal) = &seen {
            self.state.facts().refusal.get_or_insert_with(|| refusal.clone());
        }
        seen
    }

    fn look(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        while !bytes.is_empty() {
            if self.seen.len() < self.need {
                let (taken, after) = bytes.split_at((self.need - self.seen.len()).min(bytes.len()));
                self.seen.extend_from_slice(taken);
                bytes = after;
                if self.need == HEADER && self.seen.len() == HEADER {
                    self.header()?;
                }
                if self.need > HEADER && self.seen.len() == self.need {
                    self.body()?;
                }
            } else {
                let (skipped, after) = bytes.split_at(self.rest.min(bytes.len()));
                self.rest -= skipped.len();
                bytes = after;
            }
            if self.seen.len() == self.need && self.rest == 0 {
                self.seen.clear();
                self.need = HEADER;
            }
        }
        Ok(())
    }

    fn tag(&self) -> u8 {
        self.seen.first().copied().unwrap_or_default()
    }

    /// The length is what comes before anything is kept for it.
    fn header(&mut self) -> Result<(), Refusal> {
        let length = number::<4>(&self.seen, 1).and_then(|length| length.checked_sub(4));
        let Some(length) = length else { return Err(Refusal::Malformed("a message without a length")) };
        let tag = self.tag();
        let most = match (self.phase, tag) {
            (Phase::Ready, b'D') => ROW,
            (Phase::Ready, _) => MESSAGE,
            _ => LOGIN_MESSAGE,
        };
        if length > most {
            return Err(Refusal::Length { length, most });
        }
        let known = match self.phase {
            Phase::Login => b"REN".as_slice(),
            Phase::Start => b"SKENZ",
            Phase::Ready => b"DTCZEINSA123nst",
        };
        if !known.contains(&tag) {
            return Err(Refusal::Malformed("a message that has no place there"));
        }
        let wanted = match (self.phase, tag) {
            (Phase::Login, b'R') | (Phase::Ready, b'T') => length,
            (Phase::Ready, b'D') => length.min(2),
            _ => 0,
        };
        self.need = HEADER + wanted;
        self.rest = length - wanted;
        match self.phase {
            Phase::Ready if tag == b'D' => Ok(()),
            Phase::Ready => {
                let weight = if tag == b'T' { PER_DESCRIPTION } else { 1 };
                self.spend(PER_MESSAGE + weight * length)
            }
            _ => {
                self.login += PER_MESSAGE + length;
                if tag == b'Z' {
                    self.phase = Phase::Ready;
                }
                if self.login > LOGIN { Err(Refusal::Endless { most: LOGIN }) } else { Ok(()) }
            }
        }
    }

    fn spend(&self, bytes: usize) -> Result<(), Refusal> {
        if self.budget.spend(bytes) { Ok(()) } else { Err(Refusal::Endless { most: BUDGET }) }
    }

    fn body(&mut self) -> Result<(), Refusal> {
        let count = number::<2>(&self.seen, HEADER);
        match self.tag() {
            b'R' => self.authentication(),
            b'T' => {
                self.columns = count.ok_or(Refusal::Malformed("a description of rows that has none"))?;
                described(self.seen.get(HEADER + 2..).unwrap_or_default(), self.columns)
            }
            b'D' if count != Some(self.columns) => Err(Refusal::Malformed("a row that is not as described")),
            b'D' => self.spend(PER_ROW + PER_COLUMN * self.columns + self.rest),
            _ => Ok(()),
        }
    }

    /// What the server asks for, before the driver answers it.
    fn authentication(&mut self) -> Result<(), Refusal> {
        let request = number::<4>(&self.seen, HEADER).unwrap_or(usize::MAX);
        let data = self.seen.get(HEADER + 4..).unwrap_or_default();
        let refuse = |method: &'static str, least| {
            if self.allowed >= least { Ok(()) } else { Err(Refusal::Method { method, least }) }
        };
        match request {
            0 => {
                self.phase = Phase::Start;
                Ok(())
            }
            3 => refuse("the password in clear text", Authentication::Password),
            5 => refuse("an MD5 hash of the password", Authentication::Md5),
            10 if data.split(|byte| *byte == 0).any(|name| name.starts_with(b"SCRAM-SHA-256")) => Ok(()),
            11 => rounds(data),
            12 => {
                self.state.facts().proven = true;
                Ok(())
            }
            _ => Err(Refusal::Unknown),
        }
    }
}

/// The iteration count of a SCRAM challenge: `r=…,s=…,i=4096`.
fn rounds(challenge: &[u8]) -> Result<(), Refusal> {
    let text = String::from_utf8_lossy(challenge);
    let count = text.split(',').find_map(|part| part.strip_prefix("i=")).map(str::parse::<u64>);
    match count {
        Some(Ok(count)) if count <= ITERATIONS => Ok(()),
        Some(_) => Err(Refusal::Rounds { most: ITERATIONS }),
        None => Err(Refusal::Malformed("a SCRAM challenge without an iteration count")),
    }
}

/// Each column is of a type that the driver knows: it would ask the server about another one, as often as it is told.
fn described(mut fields: &[u8], columns: usize) -> Result<(), Refusal> {
    let malformed = || Refusal::Malformed("a description of rows that is cut off");
    for _ in 0..columns {
        let end = fields.iter().position(|byte| *byte == 0).ok_or_else(malformed)?;
        let field = fields.get(end + 1..).ok_or_else(malformed)?;
        let oid = number::<4>(field, 6).and_then(|oid| u32::try_from(oid).ok()).ok_or_else(malformed)?;
        if Type::from_oid(oid).is_none() {
            return Err(Refusal::Malformed("a column of a type that is not PostgreSQL's own"));
        }
        fields = field.get(18..).ok_or_else(malformed)?;
    }
    Ok(())
}

/// A number of `N` bytes, the first one highest; nothing for what is negative.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + N)?;
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    (!negative).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests;
