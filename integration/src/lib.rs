//! Runs the tools as their users do, in containers from their images, against real servers.
//!
//! Every run has the hardest settings that are promised to work: an arbitrary uid, a read-only root file
//! system and no capability. The suite needs Docker and the images of `just image-all`.

#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a harness that cannot go on has failed its test"
)]
#![expect(clippy::disallowed_methods, reason = "it waits on real servers and reads their logs by the clock")]

mod certificates;
mod clock;
mod command;
mod compose;
mod controls;
mod cut;
pub mod hostile_kafka;
pub mod hostile_pg;
mod http;
mod init;
pub mod kafka;
pub mod minio;
pub mod msk_iam;
pub mod patroni;
mod peer;
pub mod postgres;
mod scratch;
mod silent;
mod spelling;
pub mod terminal;
#[cfg(test)]
mod terminal_tests;
pub mod valkey;

pub use certificates::{Certificates, Kinds, P_521, Row, Verdict};
pub use clock::in_another_year;
pub use command::{Output, docker, image, shell, tools};
pub use compose::{Stack, compose, root};
pub use controls::{STEERING, shows_no_controls};
pub use cut::Cut;
pub use http::{Asked, FakeHttp, respond, without_end};
pub use init::{Costs, Ended, Init, Running, leave_network};
pub use peer::Peer;
pub use scratch::Scratch;
pub use silent::{Silent, eventually};
