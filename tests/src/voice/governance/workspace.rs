//! What voices do to a proposal while it is discussed, and what they read of it.

use kernel::{DecisionId, NetworkId, PersonId, ProposalId};
use serde_json::{Value, json};
use wire::weft::governance::v1::{
    self as message, AmendmentStatus, ConcernStatus, ProposalContent, ProposalStatus,
    decision_service_client::DecisionServiceClient, proposal_service_client::ProposalServiceClient,
};

use super::{
    super::{
        Voice,
        graphql::{global, local},
    },
    Outcome,
    reads::{all, known, listed, maybe, parsed, small, text, whole},
    taken,
    values::content_input,
};
use crate::{Protocol, Refusal};

/// Something that is done to a proposal.
#[derive(Clone, PartialEq, Debug)]
pub enum ProposalAct<'a> {
    /// Asks somebody to write with the authors.
    Invite(PersonId),
    /// Does so.
    Join,
    /// Sponsors it no longer.
    WithdrawSponsorship,
    /// Is concerned.
    Concern(&'a str),
    /// Answers a concern.
    Answer(u32, &'a str),
    /// Is concerned no longer.
    WithdrawConcern(u32),
    /// Offers another wording of a revision.
    Amend(u32, &'a str),
    /// Takes an amendment over.
    Accept(u32),
    /// Does not.
    Reject(u32),
    /// Makes a rejected amendment a proposal of its own.
    Promote(u32),
    /// Changes it.
    Revise(ProposalContent),
    /// Goes on within another one.
    Merge(ProposalId),
}

/// A proposal with all that is going on about it, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workspace {
    /// How far it has come.
    pub status: ProposalStatus,
    /// The number of the newest revision.
    pub revision: u32,
    /// What it says now.
    pub text: String,
    /// Who writes it.
    pub authors: Vec<PersonId>,
    /// Who wants it decided on.
    pub sponsors: Vec<PersonId>,
    /// The concerns, by number.
    pub concerns: Vec<Concern>,
    /// The amendments, by number.
    pub amendments: Vec<Amendment>,
}

/// A concern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concern {
    /// About which proposal.
    pub proposal: ProposalId,
    /// Its number there.
    pub number: u32,
    /// Who is concerned.
    pub by: PersonId,
    /// About what; empty once its writer was erased.
    pub text: String,
    /// How it stands.
    pub status: ConcernStatus,
    /// What was answered.
    pub answers: Vec<String>,
}

/// An amendment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amendment {
    /// Who offers it.
    pub by: PersonId,
    /// The whole text as it would read.
    pub text: String,
    /// How it stands.
    pub status: AmendmentStatus,
    /// The proposal that it became.
    pub promoted: Option<ProposalId>,
}

/// What is read of a concern over GraphQL.
const CONCERN: &str = "number status text raisedBy { id } answers { text } proposal { id }";

impl Voice<'_> {
    /// Does something to a proposal.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn on_proposal(&self, proposal: ProposalId, act: ProposalAct<'_>) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => self.act_by_grpc(proposal, act).await,
            Protocol::GraphQl => {
                let (field, mut input) = by_graphql(act);
                input["proposalId"] = json!(global(proposal));
                self.carry_out(field, input).await
            }
        }
    }

    async fn act_by_grpc(&self, proposal: ProposalId, act: ProposalAct<'_>) -> Outcome {
        let mut client = ProposalServiceClient::new(self.line());
        let (command, proposal_id) = (Some(self.command()), proposal.to_string());
        let answered = match act {
            ProposalAct::Invite(person) => {
                let person_id = person.to_string();
                let request = message::InviteCoAuthorRequest { command, proposal_id, person_id };
                client.invite_co_author(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Join => {
                let request = message::JoinAsCoAuthorRequest { command, proposal_id };
                client.join_as_co_author(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::WithdrawSponsorship => {
                let request = message::WithdrawSponsorshipRequest { command, proposal_id };
                client.withdraw_sponsorship(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Concern(text) => {
                let text = text.to_owned();
                let request = message::RaiseConcernRequest { command, proposal_id, text };
                client.raise_concern(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Answer(number, text) => {
                let text = text.to_owned();
                let request = message::AnswerConcernRequest { command, proposal_id, number, text };
                client.answer_concern(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::WithdrawConcern(number) => {
                let request = message::WithdrawConcernRequest { command, proposal_id, number };
                client.withdraw_concern(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Amend(revision, text) => {
                let text = text.to_owned();
                let request =
                    message::OfferAmendmentRequest { command, proposal_id, revision, text };
                client.offer_amendment(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Accept(number) => {
                let request = message::AcceptAmendmentRequest { command, proposal_id, number };
                client.accept_amendment(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Reject(number) => {
                let request = message::RejectAmendmentRequest { command, proposal_id, number };
                client.reject_amendment(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Promote(number) => {
                let request = message::PromoteAmendmentRequest { command, proposal_id, number };
                client.promote_amendment(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Revise(content) => {
                let content = Some(content);
                let request = message::ReviseProposalRequest { command, proposal_id, content };
                client.revise_proposal(request).await.map(|it| it.into_inner().receipt)
            }
            ProposalAct::Merge(into) => {
                let into_proposal_id = into.to_string();
                let request =
                    message::MergeProposalRequest { command, proposal_id, into_proposal_id };
                client.merge_proposal(request).await.map(|it| it.into_inner().receipt)
            }
        };
        self.receipt(answered)
    }

    /// Reads a proposal with all that is going on about it.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn workspace(&self, proposal: ProposalId) -> Result<Workspace, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (proposal_id, min_position) = (proposal.to_string(), self.world.position());
                let request = message::GetProposalRequest { proposal_id, min_position };
                let answer = ProposalServiceClient::new(self.line()).get_proposal(request).await;
                let seen = taken(answer)?.proposal.unwrap();
                let ids = |ids: &[String]| ids.iter().map(|id| parsed(id)).collect();
                Ok(Workspace {
                    status: seen.status(),
                    revision: seen.revision,
                    authors: ids(&seen.author_ids),
                    sponsors: ids(&seen.sponsor_ids),
                    concerns: seen.concerns.iter().map(concern_seen).collect(),
                    amendments: seen.amendments.iter().map(amendment_seen).collect(),
                    text: seen.content.unwrap().text,
                })
            }
            Protocol::GraphQl => {
                let query = format!(
                    "query($id: ID!) {{ proposal(id: $id) {{
                        status revision text authors {{ id }} sponsors {{ id }}
                        concerns {{ {CONCERN} }}
                        amendments {{ status text offeredBy {{ id }} promotedTo {{ id }} }}
                    }} }}"
                );
                let data = self.ask(&query, json!({ "id": global(proposal) })).await?;
                let seen = &data["proposal"];
                let status = ProposalStatus::from_str_name;
                Ok(Workspace {
                    status: known(&seen["status"], "PROPOSAL_STATUS_", status),
                    revision: small(&seen["revision"]),
                    text: text(&seen["text"]),
                    authors: all(&seen["authors"], |it| local(&it["id"])),
                    sponsors: all(&seen["sponsors"], |it| local(&it["id"])),
                    concerns: all(&seen["concerns"], concern_of),
                    amendments: all(&seen["amendments"], amendment_of),
                })
            }
        }
    }

    /// Lists the concerns about a network's proposals; those that nobody has answered, or all.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn concerns(
        &self,
        network: NetworkId,
        awaiting_answer: bool,
    ) -> Result<Vec<Concern>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let network_id = network.to_string();
                let page = whole();
                let request = message::ListConcernsRequest {
                    network_id,
                    awaiting_answer,
                    page,
                    min_position,
                };
                let answer = ProposalServiceClient::new(self.line()).list_concerns(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                Ok(answer.concerns.iter().map(concern_seen).collect())
            }
            Protocol::GraphQl => {
                let query = format!(
                    "query($id: ID!, $waiting: Boolean!) {{ network(id: $id) {{
                        concerns(awaitingAnswer: $waiting) {{ nodes {{ {CONCERN} }} }} }} }}"
                );
                let variables = json!({ "id": global(network), "waiting": awaiting_answer });
                let data = self.ask(&query, variables).await?;
                Ok(all(&data["network"]["concerns"]["nodes"], concern_of))
            }
        }
    }

    /// Lists the objections to a network's decisions, by decision and number; those that stand in the
    /// way of one that is voted on, or all.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn objections(
        &self,
        network: NetworkId,
        standing: bool,
    ) -> Result<Vec<(DecisionId, u32)>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let network_id = network.to_string();
                let page = whole();
                let request =
                    message::ListObjectionsRequest { network_id, standing, page, min_position };
                let answer = DecisionServiceClient::new(self.line()).list_objections(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let seen = |it: &message::Objection| (parsed(&it.decision_id), it.number);
                Ok(answer.objections.iter().map(seen).collect())
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!, $standing: Boolean!) { network(id: $id) {
                    objections(standing: $standing) { nodes { number decision { id } } } } }";
                let variables = json!({ "id": global(network), "standing": standing });
                let data = self.ask(query, variables).await?;
                let seen = |it: &Value| (local(&it["decision"]["id"]), small(&it["number"]));
                Ok(all(&data["network"]["objections"]["nodes"], seen))
            }
        }
    }
}

/// The mutation of an act, and what it takes besides the proposal.
fn by_graphql(act: ProposalAct<'_>) -> (&'static str, Value) {
    match act {
        ProposalAct::Invite(person) => ("inviteCoAuthor", json!({ "personId": global(person) })),
        ProposalAct::Join => ("joinAsCoAuthor", json!({})),
        ProposalAct::WithdrawSponsorship => ("withdrawSponsorship", json!({})),
        ProposalAct::Concern(text) => ("raiseConcern", json!({ "text": text })),
        ProposalAct::Answer(number, text) => {
            ("answerConcern", json!({ "number": number, "text": text }))
        }
        ProposalAct::WithdrawConcern(number) => ("withdrawConcern", json!({ "number": number })),
        ProposalAct::Amend(revision, text) => {
            ("offerAmendment", json!({ "revision": revision, "text": text }))
        }
        ProposalAct::Accept(number) => ("acceptAmendment", json!({ "number": number })),
        ProposalAct::Reject(number) => ("rejectAmendment", json!({ "number": number })),
        ProposalAct::Promote(number) => ("promoteAmendment", json!({ "number": number })),
        ProposalAct::Revise(content) => {
            ("reviseProposal", json!({ "content": content_input(&content) }))
        }
        ProposalAct::Merge(into) => ("mergeProposal", json!({ "intoProposalId": global(into) })),
    }
}

fn concern_seen(it: &message::Concern) -> Concern {
    Concern {
        proposal: parsed(&it.proposal_id),
        number: it.number,
        by: parsed(&it.raised_by_id),
        text: it.text.clone(),
        status: it.status(),
        answers: it.answers.iter().map(|answer| answer.text.clone()).collect(),
    }
}

fn concern_of(it: &Value) -> Concern {
    Concern {
        proposal: local(&it["proposal"]["id"]),
        number: small(&it["number"]),
        by: local(&it["raisedBy"]["id"]),
        text: text(&it["text"]),
        status: known(&it["status"], "CONCERN_STATUS_", ConcernStatus::from_str_name),
        answers: all(&it["answers"], |answer| text(&answer["text"])),
    }
}

fn amendment_seen(it: &message::Amendment) -> Amendment {
    let promoted = &it.promoted_proposal_id;
    Amendment {
        by: parsed(&it.offered_by_id),
        text: it.text.clone(),
        status: it.status(),
        promoted: (!promoted.is_empty()).then(|| parsed(promoted)),
    }
}

fn amendment_of(it: &Value) -> Amendment {
    Amendment {
        by: local(&it["offeredBy"]["id"]),
        text: text(&it["text"]),
        status: known(&it["status"], "AMENDMENT_STATUS_", AmendmentStatus::from_str_name),
        promoted: maybe(&it["promotedTo"], |it| local(&it["id"])),
    }
}
