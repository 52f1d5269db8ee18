//! What the rules and decisions of a network lead to here, each exactly once.
//!
//! A ratified charter makes its network active; the effects of a decision that concern members and
//! the network are carried out, or refused by a rule, and noted as such; representations end with
//! what they stood on. Every command's id is derived from what it follows from, so that an event
//! which comes again changes nothing.

use eventlog::{CommandContext, Fingerprint, Receipt, Recorded, UnreadableEvent};
use events::{
    AffiliationEvent, Authority, CharterEvent, Effect, EffectAnswer, EffectCommand,
    MembershipEvent, ResolutionEvent,
};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, CommandId, DecisionId, EffectId, Event as _, MembershipId, NetworkId,
    OrganisationId, Party,
};
use projector::{Reaction, Retry};

use crate::{
    affiliation::Affiliation,
    commands::{Commands, Refused},
    membership::{Membership, MembershipCommand},
    network::{Network, NetworkCommand},
    organisation::{LostGround, Organisation, OrganisationCommand},
    warrant::Warrant,
};

#[cfg(test)]
mod tests;

/// Which effect of which decision of which network.
type EffectOf = (NetworkId, DecisionId, u32);

/// Carries out what follows from charters, decisions and endings.
#[derive(Clone, Debug)]
pub struct Consequences {
    commands: Commands,
}

/// What an effect asks of this service.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked {
    /// Something of the network itself.
    Network(NetworkCommand),
    /// Something of the membership of a party.
    Membership(Party, MembershipCommand),
}

/// What an effect of a decision asks of this service; `None` when it concerns another one.
///
/// `at` is since when the effect is so.
pub fn asked(
    effect: &Effect,
    (network, decision): (NetworkId, DecisionId),
    at: Timestamp,
) -> Option<Asked> {
    let warrant = Warrant::Decision(decision);
    match effect {
        Effect::DeclareNetworkType { types } => {
            let types = types.clone();
            Some(Asked::Network(NetworkCommand::DeclareNetworkType { warrant, types }))
        }
        Effect::PauseNetwork {} => Some(Asked::Network(NetworkCommand::PauseNetwork)),
        Effect::ResumeNetwork {} => Some(Asked::Network(NetworkCommand::ResumeNetwork)),
        Effect::DissolveNetwork {} => Some(Asked::Network(NetworkCommand::DissolveNetwork)),
        Effect::OpenMembership {} => {
            Some(Asked::Network(NetworkCommand::OpenMembership { warrant }))
        }
        Effect::CloseMembership {} => {
            Some(Asked::Network(NetworkCommand::CloseMembership { warrant }))
        }
        Effect::DeclineApplication { party } => {
            Some(Asked::Membership(*party, MembershipCommand::DeclineApplication { warrant }))
        }
        Effect::AdmitMember { party } => {
            let party = *party;
            let admit = MembershipCommand::AdmitMember { network, party, warrant, since: at };
            Some(Asked::Membership(party, admit))
        }
        Effect::SuspendMember { party } => {
            let party = *party;
            Some(Asked::Membership(party, MembershipCommand::SuspendMember { network, party }))
        }
        Effect::ReinstateMember { party } => {
            let party = *party;
            Some(Asked::Membership(party, MembershipCommand::ReinstateMember { network, party }))
        }
        Effect::ExpelMember { party } => {
            let party = *party;
            let expel = MembershipCommand::ExpelMember { network, party, until: at };
            Some(Asked::Membership(party, expel))
        }
        Effect::AmendCharter { .. }
        | Effect::ChangePolicies { .. }
        | Effect::ConferMandate { .. }
        | Effect::RecallMandate { .. }
        | Effect::PrioritiseAgenda { .. }
        | Effect::AdoptGoal { .. }
        | Effect::AmendResolution { .. }
        | Effect::RepealResolution { .. } => None,
    }
}

fn retry(refused: Refused) -> Retry {
    Retry::because(&refused.to_string())
}

impl Consequences {
    /// Gives commands through `commands`.
    pub fn new(commands: Commands) -> Consequences {
        Consequences { commands }
    }

    /// The circumstances of a command that follows from `event`.
    ///
    /// It is true since the event is; never in the future, wherever the clock went meanwhile.
    fn context(
        &self,
        event: &Recorded,
        command_id: CommandId,
        (network, authority): (NetworkId, Option<Authority>),
    ) -> Result<CommandContext, UnreadableEvent> {
        let metadata = event.metadata()?;
        Ok(CommandContext {
            command_id,
            // Whatever makes it follow, it is the same thing that follows.
            fingerprint: Fingerprint(0),
            actor: Actor::System,
            on_behalf_of: None,
            capacity: Capacity::Scheduler,
            authority: authority.map(|authority| authority.to_string()),
            network_id: Some(network),
            effective_at: Some(event.effective_at.min(self.commands.now())),
            causation_id: Some(event.event_id),
            correlation_id: metadata.correlation_id,
            traceparent: metadata.traceparent,
        })
    }

    async fn charter_changed(&self, event: &Recorded) -> Result<(), Retry> {
        let Some(CharterEvent::CharterRatified { network, version, .. }) = event.decode()? else {
            return Ok(());
        };
        let command = NetworkCommand::ActivateNetwork { charter_version: version };
        let id = Self::command_id(event, "activate");
        let authority = Some(Authority::Founders(network));
        let context = self.context(event, id, (network, authority))?;
        match self.commands.execute::<Network>(network.uuid(), &command, &context).await {
            Ok(_) => Ok(()),
            Err(refused) if !refused.code().may_pass() => {
                // There is no effect to note it in; the charter says nothing without its network.
                tracing::warn!(%network, reason = refused.reason(), "a charter has no network");
                Ok(())
            }
            Err(failed) => Err(retry(failed)),
        }
    }

    async fn resolution_changed(&self, event: &Recorded) -> Result<(), Retry> {
        let Some(ResolutionEvent::EffectIssued { network, decision, index, effect }) =
            event.decode()?
        else {
            return Ok(());
        };
        let of = (network, decision, index);
        let outcome = self.carry_out(event, of, &effect).await?;
        let Some(outcome) = outcome else { return Ok(()) };
        let answer = match outcome {
            Ok(_) => EffectCommand::ApplyEffect { network, decision, index },
            Err(refused) => {
                let reason = refused.reason().to_owned();
                EffectCommand::RefuseEffect { network, decision, index, reason }
            }
        };
        self.note(event, of, &answer).await
    }

    /// Does what an effect asks; the refusal when a rule forbids it, `None` when the effect concerns
    /// another service or is settled.
    async fn carry_out(
        &self,
        event: &Recorded,
        (network, decision, index): EffectOf,
        effect: &Effect,
    ) -> Result<Option<Result<Receipt, Refused>>, Retry> {
        let id = EffectId::of(decision, index).uuid();
        let authority = Some(Authority::Decision(decision));
        let command_id = CommandId::derived(id, "membership/carry out");
        let context = self.context(event, command_id, (network, authority))?;
        let at = context.effective_at.unwrap_or(event.effective_at);
        let Some(asked) = asked(effect, (network, decision), at) else { return Ok(None) };
        match self.commands.load::<EffectAnswer>(id).await.map_err(retry)? {
            EffectAnswer::None => {}
            EffectAnswer::Applied | EffectAnswer::Refused { .. } => return Ok(None),
        }
        let outcome = match asked {
            Asked::Network(command) => {
                self.commands.execute::<Network>(network.uuid(), &command, &context).await
            }
            Asked::Membership(party, command) => {
                self.commands.membership(network, party, command, &context).await
            }
        };
        match outcome {
            Err(failed) if failed.code().may_pass() => Err(retry(failed)),
            settled => Ok(Some(settled)),
        }
    }

    /// Notes what came of an effect.
    async fn note(
        &self,
        event: &Recorded,
        (network, decision, index): EffectOf,
        answer: &EffectCommand,
    ) -> Result<(), Retry> {
        let id = EffectId::of(decision, index).uuid();
        let authority = Some(Authority::Decision(decision));
        let command_id = CommandId::derived(id, "membership/note");
        let context = self.context(event, command_id, (network, authority))?;
        self.commands.execute::<EffectAnswer>(id, answer, &context).await.map_err(retry)?;
        Ok(())
    }

    async fn affiliation_changed(&self, event: &Recorded) -> Result<(), Retry> {
        match event.decode::<AffiliationEvent>()? {
            Some(AffiliationEvent::AffiliationEnded {}) => {}
            Some(
                AffiliationEvent::AffiliationClaimed { .. }
                | AffiliationEvent::AffiliationConfirmed { .. },
            )
            | None => return Ok(()),
        }
        let affiliation = self.commands.load::<Affiliation>(event.stream.id()).await;
        match affiliation.map_err(retry)? {
            Affiliation::Claimed(person, organisation)
            | Affiliation::Ended(person, organisation) => {
                let lost = LostGround::Affiliation(person);
                self.end_representation(event, organisation, lost).await
            }
            // It is there again: what stands on it now is not of then.
            Affiliation::None | Affiliation::Confirmed(..) => Ok(()),
        }
    }

    async fn membership_changed(&self, event: &Recorded) -> Result<(), Retry> {
        match event.decode::<MembershipEvent>()? {
            Some(
                MembershipEvent::MemberResigned {
                    network,
                    party: Party::Organisation(organisation),
                    ..
                }
                | MembershipEvent::MemberExpelled {
                    network,
                    party: Party::Organisation(organisation),
                    ..
                },
            ) => {
                let party = Party::Organisation(organisation);
                let id = MembershipId::between(network, party).uuid();
                let membership = self.commands.load::<Membership>(id).await.map_err(retry)?;
                if membership.is_active() {
                    // It entered again: what stands on it now is not of then.
                    return Ok(());
                }
                self.end_representation(event, organisation, LostGround::Membership(network)).await
            }
            Some(
                MembershipEvent::MemberResigned { party: Party::Person(_), .. }
                | MembershipEvent::MemberExpelled { party: Party::Person(_), .. }
                | MembershipEvent::PartyInvited { .. }
                | MembershipEvent::InvitationAccepted {}
                | MembershipEvent::InvitationDeclined {}
                | MembershipEvent::MembershipApplied { .. }
                | MembershipEvent::ApplicationWithdrawn {}
                | MembershipEvent::ApplicationDeclined {}
                | MembershipEvent::AdmissionConsented { .. }
                | MembershipEvent::MemberAdmitted { .. }
                | MembershipEvent::MemberSuspended { .. }
                | MembershipEvent::MemberReinstated { .. },
            )
            | None => Ok(()),
        }
    }

    /// Ends the representations of an organisation that have lost their ground, network by network,
    /// so that each network's members read of their own.
    async fn end_representation(
        &self,
        event: &Recorded,
        organisation: OrganisationId,
        lost: LostGround,
    ) -> Result<(), Retry> {
        let state = self.commands.load::<Organisation>(organisation.uuid()).await;
        for (network, person) in state.map_err(retry)?.represented(lost) {
            let id = Self::command_id(event, &format!("{network}/{person}"));
            let context = self.context(event, id, (network, None))?;
            let command = OrganisationCommand::EndRepresentation { person, network };
            let ended =
                self.commands.execute::<Organisation>(organisation.uuid(), &command, &context);
            match ended.await {
                Ok(_) => {}
                Err(failed) if !failed.code().may_pass() => {}
                Err(failed) => return Err(retry(failed)),
            }
        }
        Ok(())
    }
}

impl Reaction for Consequences {
    const NAME: &'static str = "membership_consequences_1";
    const CATEGORIES: &'static [&'static str] = &[
        AffiliationEvent::CATEGORY,
        CharterEvent::CATEGORY,
        MembershipEvent::CATEGORY,
        ResolutionEvent::CATEGORY,
    ];

    async fn react(&self, event: &Recorded) -> Result<(), Retry> {
        match event.stream.category() {
            AffiliationEvent::CATEGORY => self.affiliation_changed(event).await,
            CharterEvent::CATEGORY => self.charter_changed(event).await,
            MembershipEvent::CATEGORY => self.membership_changed(event).await,
            _ => self.resolution_changed(event).await,
        }
    }
}
