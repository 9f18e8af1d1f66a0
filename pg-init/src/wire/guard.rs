//! Limits everything that a server sends.
//!
//! The driver reads messages of any length and keeps every row. So each message header is inspected on its way to the
//! driver: its length is compared with the largest that is expected in that state, requests for a password with the
//! methods that the spec allows, and the answers of one stage of a run with one budget.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_postgres::types::Type;

use super::refusal::Refusal;
use crate::spec::Authentication;

/// The memory that the answers of one stage may take, as the driver keeps them.
const STAGE_BUDGET: usize = 24 << 20;
/// The bytes of all messages up to the first `ReadyForQuery`, and of each of them.
const LOGIN_BUDGET: usize = 64 << 10;
const MAX_LOGIN_MESSAGE: usize = 16 << 10;
/// The bytes of one row, and of one message of any other type.
const MAX_ROW: usize = 4 << 20;
const MAX_MESSAGE: usize = 256 << 10;
/// The memory that the driver needs for a row and for each of its columns, in addition to their bytes.
const PER_ROW: usize = 160;
const PER_COLUMN: usize = 24;
/// The factor by which a column's description is larger in memory than in the message.
const PER_DESCRIPTION: usize = 8;
const PER_MESSAGE: usize = 64;
/// The largest number of SCRAM iterations; more of them take longer than a login may take.
const MAX_ITERATIONS: u64 = 100_000;

/// The bytes that the sessions of one run have received since the stage began.
#[derive(Debug, Default)]
pub(crate) struct Budget(AtomicUsize);

impl Budget {
    /// Resets the budget at the beginning of a stage, since earlier answers are no longer kept.
    pub(crate) fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn spend(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= STAGE_BUDGET
    }
}

/// The facts that the server has shown on a connection, shared with the login or session that uses it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionState(Arc<Mutex<Shown>>);

#[derive(Clone, Debug, Default)]
struct Shown {
    refusal: Option<Refusal>,
    password_proven: bool,
}

impl ConnectionState {
    /// The refusal with which the tool ended the connection, if it did.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.shown().refusal.clone()
    }

    /// True when the server has accepted the password in a SCRAM exchange, even if it refused the login afterwards.
    pub(crate) fn password_proven(&self) -> bool {
        self.shown().password_proven
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The messages up to `AuthenticationOk`.
    Login,
    /// The messages up to the first `ReadyForQuery`.
    Start,
    Ready,
}

/// The inspection of one connection's incoming messages.
#[derive(Debug)]
pub(crate) struct MessageGuard {
    phase: Phase,
    allowed: Authentication,
    budget: Arc<Budget>,
    state: ConnectionState,
    /// The beginning of a message: its header, and the part of its body that is inspected.
    buffered: Vec<u8>,
    /// The length of that beginning, as far as it is known.
    buffer_length: usize,
    /// The remaining length of the message, which is not inspected.
    skipped_length: usize,
    /// The bytes that the login has received.
    login_bytes: usize,
    /// The number of columns of the rows that follow.
    columns: usize,
}

const HEADER: usize = 5;

impl MessageGuard {
    pub(crate) fn new(allowed: Authentication, budget: Arc<Budget>, state: ConnectionState) -> Self {
        let (phase, buffered, buffer_length) = (Phase::Login, Vec::new(), HEADER);
        Self {
            phase,
            allowed,
            budget,
            state,
            buffered,
            buffer_length,
            skipped_length: 0,
            login_bytes: 0,
            columns: 0,
        }
    }

    /// Inspects received bytes. After a refusal, no more bytes may be given to the driver.
    pub(crate) fn inspect(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let inspected = self.inspect_bytes(bytes);
        if let Err(refusal) = &inspected {
            self.state.shown().refusal.get_or_insert_with(|| refusal.clone());
        }
        inspected
    }

    fn inspect_bytes(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        while !bytes.is_empty() {
            if self.buffered.len() < self.buffer_length {
                let (taken, after) =
                    bytes.split_at((self.buffer_length - self.buffered.len()).min(bytes.len()));
                self.buffered.extend_from_slice(taken);
                bytes = after;
                if self.buffer_length == HEADER && self.buffered.len() == HEADER {
                    self.inspect_header()?;
                }
                if self.buffer_length > HEADER && self.buffered.len() == self.buffer_length {
                    self.inspect_body()?;
                }
            } else {
                let (skipped, after) = bytes.split_at(self.skipped_length.min(bytes.len()));
                self.skipped_length -= skipped.len();
                bytes = after;
            }
            if self.buffered.len() == self.buffer_length && self.skipped_length == 0 {
                self.buffered.clear();
                self.buffer_length = HEADER;
            }
        }
        Ok(())
    }

    fn tag(&self) -> u8 {
        self.buffered.first().copied().unwrap_or_default()
    }

    /// Checks the type and the length of a message before any memory is used for it.
    fn inspect_header(&mut self) -> Result<(), Refusal> {
        let length = read_number::<4>(&self.buffered, 1).and_then(|length| length.checked_sub(4));
        let Some(length) = length else { return Err(Refusal::Malformed("a message without a length")) };
        let tag = self.tag();
        let most = match (self.phase, tag) {
            (Phase::Ready, b'D') => MAX_ROW,
            (Phase::Ready, _) => MAX_MESSAGE,
            _ => MAX_LOGIN_MESSAGE,
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
        self.buffer_length = HEADER + wanted;
        self.skipped_length = length - wanted;
        match self.phase {
            Phase::Ready if tag == b'D' => Ok(()),
            Phase::Ready => {
                let weight = if tag == b'T' { PER_DESCRIPTION } else { 1 };
                self.spend(PER_MESSAGE + weight * length)
            }
            _ => {
                self.login_bytes += PER_MESSAGE + length;
                if tag == b'Z' {
                    self.phase = Phase::Ready;
                }
                if self.login_bytes > LOGIN_BUDGET {
                    Err(Refusal::TooMuch { most: LOGIN_BUDGET })
                } else {
                    Ok(())
                }
            }
        }
    }

    fn spend(&self, bytes: usize) -> Result<(), Refusal> {
        if self.budget.spend(bytes) { Ok(()) } else { Err(Refusal::TooMuch { most: STAGE_BUDGET }) }
    }

    fn inspect_body(&mut self) -> Result<(), Refusal> {
        let count = read_number::<2>(&self.buffered, HEADER);
        match self.tag() {
            b'R' => self.inspect_authentication(),
            b'T' => {
                self.columns = count.ok_or(Refusal::Malformed("a description of rows that has none"))?;
                check_column_types(self.buffered.get(HEADER + 2..).unwrap_or_default(), self.columns)
            }
            b'D' if count != Some(self.columns) => Err(Refusal::Malformed("a row that is not as described")),
            b'D' => self.spend(PER_ROW + PER_COLUMN * self.columns + self.skipped_length),
            _ => Ok(()),
        }
    }

    /// Checks an authentication request before the driver answers it.
    fn inspect_authentication(&mut self) -> Result<(), Refusal> {
        let request = read_number::<4>(&self.buffered, HEADER).unwrap_or(usize::MAX);
        let data = self.buffered.get(HEADER + 4..).unwrap_or_default();
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
            11 => check_iterations(data),
            12 => {
                self.state.shown().password_proven = true;
                Ok(())
            }
            _ => Err(Refusal::UnknownMethod),
        }
    }
}

/// Checks the iteration count of a SCRAM challenge: `r=…,s=…,i=4096`.
fn check_iterations(challenge: &[u8]) -> Result<(), Refusal> {
    let text = String::from_utf8_lossy(challenge);
    let count = text.split(',').find_map(|part| part.strip_prefix("i=")).map(str::parse::<u64>);
    match count {
        Some(Ok(count)) if count <= MAX_ITERATIONS => Ok(()),
        Some(_) => Err(Refusal::Iterations { most: MAX_ITERATIONS }),
        None => Err(Refusal::Malformed("a SCRAM challenge without an iteration count")),
    }
}

/// Checks that the driver knows the type of each column. It would query the server about an unknown type, as often as
/// the server names one.
fn check_column_types(mut fields: &[u8], columns: usize) -> Result<(), Refusal> {
    let malformed = || Refusal::Malformed("a description of rows that is cut off");
    for _ in 0..columns {
        let end = fields.iter().position(|byte| *byte == 0).ok_or_else(malformed)?;
        let field = fields.get(end + 1..).ok_or_else(malformed)?;
        let oid = read_number::<4>(field, 6).and_then(|oid| u32::try_from(oid).ok()).ok_or_else(malformed)?;
        if Type::from_oid(oid).is_none() {
            return Err(Refusal::Malformed("a column of a type that is not PostgreSQL's own"));
        }
        fields = field.get(18..).ok_or_else(malformed)?;
    }
    Ok(())
}

/// A big-endian number of `N` bytes; `None` when it is negative.
fn read_number<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + N)?;
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    (!negative).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests;
