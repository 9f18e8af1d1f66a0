//! Provisions Kafka from one declarative spec.
