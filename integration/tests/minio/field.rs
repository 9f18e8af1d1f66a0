//! Servers that take long to build, so no suite runs these tests by default: `just field s3`.

mod garage;
mod s3;
