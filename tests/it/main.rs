//! Whole-system tests, in one binary.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

mod access;
mod authority;
mod commands;
mod erasure;
mod events;
mod founding;
mod governance;
mod import;
mod organisation;
mod overload;
mod readers;
mod telemetry;
mod tidy;
mod two_clocks;
