//! What somebody may see of a vote, from how far it is, its policy, and their own part in it.
//!
//! The one place of this rule: every query about a decision asks here. Where secrecy and results
//! disagree, the stricter one holds: ballots that everybody may read are not shown while their sum
//! is not.

use events::{ResultsShown, Secrecy};

#[cfg(test)]
mod tests;

/// How far a vote is, as far as seeing it is concerned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Voting has not begun.
    Before,
    /// Voting goes on.
    Open,
    /// Voting is over.
    Over,
    /// It came to nothing; what was cast stays as hidden as it was.
    Cancelled,
}

/// Somebody's part in a vote. The greater, the nearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Involvement {
    /// No entry of the roll is theirs to vote for.
    Outside,
    /// They may vote, and have not.
    Entitled,
    /// They have voted.
    Voted,
}

/// What there is to see of a vote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Aspect {
    /// How many voted.
    Turnout,
    /// What each option got.
    Figures,
    /// Who voted.
    Voters,
    /// Who voted how.
    Ballots,
    /// How oneself voted.
    OwnBallot,
}

/// All that the rule depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Circumstances {
    /// How far the vote is.
    pub stage: Stage,
    /// Who learns how somebody voted, by the policy.
    pub secrecy: Secrecy,
    /// When figures are shown, by the policy.
    pub results: ResultsShown,
    /// The viewer's own part.
    pub involvement: Involvement,
}

/// Tells whether a viewer may see something of a vote. Whether they may see the decision at all is
/// asked before.
///
/// Nothing of a secret vote is seen before it is over, not even how many voted: it would tell when
/// somebody did. Who voted in one is seen afterwards as far as the turnout was recorded with names.
/// Source: domain.md, sections 3.1 (secrecy, results) and 3.4.
pub fn may_see(aspect: Aspect, of: Circumstances) -> bool {
    match (aspect, of.secrecy) {
        (Aspect::Turnout, Secrecy::Open | Secrecy::OpenAfterClose) => true,
        (Aspect::Turnout, Secrecy::Secret) => of.stage == Stage::Over,
        (Aspect::Figures, Secrecy::Open | Secrecy::OpenAfterClose) => sums(of),
        (Aspect::Figures, Secrecy::Secret) => of.stage == Stage::Over,
        (Aspect::Voters, Secrecy::Open) => true,
        (Aspect::Voters, Secrecy::OpenAfterClose | Secrecy::Secret) => of.stage == Stage::Over,
        (Aspect::Ballots, Secrecy::Open) => sums(of),
        (Aspect::Ballots, Secrecy::OpenAfterClose) => of.stage == Stage::Over,
        (Aspect::Ballots, Secrecy::Secret) => false,
        (Aspect::OwnBallot, Secrecy::Open | Secrecy::OpenAfterClose) => {
            of.involvement == Involvement::Voted
        }
        // A receipt could be shown to whoever pays for it.
        (Aspect::OwnBallot, Secrecy::Secret) => false,
    }
}

/// Tells whether the sums of a vote that is not secret may be seen.
fn sums(of: Circumstances) -> bool {
    match (of.stage, of.results) {
        (Stage::Over, _) => true,
        (Stage::Open, ResultsShown::Live) => true,
        (Stage::Open, ResultsShown::AfterOwnVote) => of.involvement == Involvement::Voted,
        (Stage::Open, ResultsShown::AfterClose) => false,
        (Stage::Before | Stage::Cancelled, _) => false,
    }
}
