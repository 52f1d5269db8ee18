//! What voices ask for besides voting: results challenged, ties broken, ballots written down for
//! others, goals, agendas.

use kernel::{AgendaItemId, DecisionId, DelegationId, GoalId, NetworkId, Party};
use serde_json::json;
use wire::{
    read,
    weft::governance::v1::{
        self as message, ChallengeRuling, Choice, ContestGround,
        agenda_service_client::AgendaServiceClient, decision_service_client::DecisionServiceClient,
        delegation_service_client::DelegationServiceClient, goal_service_client::GoalServiceClient,
    },
};

use super::{
    super::{
        Voice,
        graphql::{enum_name, global, global_party, local},
    },
    Outcome, taken,
    values::choice_input,
};
use crate::{Protocol, Refusal};

impl Voice<'_> {
    /// Writes down how somebody else voted.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn record_ballot(
        &self,
        decision: DecisionId,
        voter: Party,
        (choice, evidence): (Choice, &str),
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RecordBallotOnBehalfRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    voter: Some(read::party_message(voter)),
                    choice: Some(choice),
                    evidence: evidence.to_owned(),
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.record_ballot_on_behalf(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({
                    "decisionId": global(decision), "voterId": global_party(voter),
                    "choice": choice_input(&choice), "evidence": evidence,
                });
                self.carry_out("recordBallotOnBehalf", input).await
            }
        }
    }

    /// Says that the own ballot was written down as it is.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn confirm_ballot(&self, decision: DecisionId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ConfirmRecordedBallotRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.confirm_recorded_ballot(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision) });
                self.carry_out("confirmRecordedBallot", input).await
            }
        }
    }

    /// Says that the own ballot was written down otherwise than it is.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn repudiate_ballot(&self, decision: DecisionId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RepudiateRecordedBallotRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.repudiate_recorded_ballot(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision) });
                self.carry_out("repudiateRecordedBallot", input).await
            }
        }
    }

    /// Objects no longer.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw_objection(&self, decision: DecisionId, number: u32) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::WithdrawObjectionRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    number,
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.withdraw_objection(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision), "number": number });
                self.carry_out("withdrawObjection", input).await
            }
        }
    }

    /// Says that one has a conflict of interest.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn declare_conflict(&self, decision: DecisionId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DeclareConflictOfInterestRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.declare_conflict_of_interest(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision) });
                self.carry_out("declareConflictOfInterest", input).await
            }
        }
    }

    /// Breaks a tie: the option to prevail comes first.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn break_tie(&self, decision: DecisionId, options: &[&str]) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::CastTieBreakRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    options: options.iter().map(|key| (*key).to_owned()).collect(),
                };
                let answer = DecisionServiceClient::new(self.line()).cast_tie_break(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision), "options": options });
                self.carry_out("castTieBreak", input).await
            }
        }
    }

    /// Reports the result of a vote that was held elsewhere: its address there, the hash, and how
    /// many ballots said what.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn report_result(
        &self,
        decision: DecisionId,
        (address, sha256): (&str, &str),
        ballots: &[(Choice, u32)],
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let alike = |(choice, count): &(Choice, u32)| message::ReportedBallots {
                    choice: Some(choice.clone()),
                    count: *count,
                    weight: 0,
                };
                let request = message::RecordExternalResultRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    address: address.to_owned(),
                    sha256: sha256.to_owned(),
                    ballots: ballots.iter().map(alike).collect(),
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = client.record_external_result(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let alike = |(choice, count): &(Choice, u32)| json!({ "choice": choice_input(choice), "count": count });
                let input = json!({
                    "decisionId": global(decision), "address": address, "sha256": sha256,
                    "ballots": ballots.iter().map(alike).collect::<Vec<_>>(),
                });
                self.carry_out("recordExternalResult", input).await
            }
        }
    }

    /// Says that the roll of a decision is wrong about a party.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn contest_roll(
        &self,
        decision: DecisionId,
        about: Party,
        (ground, reason): (ContestGround, &str),
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ContestRollRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    about: Some(read::party_message(about)),
                    ground: ground.into(),
                    reason: reason.to_owned(),
                };
                let answer = DecisionServiceClient::new(self.line()).contest_roll(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let ground = enum_name(ground.as_str_name(), "CONTEST_GROUND_");
                let input = json!({
                    "decisionId": global(decision), "aboutId": global_party(about),
                    "ground": ground, "reason": reason,
                });
                self.carry_out("contestRoll", input).await
            }
        }
    }

    /// Doubts a result.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn challenge(&self, decision: DecisionId, grounds: &str) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ChallengeResultRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    grounds: grounds.to_owned(),
                };
                let answer =
                    DecisionServiceClient::new(self.line()).challenge_result(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "decisionId": global(decision), "grounds": grounds });
                self.carry_out("challengeResult", input).await
            }
        }
    }

    /// Says whether the challenges are right.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn decide_challenge(&self, decision: DecisionId, ruling: ChallengeRuling) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DecideChallengeRequest {
                    command: Some(self.command()),
                    decision_id: decision.to_string(),
                    ruling: ruling.into(),
                };
                let answer =
                    DecisionServiceClient::new(self.line()).decide_challenge(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let ruling = enum_name(ruling.as_str_name(), "CHALLENGE_RULING_");
                let input = json!({ "decisionId": global(decision), "ruling": ruling });
                self.carry_out("decideChallenge", input).await
            }
        }
    }

    /// Takes a lent vote back.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn revoke_delegation(&self, delegation: DelegationId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RevokeDelegationRequest {
                    command: Some(self.command()),
                    delegation_id: delegation.to_string(),
                };
                let mut client = DelegationServiceClient::new(self.line());
                let answer = client.revoke_delegation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "delegationId": global(delegation) });
                self.carry_out("revokeDelegation", input).await
            }
        }
    }

    /// Writes a goal down.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn draft_goal(&self, network: NetworkId, text: &str) -> Result<GoalId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DraftGoalRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    text: text.to_owned(),
                };
                let answer = GoalServiceClient::new(self.line()).draft_goal(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(kernel::Id::parse(&answer.goal_id).unwrap())
            }
            Protocol::GraphQl => {
                let input = json!({ "networkId": global(network), "text": text });
                let payload = self.mutate("draftGoal", input, "goalId").await?;
                self.receipt_of(&payload);
                Ok(local(&payload["goalId"]))
            }
        }
    }

    /// Stands behind a goal.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn endorse_goal(&self, goal: GoalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::EndorseGoalRequest {
                    command: Some(self.command()),
                    goal_id: goal.to_string(),
                };
                let answer = GoalServiceClient::new(self.line()).endorse_goal(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("endorseGoal", json!({ "goalId": global(goal) })).await
            }
        }
    }

    /// Stands behind it no longer.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw_endorsement(&self, goal: GoalId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::WithdrawEndorsementRequest {
                    command: Some(self.command()),
                    goal_id: goal.to_string(),
                };
                let answer =
                    GoalServiceClient::new(self.line()).withdraw_endorsement(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.carry_out("withdrawGoalEndorsement", json!({ "goalId": global(goal) })).await
            }
        }
    }

    /// Puts something on the agenda.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn raise_item(
        &self,
        network: NetworkId,
        title: &str,
    ) -> Result<AgendaItemId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RaiseItemRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    title: title.to_owned(),
                };
                let answer = AgendaServiceClient::new(self.line()).raise_item(request).await;
                let answer = taken(answer)?;
                self.receipt(Ok(answer.receipt))?;
                Ok(kernel::Id::parse(&answer.item_id).unwrap())
            }
            Protocol::GraphQl => {
                let input = json!({ "networkId": global(network), "title": title });
                let payload = self.mutate("raiseAgendaItem", input, "itemId").await?;
                self.receipt_of(&payload);
                Ok(local(&payload["itemId"]))
            }
        }
    }

    /// Wants it dealt with too.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn support_item(&self, network: NetworkId, item: AgendaItemId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::SupportItemRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    item_id: item.to_string(),
                };
                let answer = AgendaServiceClient::new(self.line()).support_item(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "networkId": global(network), "itemId": global(item) });
                self.carry_out("supportAgendaItem", input).await
            }
        }
    }
}
