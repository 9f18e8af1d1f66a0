//! Everything that needs no server: what a spec means, what a plan holds, and that a plan is empty after itself.

mod describe;
mod model;
mod plan;
mod support;
mod violations;
