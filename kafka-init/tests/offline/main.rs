//! Everything that needs no broker: what a spec means, what is wrong with it, and what it would change.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod describe;
mod model;
mod plan;
mod report;
mod support;
mod violations;
