//! Answers how the structure of a network changes over time.
//!
//! Decides nothing yet and writes no streams; keeps the view `structure`. Read [`views::structure`]
//! (what changes the structure, as rows), [`index`] (one network's changes in memory, where any
//! moment can be cut out), [`queries`] and [`grpc`]. The algorithms are `netgraph`'s.

pub mod grpc;
pub mod index;
pub mod queries;
pub mod views;
