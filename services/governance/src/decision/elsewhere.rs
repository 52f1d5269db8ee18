//! Votes that are held in an election system elsewhere: their result is reported here, once, and
//! counted by the same rules as any other. Source: domain.md, section 3.4.

use std::collections::BTreeMap;

use events::{
    AlikeBallots, BallotsKept, CancelledBecause, Choice, DecisionEvent, DecisionTerms,
    ExternalResult, HeldElsewhere,
};
use jiff::Timestamp;

use super::{Decided, Decision, DecisionRejection, Judging, Phase, hours};
use crate::{
    canonical,
    counting::{self, Uncountable, Votes},
};

#[cfg(test)]
pub(crate) mod tests;

/// How long the address of an election elsewhere is at most, in bytes.
pub const ADDRESS_MAX: usize = 2_000;

impl Decision {
    /// Records what was reported of a vote that was held elsewhere: once voting is over, by a holder
    /// of the policy's role, and only what fits the options and the roll. A result stays as it was
    /// first reported; a wrong one is for those on the roll to challenge.
    pub(super) fn record_external(
        &self,
        (by, holds): Judging<'_>,
        result: &ExternalResult,
    ) -> Decided {
        let terms = self.terms.as_ref().ok_or(DecisionRejection::NotScheduled)?;
        let held = held_elsewhere(terms).ok_or(DecisionRejection::HeldHere)?;
        if !holds.contains(&held.reported_by) {
            return Err(DecisionRejection::NotTheReporter);
        }
        let ExternalResult { address, sha256, ballots } = result;
        let result = ExternalResult {
            address: address.trim().to_owned(),
            sha256: sha256.clone(),
            ballots: together(ballots),
        };
        if let Some(known) = self.external.as_deref() {
            let same = known.1 == result;
            return if same { Ok(vec![]) } else { Err(DecisionRejection::ResultAlreadyReported) };
        }
        match self.phase {
            Phase::Unknown => return Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen => return Err(DecisionRejection::NotOpen),
            Phase::Open => return Err(DecisionRejection::StillOpen),
            Phase::Closed => {}
            Phase::Cancelled | Phase::Annulled => return Err(DecisionRejection::CameToNothing),
            Phase::Certified | Phase::Upheld | Phase::Final => {
                return Err(DecisionRejection::ResultCertified);
            }
        }
        let usable =
            (1..=ADDRESS_MAX).contains(&result.address.len()) && canonical::is_hash(&result.sha256);
        if !usable {
            return Err(DecisionRejection::ReferenceMalformed);
        }
        let roll = self.roll.as_deref().ok_or(DecisionRejection::RollNotFrozen)?;
        let ballots = (&*result.ballots, many(&result.ballots));
        match counting::check_secret(terms, self.counting_entries(roll), ballots) {
            Err(Uncountable::BoxMismatch) => return Err(DecisionRejection::ResultNotOfRoll),
            checked => checked?,
        }
        Ok(vec![DecisionEvent::ExternalResultRecorded { by, result }])
    }

    /// Ends a decision whose result nobody reported in time; what was so stays so, and it can be voted
    /// on again.
    pub(super) fn give_up_result(&self, at: Timestamp) -> Decided {
        let terms = self.terms.as_ref().ok_or(DecisionRejection::NotScheduled)?;
        let until = report_until(terms).ok_or(DecisionRejection::HeldHere)?;
        match self.phase {
            Phase::Unknown => Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen | Phase::Open => Err(DecisionRejection::StillOpen),
            Phase::Closed if self.external.is_some() => {
                Err(DecisionRejection::ResultAlreadyReported)
            }
            Phase::Closed if at < until => Err(DecisionRejection::NotDue(until)),
            Phase::Closed => {
                let because = CancelledBecause::ResultNotReported;
                Ok(vec![DecisionEvent::DecisionCancelled { because }])
            }
            Phase::Certified | Phase::Upheld | Phase::Final => {
                Err(DecisionRejection::ResultCertified)
            }
            Phase::Cancelled | Phase::Annulled => Ok(vec![]),
        }
    }
}

/// Until when the result of a vote that was held elsewhere is waited for; `None` where it is held
/// here. Such a vote ends when its call says: it is neither ended early nor extended.
pub fn report_until(terms: &DecisionTerms) -> Option<Timestamp> {
    let held = held_elsewhere(terms)?;
    let until = terms.closes_at.checked_add(hours(held.report_hours));
    Some(until.unwrap_or(Timestamp::MAX))
}

/// Where the vote is held, if not here.
fn held_elsewhere(terms: &DecisionTerms) -> Option<&HeldElsewhere> {
    match terms.policy.ballots_kept() {
        BallotsKept::Elsewhere => terms.policy.elsewhere.as_ref(),
        BallotsKept::InLog | BallotsKept::InBox => None,
    }
}

/// The identical ballots together, in the order of what they say, as an opened box has them.
fn together(ballots: &[AlikeBallots]) -> Vec<AlikeBallots> {
    let mut counts: BTreeMap<(&Choice, u32), u32> = BTreeMap::new();
    for alike in ballots {
        let count = counts.entry((&alike.choice, alike.weight)).or_default();
        // More than a roll could have: the roll will say so.
        *count = count.saturating_add(alike.count);
    }
    let alike = |((choice, weight), count): ((&Choice, u32), u32)| AlikeBallots {
        choice: choice.clone(),
        weight,
        count,
    };
    counts.into_iter().map(alike).collect()
}

/// The ballots of a vote that was held elsewhere, as the count takes them: like an opened box.
pub(super) fn reported(ballots: &[AlikeBallots]) -> Votes {
    let (ballots, voted) = (ballots.to_vec(), many(ballots));
    Votes::Secret { ballots, voted, constituencies: Vec::new() }
}

/// How many ballots there are.
fn many(ballots: &[AlikeBallots]) -> u32 {
    ballots.iter().fold(0, |many, alike| many.saturating_add(alike.count))
}
