//! Everything that needs no server: what a spec means, what a plan holds, and that a plan is empty after itself.

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
