//! Proposals, from draft to call.

use std::collections::{BTreeMap, BTreeSet};

use eventlog::{CommandContext, Receipt};
use events::{
    DecisionTerms, Effect, Outcome, ProposalContent, ProposalEvent, RoleName, RollMoment,
};
use jiff::Timestamp;
use kernel::{DecisionId, NetworkId, Party, PersonId, ProposalId, ResolutionId};

use super::{Commands, Refused, refused};
use crate::{
    charter::{Charter, CharterRejection},
    decision::{Decision, Phase},
    mandate::HolderStanding,
    proposal::{
        Call, CallFacts, InForce, MergeTarget, Proposal, ProposalCommand, ProposalRejection,
        Repeat, RepeatedBecause, RoleSeats, Stage, Voting, Written, content::resolution_changed,
    },
    resolution::{Resolution, Standing},
};

/// A call as it was recorded.
struct Called {
    decision: DecisionId,
    revision: u32,
    charter_version: u32,
    called_by: PersonId,
    opens_at: Timestamp,
    closes_at: Timestamp,
    repeats: Option<DecisionId>,
    seats: Option<u32>,
}

/// When somebody wants voting to take place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// When it opens; `None` is now.
    pub opens_at: Option<Timestamp>,
    /// For how many hours; `None` is the least that the policy allows.
    pub hours: Option<u32>,
}

impl Commands {
    /// Writes a proposal down; answers with its id.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn draft_proposal(
        &self,
        network: NetworkId,
        author: PersonId,
        asked: ProposalContent,
        context: &CommandContext,
    ) -> Result<(ProposalId, Receipt), Refused> {
        let proposal: ProposalId = context.command_id.creates();
        let command = ProposalCommand::DraftProposal { network, author, content: Box::new(asked) };
        let receipt = self.execute::<Proposal>(proposal.uuid(), &command, context).await?;
        Ok((proposal, receipt))
    }

    /// Puts a proposal before the network.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn submit_proposal(
        &self,
        proposal: ProposalId,
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let written = self.written(proposal).await?;
        let charter = self.charter_in_force(written.network).await?;
        let policy = charter.policy_for(written.content.subject).cloned();
        let policy = Box::new(policy.ok_or_else(|| refused(NoPolicy))?);
        let roles = self.roles_of(written.network, by).await?;
        let command = ProposalCommand::SubmitProposal { by, roles, policy };
        self.execute::<Proposal>(proposal.uuid(), &command, context).await
    }

    /// Changes a proposal.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn revise_proposal(
        &self,
        proposal: ProposalId,
        by: PersonId,
        asked: ProposalContent,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let revision = self.written(proposal).await?.revision;
        let command = ProposalCommand::ReviseProposal { by, revision, content: Box::new(asked) };
        self.execute::<Proposal>(proposal.uuid(), &command, context).await
    }

    /// Lets a proposal go on within another one.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn merge_proposal(
        &self,
        (proposal, into): (ProposalId, ProposalId),
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let target = MergeTarget::of(&self.load::<Proposal>(into.uuid()).await?);
        let command = ProposalCommand::MergeProposal { by, proposal, into, target };
        self.execute::<Proposal>(proposal.uuid(), &command, context).await
    }

    /// Makes a rejected amendment a proposal of its own; answers with the new proposal.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn promote_amendment(
        &self,
        proposal: ProposalId,
        by: PersonId,
        number: u32,
        context: &CommandContext,
    ) -> Result<(ProposalId, Receipt), Refused> {
        let written = self.written(proposal).await?;
        let promoted: ProposalId = context.command_id.creates();
        let command = ProposalCommand::PromoteAmendment { by, number, proposal: promoted };
        let receipt = self.execute::<Proposal>(proposal.uuid(), &command, context).await?;
        let asked = written.promoted_content(number);
        let asked = asked.ok_or_else(|| refused(ProposalRejection::AmendmentUnknown))?;
        let (network, author) = (written.network, by);
        let draft = ProposalCommand::DraftProposal { network, author, content: Box::new(asked) };
        let context = context.follow_up("promoted");
        let drafted = self.execute::<Proposal>(promoted.uuid(), &draft, &context).await?;
        let position = receipt.position.max(drafted.position);
        Ok((promoted, Receipt { position, ..receipt }))
    }

    /// Puts a proposal to a decision; answers with the decision. When voting is to begin at once, it
    /// has begun when this answers.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn call_decision(
        &self,
        proposal: ProposalId,
        by: PersonId,
        wanted: Wanted,
        context: &CommandContext,
    ) -> Result<(DecisionId, Receipt), Refused> {
        let decision: DecisionId = context.command_id.creates();
        let written = self.written(proposal).await?;
        let charter = self.charter_in_force(written.network).await?;
        let policy = charter.policy_for(written.content.subject).cloned();
        let policy = policy.ok_or_else(|| refused(NoPolicy))?;
        let now = self.now();
        let call = Call {
            proposal,
            decision,
            by,
            revision: written.revision,
            charter_version: charter.version(),
            opens_at: wanted.opens_at.unwrap_or(now),
            hours: wanted.hours.unwrap_or(policy.window.hours_min),
            repeats: self.repeats(&written).await?,
            policy,
        };
        let facts = Box::new(self.call_facts(&written, &charter, &call, now).await?);
        let command = ProposalCommand::CallDecision { call: Box::new(call), facts };
        let called = self.execute::<Proposal>(proposal.uuid(), &command, context).await?;
        // What was recorded may be the first answer to this command, with other times.
        let terms = self.called_terms(proposal, decision).await?;
        let scheduled = self.schedule(decision, terms, context).await?;
        let position = called.position.max(scheduled.position);
        Ok((decision, Receipt { position, ..called }))
    }

    /// Takes a proposal back; its decision, if it has one, comes to nothing.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn withdraw_proposal(
        &self,
        proposal: ProposalId,
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let written = self.written(proposal).await?;
        let voting = match written.stage {
            Stage::Called { decision } => {
                match self.load::<Decision>(decision.uuid()).await?.phase {
                    Phase::Closed | Phase::Certified | Phase::Upheld | Phase::Final => Voting::Over,
                    Phase::Unknown
                    | Phase::Scheduled
                    | Phase::RollFrozen
                    | Phase::Open
                    | Phase::Cancelled
                    | Phase::Annulled => Voting::NotOver,
                }
            }
            Stage::Drafted
            | Stage::Submitted
            | Stage::UnderDiscussion { .. }
            | Stage::Decided { .. }
            | Stage::Withdrawn
            | Stage::Lapsed
            | Stage::Merged { .. } => Voting::NotOver,
        };
        // The decision first: a proposal must not be withdrawn while its decision goes on to a
        // result. Should the process die in between, the author asks again.
        let mut position = None;
        if let (Stage::Called { decision }, Voting::NotOver) = (written.stage, voting)
            && written.is_author(by)
        {
            position = Some(self.cancel_withdrawn(decision, context).await?.position);
        }
        let command = ProposalCommand::WithdrawProposal { by, voting };
        let withdrawn = self.execute::<Proposal>(proposal.uuid(), &command, context).await?;
        Ok(Receipt { position: withdrawn.position.max(position.unwrap_or_default()), ..withdrawn })
    }

    /// Contributes a concern or an amendment; answers with its number.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn contribute(
        &self,
        proposal: ProposalId,
        command: &ProposalCommand,
        context: &CommandContext,
    ) -> Result<(u32, Receipt), Refused> {
        let id = proposal.uuid();
        let (event, receipt) = self.execute_first::<Proposal>(id, command, context).await?;
        let number = match event {
            Some(
                ProposalEvent::ConcernRaised { number, .. }
                | ProposalEvent::AmendmentOffered { number, .. },
            ) => number,
            Some(_) | None => 0,
        };
        Ok((number, receipt))
    }

    /// A proposal that there is.
    ///
    /// # Errors
    ///
    /// Says that there is no such proposal.
    pub async fn written(&self, proposal: ProposalId) -> Result<Written, Refused> {
        match self.load::<Proposal>(proposal.uuid()).await? {
            Proposal::Unwritten => Err(refused(ProposalRejection::NotWritten)),
            Proposal::Written(written) => Ok(*written),
        }
    }

    /// The decision that was last called on a proposal; `None` when none was.
    pub(crate) async fn last_called(
        &self,
        proposal: ProposalId,
    ) -> Result<Option<DecisionId>, Refused> {
        let called = self.calls(proposal).await?;
        Ok(called.last().map(|call| call.decision))
    }

    /// The terms on which a decision was called.
    pub(crate) async fn called_terms(
        &self,
        proposal: ProposalId,
        decision: DecisionId,
    ) -> Result<DecisionTerms, Refused> {
        let written = self.written(proposal).await?;
        let calls = self.calls(proposal).await?;
        let called = calls.into_iter().find(|called| called.decision == decision);
        let called = called.ok_or_else(|| refused(ProposalRejection::NotCalled))?;
        let charter = self.charter_in_force(written.network).await?;
        let policy = charter.policy_at(called.charter_version, written.content.subject).cloned();
        let call = Call {
            proposal,
            decision,
            by: called.called_by,
            revision: called.revision,
            policy: policy.ok_or_else(|| refused(NoPolicy))?,
            charter_version: called.charter_version,
            opens_at: called.opens_at,
            hours: whole_hours(called.opens_at, called.closes_at),
            repeats: self.repeat_of(called.repeats).await?,
        };
        Ok(written.terms(&call, called.seats))
    }

    /// The calls that were made on a proposal, in order.
    async fn calls(&self, proposal: ProposalId) -> Result<Vec<Called>, Refused> {
        let events = eventlog::events_of::<ProposalEvent>(&**self.log(), proposal.uuid()).await;
        let called = |(_, event)| {
            let ProposalEvent::DecisionCalled {
                decision,
                revision,
                charter_version,
                called_by,
                opens_at,
                closes_at,
                repeats,
                seats,
                ..
            } = event
            else {
                return None;
            };
            Some(Called {
                decision,
                revision,
                charter_version,
                called_by,
                opens_at,
                closes_at,
                repeats,
                seats,
            })
        };
        Ok(events.map_err(refused)?.into_iter().filter_map(called).collect())
    }

    /// The earlier decision on the same text that a new one repeats.
    async fn repeats(&self, written: &Written) -> Result<Option<Repeat>, Refused> {
        let (Stage::Called { decision } | Stage::Decided { decision }) = written.stage else {
            return Ok(None);
        };
        self.repeat_of(Some(decision)).await
    }

    /// Why a decision on a text may be repeated; `None` when it may not.
    async fn repeat_of(&self, earlier: Option<DecisionId>) -> Result<Option<Repeat>, Refused> {
        let Some(decision) = earlier else { return Ok(None) };
        let state = self.load::<Decision>(decision.uuid()).await?;
        let outcome = state.certified.as_ref().and_then(|certified| certified.outcome.clone());
        let because = match (state.phase, outcome) {
            (Phase::Annulled, _) => RepeatedBecause::Annulled,
            (Phase::Cancelled, _) => RepeatedBecause::Cancelled,
            (Phase::Final, Some(Outcome::Tied { options })) => RepeatedBecause::Tied { options },
            (
                Phase::Unknown
                | Phase::Scheduled
                | Phase::RollFrozen
                | Phase::Open
                | Phase::Closed
                | Phase::Certified
                | Phase::Upheld
                | Phase::Final,
                _,
            ) => return Ok(None),
        };
        Ok(Some(Repeat { decision, because }))
    }

    async fn call_facts(
        &self,
        written: &Written,
        charter: &Charter,
        call: &Call,
        now: Timestamp,
    ) -> Result<CallFacts, Refused> {
        let (network, content) = (written.network, &written.content);
        let rejected = self.queries.last_rejected(network, written.content_hash.clone()).await;
        let in_force_on_exclusive = self.in_force_on(network, content.exclusive.clone()).await?;
        let superseded = match content.supersedes {
            None => None,
            Some(resolution) => self.in_force(resolution).await?,
        };
        let mut changed = BTreeMap::new();
        for resolution in content.effects.iter().filter_map(resolution_changed) {
            if let Some(older) = self.in_force(resolution).await? {
                changed.insert(resolution, older);
            }
        }
        let electors = if call.policy.roll_moment == RollMoment::Call || call.opens_at <= now {
            Some(self.roll_now(network, &call.policy).await?.1.len())
        } else {
            None
        };
        Ok(CallFacts {
            now,
            roles: self.roles_of(network, call.by).await?,
            rejected_at: rejected.map_err(refused)?,
            in_force_on_exclusive,
            superseded,
            changed,
            role: self.role_seats(written, charter, call).await?,
            unamendable: unamendable(charter, content),
            role_unknown: content.effects.iter().find_map(|it| role_unknown(charter, it)),
            strangers: self.strangers(network, content).await?,
            electors,
        })
    }

    /// The seats of the role that the winners of an election are given; `None` when nobody is
    /// elected, or the charter describes no such role.
    async fn role_seats(
        &self,
        written: &Written,
        charter: &Charter,
        call: &Call,
    ) -> Result<Option<RoleSeats>, Refused> {
        let elected = |effect: &Effect| {
            let Effect::ConferMandate { role, holder: None } = effect else { return None };
            charter.role(role).cloned()
        };
        let Some(role) = written.content.effects.iter().find_map(elected) else { return Ok(None) };
        let (network, until) = (written.network, call.over_from());
        let held = self.queries.mandates_holding(network, role.name.clone(), until).await;
        let held = held.map_err(refused)?;
        let ends = held.iter().map(|row| row.ends_at).collect();
        Ok(Some(RoleSeats::taken_until(role.seats, ends)))
    }

    /// Who of those that a proposal would give an office is no active member.
    async fn strangers(
        &self,
        network: NetworkId,
        content: &ProposalContent,
    ) -> Result<BTreeSet<PersonId>, Refused> {
        let candidates = content.options.iter().filter_map(|option| option.candidate);
        let holders = content.effects.iter().filter_map(|effect| {
            let Effect::ConferMandate { holder, .. } = effect else { return None };
            *holder
        });
        let mut strangers = BTreeSet::new();
        for person in candidates.chain(holders) {
            match self.standing(network, Party::Person(person)).await? {
                HolderStanding::Member => {}
                HolderStanding::Outsider => {
                    strangers.insert(person);
                }
            }
        }
        Ok(strangers)
    }

    /// The resolution in force on an exclusive question; `None` when there is none, or no question.
    pub(crate) async fn in_force_on(
        &self,
        network: NetworkId,
        exclusive: Option<String>,
    ) -> Result<Option<ResolutionId>, Refused> {
        let Some(exclusive) = exclusive else { return Ok(None) };
        self.queries.resolution_in_force_on(network, exclusive).await.map_err(refused)
    }

    /// What a decision that changes a resolution must know of it; `None` when it is not in force.
    async fn in_force(&self, resolution: ResolutionId) -> Result<Option<InForce>, Refused> {
        let Resolution::Entered(entered) = self.load::<Resolution>(resolution.uuid()).await? else {
            return Ok(None);
        };
        let (network, subject) = (entered.network, entered.subject);
        let in_force = entered.standing == Standing::InForce;
        Ok(in_force.then_some(InForce { network, subject }))
    }
}

/// Why a charter cannot be changed as a proposal would; `None` when it can.
fn unamendable(charter: &Charter, content: &ProposalContent) -> Option<CharterRejection> {
    content.effects.iter().find_map(|effect| {
        let (Effect::AmendCharter { changes } | Effect::ChangePolicies { changes }) = effect else {
            return None;
        };
        charter.amended(content.subject, changes).err()
    })
}

/// The role that an effect confers and a charter does not describe.
fn role_unknown(charter: &Charter, effect: &Effect) -> Option<RoleName> {
    let Effect::ConferMandate { role, .. } = effect else { return None };
    charter.role(role).is_none().then(|| role.clone())
}

fn whole_hours(from: Timestamp, until: Timestamp) -> u32 {
    u32::try_from(until.duration_since(from).as_hours()).unwrap_or(0)
}

/// The charter in force has no policy for a subject, not even a fallback.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the charter in force has no policy for this subject")]
struct NoPolicy;

impl kernel::Rejection for NoPolicy {
    fn code(&self) -> kernel::ErrorCode {
        kernel::ErrorCode::Precondition
    }

    fn reason(&self) -> &'static str {
        "POLICY_NOT_IN_FORCE"
    }
}
