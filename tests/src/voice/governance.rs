//! What voices ask for of governance: charters, proposals, decisions, delegations, mandates.

mod acts;
mod deeds;
mod progress;
mod prospect;
mod reads;
mod values;
mod workspace;

use kernel::{DecisionId, DelegationId, MandateId, NetworkId, Party, ProposalId, ResolutionId};
use serde_json::{Value, json};
use tonic::{Response, Status};
use wire::{
    read,
    weft::governance::v1::{
        self as message, CharterChange, Choice, DelegationScope, ProposalContent, ReviewFinding,
        Validity, charter_service_client::CharterServiceClient,
        decision_service_client::DecisionServiceClient,
        delegation_service_client::DelegationServiceClient,
        proposal_service_client::ProposalServiceClient,
        register_service_client::RegisterServiceClient,
    },
};

use self::values::{change_input, choice_input, content_input, scope_input};
use super::{
    Receipt, Voice,
    graphql::{enum_name, global, global_party, local},
};
use crate::{Protocol, Refusal};

pub use deeds::Deed;
pub use progress::Progress;
pub use prospect::{Prospect, Question};
pub use reads::{
    AgendaItem, BrokenBy, BrokenTie, Charter, Concentration, Contest, Decision, Delegation,
    Figures, Goal, Lacking, Lent, Mandate, Objection, Part, Participation, Policy, Resolution,
};

pub use workspace::{Amendment, Concern, ProposalAct, Workspace};

type Outcome = Result<Receipt, Refusal>;

impl Voice<'_> {
    /// Opens the draft of a charter from a template.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn open_charter_draft(&self, network: NetworkId, template: &str) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::OpenCharterDraftRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    template: template.to_owned(),
                };
                let answer =
                    CharterServiceClient::new(self.line()).open_charter_draft(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "openCharterDraft",
                    json!({ "networkId": global(network), "template": template }),
                )
                .await
            }
        }
    }

    /// Changes the draft of a charter.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn edit_charter(&self, network: NetworkId, change: CharterChange) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::EditCharterDraftRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    change: Some(change),
                };
                let answer =
                    CharterServiceClient::new(self.line()).edit_charter_draft(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "editCharterDraft",
                    json!({ "networkId": global(network), "change": change_input(&change) }),
                )
                .await
            }
        }
    }

    /// Puts the draft to the founders.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn submit_charter(&self, network: NetworkId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::SubmitCharterRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                };
                let answer = CharterServiceClient::new(self.line()).submit_charter(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("submitCharter", json!({ "networkId": global(network) })).await
            }
        }
    }

    /// Consents to the draft of this hash.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn ratify_charter(&self, network: NetworkId, hash: &str) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RatifyCharterRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    snapshot_hash: hash.to_owned(),
                };
                let answer = CharterServiceClient::new(self.line()).ratify_charter(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "ratifyCharter",
                    json!({ "networkId": global(network), "snapshotHash": hash }),
                )
                .await
            }
        }
    }

    /// Writes a proposal down.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn draft_proposal(
        &self,
        network: NetworkId,
        content: ProposalContent,
    ) -> Result<ProposalId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DraftProposalRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    content: Some(content),
                };
                let answer = ProposalServiceClient::new(self.line()).draft_proposal(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(kernel::Id::parse(&answer.proposal_id).unwrap())
            }
            Protocol::GraphQl => {
                let payload = self
                    .mutate(
                        "draftProposal",
                        json!({ "networkId": global(network), "content": content_input(&content) }),
                        "proposal { id }",
                    )
                    .await?;
                self.receipt_of(&payload);
                Ok(local(&payload["proposal"]["id"]))
            }
        }
    }

    /// Wants a proposal decided on.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn sponsor_proposal(&self, proposal: ProposalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::SponsorProposalRequest {
                    command: Some(self.command()),
                    proposal_id: proposal.to_string(),
                };
                let answer =
                    ProposalServiceClient::new(self.line()).sponsor_proposal(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("sponsorProposal", json!({ "proposalId": global(proposal) })).await
            }
        }
    }

    /// Puts a proposal before the network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn submit_proposal(&self, proposal: ProposalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::SubmitProposalRequest {
                    command: Some(self.command()),
                    proposal_id: proposal.to_string(),
                };
                let answer = ProposalServiceClient::new(self.line()).submit_proposal(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("submitProposal", json!({ "proposalId": global(proposal) })).await
            }
        }
    }

    /// Begins the discussion of a proposal.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn open_discussion(&self, proposal: ProposalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::OpenDiscussionRequest {
                    command: Some(self.command()),
                    proposal_id: proposal.to_string(),
                };
                let answer = ProposalServiceClient::new(self.line()).open_discussion(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("openDiscussion", json!({ "proposalId": global(proposal) })).await
            }
        }
    }

    /// Puts a proposal to a decision that opens at once and lasts the least that is allowed.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn call_decision(&self, proposal: ProposalId) -> Result<DecisionId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::CallDecisionRequest {
                    command: Some(self.command()),
                    proposal_id: proposal.to_string(),
                    opens_at: None,
                    voting_hours: 0,
                };
                let answer = ProposalServiceClient::new(self.line()).call_decision(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(kernel::Id::parse(&answer.decision_id).unwrap())
            }
            Protocol::GraphQl => {
                let payload = self
                    .mutate(
                        "callDecision",
                        json!({ "proposalId": global(proposal) }),
                        "decision { id }",
                    )
                    .await?;
                self.receipt_of(&payload);
                Ok(local(&payload["decision"]["id"]))
            }
        }
    }

    /// Takes a proposal back.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw_proposal(&self, proposal: ProposalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::WithdrawProposalRequest {
                    command: Some(self.command()),
                    proposal_id: proposal.to_string(),
                };
                let answer =
                    ProposalServiceClient::new(self.line()).withdraw_proposal(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("withdrawProposal", json!({ "proposalId": global(proposal) })).await
            }
        }
    }

    /// Votes.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn vote(&self, decision: DecisionId, choice: Choice) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::CastBallotRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    choice: Some(choice),
                    reason: String::new(),
                };
                let answer = DecisionServiceClient::new(self.line()).cast_ballot(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "castBallot",
                    json!({ "decisionId": global(decision), "choice": choice_input(&choice) }),
                )
                .await
            }
        }
    }

    /// Takes the own ballot back.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw_ballot(&self, decision: DecisionId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::WithdrawBallotRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                };
                let answer = DecisionServiceClient::new(self.line()).withdraw_ballot(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("withdrawBallot", json!({ "decisionId": global(decision) })).await
            }
        }
    }

    /// Objects, and tells the number of the objection.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn object(&self, decision: DecisionId, argument: &str) -> Result<u32, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RaiseObjectionRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    argument: argument.to_owned(),
                };
                let answer = DecisionServiceClient::new(self.line()).raise_objection(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(answer.number)
            }
            Protocol::GraphQl => {
                let payload = self
                    .mutate(
                        "raiseObjection",
                        json!({ "decisionId": global(decision), "argument": argument }),
                        "number",
                    )
                    .await?;
                self.receipt_of(&payload);
                Ok(u32::try_from(payload["number"].as_u64().unwrap()).unwrap())
            }
        }
    }

    /// Answers an objection.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn answer_objection(
        &self,
        decision: DecisionId,
        number: u32,
        answer: &str,
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::AnswerObjectionRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    number,
                    answer: answer.to_owned(),
                };
                let answer =
                    DecisionServiceClient::new(self.line()).answer_objection(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "answerObjection",
                    json!({ "decisionId": global(decision), "number": number, "answer": answer }),
                )
                .await
            }
        }
    }

    /// Says whether an objection is valid.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn judge_objection(
        &self,
        decision: DecisionId,
        number: u32,
        validity: Validity,
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::JudgeObjectionRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    number,
                    validity: validity.into(),
                };
                let answer = DecisionServiceClient::new(self.line()).judge_objection(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "judgeObjection",
                    json!({ "decisionId": global(decision), "number": number,
"validity": enum_name(validity.as_str_name(), "VALIDITY_") }),
                )
                .await
            }
        }
    }

    /// Ends voting before its time.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn close_decision(&self, decision: DecisionId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::CloseDecisionRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                };
                let answer = DecisionServiceClient::new(self.line()).close_decision(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("closeDecision", json!({ "decisionId": global(decision) })).await
            }
        }
    }

    /// Lends the own vote, in the sight of the network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn lend(
        &self,
        network: NetworkId,
        delegate: Party,
        scope: DelegationScope,
    ) -> Result<DelegationId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::GrantDelegationRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    delegate: Some(read::party_message(delegate)),
                    scope: Some(scope),
                    until: None,
                    shown_to_network: true,
                };
                let answer =
                    DelegationServiceClient::new(self.line()).grant_delegation(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(kernel::Id::parse(&answer.delegation_id).unwrap())
            }
            Protocol::GraphQl => {
                let payload = self
                    .mutate(
                        "grantDelegation",
                        json!({ "networkId": global(network), "delegateId": global_party(delegate),
"scope": scope_input(&scope), "shownToNetwork": true }),
                        "delegationId",
                    )
                    .await?;
                self.receipt_of(&payload);
                Ok(local(&payload["delegationId"]))
            }
        }
    }

    /// Takes a vote that is lent.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn accept_delegation(&self, delegation: DelegationId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::AcceptDelegationRequest {
                    command: Some(self.command()),
                    delegation_id: delegation.to_string(),
                };
                let answer =
                    DelegationServiceClient::new(self.line()).accept_delegation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("acceptDelegation", json!({ "delegationId": global(delegation) }))
                    .await
            }
        }
    }

    /// Takes an office.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn accept_mandate(&self, mandate: MandateId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::AcceptMandateRequest {
                    command: Some(self.command()),
                    mandate_id: mandate.to_string(),
                };
                let answer = RegisterServiceClient::new(self.line()).accept_mandate(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("acceptMandate", json!({ "mandateId": global(mandate) })).await
            }
        }
    }

    /// Says what a review came to.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn hold_review(&self, resolution: ResolutionId, finding: ReviewFinding) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::HoldReviewRequest {
                    command: Some(self.command()),
                    resolution_id: resolution.to_string(),
                    finding: finding.into(),
                };
                let answer = RegisterServiceClient::new(self.line()).hold_review(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out(
                    "holdReview",
                    json!({ "resolutionId": global(resolution),
"finding": enum_name(finding.as_str_name(), "REVIEW_FINDING_") }),
                )
                .await
            }
        }
    }

    async fn carry_out(&self, field: &str, input: Value) -> Outcome {
        self.mutate(field, input, "").await.map(|payload| self.receipt_of(&payload))
    }
}

/// What an answer says, or the refusal.
fn taken<T>(answer: Result<Response<T>, Status>) -> Result<T, Refusal> {
    answer.map(Response::into_inner).map_err(|status| Refusal::of_status(&status))
}
