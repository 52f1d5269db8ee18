//! Counting rules: pure functions from ballots, rolls and delegations to results that anyone can
//! recount.
//!
//! Every figure is exact. Votes are whole numbers over one denominator that is fixed before the
//! count begins, so the loops over ballots add machine integers; the bounds that keep them from
//! overflowing are checked when a profile is built, and a [`Fraction`] appears only where a figure
//! leaves the count. Shares are compared by cross-multiplication in 256 bits. Nothing is rounded
//! but where a rule says so (Scottish STV to five decimals, Meek to nine), and what that loses is
//! reported.
//!
//! The crate knows no event, reads no clock, draws no lots of its own, does no IO and depends on no
//! other package of the workspace. A tie that decides something is a step in the result ([`Tie`]),
//! decided by a rule that the caller gave before the count.
//!
//! Start reading at [`quorum`] and [`requirement`], which most decisions need, and [`outcome`],
//! which puts them together; for elections at [`ballots`] (what is counted), [`irv`] (the simplest
//! count) and [`Count`] (its result).

pub mod fraction;

pub mod quorum;

pub mod requirement;

pub mod tie;

pub mod outcome;

pub mod choice;

pub mod score;

pub mod dots;

pub mod time_poll;

pub mod delegation;

pub mod ballots;

pub mod count;

pub mod irv;

pub mod condorcet;

pub mod borda;

pub mod stv_scottish;

pub mod stv_meek;

#[cfg(test)]
mod testing;

pub use ballots::Profile;
pub use count::{Candidate, Count};
pub use fraction::{Fraction, Share};
pub use tie::{Tie, TieRule};
