//! Whether an option has the share of votes that a policy asks for.

use std::cmp::Ordering;

use crate::{Fraction, Share};

#[cfg(test)]
mod tests;

/// A share that an option must have, or must not exceed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Requirement {
    option: usize,
    bound: Bound,
    base: Base,
}

/// On which side of what an option has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// This share of the base, or more.
    AtLeast(Share),
    /// More than this share of the base.
    MoreThan(Share),
    /// No more than this share of the base.
    AtMost(Share),
    /// No more than this weight, whatever the base: "one block at most".
    AtMostWeight(u128),
}

/// What the share is a share of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// Everything cast, abstentions and blanks with it.
    Cast,
    /// What was cast but for abstentions.
    CastWithoutAbstentions,
    /// The whole roll, whoever voted.
    Roll,
    /// The weight cast on options: neither abstentions nor blanks.
    WeightCast,
}

/// What was cast, all in one measure.
///
/// The measure is the weight of the roll's entries, which is the number of heads where each weighs
/// one. A policy that asks for a majority of both gives figures of both, one after the other.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Figures {
    /// The weight on each option.
    pub options: Vec<u128>,
    /// The weight of abstentions.
    pub abstained: u128,
    /// The weight of blank ballots.
    pub blank: u128,
    /// The weight of the whole roll.
    pub roll: u128,
}

/// Why a requirement makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequirementError {
    /// Whoever abstains would help to meet it.
    #[error("an upper bound on a share of all cast can be met by abstaining; leave them out")]
    MetByAbstaining,
}

/// How an option stands to a requirement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Check {
    /// What was asked for.
    pub requirement: Requirement,
    /// The weight on the option.
    pub weight: u128,
    /// What it is a share of.
    pub base: u128,
    /// What came of it.
    pub met: Met,
}

/// Whether a requirement is met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// More than a share was asked for, and it is exactly that share: not met, but for a rule on
    /// ties.
    Tied,
}

impl Requirement {
    /// Demands a bound of the option at an index of [`Figures::options`].
    ///
    /// # Errors
    ///
    /// Refuses an upper bound that abstentions would help to meet: abstaining never adopts.
    pub fn new(option: usize, bound: Bound, base: Base) -> Result<Requirement, RequirementError> {
        match (bound, base) {
            (Bound::AtMost(_), Base::Cast) => Err(RequirementError::MetByAbstaining),
            (Bound::AtMost(_), Base::CastWithoutAbstentions | Base::Roll | Base::WeightCast)
            | (Bound::AtLeast(_) | Bound::MoreThan(_) | Bound::AtMostWeight(_), _) => {
                Ok(Requirement { option, bound, base })
            }
        }
    }

    /// More than half of what was cast but for abstentions: a simple majority.
    pub fn majority(option: usize) -> Requirement {
        Requirement {
            option,
            bound: Bound::MoreThan(Share::HALF),
            base: Base::CastWithoutAbstentions,
        }
    }

    /// The option that it is about.
    pub fn option(self) -> usize {
        self.option
    }

    /// The bound that it sets.
    pub fn bound(self) -> Bound {
        self.bound
    }

    /// What the bound is a share of.
    pub fn base(self) -> Base {
        self.base
    }

    /// Finds whether it is met. A base of zero never meets a requirement of a share.
    pub fn check(self, figures: &Figures) -> Check {
        let weight = figures.options.get(self.option).copied().unwrap_or(0);
        let base = figures.base(self.base);
        let met = |met: bool| if met { Met::Yes } else { Met::No };
        let met = match self.bound {
            Bound::AtMostWeight(most) => met(weight <= most),
            Bound::AtLeast(_) | Bound::MoreThan(_) | Bound::AtMost(_) if base == 0 => Met::No,
            Bound::AtLeast(share) => met(share.against(weight, base) != Ordering::Less),
            Bound::AtMost(share) => met(share.against(weight, base) != Ordering::Greater),
            Bound::MoreThan(share) => match share.against(weight, base) {
                Ordering::Greater => Met::Yes,
                Ordering::Equal => Met::Tied,
                Ordering::Less => Met::No,
            },
        };
        Check { requirement: self, weight, base, met }
    }
}

impl Check {
    /// The share of the option; `None` when the base is zero, or beyond what is counted.
    pub fn share(self) -> Option<Fraction> {
        Fraction::of(i128::try_from(self.weight).ok()?, self.base)
    }
}

impl Figures {
    /// The size of a base.
    pub fn base(&self, base: Base) -> u128 {
        let options = self.options.iter().fold(0_u128, |sum, it| sum.saturating_add(*it));
        match base {
            Base::Cast => options.saturating_add(self.abstained).saturating_add(self.blank),
            Base::CastWithoutAbstentions => options.saturating_add(self.blank),
            Base::Roll => self.roll,
            Base::WeightCast => options,
        }
    }
}
