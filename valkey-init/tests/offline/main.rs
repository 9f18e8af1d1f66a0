//! Tests without a server: validation of specs, plans, reports of changes, and parsers of answers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod answers;
mod change;
mod describe;
mod instances;
mod missing;
mod model;
mod plan;
mod rebalance;
mod sentinels;
mod support;
mod violations;
