//! kafka-init against real brokers: every promise of the issue tracker's first slice, by Kafka's own tools.
//!
//! One stack for all of them, so the tests run one at a time (`just test` says so), each on topics of its own.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests wait on real servers")]

mod acceptance;
mod account;
mod brokers;
mod commands;
mod drift;
mod features;
mod field;
mod hostile;
mod insync;
mod msk_iam;
mod own_topics;
mod peers;
mod readme;
mod reassign;
mod refusals;
mod resources;
mod retention;
mod scale;
mod signals;
mod waiting;
mod watch;

use integration::Init;
use integration::kafka::{BOOTSTRAP, STACK};

/// A run with these topics, beside the three brokers.
fn init(topics: &str) -> Init {
    STACK.up();
    Init::new("kafka-init", &format!("{BOOTSTRAP}{topics}"))
}

/// The same, without waiting for the brokers first.
fn init_unready(topics: &str) -> Init {
    Init::new("kafka-init", &format!("{BOOTSTRAP}{topics}"))
}
