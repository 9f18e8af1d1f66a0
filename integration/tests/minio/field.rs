//! Servers that take long to build, and tests that take long, so no suite runs these by default: `just field s3`,
//! `just field rustfs`, `just field long`.

mod ceph;
mod garage;
mod ldap;
mod replication;
mod rustfs;
mod s3;
mod seaweed;
mod tiers;
