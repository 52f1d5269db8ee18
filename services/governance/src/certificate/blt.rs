//! A certificate's rankings as a BLT file.

use events::{Method, RankedRule};
use tally::ballots::blt;

use super::{Bundle, NoBundle};
use crate::counting;

#[cfg(test)]
mod tests;

impl Bundle {
    /// The rankings that counted as a BLT file, which `weft count` and other election software read.
    ///
    /// Candidates are the options in their order, called by their keys; seats are as many as the
    /// count filled. Each line has a ranking and the weight of all who gave it: own ballots, lent
    /// votes where they counted, with the weight of whoever lent them, or what was in the box of a
    /// secret decision. Abstentions and blank ballots are left out, as the count leaves them. The
    /// title names the decision and the rule as `weft count --rule` does.
    ///
    /// Counted by that rule it gives the rounds of the certificate, where a quorum was reached. It
    /// does not know what else the policy asks for, such as a share of the votes, nor how ties are
    /// settled; the seed in the bundle draws the same lots again.
    ///
    /// # Errors
    ///
    /// Refuses decisions whose ballots are no rankings, and inputs that cannot be counted.
    pub fn blt(&self) -> Result<String, NoBundle> {
        let rule = rule(&self.inputs.terms.policy.method).ok_or(NoBundle::NotRanked)?;
        let profile = counting::profile(&self.inputs)?;
        let seats = usize::try_from(counting::seats(&self.inputs.terms)).unwrap_or(usize::MAX);
        let title = format!("Decision {} {rule}", self.inputs.decision);
        Ok(blt::write(&profile, seats, &title))
    }
}

/// What `weft count --rule` calls the rule; `None` where ballots are no rankings.
fn rule(method: &Method) -> Option<&'static str> {
    match method {
        Method::Ranked { rule, .. } => Some(match rule {
            RankedRule::InstantRunoff => "irv",
            RankedRule::Condorcet => "condorcet",
            RankedRule::Borda => "borda",
            RankedRule::ScottishStv => "stv-scottish",
            RankedRule::MeekStv => "stv-meek",
        }),
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::TimePoll {} => None,
    }
}
