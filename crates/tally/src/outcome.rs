//! What a decision comes to, by each way of deciding.

use crate::{
    TieRule,
    quorum::Quorum,
    requirement::{Base, Check, Figures, Met, Requirement},
    tie::{DecidedBy, Decides, Step},
};

#[cfg(test)]
mod tests;

/// The key of adoption where a tie is decided between it and [`REJECT`].
pub const ADOPT: &str = "adopt";

/// The key of rejection where a tie is decided between it and [`ADOPT`].
pub const REJECT: &str = "reject";

/// What a decision comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is adopted.
    Adopted,
    /// It is not.
    NotAdopted,
    /// Too few took part, or there was nobody to take part.
    Inquorate,
    /// Nothing is adopted by asking; somebody decides with these figures before them.
    FiguresOnly,
}

/// A verdict and what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Who was needed and who was there.
    pub quorum: Quorum,
    /// The requirements, in the order of the policy, each as it came out.
    pub checks: Vec<Check>,
    /// How a tie was decided; `None` when none decided anything. [`DecidedBy::Undecided`] leaves
    /// everything as it is, so nothing is adopted.
    pub tie: Option<DecidedBy>,
}

/// How consensus is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consensus {
    /// The options that stand in nobody's way: to agree, and to stand aside. Any weight on another
    /// option, a block or a disagreement, prevents consensus.
    pub accepting: Vec<usize>,
    /// What has to agree, beyond that.
    pub agree: Requirement,
}

/// Decides by requirements: simple and super-majorities, and proposals that can be blocked.
///
/// Adopted with a quorum when every requirement is met. Where none fails and one is tied, `rule`
/// decides between [`ADOPT`] and [`REJECT`]; the status quo rejects. Without requirements nothing
/// is adopted.
pub fn proposal(
    quorum: Quorum,
    requirements: &[Requirement],
    figures: &Figures,
    rule: &TieRule,
) -> Outcome {
    let checks: Vec<Check> = requirements.iter().map(|it| it.check(figures)).collect();
    let any = |met: Met| checks.iter().any(|check| check.met == met);
    let mut tie = None;
    let verdict = if !quorum.is_reached() {
        Verdict::Inquorate
    } else if checks.is_empty() || any(Met::No) {
        Verdict::NotAdopted
    } else if any(Met::Tied) {
        let keys = [ADOPT, REJECT];
        let order = rule.order(Step { round: 1, decides: Decides::Adoption }, &keys);
        tie = Some(order.as_ref().map_or(DecidedBy::Undecided, |(_, by)| *by));
        match order.and_then(|(order, _)| order.first().copied()) {
            Some(0) => Verdict::Adopted,
            Some(_) | None => Verdict::NotAdopted,
        }
    } else {
        Verdict::Adopted
    };
    Outcome { verdict, quorum, checks, tie }
}

/// Decides by consent: adopted with a quorum when no more than `allowed` valid objections stand.
///
/// An objection stands when it was judged valid, and neither answered to its owner's satisfaction
/// nor withdrawn, at close. Policies allow none unless they say otherwise.
pub fn consent(quorum: Quorum, standing: u64, allowed: u64) -> Outcome {
    let verdict = if !quorum.is_reached() {
        Verdict::Inquorate
    } else if standing <= allowed {
        Verdict::Adopted
    } else {
        Verdict::NotAdopted
    };
    Outcome { verdict, quorum, checks: Vec::new(), tie: None }
}

/// Decides by consensus: adopted with a quorum when all who took a position agree or stand aside,
/// and enough agree. An abstention is no position.
pub fn consensus(quorum: Quorum, consensus: &Consensus, figures: &Figures) -> Outcome {
    let check = consensus.agree.check(figures);
    let mut accepting = consensus.accepting.clone();
    accepting.sort_unstable();
    accepting.dedup();
    let weight = |option: &usize| figures.options.get(*option).copied().unwrap_or(0);
    let accepted: u128 = accepting.iter().map(weight).sum();
    let verdict = if !quorum.is_reached() {
        Verdict::Inquorate
    } else if check.met == Met::Yes && accepted == figures.base(Base::WeightCast) {
        Verdict::Adopted
    } else {
        Verdict::NotAdopted
    };
    Outcome { verdict, quorum, checks: vec![check], tie: None }
}

/// Asks for advice, or for a sense of the meeting: never adopts anything, whoever took part.
pub fn advice(quorum: Quorum) -> Outcome {
    Outcome { verdict: Verdict::FiguresOnly, quorum, checks: Vec::new(), tie: None }
}
