//! Decides networks, people, organisations, affiliations, memberships, ties and gatherings.
//!
//! Writes the streams of those names, and what came of the effects of decisions that concern them;
//! keeps the views `networks`, `people`, `organisations`, `ties` and `gatherings`. Read a decider first ([`gathering`] is a typical one), then
//! [`commands`] (what a command needs to know before it is decided), [`views`], [`queries`] and
//! [`grpc`].

pub mod affiliation;
pub mod gathering;
pub mod membership;
pub mod network;
pub mod organisation;
pub mod person;
pub mod tie;
pub mod warrant;

pub mod commands;
pub mod grpc;
pub mod import;
pub mod queries;
pub mod reactions;
pub mod views;

#[cfg(test)]
mod tests;
