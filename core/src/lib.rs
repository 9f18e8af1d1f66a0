//! The driver that the four init tools share.
