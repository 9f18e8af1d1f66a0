//! Tests that need no broker: the meaning of a spec, its violations, and the changes that it plans.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod describe;
mod model;
mod plan;
mod report;
mod secrets;
mod support;
mod throttle;
mod violations;
