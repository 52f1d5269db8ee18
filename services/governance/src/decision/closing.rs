//! From the end of the voting to a result that is final: closing, counting, challenging.

use std::collections::BTreeSet;

use events::{
    BallotsKept, CancelledBecause, ClosedBecause, DecisionEvent, DecisionTerms, EarlyClose,
    ExtendedBecause, Judge, OptionKey, Secrecy, TieRule,
};
use jiff::{SignedDuration, Timestamp};
use kernel::{Party, Personal};

use super::{
    Acting, Ballot, Certified, ChallengeFinding, Decided, Decision, DecisionRejection, Facts,
    Judging, Phase, SecretBox, Source, Voting, hours, judges, short,
};
use crate::counting::{self, Broken, Casting, Inputs, Settling, Uncountable, Votes, early};

impl Decision {
    /// Ends the voting, or extends it. A close that was due before an extension changes nothing.
    pub(super) fn close(&self, at: Timestamp, facts: &Facts) -> Decided {
        let Some(voting) = self.closing()? else { return Ok(vec![]) };
        if at < voting.closes_at {
            let extended = self.extensions > 0;
            return if extended {
                Ok(vec![])
            } else {
                Err(DecisionRejection::NotDue(voting.closes_at))
            };
        }
        box_stays_closed(facts)?;
        let inputs = self.inputs(facts).ok_or(DecisionRejection::RollNotFrozen)?;
        match self.extended_because(voting.terms, &inputs)? {
            None => {
                let because = ClosedBecause::Deadline;
                Ok(vec![DecisionEvent::DecisionClosed { because }])
            }
            Some((because, by)) => {
                let closes_at = voting.closes_at.checked_add(by).unwrap_or(Timestamp::MAX);
                let number = self.extensions + 1;
                Ok(vec![DecisionEvent::DecisionExtended { number, closes_at, because }])
            }
        }
    }

    /// The vote that can be ended; `None` when it is over already.
    pub(super) fn closing(&self) -> Result<Option<Voting<'_>>, DecisionRejection> {
        match self.phase {
            Phase::Unknown => Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen => Err(DecisionRejection::NotOpen),
            Phase::Open => self.vote().ok_or(DecisionRejection::NotScheduled).map(Some),
            Phase::Closed | Phase::Certified | Phase::Upheld | Phase::Annulled | Phase::Final => {
                Ok(None)
            }
            Phase::Cancelled => Err(DecisionRejection::CameToNothing),
        }
    }

    /// Why and for how long voting goes on; `None` when it ends.
    ///
    /// Of a secret vote only the turnout is known: it is extended when fewer voted than the quorum
    /// needs, and never for a tie, because nobody looks into the box before its time.
    fn extended_because(
        &self,
        terms: &DecisionTerms,
        inputs: &Inputs,
    ) -> Result<Option<(ExtendedBecause, SignedDuration)>, DecisionRejection> {
        let Some(extension) = terms.policy.extension else { return Ok(None) };
        if extension.times_max <= self.extensions {
            return Ok(None);
        }
        let by = hours(extension.hours);
        let figures = counting::figures_now(inputs)?;
        if extension.if_inquorate && figures.roll_units > 0 && !figures.quorate {
            return Ok(Some((ExtendedBecause::Inquorate, by)));
        }
        let can_tell = match inputs.votes {
            Votes::Open(_) => true,
            Votes::Secret { .. } | Votes::Sealed { .. } => false,
        };
        if extension.if_tied && can_tell && counting::is_tied(inputs)? {
            return Ok(Some((ExtendedBecause::Tied, by)));
        }
        Ok(None)
    }

    pub(super) fn close_early(&self, at: Timestamp, facts: &Facts) -> Decided {
        let Some(voting) = self.closing()? else { return Ok(vec![]) };
        if voting.closes_at <= at {
            return Err(DecisionRejection::VotingOver);
        }
        box_stays_closed(facts)?;
        let because = match voting.terms.policy.early_close {
            EarlyClose::Never => return Err(DecisionRejection::EarlyCloseNotAllowed),
            EarlyClose::AllVoted => {
                if self.voted(voting.terms, facts) < self.counting_units() {
                    return Err(DecisionRejection::NotAllVoted);
                }
                ClosedBecause::AllVoted
            }
            EarlyClose::Decided => {
                if !self.is_decided(&voting, facts)? {
                    return Err(DecisionRejection::NotDecided);
                }
                ClosedBecause::Decided
            }
        };
        Ok(vec![DecisionEvent::DecisionClosed { because }])
    }

    /// How many entries that count have voted.
    fn voted(&self, terms: &DecisionTerms, facts: &Facts) -> usize {
        match (terms.policy.ballots_kept(), &facts.secret) {
            (BallotsKept::InLog, _) => {
                self.ballots.keys().filter(|index| self.counts(**index)).count()
            }
            (BallotsKept::Elsewhere, _) | (BallotsKept::InBox, SecretBox::None) => 0,
            (
                BallotsKept::InBox,
                SecretBox::Closed { voted, .. } | SecretBox::Opened { voted, .. },
            ) => *voted as usize,
        }
    }

    /// Tells whether nothing could change the result any more. A ballot that somebody wrote down
    /// could, as long as the voter has not confirmed it.
    fn is_decided(&self, voting: &Voting<'_>, facts: &Facts) -> Result<bool, DecisionRejection> {
        match voting.terms.policy.secrecy {
            // What is in the box is not known before its time.
            Secrecy::Secret => return Ok(false),
            Secrecy::Open | Secrecy::OpenAfterClose => {}
        }
        let stands = |ballot: &Ballot| match ballot.source {
            Source::Own | Source::Confirmed => true,
            Source::Recorded => false,
        };
        let inputs = self.inputs(facts).ok_or(DecisionRejection::RollNotFrozen)?;
        let votes = Votes::Open(self.voter_ballots(voting.roll, stands));
        let figures = counting::figures_now(&Inputs { votes, lent: Vec::new(), ..inputs })?;
        let units = figures.direct_units + figures.abstained_units + figures.blank_units;
        let open = early::Open {
            units: figures.roll_units - units,
            weight: figures.roll_weight - figures.cast_weight,
        };
        Ok(counting::is_decided(voting.terms, &figures, open))
    }

    /// Counts, certifies by rule, and finalises where nobody can challenge; all at once, so that
    /// there is no certificate but of a count of these very inputs.
    pub(super) fn tally(&self, at: Timestamp, facts: &Facts, settling: &Settling) -> Decided {
        let (terms, _) = match self.phase {
            Phase::Unknown => return Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen => return Err(DecisionRejection::NotOpen),
            Phase::Open => return Err(DecisionRejection::StillOpen),
            Phase::Closed => match (&self.terms, &self.roll) {
                (Some(terms), Some(roll)) => (terms, roll),
                (None, _) | (_, None) => return Err(DecisionRejection::RollNotFrozen),
            },
            Phase::Certified | Phase::Upheld | Phase::Annulled | Phase::Final => {
                return Ok(vec![]);
            }
            Phase::Cancelled => return Err(DecisionRejection::CameToNothing),
        };
        match (terms.policy.ballots_kept(), &facts.secret) {
            (BallotsKept::Elsewhere, SecretBox::None) if self.external.is_none() => {
                return Err(DecisionRejection::ResultAwaited);
            }
            (BallotsKept::InBox, SecretBox::Opened { .. })
            | (BallotsKept::InLog | BallotsKept::Elsewhere, SecretBox::None) => {}
            (BallotsKept::InBox, SecretBox::None | SecretBox::Closed { .. })
            | (
                BallotsKept::InLog | BallotsKept::Elsewhere,
                SecretBox::Closed { .. } | SecretBox::Opened { .. },
            ) => return Err(DecisionRejection::OtherBox),
        }
        if let (TieRule::SeededLot {}, None) = (&terms.policy.tie, settling.seed) {
            return Err(Uncountable::SeedMissing.into());
        }
        let inputs = self.inputs(facts).ok_or(DecisionRejection::RollNotFrozen)?;
        let counted = counting::count(&inputs, settling)?;
        let challenges_until = terms.policy.challenges.as_ref().map(|challenges| {
            at.checked_add(hours(challenges.window_hours)).unwrap_or(Timestamp::MAX)
        });
        let mut events = vec![DecisionEvent::DecisionTallied {
            algorithm: counting::ALGORITHM.to_owned(),
            inputs_hash: counted.inputs_hash,
            delegations: counted.delegations,
            figures: Box::new(counted.figures),
        }];
        events.extend(counted.ties.into_iter().map(|Broken { between, chosen, by }| {
            DecisionEvent::TieBroken { between, chosen, by }
        }));
        let outcome = counted.outcome;
        events
            .push(DecisionEvent::DecisionCertified { outcome: outcome.clone(), challenges_until });
        if challenges_until.is_none() {
            let (network, proposal) = (terms.network, terms.proposal);
            events.push(DecisionEvent::DecisionFinalised { network, proposal, outcome });
        }
        Ok(events)
    }

    /// Counts with a casting vote: under a policy that has one, by the holder of its role, and only
    /// where a tie needs it.
    pub(super) fn cast_tie_break(
        &self,
        (by, holds): Judging<'_>,
        favours: &[OptionKey],
        at: Timestamp,
        facts: &Facts,
    ) -> Decided {
        let terms = self.terms.as_deref().ok_or(DecisionRejection::NotScheduled)?;
        match &terms.policy.tie {
            TieRule::CastingVote { role } if holds.contains(role) => {}
            TieRule::CastingVote { .. } => return Err(DecisionRejection::NotTheJudge),
            TieRule::StatusQuo {} | TieRule::SecondRound {} | TieRule::SeededLot {} => {
                return Err(DecisionRejection::NothingToBreak);
            }
        }
        let mut seen = BTreeSet::new();
        let known = |key: &OptionKey| terms.options.iter().any(|option| option.key == *key);
        if !favours.iter().all(|key| known(key) && seen.insert(key)) {
            return Err(DecisionRejection::CastingVoteMalformed);
        }
        match self.tally(at, facts, &Settling::NOTHING) {
            Err(DecisionRejection::Uncountable(Uncountable::CastingVoteNeeded { .. })) => {
                let casting = Casting::Cast { by, favours: favours.to_vec() };
                self.tally(at, facts, &Settling { seed: None, casting })
            }
            // It was counted with this casting vote, or one before it.
            Ok(events) if events.is_empty() => Ok(events),
            Ok(_) => Err(DecisionRejection::NothingToBreak),
            Err(other) => Err(other),
        }
    }

    fn result(&self) -> Result<(&DecisionTerms, &Certified), DecisionRejection> {
        let terms = self.terms.as_deref().ok_or(DecisionRejection::NotScheduled)?;
        let certified = self.certified.as_deref().ok_or(DecisionRejection::NotCertified)?;
        Ok((terms, certified))
    }

    /// Challenges the result: by somebody who votes for an entry of the roll, within the window.
    pub(super) fn challenge(
        &self,
        (voter, by): Acting,
        grounds: &Personal<String>,
        at: Timestamp,
    ) -> Decided {
        let (terms, certified) = self.result()?;
        let roll = self.roll.as_deref().ok_or(DecisionRejection::RollNotFrozen)?;
        let entry = counting::entry_of(&roll.entries, voter).ok_or(DecisionRejection::NotOnRoll)?;
        if !roll.votes_for(entry, by) {
            return Err(DecisionRejection::NotTheVoter);
        }
        if terms.policy.challenges.is_none() {
            return Err(DecisionRejection::NoChallenges);
        }
        short(grounds)?;
        let until = certified.challenges_until.ok_or(DecisionRejection::NoChallenges)?;
        match self.phase {
            Phase::Certified if self.challengers.contains(&voter) => Ok(vec![]),
            Phase::Certified if at < until => {
                Ok(vec![DecisionEvent::ResultChallenged { by: voter, grounds: grounds.clone() }])
            }
            Phase::Certified | Phase::Final => Err(DecisionRejection::ChallengesOver(until)),
            Phase::Upheld | Phase::Annulled | Phase::Cancelled => {
                Err(DecisionRejection::CameToNothing)
            }
            Phase::Unknown | Phase::Scheduled | Phase::RollFrozen | Phase::Open | Phase::Closed => {
                Err(DecisionRejection::NotCertified)
            }
        }
    }

    pub(super) fn decide_challenge(
        &self,
        (by, holds): Judging<'_>,
        finding: ChallengeFinding,
    ) -> Decided {
        let (terms, _) = self.result()?;
        let roll = self.roll.as_deref().ok_or(DecisionRejection::RollNotFrozen)?;
        let challenges = terms.policy.challenges.as_ref();
        let judge = &challenges.ok_or(DecisionRejection::NoChallenges)?.judge;
        judges(judge, roll, (by, holds))?;
        match (self.phase, finding) {
            (Phase::Upheld | Phase::Annulled, ChallengeFinding::Upheld) => return Ok(vec![]),
            (Phase::Certified, _) if !self.challengers.is_empty() => {}
            (
                Phase::Unknown
                | Phase::Scheduled
                | Phase::RollFrozen
                | Phase::Open
                | Phase::Closed
                | Phase::Certified
                | Phase::Upheld
                | Phase::Cancelled
                | Phase::Annulled
                | Phase::Final,
                ChallengeFinding::Upheld | ChallengeFinding::Dismissed,
            ) => return Err(DecisionRejection::NotChallenged),
        }
        let doubting = |party: &Party| counting::entry_of(&roll.entries, *party);
        // The charter may have given the office to whoever called it; anybody else finds another.
        if *judge == (Judge::RollMember {}) && terms.called_by == by {
            return Err(DecisionRejection::JudgeHasPart);
        }
        if self.challengers.iter().filter_map(doubting).any(|entry| roll.votes_for(entry, by)) {
            return Err(DecisionRejection::JudgeHasPart);
        }
        Ok(match finding {
            ChallengeFinding::Dismissed => vec![DecisionEvent::ChallengeDismissed { by }],
            ChallengeFinding::Upheld => {
                vec![DecisionEvent::ChallengeUpheld { by }, DecisionEvent::DecisionAnnulled {}]
            }
        })
    }

    /// Cancels what has no result yet. A proposal is not taken back to escape what was voted: once
    /// voting is over, only the end of the network cancels the decision, and that nobody reported the
    /// result of a vote that was held elsewhere.
    pub(super) fn cancel(&self, because: CancelledBecause, at: Timestamp) -> Decided {
        let closes_at = self.closes_at.ok_or(DecisionRejection::NotScheduled)?;
        let cancelled = || Ok(vec![DecisionEvent::DecisionCancelled { because }]);
        match (self.phase, because) {
            (_, CancelledBecause::ResultNotReported) => self.give_up_result(at),
            (Phase::Unknown, _) => Err(DecisionRejection::NotScheduled),
            (Phase::Scheduled | Phase::RollFrozen, _) => cancelled(),
            (Phase::Open | Phase::Closed, CancelledBecause::NetworkDissolved) => cancelled(),
            (Phase::Open, CancelledBecause::ProposalWithdrawn | CancelledBecause::RollEmpty)
                if at < closes_at =>
            {
                cancelled()
            }
            (
                Phase::Open | Phase::Closed,
                CancelledBecause::ProposalWithdrawn | CancelledBecause::RollEmpty,
            ) => Err(DecisionRejection::VotingOver),
            (Phase::Cancelled | Phase::Annulled, _) => Ok(vec![]),
            (Phase::Certified | Phase::Upheld | Phase::Final, _) => {
                Err(DecisionRejection::ResultCertified)
            }
        }
    }

    pub(super) fn finalise(&self, at: Timestamp) -> Decided {
        match self.phase {
            Phase::Unknown => return Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen | Phase::Open | Phase::Closed => {
                return Err(DecisionRejection::NotCertified);
            }
            Phase::Upheld | Phase::Annulled | Phase::Cancelled => {
                return Err(DecisionRejection::CameToNothing);
            }
            Phase::Final => return Ok(vec![]),
            Phase::Certified => {}
        }
        let (terms, certified) = self.result()?;
        if !self.challengers.is_empty() {
            return Err(DecisionRejection::ChallengePending);
        }
        if let Some(until) = certified.challenges_until
            && at < until
        {
            return Err(DecisionRejection::NotDue(until));
        }
        let outcome = certified.outcome.clone().ok_or(DecisionRejection::NotCertified)?;
        let (network, proposal) = (terms.network, terms.proposal);
        Ok(vec![DecisionEvent::DecisionFinalised { network, proposal, outcome }])
    }
}

/// Nobody looks into the box to end the voting.
fn box_stays_closed(facts: &Facts) -> Result<(), DecisionRejection> {
    match facts.secret {
        SecretBox::None | SecretBox::Closed { .. } => Ok(()),
        SecretBox::Opened { .. } => Err(DecisionRejection::OtherBox),
    }
}
