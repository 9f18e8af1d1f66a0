//! Servers that take long to build, so no suite runs these tests by default: `just field s3` and `just field rustfs`.

mod rustfs;
mod s3;
