//! Decides charters, agendas, goals, proposals, decisions, delegations, resolutions and mandates.
//!
//! Writes the streams of those names, and `ballot_box`, `turnout` and `effect` (for the effects that
//! governance carries out itself). A text becomes a proposal, a proposal is called to a decision
//! under the policy of the charter in force, the decision is counted and certified by rule, what it
//! adopted stands in the register, and its effects are carried out, once each. Read a decider first
//! ([`proposal`] is a typical one), then [`counting`], [`commands`], [`reactions`], [`deadlines`],
//! [`views`], [`queries`] and [`grpc`].

pub mod policy;

pub mod agenda;
pub mod charter;
pub mod decision;
pub mod delegation;
pub mod goal;
pub mod mandate;
pub mod opened;
pub mod proposal;
pub mod resolution;

pub mod canonical;
pub mod certificate;
pub mod concentration;
pub mod counting;
pub mod secret_box;
pub mod templates;

pub mod commands;
pub mod deadlines;
pub mod grpc;
pub mod queries;
pub mod reactions;
pub mod views;
