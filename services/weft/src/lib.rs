//! The whole of weft, composed: every service over one log, behind one router.
//!
//! [`system`] is where everything meets; `main.rs` and `cli/` are the command line.

pub mod system;
