//! The effects of decisions that governance carries out itself.

use eventlog::{CommandContext, Receipt};
use events::{CharterChange, Effect, EffectAnswer, EffectCommand, RoleName};
use jiff::Timestamp;
use kernel::{
    AgendaId, CharterId, DecisionId, EffectId, GoalId, MandateId, NetworkId, Party, PersonId,
    ResolutionId,
};

use super::{Commands, Refused, decision::following, refused};
use crate::{
    agenda::{Agenda, AgendaCommand},
    charter::{Amendment, Charter, CharterCommand},
    decision::{Decision, DecisionRejection},
    goal::{Goal, GoalCommand},
    mandate::{Conferral, Mandate, MandateCommand, Recall},
    resolution::{Later, ResolutionCommand},
    views::mandates::MandateStatus,
};

/// One effect that was issued.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct IssuedEffect {
    /// The network.
    pub(crate) network: NetworkId,
    /// The decision.
    pub(crate) decision: DecisionId,
    /// Which of its effects, from 0.
    pub(crate) index: u32,
    /// What.
    pub(crate) effect: Effect,
    /// Since when it is so: when the decision became final.
    pub(crate) at: Timestamp,
}

impl Commands {
    /// Carries out an effect that is governance's, and records what came of it; does nothing about
    /// one that another service carries out.
    pub(crate) async fn carry_out_effect(
        &self,
        issued: IssuedEffect,
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let IssuedEffect { network, decision, index, .. } = issued;
        let id = EffectId::of(decision, index).uuid();
        let about = following(context, network, (id, "effect"), Some(issued.at));
        let command = match self.effect(&issued, &about).await {
            Ok(None) => return Ok(()),
            Ok(Some(_)) => EffectCommand::ApplyEffect { network, decision, index },
            Err(refusal) if !refusal.code().may_pass() => {
                let reason = refusal.reason().to_owned();
                EffectCommand::RefuseEffect { network, decision, index, reason }
            }
            Err(failure) => return Err(failure),
        };
        let answer = following(context, network, (id, "answer"), None);
        self.execute::<EffectAnswer>(id, &command, &answer).await?;
        Ok(())
    }

    async fn effect(
        &self,
        issued: &IssuedEffect,
        context: &CommandContext,
    ) -> Result<Option<Receipt>, Refused> {
        let IssuedEffect { network, decision, .. } = *issued;
        let done = match &issued.effect {
            Effect::AmendCharter { changes } | Effect::ChangePolicies { changes } => {
                self.amend(issued, changes.clone(), context).await?
            }
            Effect::ConferMandate { role, holder: Some(holder) } => {
                self.confer(issued, role, *holder, context).await?
            }
            Effect::RecallMandate { mandate } => {
                let recall = Recall::ByDecision { network, decision };
                self.mandate(*mandate, &MandateCommand::RecallMandate { recall }, context).await?
            }
            Effect::PrioritiseAgenda { items } => {
                let command = AgendaCommand::RankItems { items: items.clone(), decision };
                let id = AgendaId::of(network).uuid();
                self.execute::<Agenda>(id, &command, context).await?
            }
            Effect::AdoptGoal { goal } => self.adopt_goal(*goal, decision, context).await?,
            Effect::AmendResolution { resolution } => {
                let command =
                    ResolutionCommand::AmendResolution { later: self.later(issued).await? };
                self.resolution(*resolution, &command, context).await?
            }
            Effect::RepealResolution { resolution } => {
                let command =
                    ResolutionCommand::RepealResolution { later: self.later(issued).await? };
                self.resolution(*resolution, &command, context).await?
            }
            // Membership carries these out; a mandate without a holder is never issued.
            Effect::DeclareNetworkType { .. }
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
            | Effect::ConferMandate { holder: None, .. } => return Ok(None),
        };
        Ok(Some(done))
    }

    /// The decision that an effect follows from, as an earlier resolution has to know it.
    async fn later(&self, issued: &IssuedEffect) -> Result<Later, Refused> {
        let state = self.load::<Decision>(issued.decision.uuid()).await?;
        let (Some(terms), Some(certified)) = (&state.terms, &state.certified) else {
            return Err(refused(DecisionRejection::NotCertified));
        };
        let Some(outcome) = certified.outcome.clone() else {
            return Err(refused(DecisionRejection::NotCertified));
        };
        let (decision, network, subject) = (issued.decision, terms.network, terms.subject);
        Ok(Later { decision, network, subject, outcome })
    }

    async fn amend(
        &self,
        issued: &IssuedEffect,
        changes: Vec<CharterChange>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(issued.decision.uuid()).await?;
        let (Some(terms), Some(certified)) = (&state.terms, &state.certified) else {
            return Err(refused(DecisionRejection::NotCertified));
        };
        let Some(outcome) = certified.outcome.clone() else {
            return Err(refused(DecisionRejection::NotCertified));
        };
        let amendment = Amendment {
            decision: issued.decision,
            subject: terms.subject,
            policy: terms.policy.clone(),
            charter_version: terms.charter_version,
            outcome,
            figures: certified.figures.clone(),
            changes,
            // A decision is certified before it is final.
            certified_at: issued.at,
            effective_from: issued.at,
        };
        let command = CharterCommand::ApplyAmendment(Box::new(amendment));
        let id = CharterId::of(issued.network).uuid();
        self.execute::<Charter>(id, &command, context).await
    }

    async fn confer(
        &self,
        issued: &IssuedEffect,
        role: &RoleName,
        holder: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let (network, decision, from) = (issued.network, issued.decision, issued.at);
        let charter = self.charter_in_force(network).await?;
        let mandate = MandateId::conferred(decision, holder);
        let holding = self.queries.mandates_holding(network, role.clone(), from).await;
        let taken = holding.map_err(refused)?.into_iter().filter(|row| row.mandate != mandate);
        let terms = self.queries.terms_of(network, role.clone(), holder).await.map_err(refused)?;
        let served = terms.iter().filter(|row| row.mandate != mandate);
        let served = served.take_while(|row| match row.status {
            MandateStatus::Accepted | MandateStatus::Expired | MandateStatus::Resigned => true,
            MandateStatus::Conferred | MandateStatus::Declined | MandateStatus::Recalled => false,
        });
        // On end: each term began within a day of the end of the one before.
        let mut edge = from;
        let mut terms_served = 0;
        for row in served {
            if row
                .ends_at
                .checked_add(jiff::SignedDuration::from_hours(24))
                .is_ok_and(|end| end < edge)
            {
                break;
            }
            terms_served += 1;
            edge = row.begins_at;
        }
        let conferral = Conferral {
            network,
            decision,
            role: charter.role(role).cloned(),
            charter_version: charter.version(),
            holder,
            standing: self.standing(network, Party::Person(holder)).await?,
            seats_taken: u32::try_from(taken.count()).unwrap_or(u32::MAX),
            terms_served,
            from,
        };
        let command = MandateCommand::ConferMandate { conferral: Box::new(conferral) };
        self.execute::<Mandate>(mandate.uuid(), &command, context).await
    }

    async fn adopt_goal(
        &self,
        goal: GoalId,
        decision: DecisionId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.execute::<Goal>(goal.uuid(), &GoalCommand::AdoptGoal { decision }, context).await
    }

    /// Notes in the register what came of an effect.
    pub(crate) async fn note_effect(
        &self,
        decision: DecisionId,
        (index, refused_by): (u32, Option<String>),
        context: &CommandContext,
    ) -> Result<(), Refused> {
        let command = match refused_by {
            None => ResolutionCommand::ConfirmEffect { index },
            Some(reason) => ResolutionCommand::FailEffect { index, reason },
        };
        self.resolution(ResolutionId::of(decision), &command, context).await?;
        Ok(())
    }
}
