//! What follows from recorded events, once each: a called decision is scheduled, a closed one is
//! counted, what it adopted enters the register, its effects are carried out, and who leaves the
//! network leaves rolls, mandates and delegations.
//!
//! Every command here has an id derived from what it is about, so that doing it again, after a crash
//! or because somebody was faster, does nothing.

use eventlog::{CommandContext, Fingerprint, Recorded};
use events::{
    DecisionEvent, EffectEvent, MembershipEvent, OrganisationEvent, Outcome, ProposalEvent,
    ResolutionEvent,
};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, CommandId, DecisionId, Event as _, NetworkId, OrganisationId, Party,
    ResolutionId,
};
use projector::{Reaction, Retry};

use crate::{
    commands::{
        Commands, Refused,
        decision::{by_decision, following},
        effects::IssuedEffect,
    },
    decision::{Decision, DecisionCommand, Phase},
    delegation::{Cause, Delegation, DelegationCommand},
    mandate::{MandateCommand, Recall},
    proposal::{Proposal, ProposalCommand, adopts},
    resolution::{Later, ResolutionCommand},
};

/// Does what follows in governance.
#[derive(Clone, Debug)]
pub struct Consequences(pub Commands);

impl Reaction for Consequences {
    const NAME: &'static str = "governance_1";
    const CATEGORIES: &'static [&'static str] = &[
        ProposalEvent::CATEGORY,
        DecisionEvent::CATEGORY,
        ResolutionEvent::CATEGORY,
        EffectEvent::CATEGORY,
        MembershipEvent::CATEGORY,
        OrganisationEvent::CATEGORY,
    ];

    async fn react(&self, event: &Recorded) -> Result<(), Retry> {
        match self.follow(event).await {
            Ok(()) => Ok(()),
            // A rule says no: somebody else was faster, or the matter is settled otherwise.
            Err(refusal) if !refusal.code().may_pass() => {
                let (position, reason) = (event.position.0, refusal.reason());
                tracing::info!(position, reason, "what follows from an event is settled otherwise");
                Ok(())
            }
            Err(failure) => Err(Retry::because(failure.reason())),
        }
    }
}

impl Consequences {
    async fn follow(&self, event: &Recorded) -> Result<(), Refused> {
        let context = because_of(event);
        match event.stream.category() {
            ProposalEvent::CATEGORY => match read::<ProposalEvent>(event)? {
                Some(found) => self.proposal(event, found, &context).await,
                None => Ok(()),
            },
            DecisionEvent::CATEGORY => match read::<DecisionEvent>(event)? {
                Some(found) => self.decision(event, found, &context).await,
                None => Ok(()),
            },
            ResolutionEvent::CATEGORY => match read::<ResolutionEvent>(event)? {
                Some(found) => self.resolution(event, found, &context).await,
                None => Ok(()),
            },
            EffectEvent::CATEGORY => match read::<EffectEvent>(event)? {
                Some(found) => self.effect(found, &context).await,
                None => Ok(()),
            },
            OrganisationEvent::CATEGORY => match read::<OrganisationEvent>(event)? {
                Some(
                    OrganisationEvent::RepresentationAuthorised { network, .. }
                    | OrganisationEvent::RepresentationWithdrawn { network, .. },
                ) => {
                    let organisation = OrganisationId::new(event.stream.id());
                    self.represented(network, organisation, &context).await
                }
                Some(
                    OrganisationEvent::OrganisationRegistered { .. }
                    | OrganisationEvent::StewardAppointed { .. }
                    | OrganisationEvent::StewardRemoved { .. },
                )
                | None => Ok(()),
            },
            _ => match read::<MembershipEvent>(event)? {
                Some(
                    MembershipEvent::MemberResigned { network, party, .. }
                    | MembershipEvent::MemberExpelled { network, party, .. },
                ) => self.left(network, party, event.effective_at, &context).await,
                Some(_) | None => Ok(()),
            },
        }
    }

    async fn proposal(
        &self,
        event: &Recorded,
        found: ProposalEvent,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        let proposal = kernel::ProposalId::new(event.stream.id());
        match found {
            ProposalEvent::DecisionCalled { decision, .. } => {
                if commands.load::<Decision>(decision.uuid()).await?.phase == Phase::Unknown {
                    let terms = commands.called_terms(proposal, decision).await?;
                    commands.schedule(decision, terms, context).await?;
                }
                Ok(())
            }
            ProposalEvent::ProposalWithdrawn {} => match commands.last_called(proposal).await? {
                Some(decision) => commands.cancel_withdrawn(decision, context).await.map(|_| ()),
                None => Ok(()),
            },
            ProposalEvent::ProposalDrafted { .. }
            | ProposalEvent::CoAuthorInvited { .. }
            | ProposalEvent::CoAuthorJoined { .. }
            | ProposalEvent::ProposalSponsored { .. }
            | ProposalEvent::SponsorshipWithdrawn { .. }
            | ProposalEvent::ProposalSubmitted { .. }
            | ProposalEvent::DiscussionOpened { .. }
            | ProposalEvent::ConcernRaised { .. }
            | ProposalEvent::ConcernAnswered { .. }
            | ProposalEvent::ConcernWithdrawn { .. }
            | ProposalEvent::AmendmentOffered { .. }
            | ProposalEvent::AmendmentAccepted { .. }
            | ProposalEvent::AmendmentRejected { .. }
            | ProposalEvent::AmendmentPromoted { .. }
            | ProposalEvent::ProposalRevised { .. }
            | ProposalEvent::ProposalMerged { .. }
            | ProposalEvent::ProposalLapsed {}
            | ProposalEvent::ProposalDecided { .. } => Ok(()),
        }
    }

    async fn decision(
        &self,
        event: &Recorded,
        found: DecisionEvent,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        let decision = DecisionId::new(event.stream.id());
        match found {
            // A vote that was held elsewhere is counted once its result is reported.
            DecisionEvent::DecisionClosed { .. } | DecisionEvent::ExternalResultRecorded { .. } => {
                let terms = commands.terms(decision).await?;
                // A late process changes nothing: the result is of the moment at which voting
                // ended. Where it can be challenged, all of the time for that is still to come.
                let at = terms.policy.challenges.is_none().then_some(event.effective_at);
                let context = following(context, terms.network, (decision.uuid(), "tally"), at);
                commands.tally(decision, &context).await.map(|_| ())
            }
            DecisionEvent::ChallengeUpheld { .. } => {
                let network = commands.terms(decision).await?.network;
                let context = following(context, network, (decision.uuid(), "annul"), None);
                let command = DecisionCommand::AnnulDecision;
                commands.decision(decision, &command, &context).await.map(|_| ())
            }
            DecisionEvent::DecisionFinalised { network, proposal, outcome } => {
                let at = event.effective_at;
                let about = following(context, network, (decision.uuid(), "decided"), Some(at));
                let command =
                    ProposalCommand::DecideProposal { decision, outcome: outcome.clone() };
                commands.execute::<Proposal>(proposal.uuid(), &command, &about).await?;
                if adopts(&outcome) == Some(true) {
                    self.enter(decision, outcome, at, context).await?;
                }
                Ok(())
            }
            DecisionEvent::DecisionScheduled { .. }
            | DecisionEvent::RollFrozen { .. }
            | DecisionEvent::RollContested { .. }
            | DecisionEvent::DecisionOpened { .. }
            | DecisionEvent::BallotCast { .. }
            | DecisionEvent::BallotChanged { .. }
            | DecisionEvent::BallotWithdrawn { .. }
            | DecisionEvent::BallotRecordedOnBehalf { .. }
            | DecisionEvent::RecordedBallotConfirmed { .. }
            | DecisionEvent::RecordedBallotRepudiated { .. }
            | DecisionEvent::ObjectionRaised { .. }
            | DecisionEvent::ObjectionAnswered { .. }
            | DecisionEvent::ObjectionJudged { .. }
            | DecisionEvent::ObjectionWithdrawn { .. }
            | DecisionEvent::ConflictOfInterestDeclared { .. }
            | DecisionEvent::LeaverKept { .. }
            | DecisionEvent::LeaverVoided { .. }
            | DecisionEvent::RepresentativeReplaced { .. }
            | DecisionEvent::VotersReminded {}
            | DecisionEvent::DecisionExtended { .. }
            | DecisionEvent::DecisionTallied { .. }
            | DecisionEvent::TieBroken { .. }
            | DecisionEvent::DecisionCertified { .. }
            | DecisionEvent::ResultChallenged { .. }
            | DecisionEvent::ChallengeDismissed { .. }
            | DecisionEvent::DecisionAnnulled {}
            | DecisionEvent::DecisionCancelled { .. } => Ok(()),
        }
    }

    /// Enters a final decision in the register.
    async fn enter(
        &self,
        decision: DecisionId,
        outcome: Outcome,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        let terms = commands.terms(decision).await?;
        let (network, proposal) = (terms.network, terms.proposal);
        let decided_on = commands.written(proposal).await?.content;
        let in_force_on_exclusive =
            commands.in_force_on(network, decided_on.exclusive.clone()).await?;
        let resolution = ResolutionId::of(decision);
        let context = CommandContext {
            authority: Some(by_decision(decision)),
            ..following(context, network, (resolution.uuid(), "enter"), Some(at))
        };
        let command = ResolutionCommand::EnterResolution {
            decision,
            terms: Box::new(events::DecisionTerms::clone(&terms)),
            content: Box::new(decided_on),
            outcome,
            at,
            in_force_on_exclusive,
        };
        commands.resolution(resolution, &command, &context).await.map(|_| ())
    }

    async fn resolution(
        &self,
        event: &Recorded,
        found: ResolutionEvent,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        match found {
            ResolutionEvent::EffectIssued { network, decision, index, effect } => {
                let at = event.effective_at;
                let context =
                    CommandContext { authority: Some(by_decision(decision)), ..context.clone() };
                let issued = IssuedEffect { network, decision, index, effect, at };
                commands.carry_out_effect(issued, &context).await
            }
            ResolutionEvent::ResolutionEntered {
                network,
                decision,
                subject,
                supersedes: Some(older),
                ..
            } => {
                let state = commands.load::<Decision>(decision.uuid()).await?;
                let certified = state.certified.as_ref();
                let Some(outcome) = certified.and_then(|it| it.outcome.clone()) else {
                    return Ok(());
                };
                let by = ResolutionId::of(decision);
                let part = format!("superseded by {by}");
                let at = Some(event.effective_at);
                let context = CommandContext {
                    authority: Some(by_decision(decision)),
                    ..following(context, network, (older.uuid(), &part), at)
                };
                let later = Later { decision, network, subject, outcome };
                let supersedes = Some(older);
                let command = ResolutionCommand::SupersedeResolution { by, supersedes, later };
                commands.resolution(older, &command, &context).await.map(|_| ())
            }
            ResolutionEvent::ResolutionEntered { supersedes: None, .. }
            | ResolutionEvent::EffectConfirmed { .. }
            | ResolutionEvent::EffectFailed { .. }
            | ResolutionEvent::ImplementationReported { .. }
            | ResolutionEvent::ReviewScheduled { .. }
            | ResolutionEvent::ReviewFellDue {}
            | ResolutionEvent::ReviewHeld { .. }
            | ResolutionEvent::ResolutionAmended { .. }
            | ResolutionEvent::ResolutionSuperseded { .. }
            | ResolutionEvent::ResolutionRepealed { .. }
            | ResolutionEvent::ResolutionExpired {} => Ok(()),
        }
    }

    async fn effect(&self, found: EffectEvent, context: &CommandContext) -> Result<(), Refused> {
        let (network, decision, index, refused_by) = match found {
            EffectEvent::EffectApplied { network, decision, index } => {
                (network, decision, index, None)
            }
            EffectEvent::EffectRefused { network, decision, index, reason } => {
                (network, decision, index, Some(reason))
            }
        };
        let resolution = ResolutionId::of(decision);
        let part = format!("effect {index}");
        let context = CommandContext {
            authority: Some(by_decision(decision)),
            ..following(context, network, (resolution.uuid(), &part), None)
        };
        self.0.note_effect(decision, (index, refused_by), &context).await
    }

    /// Lets whoever represents an organisation by now vote for it in what is called or open.
    async fn represented(
        &self,
        network: NetworkId,
        organisation: OrganisationId,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        let voter = Party::Organisation(organisation);
        let representative = commands.representative(network, organisation).await?;
        for decision in commands.running_with(network, voter).await? {
            let part = format!("represented {decision}");
            let about = part_of(context, network, (context.command_id, &part));
            let at = commands.now();
            let command = DecisionCommand::RepresentativeFound { voter, representative, at };
            settled(commands.decision(decision, &command, &about).await)?;
        }
        Ok(())
    }

    /// Takes a party that left the network out of what only members have a part in.
    async fn left(
        &self,
        network: NetworkId,
        party: Party,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let commands = &self.0;
        let causing = context.command_id;
        for decision in commands.running_with(network, party).await? {
            let about = part_of(context, network, (causing, &format!("roll {decision}")));
            let command = DecisionCommand::LeaverFound { voter: party, at };
            settled(commands.decision(decision, &command, &about).await)?;
        }
        for mandate in commands.mandates_of(network, party).await? {
            let about = part_of(context, network, (causing, &format!("mandate {mandate}")));
            let command = MandateCommand::RecallMandate { recall: Recall::LeftNetwork };
            settled(commands.mandate(mandate, &command, &about).await)?;
        }
        for delegation in commands.delegations_of(network, party).await? {
            let about = part_of(context, network, (causing, &format!("delegation {delegation}")));
            let command = DelegationCommand::RevokeDelegation { by: Cause::Rules };
            settled(commands.execute::<Delegation>(delegation.uuid(), &command, &about).await)?;
        }
        Ok(())
    }
}

/// One refusal by a rule must not keep the rest of the consequences from happening.
fn settled<T>(outcome: Result<T, Refused>) -> Result<(), Refused> {
    match outcome {
        Ok(_) => Ok(()),
        Err(refusal) if !refusal.code().may_pass() => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn part_of(
    context: &CommandContext,
    network: NetworkId,
    (causing, part): (CommandId, &str),
) -> CommandContext {
    following(context, network, (causing.uuid(), part), None)
}

fn read<E: kernel::Event>(event: &Recorded) -> Result<Option<E>, Refused> {
    event.decode::<E>().map_err(|error| {
        let error = eventlog::LogError::new("read what something follows from", error);
        Box::new(error) as Refused
    })
}

/// The circumstances of what follows from `event`.
fn because_of(event: &Recorded) -> CommandContext {
    let command_id = CommandId::derived(event.event_id.uuid(), Consequences::NAME);
    let metadata = event.metadata().ok();
    CommandContext {
        command_id,
        fingerprint: Fingerprint::of(&[Consequences::NAME.as_bytes()]),
        actor: Actor::System,
        on_behalf_of: None,
        capacity: Capacity::Scheduler,
        authority: None,
        network_id: event.network_id,
        effective_at: None,
        causation_id: Some(event.event_id),
        correlation_id: metadata.as_ref().map_or(command_id, |metadata| metadata.correlation_id),
        traceparent: metadata.and_then(|metadata| metadata.traceparent),
    }
}
