//! Whether a result stands before voting ends: whatever the ballots that may still come say.

use events::{BallotChange, DecisionPolicy, DecisionTerms, Figures, Icon, Method, Requirement};
use tally::requirement::Met;

use super::{
    elections::seats,
    requirements::{check_weight, demanded, units_of, units_still_needed, weight_of},
};

/// The ballots that may still come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    /// How many entries may still vote, or vote otherwise than they did.
    pub units: u32,
    /// What they weigh together.
    pub weight: u64,
}

/// Tells whether no ballot that may still come could change the result.
///
/// `figures` are those of the ballots that cannot change any more, without any lent vote, and
/// `open` is everybody else. The proof is by the extremes: all who are left for a requirement, all
/// against it, and nobody. It holds for proposals (majority, with block, consensus) and for choosing
/// by votes; for anything else nothing is decided while somebody is left. Where ballots can be
/// changed, where objections can be raised and where the quorum is open, nothing is decided either.
pub fn is_decided(terms: &DecisionTerms, figures: &Figures, open: Open) -> bool {
    let policy = &terms.policy;
    match policy.ballot_change {
        BallotChange::UntilClose => return false,
        BallotChange::Never => {}
    }
    if open.units == 0 {
        return policy.objections.is_none();
    }
    match quorum(policy, figures, open) {
        Certain::No => return true,
        Certain::Open => return false,
        Certain::Yes => {}
    }
    let proposal = || {
        let mut certain = demanded(policy)
            .iter()
            .map(|requirement| met(requirement, figures, open))
            .fold(Certain::Yes, Certain::and);
        certain = certain.and(opposition(&policy.method, figures, open));
        match certain {
            // An objection may still be raised.
            Certain::Yes => policy.objections.is_none(),
            Certain::No => true,
            Certain::Open => false,
        }
    };
    match policy.method {
        Method::Majority {} | Method::ProposalWithBlock { .. } | Method::Consensus {} => proposal(),
        Method::Choose { .. } => {
            policy.requirements.is_empty() && is_ahead(figures, open, seats(terms) as usize)
        }
        Method::Consent {}
        | Method::Advice {}
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => false,
    }
}

/// What is certain of something that is still open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Certain {
    Yes,
    No,
    Open,
}

impl Certain {
    fn and(self, other: Certain) -> Certain {
        match (self, other) {
            (Certain::No, _) | (_, Certain::No) => Certain::No,
            (Certain::Open, _) | (_, Certain::Open) => Certain::Open,
            (Certain::Yes, Certain::Yes) => Certain::Yes,
        }
    }
}

/// Where the quorum is of each constituency, it is not looked at who of which is left: it is open as
/// long as there are as many as are missing anywhere.
fn quorum(policy: &DecisionPolicy, figures: &Figures, open: Open) -> Certain {
    match (policy.quorum, units_still_needed(policy, figures)) {
        (None, _) | (Some(_), Some(0)) => Certain::Yes,
        (Some(_), None) => Certain::No,
        (Some(_), Some(missing)) if open.units < missing => Certain::No,
        (Some(_), Some(_)) => Certain::Open,
    }
}

/// Looks at a requirement as the votes stand, with all who are left against it, and with all for it.
///
/// Of a share `(w + a) / (b + a + c)`, with `a + c` no more than what is left, the least is at
/// `a = 0` and the greatest at `c = 0`, wherever the base is not zero; it is zero only if nobody
/// votes. So what holds at these three holds everywhere.
fn met(requirement: &Requirement, figures: &Figures, open: Open) -> Certain {
    let weight = weight_of(requirement.icon, figures);
    let all_vote = Figures { cast_weight: figures.cast_weight + open.weight, ..figures.clone() };
    let outcomes = [
        check_weight(requirement, weight, figures).0,
        check_weight(requirement, weight, &all_vote).0,
        check_weight(requirement, weight + open.weight, &all_vote).0,
    ];
    if outcomes.iter().all(|met| *met == Met::Yes) {
        Certain::Yes
    } else if outcomes.iter().all(|met| *met == Met::No) {
        Certain::No
    } else {
        Certain::Open
    }
}

/// Whether the method itself is satisfied: that somebody agrees, and that it bears what was, and may
/// still be, voted against the proposal.
fn opposition(method: &Method, figures: &Figures, open: Open) -> Certain {
    let agreed = if weight_of(Icon::Agree, figures) > 0 { Certain::Yes } else { Certain::Open };
    let blocks = units_of(Icon::Block, figures);
    match method {
        Method::ProposalWithBlock { blocks_max } if *blocks_max < blocks => Certain::No,
        Method::ProposalWithBlock { blocks_max } => {
            let all_block = blocks.saturating_add(open.units);
            if all_block <= *blocks_max { agreed } else { Certain::Open }
        }
        Method::Consensus {} if blocks > 0 || units_of(Icon::Disagree, figures) > 0 => Certain::No,
        Method::Consensus {} => Certain::Open,
        Method::Majority {}
        | Method::Consent {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => agreed,
    }
}

/// Whether the winners are so far ahead, each of the next, that all who are left could not change
/// their order.
fn is_ahead(figures: &Figures, open: Open, winners: usize) -> bool {
    let mut weights: Vec<u64> = figures.options.iter().map(|option| option.weight).collect();
    weights.sort_unstable_by(|left, right| right.cmp(left));
    let next = |index: usize| weights.get(index + 1).copied().unwrap_or(0);
    let ahead = |index: usize| weights[index] > next(index).saturating_add(open.weight);
    (0..winners.min(weights.len())).all(ahead)
}
