//! The call to a decision: when votes are taken, under which policy, on which options.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    DecisionOption, DecisionPolicy, DecisionTerms, EarlyClose, Icon, Method, OptionKey, RoleName,
};
use jiff::{SignedDuration, Timestamp};
use kernel::{DecisionId, NetworkId, PersonId, ProposalId, ResolutionId};

use super::{ProposalRejection, Written};
use crate::{charter::CharterRejection, counting};

/// How far ahead voting may be set to open, in days.
pub const OPENS_WITHIN_DAYS_MAX: u32 = 366;

/// What somebody calls a decision with.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// The proposal.
    pub proposal: ProposalId,
    /// The decision that is called; new.
    pub decision: DecisionId,
    /// Who calls it; an author.
    pub by: PersonId,
    /// The revision that they mean: the present one, or they have not seen it.
    pub revision: u32,
    /// The policy in force for the proposal's subject.
    pub policy: DecisionPolicy,
    /// The version of the charter that it stands in.
    pub charter_version: u32,
    /// When voting opens; not in the past.
    pub opens_at: Timestamp,
    /// How many hours it lasts; within the policy's window.
    pub hours: u32,
    /// The earlier decision on the same text that this one repeats; `None` for the first one.
    pub repeats: Option<Repeat>,
}

impl Call {
    /// When voting ends, unless it is extended.
    pub fn closes_at(&self) -> Timestamp {
        hours_after(self.opens_at, self.hours)
    }

    /// When voting ends at the earliest: a policy may let it end as soon as it has begun.
    pub fn over_from(&self) -> Timestamp {
        match self.policy.early_close {
            EarlyClose::Never => self.closes_at(),
            EarlyClose::AllVoted | EarlyClose::Decided => self.opens_at,
        }
    }

    /// How many seats the election fills: as many as are free, and no more than the policy says;
    /// `None` where no role is known that the winners are given.
    ///
    /// # Errors
    ///
    /// Says that no seat is free, and from when on one is.
    pub(super) fn seats(&self, role: Option<RoleSeats>) -> Result<Option<u32>, ProposalRejection> {
        let Some(RoleSeats { seats, taken, free_from }) = role else { return Ok(None) };
        match seats.saturating_sub(taken) {
            0 => Err(ProposalRejection::NoSeatFree { seats, free_from }),
            free => Ok(Some(free.min(counting::seats_by(&self.policy.method)))),
        }
    }
}

/// The seats of the role that the winners of an election are given, as they stand when voting ends
/// at the earliest ([`Call::over_from`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoleSeats {
    /// How many the charter in force says there are.
    pub seats: u32,
    /// How many of them are taken by mandates whose terms go on beyond that moment.
    pub taken: u32,
    /// When so many of those terms are over that a seat is free; `None` when one is free already,
    /// and when the role has no seats.
    pub free_from: Option<Timestamp>,
}

impl RoleSeats {
    /// How so many seats are taken by mandates whose terms end then. There can be more of them than
    /// seats, since a charter may have had more when they were given.
    pub fn taken_until(seats: u32, mut ends: Vec<Timestamp>) -> RoleSeats {
        ends.sort_unstable();
        let over = ends.len().checked_sub(seats as usize);
        RoleSeats {
            seats,
            taken: u32::try_from(ends.len()).unwrap_or(u32::MAX),
            // Without a seat this is beyond the last one.
            free_from: over.and_then(|last| ends.get(last)).copied(),
        }
    }
}

/// An earlier decision that did not settle the matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repeat {
    /// Which.
    pub decision: DecisionId,
    /// Why it did not.
    pub because: RepeatedBecause,
}

/// Why a decision on the same text is called again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RepeatedBecause {
    /// The former one was annulled after a challenge.
    Annulled,
    /// The former one was cancelled: nobody was entitled to vote, or nobody reported the result of a
    /// vote that was held elsewhere.
    Cancelled,
    /// These options tied, and the policy asks for a second round between them. In an election they
    /// are those who won a seat and those who tied for the rest: the first round conferred nothing, so
    /// the second fills every seat that is free then.
    Tied {
        /// Between which.
        options: Vec<OptionKey>,
    },
}

/// What must be known about the network when a decision is called.
#[derive(Clone, PartialEq, Debug)]
pub struct CallFacts {
    /// The present time.
    pub now: Timestamp,
    /// The roles that the caller holds a mandate for.
    pub roles: BTreeSet<RoleName>,
    /// When a text with the same content hash was last finally not adopted in this network; `None`
    /// when it never was.
    pub rejected_at: Option<Timestamp>,
    /// The resolution in force that answers the proposal's exclusive question; `None` when none does,
    /// and where there is no such question.
    pub in_force_on_exclusive: Option<ResolutionId>,
    /// The resolution whose place the proposal means to take; `None` when it is not in force.
    pub superseded: Option<InForce>,
    /// The resolutions that its effects amend or repeal, as far as they are in force.
    pub changed: BTreeMap<ResolutionId, InForce>,
    /// The seats of the role that its winners are given; `None` when nobody is elected, and when the
    /// charter describes no such role, which the effect will say.
    pub role: Option<RoleSeats>,
    /// Why the charter cannot be changed as the proposal would; `None` when it can, and where it
    /// changes nothing of it. Whether the vote suffices is only known with its figures.
    pub unamendable: Option<CharterRejection>,
    /// The role that it confers and the charter does not describe.
    pub role_unknown: Option<RoleName>,
    /// Who stands for election or is to be given an office, and is no active member.
    pub strangers: BTreeSet<PersonId>,
    /// How many would be on the roll; `None` where it is frozen later.
    pub electors: Option<usize>,
}

/// A resolution in force that the decision is to supersede, amend or repeal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InForce {
    /// Its network.
    pub network: NetworkId,
    /// What it is about. Only a decision on the same subject changes or ends it, for another one may
    /// be easier.
    pub subject: events::Subject,
}

impl Written {
    /// The terms of the decision that `call` calls on this text, to fill so many seats; `None` is as
    /// the policy says.
    pub fn terms(&self, call: &Call, seats: Option<u32>) -> DecisionTerms {
        DecisionTerms {
            network: self.network,
            proposal: call.proposal,
            revision: self.revision,
            content_hash: self.content_hash.clone(),
            subject: self.content.subject,
            topic: self.content.topic.clone(),
            charter_version: call.charter_version,
            policy: call.policy.clone(),
            options: options(&self.content.options, call),
            effects: self.content.effects.clone(),
            called_by: call.by,
            opens_at: call.opens_at,
            closes_at: call.closes_at(),
            repeats: call.repeats.as_ref().map(|repeat| repeat.decision),
            seats,
        }
    }
}

/// What ballots choose between: the answers that the method has, or else the proposal's options;
/// in a second round, those that tied.
fn options(offered: &[DecisionOption], call: &Call) -> Vec<DecisionOption> {
    let all = answers(&call.policy.method).unwrap_or_else(|| offered.to_vec());
    match &call.repeats {
        Some(Repeat { because: RepeatedBecause::Tied { options }, .. }) => {
            all.into_iter().filter(|option| options.contains(&option.key)).collect()
        }
        Some(Repeat {
            because: RepeatedBecause::Annulled | RepeatedBecause::Cancelled, ..
        })
        | None => all,
    }
}

/// The answers that ballots of `method` give to a proposal; `None` where they choose between its
/// options.
pub fn answers(method: &Method) -> Option<Vec<DecisionOption>> {
    let icons: &[Icon] = match method {
        Method::Majority {} | Method::Advice {} => &[Icon::Agree, Icon::Disagree],
        Method::ProposalWithBlock { .. } => &[Icon::Agree, Icon::Disagree, Icon::Block],
        Method::Consent {} => &[Icon::Consent],
        Method::Consensus {} => &[Icon::Agree, Icon::StandAside, Icon::Block],
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => return None,
    };
    Some(icons.iter().map(|icon| answer(*icon)).collect())
}

fn answer(icon: Icon) -> DecisionOption {
    let (key, label) = match icon {
        Icon::Agree => ("agree", "Agree"),
        Icon::Disagree => ("disagree", "Disagree"),
        Icon::StandAside => ("stand_aside", "Stand aside"),
        Icon::Block => ("block", "Block"),
        Icon::Consent => ("consent", "No objection"),
        Icon::Item => ("item", "Item"),
    };
    DecisionOption {
        key: OptionKey(key.to_owned()),
        icon,
        label: label.to_owned(),
        candidate: None,
    }
}

/// Checks when voting is to take place.
///
/// # Errors
///
/// Returns which limit it leaves.
pub(super) fn in_time(call: &Call, now: Timestamp) -> Result<(), ProposalRejection> {
    let window = call.policy.window;
    if !(window.hours_min..=window.hours_max).contains(&call.hours) {
        return Err(ProposalRejection::WindowNotAllowed {
            hours_min: window.hours_min,
            hours_max: window.hours_max,
        });
    }
    if call.opens_at < now || days_after(now, OPENS_WITHIN_DAYS_MAX) < call.opens_at {
        return Err(ProposalRejection::OpeningOutOfRange);
    }
    Ok(())
}

/// The time so many hours after `at`, or the last one there is.
pub(crate) fn hours_after(at: Timestamp, hours: u32) -> Timestamp {
    after(at, i64::from(hours))
}

/// The time so many days of 24 hours after `at`, or the last one there is.
pub(crate) fn days_after(at: Timestamp, days: u32) -> Timestamp {
    after(at, 24 * i64::from(days))
}

fn after(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}
