//! Networks as data: facts on two clocks, graphs cut out of them, and their figures.
//!
//! The crate turns a history of facts into the graph of one instant and the graph into numbers.
//! Everything is a pure computation over plain numbers: it knows no event, reads no clock, does no
//! IO, spawns nothing and depends on no other package of the workspace.
//!
//! Start reading at [`Timeline`] (what was true when, as known when), go on with [`Graph`] (a
//! snapshot), then [`Metrics`] (its figures) and [`Comparison`] (two snapshots side by side).

pub mod timeline;

pub mod graph;

pub mod metrics;

pub mod comparison;

mod bits;

pub use comparison::Comparison;
pub use graph::Graph;
pub use metrics::{Metric, Metrics};
pub use timeline::{Moment, Timeline};
