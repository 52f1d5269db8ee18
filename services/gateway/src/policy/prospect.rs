//! What a policy would take: votes that are only assumed, and what the count makes of them.

use async_graphql::{Enum, InputObject, OneofObject, SimpleObject};
use tonic::Status;
use wire::weft::governance::v1::{self as message, what_would_it_take_request as asking};

use super::{DecisionPolicy, DecisionPolicyInput, Requirement, words::Subject};
use crate::{
    as_of::AsOfInput,
    call::lacking,
    decision::{Figures, Lacking},
    scalars::{self, Count},
};

/// What assumed ballots say. Which of these there are is the method's to say.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AssumedChoice {
    /// For the proposal.
    Agree = message::AssumedChoice::Agree as isize,
    /// Against it.
    Disagree = message::AssumedChoice::Disagree as isize,
    /// Not for it, and not in its way.
    StandAside = message::AssumedChoice::StandAside as isize,
    /// Against it so strongly that it must not happen.
    Block = message::AssumedChoice::Block as isize,
    /// No objection.
    Consent = message::AssumedChoice::Consent as isize,
    /// Whom or what it likes: a ballot of an election, a ranking or a poll that says something.
    Item = message::AssumedChoice::Item as isize,
    /// Takes part without a say.
    Abstain = message::AssumedChoice::Abstain as isize,
    /// Nothing.
    Blank = message::AssumedChoice::Blank as isize,
}

impl From<AssumedChoice> for i32 {
    fn from(value: AssumedChoice) -> i32 {
        value as i32
    }
}

/// What figures come to, as far as they say it themselves.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Upshot {
    /// It is adopted.
    Adopted = message::Upshot::Adopted as isize,
    /// It is not; in an election, nobody is elected because no ballot says anything.
    NotAdopted = message::Upshot::NotAdopted as isize,
    /// As many are for it as are against it: the tie rule of the policy decides.
    Tied = message::Upshot::Tied as isize,
    /// Too few took part.
    Inquorate = message::Upshot::Inquorate as isize,
    /// Nothing is decided by the figures; they advise.
    Advised = message::Upshot::Advised as isize,
    /// Somebody or something is chosen or put in order; whom the ballots name decides whom.
    Chosen = message::Upshot::Chosen as isize,
}

impl From<Upshot> for i32 {
    fn from(value: Upshot) -> i32 {
        value as i32
    }
}

/// A requirement and how it is met.
#[derive(SimpleObject)]
pub(crate) struct RequirementProspect {
    /// The requirement.
    requirement: Requirement,
    /// What the votes weigh that it is about.
    weight: Count,
    /// Of what the share is taken: weight / base.
    base: Count,
    /// Whether it is met.
    met: bool,
}

impl RequirementProspect {
    fn of(it: message::RequirementProspect) -> Result<RequirementProspect, Status> {
        let requirement = it.requirement.ok_or_else(|| lacking("requirement"))?;
        Ok(RequirementProspect {
            requirement: Requirement::of(requirement)?,
            weight: Count(it.weight),
            base: Count(it.base),
            met: it.met,
        })
    }
}

/// What a policy would make of assumed votes. No entry is taken to be void or in conflict, and
/// nobody to vote otherwise than assumed.
#[derive(SimpleObject)]
pub(crate) struct Prospect {
    /// The policy.
    policy: DecisionPolicy,
    /// The version of the charter that it stands in; null for one that is drafted or written.
    charter_version: Option<u32>,
    /// What was assumed, added up as votes are: the roll, the quorum and what each constituency needs
    /// of it, and the options of the method; none in an election, where it is not assumed what there
    /// is to choose. Also of a secret vote everything is told here: nobody cast it.
    figures: Figures,
    /// What it comes to if voting ends so.
    upshot: Upshot,
    /// What it asks of the votes, in the order of the policy.
    requirements: Vec<RequirementProspect>,
    /// How many more have to take part for the quorum, each in the constituency that lacks them; 0
    /// where it is reached or there is none, null when all who have not voted would not be enough.
    quorum_units_missing: Option<u32>,
    /// How many may block or, where all must agree, disagree; null for other methods.
    opposed_max: Option<u32>,
    /// How many valid objections may stand; null where the policy knows none.
    objections_max: Option<u32>,
    /// How many win at most, fewer where fewer seats are free when it is called; null for methods that
    /// choose no winners.
    seats: Option<u32>,
    /// How much weight elects for certain if just the assumed ballots rank somebody: the Droop quota
    /// of Scottish STV, more than half in an instant run-off. Null by other methods (the quota of Meek
    /// is no whole number and sinks with the votes) and without such ballots.
    quota: Option<Count>,
    /// What would still adopt it: null for methods that adopt nothing. When its `quorumUnits` or its
    /// `agreeingWeight` is null nothing would, unless somebody votes otherwise than assumed.
    lacking: Option<Lacking>,
}

impl Prospect {
    /// The prospect of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(it: message::Prospect) -> Result<Prospect, Status> {
        let requirements = it.requirements.into_iter().map(RequirementProspect::of);
        Ok(Prospect {
            policy: DecisionPolicy::of(it.policy.ok_or_else(|| lacking("policy"))?)?,
            charter_version: scalars::above_zero(it.charter_version),
            figures: Figures::of(it.figures.ok_or_else(|| lacking("figures"))?),
            upshot: scalars::known(it.upshot)?,
            requirements: requirements.collect::<Result<_, _>>()?,
            quorum_units_missing: it.quorum_units_missing,
            opposed_max: it.opposed_max,
            objections_max: it.objections_max,
            seats: it.seats,
            quota: it.quota.map(Count),
            lacking: it.lacking.map(Lacking::of),
        })
    }
}

/// Which policy is asked about, in one of three ways.
#[derive(OneofObject, Debug)]
pub(crate) enum ProspectPolicyInput {
    /// The policy that decided on a subject at a moment.
    InForce(PolicyInForceInput),
    /// The policy of this name in the draft of the charter, while there is one.
    Drafted(String),
    /// A policy as it stands here, for example one that a proposal is to define.
    Written(Box<DecisionPolicyInput>),
}

/// A policy by what it decides on.
#[derive(InputObject, Debug)]
pub(crate) struct PolicyInForceInput {
    /// What is to be decided on.
    subject: Subject,
    /// The moment; now, as far as recorded, when left out.
    as_of: Option<AsOfInput>,
}

impl ProspectPolicyInput {
    /// The same, as the services take it.
    ///
    /// # Errors
    ///
    /// Says how the moment contradicts itself.
    pub(crate) fn message(self) -> Result<asking::Policy, Status> {
        Ok(match self {
            ProspectPolicyInput::InForce(PolicyInForceInput { subject, as_of }) => {
                let as_of = Some(as_of.unwrap_or_default().message()?);
                asking::Policy::InForce(asking::InForce { subject: subject.into(), as_of })
            }
            ProspectPolicyInput::Drafted(name) => asking::Policy::Drafted(name),
            ProspectPolicyInput::Written(policy) => asking::Policy::Written(policy.message()),
        })
    }
}

/// A part of a roll that is assumed instead of the one that there would be.
#[derive(InputObject, Debug)]
pub(crate) struct AssumedPartInput {
    /// Which constituency; those who belong to none, and everybody where the quorum is not of each,
    /// when left out.
    constituency: Option<String>,
    /// How many votes it has: above zero, and of all parts together at most 1000000.
    units: u32,
    /// What they weigh together, at least 1 each. Leave it out where all weigh the same: 1, or what
    /// every row of the table of weights says.
    weight: Option<Count>,
}

impl AssumedPartInput {
    /// The same, as the services take it.
    pub(crate) fn message(self) -> message::AssumedPart {
        message::AssumedPart {
            constituency: scalars::optional(self.constituency),
            units: self.units,
            weight: self.weight.map(|weight| weight.0),
        }
    }
}

/// Votes that say the same, each cast by whoever has it: none is lent.
#[derive(InputObject, Debug)]
pub(crate) struct AssumedVotesInput {
    /// What they say.
    choice: AssumedChoice,
    /// Of which constituency; as in an assumed part when left out.
    constituency: Option<String>,
    /// How many.
    units: u32,
    /// What they weigh together. Leave it out where all on the roll weigh the same; otherwise it lies
    /// between what so many weigh at least and at most. Whether there are just such voters is not
    /// looked for.
    weight: Option<Count>,
}

impl AssumedVotesInput {
    /// The same, as the services take it.
    pub(crate) fn message(self) -> message::AssumedVotes {
        message::AssumedVotes {
            choice: self.choice.into(),
            constituency: scalars::optional(self.constituency),
            units: self.units,
            weight: self.weight.map(|weight| weight.0),
        }
    }
}
