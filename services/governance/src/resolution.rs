//! The rules of a resolution: what an adopted decision left in force, and how far it was carried out.
//!
//! Its stream is [`ResolutionId::of`] the decision, so a decision enters the register once. Its
//! effects are issued in the same append, numbered from 0; each is answered once.

use events::{
    DecisionTerms, Effect, Implementation, OptionKey, Outcome, ProposalContent, ResolutionEvent,
    ReviewFinding, Subject,
};
use jiff::Timestamp;
use kernel::{
    AgendaItemId, Decider, DecisionId, ErrorCode, NetworkId, PersonId, Personal, ProposalId,
    Rejection, ResolutionId,
};

use crate::{
    counting,
    proposal::{
        adopts,
        call::days_after,
        content::{agenda_item, awaits_winners},
        content_hash,
    },
};

#[cfg(test)]
mod tests;

/// What can be asked of a resolution.
#[derive(Clone, PartialEq, Debug)]
pub enum ResolutionCommand {
    /// Enters a final decision in the register, and issues its effects.
    EnterResolution {
        /// The decision.
        decision: DecisionId,
        /// Its terms.
        terms: Box<DecisionTerms>,
        /// The content of the proposal that it decided on, at the revision of the terms.
        content: Box<ProposalContent>,
        /// What it finally came to.
        outcome: Outcome,
        /// When it became final; in force from then on.
        at: Timestamp,
        /// The resolution in force that answers the same exclusive question; `None` when none does,
        /// and where there is no such question.
        in_force_on_exclusive: Option<ResolutionId>,
    },
    /// Says that an effect was carried out.
    ConfirmEffect {
        /// Which effect.
        index: u32,
    },
    /// Says that an effect could not be carried out.
    FailEffect {
        /// Which effect.
        index: u32,
        /// The rule that forbade it, as its refusal names it.
        reason: String,
    },
    /// Says how far it was carried out.
    ReportImplementation {
        /// Who does.
        by: PersonId,
        /// How far.
        implementation: Implementation,
        /// In their words, if they say.
        note: Option<Personal<String>>,
    },
    /// Sets when it is reviewed, in place of what was set before.
    ScheduleReview {
        /// When.
        review_at: Timestamp,
        /// The present time.
        now: Timestamp,
    },
    /// Says that it is time for the review.
    FallDue {
        /// The present time, or the time it was due.
        now: Timestamp,
    },
    /// Reviews it.
    HoldReview {
        /// What the review came to.
        finding: ReviewFinding,
    },
    /// Notes that a later decision changed it.
    AmendResolution {
        /// The later decision.
        later: Later,
    },
    /// Notes that a later resolution took its place.
    SupersedeResolution {
        /// The later resolution.
        by: ResolutionId,
        /// The resolution whose place that one says it takes.
        supersedes: Option<ResolutionId>,
        /// The later decision.
        later: Later,
    },
    /// Notes that a later decision ended it.
    RepealResolution {
        /// The later decision.
        later: Later,
    },
    /// Ends it because its time is over.
    ExpireResolution {
        /// The present time, or the time it was due.
        now: Timestamp,
    },
}

/// A later decision that is final, as far as an earlier resolution has to know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Later {
    /// Which.
    pub decision: DecisionId,
    /// Its network.
    pub network: NetworkId,
    /// What it was about.
    pub subject: Subject,
    /// What it came to.
    pub outcome: Outcome,
}

/// Why a resolution refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ResolutionRejection {
    /// There is no such resolution.
    #[error("there is no such resolution")]
    NotEntered,
    /// A decision enters the register once.
    #[error("another decision is entered here already")]
    AlreadyEntered,
    /// Only what was adopted enters the register.
    #[error("the decision adopted nothing, so there is nothing to enter in the register")]
    NothingAdopted,
    /// The text was frozen at the call.
    #[error("the content is not the one that was decided on")]
    ContentDiffers,
    /// An exclusive question has one answer in force.
    #[error("resolution {0} in force answers the same question")]
    ExclusiveAnswered(ResolutionId),
    /// Winners complete effects only if they are of their kind.
    #[error("what won is not what the effect needs: persons, or items of the agenda")]
    WinnersUnfit,
    /// There is no such effect.
    #[error("the resolution has no such effect")]
    EffectUnknown,
    /// An effect is answered once.
    #[error("this effect was answered otherwise already")]
    EffectAnswered,
    /// The effects say how far it was carried out.
    #[error("effects of this resolution are still being carried out")]
    EffectsPending,
    /// It is not in force.
    #[error("this resolution is not in force")]
    NotInForce,
    /// A review lies ahead.
    #[error("a review cannot be scheduled in the past")]
    ReviewInThePast,
    /// It is not time for a review.
    #[error("this resolution is not due for review")]
    ReviewNotDue,
    /// Its time is not over.
    #[error("the time of this resolution is not over")]
    ExpiryNotDue,
    /// The later resolution names another one, or none.
    #[error("the later resolution does not say that it takes the place of this one")]
    NotSuperseded,
    /// A resolution ends by a decision of its own kind.
    #[error("only a decision of the same network on {0} changes or ends this resolution")]
    LaterOfAnotherSubject(Subject),
}

/// The state of one resolution.
#[derive(Clone, PartialEq, Debug)]
pub enum Resolution {
    /// No events yet.
    None,
    /// Entered in the register.
    Entered(Box<Entered>),
}

/// A resolution in the register.
#[derive(Clone, PartialEq, Debug)]
pub struct Entered {
    /// The network.
    pub network: NetworkId,
    /// The decision.
    pub decision: DecisionId,
    /// The proposal.
    pub proposal: ProposalId,
    /// What it is about.
    pub subject: Subject,
    /// The question that only one resolution in force may answer; `None` for none.
    pub exclusive: Option<String>,
    /// The resolution whose place it takes; `None` for none.
    pub supersedes: Option<ResolutionId>,
    /// Its effects, by index.
    pub effects: Vec<Issued>,
    /// How far it was carried out, as the effects or somebody said last.
    pub implementation: Implementation,
    /// When it is reviewed.
    pub review: Review,
    /// When it expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The later decisions that changed it, in order.
    pub amended_by: Vec<DecisionId>,
    /// Whether it is in force.
    pub standing: Standing,
}

/// An effect that was issued.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued {
    /// What.
    pub effect: Effect,
    /// What came of it.
    pub answer: Answer,
}

/// What came of an effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing yet.
    Pending,
    /// It was carried out.
    Confirmed,
    /// A rule forbade it.
    Failed {
        /// Which.
        reason: String,
    },
}

/// When a resolution is reviewed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Review {
    /// No review is set.
    None,
    /// It is set.
    Scheduled(Timestamp),
    /// It is time.
    Due,
}

/// Whether a resolution is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is.
    InForce,
    /// A later one took its place.
    Superseded(ResolutionId),
    /// A later decision ended it.
    Repealed(DecisionId),
    /// Its time is over.
    Expired,
}

impl Decider for Resolution {
    type Command = ResolutionCommand;
    type Event = ResolutionEvent;
    type Rejection = ResolutionRejection;

    fn initial() -> Resolution {
        Resolution::None
    }

    #[expect(clippy::too_many_lines, reason = "one table of states and commands")]
    fn decide(
        &self,
        command: &ResolutionCommand,
    ) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        match (self, command) {
            (
                Resolution::None,
                ResolutionCommand::EnterResolution {
                    decision,
                    terms,
                    content,
                    outcome,
                    at,
                    in_force_on_exclusive,
                },
            ) => {
                let free = match (&content.exclusive, *in_force_on_exclusive) {
                    (Some(_), Some(other)) if content.supersedes != Some(other) => Err(other),
                    (Some(_), Some(_) | None) | (None, _) => Ok(()),
                };
                let events = enter(*decision, terms, content, outcome, *at)?;
                free.map(|()| events).map_err(ResolutionRejection::ExclusiveAnswered)
            }
            (Resolution::Entered(entered), ResolutionCommand::EnterResolution { decision, .. }) => {
                let same = entered.decision == *decision;
                if same { Ok(vec![]) } else { Err(ResolutionRejection::AlreadyEntered) }
            }
            (Resolution::Entered(entered), ResolutionCommand::ConfirmEffect { index }) => {
                entered.confirm(*index)
            }
            (Resolution::Entered(entered), ResolutionCommand::FailEffect { index, reason }) => {
                entered.fail(*index, reason)
            }
            (
                Resolution::Entered(entered),
                ResolutionCommand::ReportImplementation { by, implementation, note },
            ) => entered.report(*by, *implementation, note.as_ref()),
            (
                Resolution::Entered(entered),
                ResolutionCommand::ScheduleReview { review_at, now },
            ) => entered.schedule_review(*review_at, *now),
            (Resolution::Entered(entered), ResolutionCommand::FallDue { now }) => {
                entered.fall_due(*now)
            }
            (Resolution::Entered(entered), ResolutionCommand::HoldReview { finding }) => {
                entered.in_force()?;
                match entered.review {
                    Review::Due => Ok(vec![ResolutionEvent::ReviewHeld { finding: *finding }]),
                    Review::None | Review::Scheduled(_) => Err(ResolutionRejection::ReviewNotDue),
                }
            }
            (Resolution::Entered(entered), ResolutionCommand::AmendResolution { later }) => {
                if entered.amended_by.contains(&later.decision) {
                    return Ok(vec![]);
                }
                entered.in_force()?;
                entered.changed_by(later)?;
                Ok(vec![ResolutionEvent::ResolutionAmended { decision: later.decision }])
            }
            (
                Resolution::Entered(entered),
                ResolutionCommand::SupersedeResolution { by, supersedes, later },
            ) => entered.supersede(*by, *supersedes, later),
            (Resolution::Entered(entered), ResolutionCommand::RepealResolution { later }) => {
                if entered.standing == Standing::Repealed(later.decision) {
                    return Ok(vec![]);
                }
                entered.in_force()?;
                entered.changed_by(later)?;
                Ok(vec![ResolutionEvent::ResolutionRepealed { decision: later.decision }])
            }
            (Resolution::Entered(entered), ResolutionCommand::ExpireResolution { now }) => {
                entered.expire(*now)
            }
            (
                Resolution::None,
                ResolutionCommand::ConfirmEffect { .. }
                | ResolutionCommand::FailEffect { .. }
                | ResolutionCommand::ReportImplementation { .. }
                | ResolutionCommand::ScheduleReview { .. }
                | ResolutionCommand::FallDue { .. }
                | ResolutionCommand::HoldReview { .. }
                | ResolutionCommand::AmendResolution { .. }
                | ResolutionCommand::SupersedeResolution { .. }
                | ResolutionCommand::RepealResolution { .. }
                | ResolutionCommand::ExpireResolution { .. },
            ) => Err(ResolutionRejection::NotEntered),
        }
    }

    fn evolve(self, event: &ResolutionEvent) -> Resolution {
        match (self, event) {
            (
                _,
                ResolutionEvent::ResolutionEntered {
                    network,
                    decision,
                    proposal,
                    subject,
                    exclusive,
                    supersedes,
                    review_at,
                    expires_at,
                    title: _,
                    winners: _,
                },
            ) => Resolution::Entered(Box::new(Entered {
                network: *network,
                decision: *decision,
                proposal: *proposal,
                subject: *subject,
                exclusive: exclusive.clone(),
                supersedes: *supersedes,
                effects: Vec::new(),
                implementation: Implementation::Pending,
                review: review_at.map_or(Review::None, Review::Scheduled),
                expires_at: *expires_at,
                amended_by: Vec::new(),
                standing: Standing::InForce,
            })),
            (Resolution::Entered(mut entered), event) => {
                entered.fold(event);
                Resolution::Entered(entered)
            }
            (
                Resolution::None,
                ResolutionEvent::EffectIssued { .. }
                | ResolutionEvent::EffectConfirmed { .. }
                | ResolutionEvent::EffectFailed { .. }
                | ResolutionEvent::ImplementationReported { .. }
                | ResolutionEvent::ReviewScheduled { .. }
                | ResolutionEvent::ReviewFellDue {}
                | ResolutionEvent::ReviewHeld { .. }
                | ResolutionEvent::ResolutionAmended { .. }
                | ResolutionEvent::ResolutionSuperseded { .. }
                | ResolutionEvent::ResolutionRepealed { .. }
                | ResolutionEvent::ResolutionExpired {},
            ) => Resolution::None,
        }
    }
}

/// What a decision on `terms` that came to `outcome` does, in order: the effects it was called with,
/// those that wait for winners completed by them.
///
/// # Errors
///
/// Returns that nothing was adopted, or that what won does not complete an effect.
pub fn effects_of(
    terms: &DecisionTerms,
    outcome: &Outcome,
) -> Result<Vec<Effect>, ResolutionRejection> {
    if adopts(outcome) != Some(true) {
        return Err(ResolutionRejection::NothingAdopted);
    }
    let mut effects = Vec::with_capacity(terms.effects.len());
    for effect in &terms.effects {
        match effect {
            Effect::ConferMandate { role, holder: None } => {
                for person in persons_elected(terms, outcome)? {
                    let holder = Some(person);
                    effects.push(Effect::ConferMandate { role: role.clone(), holder });
                }
            }
            Effect::PrioritiseAgenda { items } if items.is_empty() => {
                let items = items_ranked(outcome)?;
                effects.push(Effect::PrioritiseAgenda { items });
            }
            Effect::AmendCharter { .. }
            | Effect::ChangePolicies { .. }
            | Effect::DeclareNetworkType { .. }
            | Effect::PauseNetwork {}
            | Effect::ResumeNetwork {}
            | Effect::DissolveNetwork {}
            | Effect::OpenMembership {}
            | Effect::CloseMembership {}
            | Effect::AdmitMember { .. }
            | Effect::DeclineApplication { .. }
            | Effect::SuspendMember { .. }
            | Effect::ReinstateMember { .. }
            | Effect::ExpelMember { .. }
            | Effect::ConferMandate { .. }
            | Effect::RecallMandate { .. }
            | Effect::PrioritiseAgenda { .. }
            | Effect::AdoptGoal { .. }
            | Effect::AmendResolution { .. }
            | Effect::RepealResolution { .. } => {
                // A choice adopts none of what stood in the proposal besides its options.
                if !winning(outcome).is_empty() && !awaits_winners(effect) {
                    return Err(ResolutionRejection::WinnersUnfit);
                }
                effects.push(effect.clone());
            }
        }
    }
    Ok(effects)
}

/// The options that won, in order; all of them where they were put in order.
fn winning(outcome: &Outcome) -> &[OptionKey] {
    match outcome {
        Outcome::Elected { winners } => winners,
        Outcome::Ranked { order } => order,
        Outcome::Adopted {}
        | Outcome::NotAdopted {}
        | Outcome::Inquorate {}
        | Outcome::Advised {}
        | Outcome::Tied { .. } => &[],
    }
}

/// The persons who were elected: the winners, or the first of an order of candidates.
fn persons_elected(
    terms: &DecisionTerms,
    outcome: &Outcome,
) -> Result<Vec<PersonId>, ResolutionRejection> {
    let winners = winning(outcome);
    if winners.is_empty() {
        return Err(ResolutionRejection::WinnersUnfit);
    }
    let candidate = |key: &OptionKey| {
        let option = terms.options.iter().find(|option| option.key == *key);
        option.and_then(|option| option.candidate).ok_or(ResolutionRejection::WinnersUnfit)
    };
    winners.iter().take(counting::seats(terms) as usize).map(candidate).collect()
}

fn items_ranked(outcome: &Outcome) -> Result<Vec<AgendaItemId>, ResolutionRejection> {
    let winners = winning(outcome);
    if winners.is_empty() {
        return Err(ResolutionRejection::WinnersUnfit);
    }
    let item = |key: &OptionKey| agenda_item(key).ok_or(ResolutionRejection::WinnersUnfit);
    winners.iter().map(item).collect()
}

fn enter(
    decision: DecisionId,
    terms: &DecisionTerms,
    content: &ProposalContent,
    outcome: &Outcome,
    at: Timestamp,
) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
    let effects = effects_of(terms, outcome)?;
    if content_hash(content) != terms.content_hash {
        return Err(ResolutionRejection::ContentDiffers);
    }
    let network = terms.network;
    let entered = ResolutionEvent::ResolutionEntered {
        network,
        decision,
        proposal: terms.proposal,
        title: content.title.clone(),
        subject: terms.subject,
        exclusive: content.exclusive.clone(),
        supersedes: content.supersedes,
        winners: winning(outcome).to_vec(),
        review_at: terms.policy.review_after_days.map(|days| days_after(at, days)),
        expires_at: terms.policy.sunset_after_days.map(|days| days_after(at, days)),
    };
    let issued = (0..).zip(effects).map(|(index, effect)| ResolutionEvent::EffectIssued {
        network,
        decision,
        index,
        effect,
    });
    Ok(std::iter::once(entered).chain(issued).collect())
}

impl Entered {
    fn in_force(&self) -> Result<(), ResolutionRejection> {
        match self.standing {
            Standing::InForce => Ok(()),
            Standing::Superseded(_) | Standing::Repealed(_) | Standing::Expired => {
                Err(ResolutionRejection::NotInForce)
            }
        }
    }

    fn effect(&self, index: u32) -> Result<&Issued, ResolutionRejection> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.effects.get(index))
            .ok_or(ResolutionRejection::EffectUnknown)
    }

    fn confirm(&self, index: u32) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        match self.effect(index)?.answer {
            Answer::Pending => Ok(vec![ResolutionEvent::EffectConfirmed { index }]),
            Answer::Confirmed => Ok(vec![]),
            Answer::Failed { .. } => Err(ResolutionRejection::EffectAnswered),
        }
    }

    fn fail(&self, index: u32, reason: &str) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        match &self.effect(index)?.answer {
            Answer::Pending => {
                Ok(vec![ResolutionEvent::EffectFailed { index, reason: reason.to_owned() }])
            }
            Answer::Failed { reason: first } if first == reason => Ok(vec![]),
            Answer::Failed { .. } | Answer::Confirmed => Err(ResolutionRejection::EffectAnswered),
        }
    }

    fn report(
        &self,
        by: PersonId,
        implementation: Implementation,
        note: Option<&Personal<String>>,
    ) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        if self.effects.iter().any(|issued| issued.answer == Answer::Pending) {
            return Err(ResolutionRejection::EffectsPending);
        }
        if self.implementation == implementation && note.is_none() {
            return Ok(vec![]);
        }
        let note = note.cloned();
        Ok(vec![ResolutionEvent::ImplementationReported { by, implementation, note }])
    }

    fn schedule_review(
        &self,
        review_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        self.in_force()?;
        if self.review == Review::Scheduled(review_at) {
            return Ok(vec![]);
        }
        if review_at < now {
            return Err(ResolutionRejection::ReviewInThePast);
        }
        Ok(vec![ResolutionEvent::ReviewScheduled { review_at }])
    }

    fn fall_due(&self, now: Timestamp) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        self.in_force()?;
        match self.review {
            Review::Scheduled(review_at) if review_at <= now => {
                Ok(vec![ResolutionEvent::ReviewFellDue {}])
            }
            Review::Due => Ok(vec![]),
            Review::None | Review::Scheduled(_) => Err(ResolutionRejection::ReviewNotDue),
        }
    }

    /// A decision on something else may need fewer votes: it cannot touch this resolution.
    fn changed_by(&self, later: &Later) -> Result<(), ResolutionRejection> {
        if adopts(&later.outcome) != Some(true) {
            return Err(ResolutionRejection::NothingAdopted);
        }
        if (later.network, later.subject) != (self.network, self.subject) {
            return Err(ResolutionRejection::LaterOfAnotherSubject(self.subject));
        }
        Ok(())
    }

    fn supersede(
        &self,
        by: ResolutionId,
        supersedes: Option<ResolutionId>,
        later: &Later,
    ) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        if self.standing == Standing::Superseded(by) {
            return Ok(vec![]);
        }
        self.in_force()?;
        let own = ResolutionId::of(self.decision);
        if supersedes != Some(own) || by == own || by != ResolutionId::of(later.decision) {
            return Err(ResolutionRejection::NotSuperseded);
        }
        self.changed_by(later)?;
        Ok(vec![ResolutionEvent::ResolutionSuperseded { by }])
    }

    fn expire(&self, now: Timestamp) -> Result<Vec<ResolutionEvent>, ResolutionRejection> {
        if self.standing == Standing::Expired {
            return Ok(vec![]);
        }
        self.in_force()?;
        match self.expires_at {
            Some(expires_at) if expires_at <= now => {
                Ok(vec![ResolutionEvent::ResolutionExpired {}])
            }
            Some(_) | None => Err(ResolutionRejection::ExpiryNotDue),
        }
    }

    fn fold(&mut self, event: &ResolutionEvent) {
        match event {
            ResolutionEvent::ResolutionEntered { .. } => {}
            ResolutionEvent::EffectIssued { effect, .. } => {
                self.effects.push(Issued { effect: effect.clone(), answer: Answer::Pending });
            }
            ResolutionEvent::EffectConfirmed { index } => {
                self.answered(*index, Answer::Confirmed);
            }
            ResolutionEvent::EffectFailed { index, reason } => {
                self.answered(*index, Answer::Failed { reason: reason.clone() });
            }
            ResolutionEvent::ImplementationReported { implementation, .. } => {
                self.implementation = *implementation;
            }
            ResolutionEvent::ReviewScheduled { review_at } => {
                self.review = Review::Scheduled(*review_at);
            }
            ResolutionEvent::ReviewFellDue {} => self.review = Review::Due,
            ResolutionEvent::ReviewHeld { .. } => self.review = Review::None,
            ResolutionEvent::ResolutionAmended { decision } => self.amended_by.push(*decision),
            ResolutionEvent::ResolutionSuperseded { by } => {
                self.standing = Standing::Superseded(*by);
            }
            ResolutionEvent::ResolutionRepealed { decision } => {
                self.standing = Standing::Repealed(*decision);
            }
            ResolutionEvent::ResolutionExpired {} => self.standing = Standing::Expired,
        }
    }

    fn answered(&mut self, index: u32, answer: Answer) {
        let issued = usize::try_from(index).ok().and_then(|index| self.effects.get_mut(index));
        if let Some(issued) = issued {
            issued.answer = answer;
        }
        let failed = |issued: &Issued| matches!(issued.answer, Answer::Failed { .. });
        self.implementation = if self.effects.iter().any(failed) {
            Implementation::Failed
        } else if self.effects.iter().all(|issued| issued.answer == Answer::Confirmed) {
            Implementation::Done
        } else {
            Implementation::Pending
        };
    }
}

impl Rejection for ResolutionRejection {
    fn code(&self) -> ErrorCode {
        match self {
            ResolutionRejection::NotEntered | ResolutionRejection::EffectUnknown => {
                ErrorCode::NotFound
            }
            ResolutionRejection::AlreadyEntered | ResolutionRejection::EffectAnswered => {
                ErrorCode::AlreadyExists
            }
            ResolutionRejection::ContentDiffers => ErrorCode::Conflict,
            ResolutionRejection::ReviewInThePast => ErrorCode::Invalid,
            ResolutionRejection::NothingAdopted
            | ResolutionRejection::ExclusiveAnswered(_)
            | ResolutionRejection::WinnersUnfit
            | ResolutionRejection::EffectsPending
            | ResolutionRejection::NotInForce
            | ResolutionRejection::ReviewNotDue
            | ResolutionRejection::ExpiryNotDue
            | ResolutionRejection::NotSuperseded
            | ResolutionRejection::LaterOfAnotherSubject(_) => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            ResolutionRejection::NotEntered => "RESOLUTION_NOT_FOUND",
            ResolutionRejection::AlreadyEntered => "RESOLUTION_ALREADY_ENTERED",
            ResolutionRejection::NothingAdopted => "NOTHING_ADOPTED",
            ResolutionRejection::ContentDiffers => "RESOLUTION_CONTENT_DIFFERS",
            ResolutionRejection::ExclusiveAnswered(_) => "EXCLUSIVE_QUESTION_ANSWERED",
            ResolutionRejection::WinnersUnfit => "EFFECT_WINNERS_UNFIT",
            ResolutionRejection::EffectUnknown => "EFFECT_NOT_FOUND",
            ResolutionRejection::EffectAnswered => "EFFECT_ALREADY_ANSWERED",
            ResolutionRejection::EffectsPending => "EFFECTS_PENDING",
            ResolutionRejection::NotInForce => "RESOLUTION_NOT_IN_FORCE",
            ResolutionRejection::ReviewInThePast => "REVIEW_IN_THE_PAST",
            ResolutionRejection::ReviewNotDue => "REVIEW_NOT_DUE",
            ResolutionRejection::ExpiryNotDue => "RESOLUTION_EXPIRY_NOT_DUE",
            ResolutionRejection::NotSuperseded => "RESOLUTION_NOT_SUPERSEDED",
            ResolutionRejection::LaterOfAnotherSubject(_) => "RESOLUTION_OF_ANOTHER_SUBJECT",
        }
    }
}
