//! Servers beside the stack of the gate, which take long to build or to start, so no suite runs these tests by default:
//! `just field kafka`.

mod clusters;
mod compatible;
