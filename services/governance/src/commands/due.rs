//! What the scheduler asks for: each command takes the due time as its effective time.

use eventlog::CommandContext;
use events::ProposalEvent;
use jiff::Timestamp;
use kernel::{Actor, Capacity, DecisionId, DelegationId, MandateId, ResolutionId};
use uuid::Uuid;

use super::{Commands, Refused, decision::deadline_fingerprint, refused};
use crate::{
    deadlines::{DeadlineCommand, DeadlineKind, NotCarriedOut},
    decision::DecisionCommand,
    delegation::{Delegation, DelegationCommand},
    mandate::MandateCommand,
    proposal::{Proposal, ProposalCommand, ProposalRejection},
    resolution::ResolutionCommand,
};

impl Commands {
    /// Carries out what has fallen due.
    ///
    /// # Errors
    ///
    /// Says whether it is worth trying again.
    pub async fn carry_out(&self, due: DeadlineCommand) -> Result<(), NotCarriedOut> {
        self.due(due).await.map_err(|refused| NotCarriedOut::of(refused.as_ref()))
    }

    async fn due(&self, due: DeadlineCommand) -> Result<(), Refused> {
        let DeadlineCommand { command_id, kind, subject, network, due_at } = due;
        let context = CommandContext {
            command_id,
            fingerprint: deadline_fingerprint(kind),
            actor: Actor::System,
            on_behalf_of: None,
            capacity: Capacity::Scheduler,
            authority: None,
            network_id: Some(network),
            effective_at: Some(due_at),
            causation_id: None,
            correlation_id: command_id,
            traceparent: None,
        };
        let (decision, resolution) = (DecisionId::new(subject), ResolutionId::new(subject));
        let _receipt = match kind {
            DeadlineKind::FreezeRoll => self.freeze_roll(decision, due_at, &context).await?,
            DeadlineKind::OpenDecision => self.open_decision(decision, due_at, &context).await?,
            DeadlineKind::RemindVoters => {
                let command = DecisionCommand::RemindVoters { at: due_at };
                self.decision(decision, &command, &context).await?
            }
            DeadlineKind::CloseDecision => self.close_decision(decision, due_at, &context).await?,
            DeadlineKind::GiveUpResult => self.give_up_result(decision, due_at, &context).await?,
            DeadlineKind::FinaliseDecision => {
                let command = DecisionCommand::FinaliseDecision { at: due_at };
                self.decision(decision, &command, &context).await?
            }
            DeadlineKind::ExpireMandate => {
                let command = MandateCommand::ExpireMandate { now: due_at };
                self.mandate(MandateId::new(subject), &command, &context).await?
            }
            DeadlineKind::ExpireDelegation => {
                let command = DelegationCommand::ExpireDelegation { at: due_at };
                let id = DelegationId::new(subject).uuid();
                self.execute::<Delegation>(id, &command, &context).await?
            }
            DeadlineKind::ReviewResolution => {
                let command = ResolutionCommand::FallDue { now: due_at };
                self.resolution(resolution, &command, &context).await?
            }
            DeadlineKind::ExpireResolution => {
                let command = ResolutionCommand::ExpireResolution { now: due_at };
                self.resolution(resolution, &command, &context).await?
            }
            DeadlineKind::LapseProposal => {
                let idle_since = self.last_event_at(subject).await?;
                let command = ProposalCommand::LapseProposal { idle_since, now: due_at };
                self.execute::<Proposal>(subject, &command, &context).await?
            }
        };
        Ok(())
    }

    /// Since when the last thing that happened to a proposal is so.
    async fn last_event_at(&self, proposal: Uuid) -> Result<Timestamp, Refused> {
        let events = eventlog::events_of::<ProposalEvent>(&*self.log, proposal).await;
        let last = events.map_err(refused)?.pop();
        last.map(|(recorded, _)| recorded.effective_at)
            .ok_or_else(|| refused(ProposalRejection::NotWritten))
    }
}
