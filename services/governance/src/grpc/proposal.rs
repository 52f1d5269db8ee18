//! Proposals over gRPC.

use events::ProposalContent;
use kernel::ProposalId;
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::governance::v1::{self as message, proposal_service_server::ProposalService},
};

use super::{
    Asked, GovernanceGrpc, optional_id, policies, query_status, receipt, shown, to_status, words,
};
use crate::{
    commands::proposal::Wanted,
    proposal::{Proposal, ProposalCommand},
    queries::Thing,
    views::{
        Tracked,
        proposals::{
            AmendmentRow, AmendmentStatus, ConcernRow, ConcernStatus, ProposalRow, ProposalStatus,
            Workspace,
        },
    },
};

#[tonic::async_trait]
impl ProposalService for GovernanceGrpc {
    async fn draft_proposal(
        &self,
        request: Request<message::DraftProposalRequest>,
    ) -> Outcome<message::DraftProposalResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let mut call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let content = content(call.message.content.take())?;
        let done = self.commands.draft_proposal(network, call.person, content, &call.context);
        let (id, done) = done.await.map_err(to_status)?;
        let (receipt, proposal_id) = (receipt(done), id.to_string());
        Ok(Response::new(message::DraftProposalResponse { receipt, proposal_id }))
    }

    async fn invite_co_author(
        &self,
        request: Request<message::InviteCoAuthorRequest>,
    ) -> Outcome<message::InviteCoAuthorResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let person = read::id(&call.message.person_id, "person_id")?;
        let command = ProposalCommand::InviteCoAuthor { by: call.person, person };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::InviteCoAuthorResponse { receipt }))
    }

    async fn join_as_co_author(
        &self,
        request: Request<message::JoinAsCoAuthorRequest>,
    ) -> Outcome<message::JoinAsCoAuthorResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let command = ProposalCommand::JoinAsCoAuthor { by: call.person };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::JoinAsCoAuthorResponse { receipt }))
    }

    async fn sponsor_proposal(
        &self,
        request: Request<message::SponsorProposalRequest>,
    ) -> Outcome<message::SponsorProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let command = ProposalCommand::CoSponsorProposal { by: call.person };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SponsorProposalResponse { receipt }))
    }

    async fn withdraw_sponsorship(
        &self,
        request: Request<message::WithdrawSponsorshipRequest>,
    ) -> Outcome<message::WithdrawSponsorshipResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let command = ProposalCommand::WithdrawSponsorship { by: call.person };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawSponsorshipResponse { receipt }))
    }

    async fn open_discussion(
        &self,
        request: Request<message::OpenDiscussionRequest>,
    ) -> Outcome<message::OpenDiscussionResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let since = call.context.effective_at.unwrap_or_else(|| self.commands.now());
        let command = ProposalCommand::OpenDiscussion { by: call.person, since };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::OpenDiscussionResponse { receipt }))
    }

    async fn answer_concern(
        &self,
        request: Request<message::AnswerConcernRequest>,
    ) -> Outcome<message::AnswerConcernResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let (by, number) = (call.person, call.message.number);
        let text = call.own(read::text(&call.message.text, "text")?);
        let command = ProposalCommand::AnswerConcern { by, number, text };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AnswerConcernResponse { receipt }))
    }

    async fn withdraw_concern(
        &self,
        request: Request<message::WithdrawConcernRequest>,
    ) -> Outcome<message::WithdrawConcernResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let (by, number) = (call.person, call.message.number);
        let command = ProposalCommand::WithdrawConcern { by, number };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawConcernResponse { receipt }))
    }

    async fn accept_amendment(
        &self,
        request: Request<message::AcceptAmendmentRequest>,
    ) -> Outcome<message::AcceptAmendmentResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let (by, number) = (call.person, call.message.number);
        let command = ProposalCommand::AcceptAmendment { by, number };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AcceptAmendmentResponse { receipt }))
    }

    async fn reject_amendment(
        &self,
        request: Request<message::RejectAmendmentRequest>,
    ) -> Outcome<message::RejectAmendmentResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let (by, number) = (call.person, call.message.number);
        let command = ProposalCommand::RejectAmendment { by, number };
        let done = self.commands.execute::<Proposal>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RejectAmendmentResponse { receipt }))
    }

    async fn submit_proposal(
        &self,
        request: Request<message::SubmitProposalRequest>,
    ) -> Outcome<message::SubmitProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let done = self.commands.submit_proposal(id, call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SubmitProposalResponse { receipt }))
    }

    async fn raise_concern(
        &self,
        request: Request<message::RaiseConcernRequest>,
    ) -> Outcome<message::RaiseConcernResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let text = call.own(read::text(&call.message.text, "text")?);
        let command = ProposalCommand::RaiseConcern { by: call.person, text };
        let done = self.commands.contribute(id, &command, &call.context).await;
        let (number, done) = done.map_err(to_status)?;
        let receipt = receipt(done);
        Ok(Response::new(message::RaiseConcernResponse { receipt, number }))
    }

    async fn offer_amendment(
        &self,
        request: Request<message::OfferAmendmentRequest>,
    ) -> Outcome<message::OfferAmendmentResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let (by, revision) = (call.person, call.message.revision);
        let text = read::document(&call.message.text, "text")?;
        let command = ProposalCommand::OfferAmendment { by, revision, text };
        let done = self.commands.contribute(id, &command, &call.context).await;
        let (number, done) = done.map_err(to_status)?;
        let receipt = receipt(done);
        Ok(Response::new(message::OfferAmendmentResponse { receipt, number }))
    }

    async fn promote_amendment(
        &self,
        request: Request<message::PromoteAmendmentRequest>,
    ) -> Outcome<message::PromoteAmendmentResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let number = call.message.number;
        let done = self.commands.promote_amendment(id, call.person, number, &call.context).await;
        let (promoted, done) = done.map_err(to_status)?;
        let (receipt, proposal_id) = (receipt(done), promoted.to_string());
        Ok(Response::new(message::PromoteAmendmentResponse { receipt, proposal_id }))
    }

    async fn revise_proposal(
        &self,
        request: Request<message::ReviseProposalRequest>,
    ) -> Outcome<message::ReviseProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let thing = Thing::Proposal(id);
        let mut call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let content = content(call.message.content.take())?;
        let done = self.commands.revise_proposal(id, call.person, content, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ReviseProposalResponse { receipt }))
    }

    async fn merge_proposal(
        &self,
        request: Request<message::MergeProposalRequest>,
    ) -> Outcome<message::MergeProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let into = read::id(&call.message.into_proposal_id, "into_proposal_id")?;
        let done = self.commands.merge_proposal((id, into), call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::MergeProposalResponse { receipt }))
    }

    async fn call_decision(
        &self,
        request: Request<message::CallDecisionRequest>,
    ) -> Outcome<message::CallDecisionResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let hours = call.message.voting_hours;
        let wanted = Wanted {
            opens_at: read::instant(call.message.opens_at, "opens_at")?,
            hours: (0 < hours).then_some(hours),
        };
        let done = self.commands.call_decision(id, call.person, wanted, &call.context).await;
        let (decision, done) = done.map_err(to_status)?;
        let (receipt, decision_id) = (receipt(done), decision.to_string());
        Ok(Response::new(message::CallDecisionResponse { receipt, decision_id }))
    }

    async fn withdraw_proposal(
        &self,
        request: Request<message::WithdrawProposalRequest>,
    ) -> Outcome<message::WithdrawProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let call = self.enter_thing(request, Thing::Proposal(id), |it| it.command.as_ref()).await?;
        let done = self.commands.withdraw_proposal(id, call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawProposalResponse { receipt }))
    }

    async fn get_proposal(
        &self,
        request: Request<message::GetProposalRequest>,
    ) -> Outcome<message::GetProposalResponse> {
        let id = proposal_id(&request.get_ref().proposal_id)?;
        let Asked { .. } = self.admit_to(&request, Thing::Proposal(id)).await?;
        let min_position = request.get_ref().min_position;
        let (proposals, position) = self.proposals(vec![id], min_position).await?;
        let proposal = proposals.into_iter().next();
        Ok(Response::new(message::GetProposalResponse { proposal, position }))
    }

    async fn batch_get_proposals(
        &self,
        request: Request<message::BatchGetProposalsRequest>,
    ) -> Outcome<message::BatchGetProposalsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.proposal_ids, "proposal_ids")?;
        let (mut proposals, position) = self.proposals(ids, message.min_position).await?;
        let network = asked.network.to_string();
        proposals.retain(|proposal| proposal.network_id == network);
        Ok(Response::new(message::BatchGetProposalsResponse { proposals, position }))
    }

    async fn list_proposals(
        &self,
        request: Request<message::ListProposalsRequest>,
    ) -> Outcome<message::ListProposalsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let status = status(message.status)?;
        let bound = format!("proposals {} {}", asked.network, message.status);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, status);
        let listed = self.queries.proposals(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let ids = listed.value.items.iter().map(|row| row.proposal).collect();
        let workspaces = self.queries.workspaces_of(ids, listed.position.0).await;
        let mut workspaces = workspaces.map_err(query_status)?.value;
        let proposals = listed.value.items.iter().map(|row| {
            let workspace = workspaces.remove(&row.proposal);
            proposal_message(row, workspace.as_ref())
        });
        let (proposals, page) = (proposals.collect(), Some(info));
        Ok(Response::new(message::ListProposalsResponse { proposals, page }))
    }

    async fn list_concerns(
        &self,
        request: Request<message::ListConcernsRequest>,
    ) -> Outcome<message::ListConcernsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let tracked = if message.awaiting_answer { Tracked::Waiting } else { Tracked::All };
        let bound = format!("concerns {} {}", asked.network, message.awaiting_answer);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, tracked);
        let listed = self.queries.concerns(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let concerns = listed.value.items.iter().map(concern_message).collect();
        Ok(Response::new(message::ListConcernsResponse { concerns, page: Some(info) }))
    }
}

impl GovernanceGrpc {
    async fn proposals(
        &self,
        ids: Vec<ProposalId>,
        min_position: u64,
    ) -> Result<(Vec<message::Proposal>, u64), Status> {
        let found = self.queries.proposals_of(ids.clone(), min_position).await;
        let found = found.map_err(query_status)?;
        let workspaces = self.queries.workspaces_of(ids, found.position.0).await;
        let workspaces = workspaces.map_err(query_status)?.value;
        let proposals = found.value.values();
        let proposals =
            proposals.map(|row| proposal_message(row, workspaces.get(&row.proposal))).collect();
        Ok((proposals, found.position.0))
    }
}

fn proposal_id(text: &str) -> Result<ProposalId, Status> {
    read::id(text, "proposal_id")
}

/// Reads the status that is asked for; adopted and not adopted are both decided.
fn status(number: i32) -> Result<Option<ProposalStatus>, Status> {
    const STATUSES: [ProposalStatus; 8] = [
        ProposalStatus::Drafted,
        ProposalStatus::Submitted,
        ProposalStatus::UnderDiscussion,
        ProposalStatus::CalledToDecision,
        ProposalStatus::Decided,
        ProposalStatus::Withdrawn,
        ProposalStatus::Lapsed,
        ProposalStatus::Merged,
    ];

    if number == i32::from(message::ProposalStatus::NotAdopted) {
        return Ok(Some(ProposalStatus::Decided));
    }
    let message = |status| status_message(status, Some(true));
    match number {
        0 => Ok(None),
        number => read::value(number, &STATUSES, message, "status").map(Some),
    }
}

fn status_message(status: ProposalStatus, adopted: Option<bool>) -> message::ProposalStatus {
    match (status, adopted) {
        (ProposalStatus::Drafted, _) => message::ProposalStatus::Drafted,
        (ProposalStatus::Submitted, _) => message::ProposalStatus::Submitted,
        (ProposalStatus::UnderDiscussion, _) => message::ProposalStatus::UnderDiscussion,
        (ProposalStatus::CalledToDecision, _) => message::ProposalStatus::Called,
        (ProposalStatus::Decided, Some(true)) => message::ProposalStatus::Adopted,
        (ProposalStatus::Decided, Some(false) | None) => message::ProposalStatus::NotAdopted,
        (ProposalStatus::Withdrawn, _) => message::ProposalStatus::Withdrawn,
        (ProposalStatus::Lapsed, _) => message::ProposalStatus::Lapsed,
        (ProposalStatus::Merged, _) => message::ProposalStatus::Merged,
    }
}

fn content(value: Option<message::ProposalContent>) -> Result<ProposalContent, Status> {
    let value = value.ok_or_else(|| read::missing("content"))?;
    let effects = policies::bounded(value.effects, "content.effects")?;
    let options = policies::bounded(value.options, "content.options")?;
    let goals = policies::bounded(value.goal_ids, "content.goal_ids")?;
    let supersedes = match value.supersedes_resolution_id.as_str() {
        "" => None,
        id => Some(read::id(id, "content.supersedes_resolution_id")?),
    };
    Ok(ProposalContent {
        title: read::text(&value.title, "content.title")?,
        text: read::document(&value.text, "content.text")?,
        subject: words::subject(value.subject, "content.subject")?,
        topic: read::optional_text(&value.topic, "content.topic")?,
        effects: effects.into_iter().map(policies::effect).collect::<Result<_, _>>()?,
        options: options.into_iter().map(policies::option).collect::<Result<_, _>>()?,
        goals: goals.iter().map(|id| read::id(id, "content.goal_ids")).collect::<Result<_, _>>()?,
        exclusive: read::optional_text(&value.exclusive, "content.exclusive")?,
        supersedes,
    })
}

fn content_message(content: &ProposalContent) -> message::ProposalContent {
    message::ProposalContent {
        title: content.title.clone(),
        text: content.text.clone(),
        subject: words::subject_message(content.subject).into(),
        topic: content.topic.clone().unwrap_or_default(),
        effects: content.effects.iter().map(policies::effect_message).collect(),
        options: content.options.iter().map(policies::option_message).collect(),
        goal_ids: content.goals.iter().map(ToString::to_string).collect(),
        exclusive: content.exclusive.clone().unwrap_or_default(),
        supersedes_resolution_id: optional_id(content.supersedes),
    }
}

fn proposal_message(row: &ProposalRow, workspace: Option<&Workspace>) -> message::Proposal {
    let authors = std::iter::once(&row.author).chain(&row.co_authors);
    let concerns = workspace.map(|workspace| workspace.concerns.as_slice()).unwrap_or_default();
    let amendments = workspace.map(|workspace| workspace.amendments.as_slice()).unwrap_or_default();
    message::Proposal {
        proposal_id: row.proposal.to_string(),
        network_id: row.network.to_string(),
        status: status_message(row.status, row.adopted).into(),
        revision: row.revision,
        content: Some(content_message(&row.content)),
        content_hash: row.content_hash.clone(),
        author_ids: authors.map(ToString::to_string).collect(),
        sponsor_ids: row.sponsors.iter().map(ToString::to_string).collect(),
        drafted_at: Some(read::timestamp(row.drafted_at)),
        discussed_since: row.discussed_from.map(read::timestamp),
        decision_id: optional_id(row.decision),
        merged_into_id: optional_id(row.merged_into),
        concerns: concerns.iter().map(concern_message).collect(),
        amendments: amendments.iter().map(amendment_message).collect(),
    }
}

fn concern_message(row: &ConcernRow) -> message::Concern {
    let status = match row.status {
        ConcernStatus::Raised => message::ConcernStatus::Raised,
        ConcernStatus::Answered => message::ConcernStatus::Answered,
        ConcernStatus::Withdrawn => message::ConcernStatus::Withdrawn,
    };
    let answers = row.answers.iter().map(|answer| message::ConcernAnswer {
        person_id: answer.by.to_string(),
        text: shown(&answer.text),
        answered_at: Some(read::timestamp(answer.at)),
    });
    message::Concern {
        number: row.number,
        status: status.into(),
        raised_by_id: row.by.to_string(),
        text: shown(&row.text),
        raised_at: Some(read::timestamp(row.at)),
        answers: answers.collect(),
        proposal_id: row.proposal.to_string(),
    }
}

fn amendment_message(row: &AmendmentRow) -> message::Amendment {
    let status = match row.status {
        AmendmentStatus::Offered => message::AmendmentStatus::Offered,
        AmendmentStatus::Accepted => message::AmendmentStatus::Accepted,
        AmendmentStatus::Rejected => message::AmendmentStatus::Rejected,
        AmendmentStatus::Promoted => message::AmendmentStatus::Promoted,
    };
    message::Amendment {
        number: row.number,
        status: status.into(),
        offered_by_id: row.by.to_string(),
        revision: row.revision,
        text: row.text.clone(),
        offered_at: Some(read::timestamp(row.at)),
        promoted_proposal_id: optional_id(row.promoted_to),
    }
}
