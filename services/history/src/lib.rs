//! Serves the recorded events to those who may read them.
//!
//! Decides nothing, keeps nothing: what it tells stands in the log. Read [`disclosure`] (what of an
//! event a caller may read), then [`grpc`].

pub mod disclosure;
pub mod grpc;
