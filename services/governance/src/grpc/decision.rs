//! Decisions over gRPC.

use std::{collections::BTreeMap, pin::Pin};

use access::Caller;
use eventlog::{Filter, subscribe_all};
use events::{
    AlikeBallots, BallotBoxEvent, CancelledBecause, ConstituencyFigures, ContestGround,
    CountedRound, DecisionEvent, ExternalResult, Figures, NotCounted, Outcome as CameTo, TieBreak,
    TurnoutEvent, Validity,
};
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _, stream};
use kernel::{
    BallotBoxId, DecisionId, ErrorCode, Event as _, Party, PersonId, Personal, TurnoutId,
};
use tally::Fraction;
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::governance::v1::{
        self as message, choice, decision_service_server::DecisionService, tie_broken,
    },
};

use super::{
    GovernanceGrpc, optional_id, policies, query_status, receipt, shown, to_status, words,
};
use crate::{
    certificate::Form,
    commands::decision::Voter,
    concentration::{Act, Concentration, Spread},
    counting::Lacking,
    decision::{ChallengeFinding, DecisionCommand},
    queries::Thing,
    views::{
        Tracked,
        decisions::{
            BallotRow, BallotStatus, ChallengeRow, ChallengeStatus, ContestRow, DecisionPhase,
            DecisionRow, ObjectionRow, ObjectionStatus, TieRow,
        },
        participation::{ParticipationOrder, ParticipationRow, ProposerRow},
        votes::VoteSeen,
    },
};

type DecisionStream =
    Pin<Box<dyn Stream<Item = Result<message::StreamDecisionResponse, Status>> + Send>>;

#[tonic::async_trait]
impl DecisionService for GovernanceGrpc {
    type StreamDecisionStream = DecisionStream;

    async fn cast_ballot(
        &self,
        request: Request<message::CastBallotRequest>,
    ) -> Outcome<message::CastBallotResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let thing = Thing::Decision(id);
        let mut call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let choice = policies::choice(call.message.choice.take())?;
        let reason = read::optional_text(&call.message.reason, "reason")?;
        let reason: Option<Personal<String>> = reason.map(|reason| call.own(reason));
        let voter = Voter { party: call.party, by: call.person };
        let done = self.commands.cast_ballot(id, voter, (choice, reason), &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CastBallotResponse { receipt }))
    }

    async fn withdraw_ballot(
        &self,
        request: Request<message::WithdrawBallotRequest>,
    ) -> Outcome<message::WithdrawBallotResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (voter, by) = (call.party, call.person);
        let command = DecisionCommand::WithdrawBallot { voter, by, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawBallotResponse { receipt }))
    }

    async fn confirm_recorded_ballot(
        &self,
        request: Request<message::ConfirmRecordedBallotRequest>,
    ) -> Outcome<message::ConfirmRecordedBallotResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (voter, by) = (call.party, call.person);
        let command = DecisionCommand::ConfirmRecordedBallot { voter, by, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ConfirmRecordedBallotResponse { receipt }))
    }

    async fn repudiate_recorded_ballot(
        &self,
        request: Request<message::RepudiateRecordedBallotRequest>,
    ) -> Outcome<message::RepudiateRecordedBallotResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (voter, by) = (call.party, call.person);
        let command = DecisionCommand::RepudiateRecordedBallot { voter, by, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RepudiateRecordedBallotResponse { receipt }))
    }

    async fn record_ballot_on_behalf(
        &self,
        request: Request<message::RecordBallotOnBehalfRequest>,
    ) -> Outcome<message::RecordBallotOnBehalfResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let mut call =
            self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let party = read::party(call.message.voter.clone(), "voter")?;
        let voter = Voter { party, by: call.person };
        let choice = policies::choice(call.message.choice.take())?;
        let evidence = call.own(read::text(&call.message.evidence, "evidence")?);
        let ballot = (choice, evidence);
        let done = self.commands.record_ballot(id, voter, ballot, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RecordBallotOnBehalfResponse { receipt }))
    }

    async fn contest_roll(
        &self,
        request: Request<message::ContestRollRequest>,
    ) -> Outcome<message::ContestRollResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let mut call =
            self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let about = read::party(call.message.about.take(), "about")?;
        let ground = read::value(call.message.ground, &GROUNDS, ground_message, "ground")?;
        let reason = call.own(read::text(&call.message.reason, "reason")?);
        let command = DecisionCommand::ContestRoll { by: call.party, about, ground, reason, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ContestRollResponse { receipt }))
    }

    async fn answer_objection(
        &self,
        request: Request<message::AnswerObjectionRequest>,
    ) -> Outcome<message::AnswerObjectionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let answer = call.own(read::text(&call.message.answer, "answer")?);
        let (by, number) = (call.person, call.message.number);
        let command = DecisionCommand::AnswerObjection { number, by, answer, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AnswerObjectionResponse { receipt }))
    }

    async fn judge_objection(
        &self,
        request: Request<message::JudgeObjectionRequest>,
    ) -> Outcome<message::JudgeObjectionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let validity = words::validity(call.message.validity, "validity")?;
        let holds = self.commands.roles_of(call.network, call.person).await.map_err(to_status)?;
        let (by, number) = (call.person, call.message.number);
        let command = DecisionCommand::JudgeObjection { number, by, holds, validity, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::JudgeObjectionResponse { receipt }))
    }

    async fn withdraw_objection(
        &self,
        request: Request<message::WithdrawObjectionRequest>,
    ) -> Outcome<message::WithdrawObjectionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (by, number) = (call.person, call.message.number);
        let command = DecisionCommand::WithdrawObjection { number, by, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawObjectionResponse { receipt }))
    }

    async fn declare_conflict_of_interest(
        &self,
        request: Request<message::DeclareConflictOfInterestRequest>,
    ) -> Outcome<message::DeclareConflictOfInterestResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (voter, by) = (call.party, call.person);
        let command = DecisionCommand::DeclareConflictOfInterest { voter, by, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclareConflictOfInterestResponse { receipt }))
    }

    async fn challenge_result(
        &self,
        request: Request<message::ChallengeResultRequest>,
    ) -> Outcome<message::ChallengeResultResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let at = self.commands.now();
        let (voter, by) = (call.party, call.person);
        let grounds = call.own(read::text(&call.message.grounds, "grounds")?);
        let command = DecisionCommand::ChallengeResult { voter, by, grounds, at };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ChallengeResultResponse { receipt }))
    }

    async fn raise_objection(
        &self,
        request: Request<message::RaiseObjectionRequest>,
    ) -> Outcome<message::RaiseObjectionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let argument = call.own(read::text(&call.message.argument, "argument")?);
        let voter = Voter { party: call.party, by: call.person };
        let done = self.commands.raise_objection(id, voter, argument, &call.context).await;
        let (number, done) = done.map_err(to_status)?;
        let receipt = receipt(done);
        Ok(Response::new(message::RaiseObjectionResponse { receipt, number }))
    }

    async fn close_decision(
        &self,
        request: Request<message::CloseDecisionRequest>,
    ) -> Outcome<message::CloseDecisionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        if self.commands.terms(id).await.map_err(to_status)?.called_by != call.person {
            let message = "only whoever called a decision closes it before its time";
            return Err(wire::status(ErrorCode::Forbidden, "NOT_THE_CALLER", None, message));
        }
        let done = self.commands.close_early(id, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CloseDecisionResponse { receipt }))
    }

    async fn record_external_result(
        &self,
        request: Request<message::RecordExternalResultRequest>,
    ) -> Outcome<message::RecordExternalResultResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let alike = |it: &message::ReportedBallots| {
            let choice = policies::choice(it.choice.clone())?;
            Ok::<_, Status>(AlikeBallots { choice, weight: it.weight.max(1), count: it.count })
        };
        let ballots = call.message.ballots.iter().map(alike).collect::<Result<_, _>>()?;
        let (address, sha256) = (call.message.address.clone(), call.message.sha256.clone());
        let result = ExternalResult { address, sha256, ballots };
        let done = self.commands.record_external_result(id, call.person, result, &call.context);
        let receipt = receipt(done.await.map_err(to_status)?);
        Ok(Response::new(message::RecordExternalResultResponse { receipt }))
    }

    async fn cast_tie_break(
        &self,
        request: Request<message::CastTieBreakRequest>,
    ) -> Outcome<message::CastTieBreakResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let options = call.message.options.iter().map(|key| policies::key(key, "options"));
        let favours = options.collect::<Result<_, _>>()?;
        let done = self.commands.cast_tie_break(id, call.person, favours, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CastTieBreakResponse { receipt }))
    }

    async fn decide_challenge(
        &self,
        request: Request<message::DecideChallengeRequest>,
    ) -> Outcome<message::DecideChallengeResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let call = self.enter_thing(request, Thing::Decision(id), |it| it.command.as_ref()).await?;
        let ruling = call.message.ruling;
        let finding = read::value(ruling, &FINDINGS, finding_message, "ruling")?;
        let holds = self.commands.roles_of(call.network, call.person).await.map_err(to_status)?;
        let command = DecisionCommand::DecideChallenge { by: call.person, holds, finding };
        let done = self.commands.decision(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DecideChallengeResponse { receipt }))
    }

    async fn get_decision(
        &self,
        request: Request<message::GetDecisionRequest>,
    ) -> Outcome<message::GetDecisionResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let asked = self.admit_to(&request, Thing::Decision(id)).await?;
        let min_position = request.get_ref().min_position;
        let (decisions, position) = self.decisions(vec![id], asked.caller, min_position).await?;
        let decision = decisions.into_iter().next();
        Ok(Response::new(message::GetDecisionResponse { decision, position }))
    }

    async fn batch_get_decisions(
        &self,
        request: Request<message::BatchGetDecisionsRequest>,
    ) -> Outcome<message::BatchGetDecisionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.decision_ids, "decision_ids")?;
        let (mut decisions, position) =
            self.decisions(ids, asked.caller, message.min_position).await?;
        let network = asked.network.to_string();
        decisions.retain(|decision| decision.network_id == network);
        Ok(Response::new(message::BatchGetDecisionsResponse { decisions, position }))
    }

    async fn list_decisions(
        &self,
        request: Request<message::ListDecisionsRequest>,
    ) -> Outcome<message::ListDecisionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let phase = match message.phase {
            0 => None,
            number => Some(read::value(number, &PHASES, phase_message, "phase")?),
        };
        let mine = message.awaiting_my_ballot;
        let bound = format!("decisions {} {} {mine}", asked.network, message.phase);
        let page = page::page(message.page.as_ref(), &bound)?;
        let listed = match (mine, asked.caller) {
            (true, Caller::Person(person)) => {
                let voted = self.commands.voted_in_secret(person).await.map_err(to_status)?;
                let of = (asked.network, person, voted);
                self.queries.open_decisions(of, &page, message.min_position).await
            }
            (true, Caller::Operator) => return Err(person_needed()),
            (false, _) => {
                let of = (asked.network, phase);
                self.queries.decisions(of, &page, message.min_position).await
            }
        };
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let rows = listed.value.items;
        let decisions = self.described(rows, asked.caller, listed.position.0).await?;
        Ok(Response::new(message::ListDecisionsResponse { decisions, page: Some(info) }))
    }

    async fn list_objections(
        &self,
        request: Request<message::ListObjectionsRequest>,
    ) -> Outcome<message::ListObjectionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let tracked = if message.standing { Tracked::Waiting } else { Tracked::All };
        let bound = format!("objections {} {}", asked.network, message.standing);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, tracked);
        let listed = self.queries.objections(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let objections = listed.value.items.iter().map(objection_message).collect();
        Ok(Response::new(message::ListObjectionsResponse { objections, page: Some(info) }))
    }

    async fn list_ballots(
        &self,
        request: Request<message::ListBallotsRequest>,
    ) -> Outcome<message::ListBallotsResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let asked = self.admit_to(&request, Thing::Decision(id)).await?;
        let message = request.into_inner();
        let page = page::page(message.page.as_ref(), &format!("ballots {id}"))?;
        let found = self.queries.ballots(id, asked.caller, &page, message.min_position).await;
        let found = found.map_err(query_status)?;
        let Some(listed) = found.value else {
            let message = "who voted how is not to be seen in this decision, or not yet";
            return Err(wire::status(ErrorCode::Forbidden, "BALLOTS_NOT_SHOWN", None, message));
        };
        let info = page.info(listed.items.len(), listed.total, found.position.0);
        let ballots = listed.items.iter().map(ballot_message).collect();
        Ok(Response::new(message::ListBallotsResponse { ballots, page: Some(info) }))
    }

    async fn get_certificate(
        &self,
        request: Request<message::GetCertificateRequest>,
    ) -> Outcome<message::GetCertificateResponse> {
        let id = decision_id(&request.get_ref().decision_id)?;
        self.admit_to(&request, Thing::Decision(id)).await?;
        let form = match request.get_ref().format {
            0 => Form::Json,
            number => read::value(number, &[Form::Json, Form::Blt], form_message, "format")?,
        };
        let bundle = self.commands.certificate(id, form).await.map_err(to_status)?;
        let position = self.commands.log().head().borrow().0;
        Ok(Response::new(message::GetCertificateResponse { bundle, position }))
    }

    async fn list_participation(
        &self,
        request: Request<message::ListParticipationRequest>,
    ) -> Outcome<message::ListParticipationResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let bound = format!("participation {}", asked.network);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, ParticipationOrder::Party);
        let listed = self.queries.participation(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let proposers = self.queries.all_proposers(asked.network, listed.position.0).await;
        let proposers = proposers.map_err(query_status)?;
        let by_author: BTreeMap<PersonId, ProposerRow> =
            proposers.into_iter().map(|row| (row.author, row)).collect();
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let participations = listed.value.items.iter();
        let participations =
            participations.map(|row| participation_message(row, &by_author)).collect();
        Ok(Response::new(message::ListParticipationResponse { participations, page: Some(info) }))
    }

    async fn get_concentration(
        &self,
        request: Request<message::GetConcentrationRequest>,
    ) -> Outcome<message::GetConcentrationResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let least = request.get_ref().min_position;
        let found = self.queries.concentration(asked.network, least).await;
        let found = found.map_err(query_status)?;
        let concentrations = found.value.iter().map(concentration_message).collect();
        let position = found.position.0;
        Ok(Response::new(message::GetConcentrationResponse { concentrations, position }))
    }

    async fn stream_decision(
        &self,
        request: Request<message::StreamDecisionRequest>,
    ) -> Outcome<DecisionStream> {
        let id = decision_id(&request.get_ref().decision_id)?;
        let asked = self.admit_to(&request, Thing::Decision(id)).await?;
        let (decisions, position) = self.decisions(vec![id], asked.caller, 0).await?;
        let first = decisions.into_iter().next();
        let filter = Filter {
            network: Some(asked.network),
            categories: &[
                DecisionEvent::CATEGORY,
                BallotBoxEvent::CATEGORY,
                TurnoutEvent::CATEGORY,
            ],
        };
        let streams = [id.uuid(), BallotBoxId::of(id).uuid(), TurnoutId::of(id).uuid()];
        let log = std::sync::Arc::clone(self.commands.log());
        let changes = subscribe_all(log, eventlog::Position(position), filter);
        let (this, caller) = (self.clone(), asked.caller);
        let later = changes
            .map_err(|error| wire::refuse(&error))
            .try_filter(move |event| futures::future::ready(streams.contains(&event.stream.id())))
            .and_then(move |event| {
                let this = this.clone();
                async move {
                    let position = event.position.0;
                    let (decisions, position) = this.decisions(vec![id], caller, position).await?;
                    let decision = decisions.into_iter().next();
                    Ok(message::StreamDecisionResponse { decision, position })
                }
                .boxed()
            });
        let first = message::StreamDecisionResponse { decision: first, position };
        let progress = stream::once(async move { Ok(first) }).chain(later);
        Ok(Response::new(until_over(progress.boxed())))
    }
}

/// Ends the stream with the message that says that nothing more will happen.
fn until_over(progress: DecisionStream) -> DecisionStream {
    stream::unfold(Some(progress), |progress| async {
        let mut progress = progress?;
        let item = progress.next().await?;
        let over = item.as_ref().map_or(true, is_over);
        Some((item, (!over).then_some(progress)))
    })
    .boxed()
}

fn is_over(response: &message::StreamDecisionResponse) -> bool {
    response.decision.as_ref().is_none_or(|decision| {
        matches!(
            decision.phase(),
            message::DecisionPhase::Final
                | message::DecisionPhase::Annulled
                | message::DecisionPhase::Cancelled
        )
    })
}

impl GovernanceGrpc {
    async fn decisions(
        &self,
        ids: Vec<DecisionId>,
        caller: Caller,
        min_position: u64,
    ) -> Result<(Vec<message::Decision>, u64), Status> {
        let found = self.queries.decisions_of(ids, min_position).await.map_err(query_status)?;
        let rows = found.value.into_values().collect();
        let decisions = self.described(rows, caller, found.position.0).await?;
        Ok((decisions, found.position.0))
    }

    /// Five reads, however many decisions.
    async fn described(
        &self,
        rows: Vec<DecisionRow>,
        caller: Caller,
        position: u64,
    ) -> Result<Vec<message::Decision>, Status> {
        let ids: Vec<DecisionId> = rows.iter().map(|row| row.decision).collect();
        let votes = self.queries.votes_of(ids.clone(), caller, position).await;
        let votes = votes.map_err(query_status)?.value;
        let objections = self.queries.objections_of(ids.clone(), position).await;
        let objections = objections.map_err(query_status)?.value;
        let challenges = self.queries.challenges_of(ids.clone(), position).await;
        let challenges = challenges.map_err(query_status)?.value;
        let contests = self.queries.contests_of(ids, position).await;
        let contests = contests.map_err(query_status)?.value;
        let viewer = caller.person();
        let described = rows.iter().map(|row| {
            let objections = objections.get(&row.decision).map(Vec::as_slice).unwrap_or_default();
            let challenges = challenges.get(&row.decision).map(Vec::as_slice).unwrap_or_default();
            let contests = contests.get(&row.decision).map(Vec::as_slice).unwrap_or_default();
            message::Decision {
                roll_contests: contests.iter().map(contest_message).collect(),
                objections: objections.iter().map(objection_message).collect(),
                challenges: challenges.iter().map(challenge_message).collect(),
                ..decision_message(row, votes.get(&row.decision), viewer)
            }
        });
        Ok(described.collect())
    }
}

fn decision_id(text: &str) -> Result<DecisionId, Status> {
    read::id(text, "decision_id")
}

fn person_needed() -> Status {
    let message = "a person asks this, with a token of their own";
    wire::status(ErrorCode::Forbidden, "PERSON_NEEDED", None, message)
}

const PHASES: [DecisionPhase; 8] = [
    DecisionPhase::Scheduled,
    DecisionPhase::Open,
    DecisionPhase::Closed,
    DecisionPhase::Certified,
    DecisionPhase::Challenged,
    DecisionPhase::Final,
    DecisionPhase::Annulled,
    DecisionPhase::Cancelled,
];

fn phase_message(phase: DecisionPhase) -> message::DecisionPhase {
    match phase {
        DecisionPhase::Scheduled => message::DecisionPhase::Scheduled,
        DecisionPhase::Open => message::DecisionPhase::Open,
        DecisionPhase::Closed | DecisionPhase::Tallied => message::DecisionPhase::Closed,
        DecisionPhase::Certified => message::DecisionPhase::Certified,
        DecisionPhase::Challenged => message::DecisionPhase::Challenged,
        DecisionPhase::Final => message::DecisionPhase::Final,
        DecisionPhase::Annulled => message::DecisionPhase::Annulled,
        DecisionPhase::Cancelled => message::DecisionPhase::Cancelled,
    }
}

fn cancelled_message(because: CancelledBecause) -> message::CancelledBecause {
    match because {
        CancelledBecause::ProposalWithdrawn => message::CancelledBecause::ProposalWithdrawn,
        CancelledBecause::RollEmpty => message::CancelledBecause::RollEmpty,
        CancelledBecause::NetworkDissolved => message::CancelledBecause::NetworkDissolved,
        CancelledBecause::ResultNotReported => message::CancelledBecause::ResultNotReported,
    }
}

const FINDINGS: [ChallengeFinding; 2] = [ChallengeFinding::Dismissed, ChallengeFinding::Upheld];

fn finding_message(finding: ChallengeFinding) -> message::ChallengeRuling {
    match finding {
        ChallengeFinding::Dismissed => message::ChallengeRuling::Dismissed,
        ChallengeFinding::Upheld => message::ChallengeRuling::Upheld,
    }
}

const GROUNDS: [ContestGround; 3] =
    [ContestGround::Missing, ContestGround::NotEntitled, ContestGround::WrongWeightOrUnit];

fn ground_message(ground: ContestGround) -> message::ContestGround {
    match ground {
        ContestGround::Missing => message::ContestGround::Missing,
        ContestGround::NotEntitled => message::ContestGround::NotEntitled,
        ContestGround::WrongWeightOrUnit => message::ContestGround::WrongWeightOrUnit,
    }
}

/// A decision without what was said against it.
fn decision_message(
    row: &DecisionRow,
    vote: Option<&VoteSeen>,
    viewer: Option<PersonId>,
) -> message::Decision {
    let terms = &row.terms;
    let certificate = row.certificate.as_ref();
    let figures = vote.and_then(|vote| vote.figures.as_ref());
    let own = vote.and_then(|vote| {
        let own = |ballot: &&BallotRow| viewer.is_some_and(|me| ballot.voter == Party::Person(me));
        vote.own_ballots.iter().find(own).or(vote.own_ballots.first())
    });
    let delegations = certificate.map(|it| it.delegations.as_slice()).unwrap_or_default();
    message::Decision {
        decision_id: row.decision.to_string(),
        network_id: terms.network.to_string(),
        proposal_id: terms.proposal.to_string(),
        revision: terms.revision,
        content_hash: terms.content_hash.clone(),
        subject: words::subject_message(terms.subject).into(),
        topic: terms.topic.clone().unwrap_or_default(),
        charter_version: terms.charter_version,
        policy: Some(policies::policy_message(&terms.policy)),
        options: terms.options.iter().map(policies::option_message).collect(),
        effects: terms.effects.iter().map(policies::effect_message).collect(),
        called_by_id: terms.called_by.to_string(),
        phase: phase_message(row.phase).into(),
        opens_at: Some(read::timestamp(terms.opens_at)),
        closes_at: Some(read::timestamp(row.closes_at)),
        extensions: u32::try_from(row.extensions.len()).unwrap_or(u32::MAX),
        roll_units: row.roll.as_ref().map_or(0, |roll| roll.counting_units),
        roll_weight: figures.map_or(0, |figures| figures.roll_weight),
        roll_hash: row.roll.as_ref().map(|roll| roll.hash.clone()).unwrap_or_default(),
        ballots: vote.and_then(|vote| vote.turnout.voted).unwrap_or(0),
        quorum_units_missing: vote.and_then(|vote| vote.quorum_units_missing),
        figures: figures.map(figures_message),
        objections: Vec::new(),
        challenges: Vec::new(),
        roll_contests: Vec::new(),
        lacking: vote.and_then(|vote| vote.lacking).map(lacking_message),
        outcome: certificate.and_then(|it| it.outcome.as_ref()).map(outcome_message),
        challenges_until: certificate.and_then(|it| it.challenges_until).map(read::timestamp),
        ties_broken: certificate
            .map(|it| it.ties.iter().map(tie_message).collect())
            .unwrap_or_default(),
        delegations: delegations.iter().map(resolved_message).collect(),
        repeats_decision_id: optional_id(terms.repeats),
        seats: terms.seats,
        reminded_at: row.reminded_at.map(read::timestamp),
        cancelled: row.cancelled.map_or(0, |because| cancelled_message(because).into()),
        external_result: row.external.as_ref().map(|it| message::ExternalResult {
            reported_by_id: it.reported_by.to_string(),
            address: it.address.clone(),
            sha256: it.sha256.clone(),
            reported_at: Some(read::timestamp(it.at)),
        }),
        may_vote: vote.is_some_and(|vote| !vote.entries.is_empty()),
        my_ballot: own.map(ballot_message),
    }
}

pub(super) fn figures_message(figures: &Figures) -> message::Figures {
    let options = figures.options.iter().map(|it| message::OptionFigures {
        option: it.option.to_string(),
        units: it.units,
        weight: it.weight,
        sum: it.sum,
        mean: it.mean.clone().unwrap_or_default(),
    });
    let requirements = figures.requirements.iter().map(|it| message::RequirementFigures {
        weight: it.weight,
        base: it.base,
        met: it.met,
    });
    message::Figures {
        roll_units: figures.roll_units,
        roll_weight: figures.roll_weight,
        direct_units: figures.direct_units,
        delegated_units: figures.delegated_units,
        abstained_units: figures.abstained_units,
        abstained_weight: figures.abstained_weight,
        blank_units: figures.blank_units,
        present_units: figures.present_units,
        quorum_units: figures.quorum_units.unwrap_or(0),
        quorate: figures.quorate,
        cast_weight: figures.cast_weight,
        options: options.collect(),
        requirements: requirements.collect(),
        objections_standing: figures.objections_standing,
        rounds: figures.rounds.iter().map(round_message).collect(),
        constituencies: figures.constituencies.iter().map(constituency_message).collect(),
    }
}

fn constituency_message(figures: &ConstituencyFigures) -> message::ConstituencyFigures {
    message::ConstituencyFigures {
        constituency: optional_id(figures.constituency.as_ref()),
        roll_units: figures.roll_units,
        present_units: figures.present_units,
        quorum_units: figures.quorum_units,
        quorate: figures.quorate,
    }
}

fn round_message(round: &CountedRound) -> message::CountedRound {
    let votes = round.votes.iter().map(|(option, votes)| message::OptionVotes {
        option: option.to_string(),
        votes: votes.clone(),
    });
    message::CountedRound {
        votes: votes.collect(),
        exhausted: round.exhausted.clone(),
        elected: round.elected.iter().map(ToString::to_string).collect(),
        eliminated: round.eliminated.iter().map(ToString::to_string).collect(),
    }
}

fn outcome_message(outcome: &CameTo) -> message::Outcome {
    let (kind, options) = match outcome {
        CameTo::Adopted {} => (message::OutcomeKind::Adopted, None),
        CameTo::NotAdopted {} => (message::OutcomeKind::NotAdopted, None),
        CameTo::Inquorate {} => (message::OutcomeKind::Inquorate, None),
        CameTo::Elected { winners } => (message::OutcomeKind::Elected, Some(winners)),
        CameTo::Ranked { order } => (message::OutcomeKind::Ranked, Some(order)),
        CameTo::Advised {} => (message::OutcomeKind::Advised, None),
        CameTo::Tied { options } => (message::OutcomeKind::Tied, Some(options)),
    };
    let options = options.map(|keys| keys.iter().map(ToString::to_string).collect());
    message::Outcome { kind: kind.into(), options: options.unwrap_or_default() }
}

fn tie_message(row: &TieRow) -> message::TieBroken {
    let by = match &row.by {
        TieBreak::EarlierRound {} => tie_broken::By::EarlierRound(choice::Nothing {}),
        TieBreak::StatusQuo {} => tie_broken::By::StatusQuo(choice::Nothing {}),
        TieBreak::CastingVote { by, .. } => tie_broken::By::CastingVoteId(by.to_string()),
        TieBreak::Lot { seed } => tie_broken::By::LotSeed(seed.clone()),
    };
    message::TieBroken {
        between: row.between.iter().map(ToString::to_string).collect(),
        chosen: row.chosen.iter().map(ToString::to_string).collect(),
        by: Some(by),
    }
}

fn resolved_message(resolved: &events::ResolvedDelegation) -> message::ResolvedDelegation {
    let not_counted = match resolved.not_counted {
        None => "",
        Some(NotCounted::DelegateSilent) => "DELEGATE_SILENT",
        Some(NotCounted::Circle) => "CIRCLE",
        Some(NotCounted::OffTheRoll) => "OFF_THE_ROLL",
        Some(NotCounted::TooManySteps) => "TOO_MANY_STEPS",
        Some(NotCounted::CarriedMaxReached) => "CARRIED_MAX_REACHED",
    };
    message::ResolvedDelegation {
        delegator: Some(read::party_message(resolved.delegator)),
        path: resolved.path.iter().map(|party| read::party_message(*party)).collect(),
        not_counted: not_counted.to_owned(),
    }
}

pub(super) fn lacking_message(lacking: Lacking) -> message::Lacking {
    let Lacking { quorum_units, agreeing_weight, opposed_units, objections } = lacking;
    message::Lacking { quorum_units, agreeing_weight, opposed_units, objections }
}

fn challenge_message(row: &ChallengeRow) -> message::Challenge {
    let ruling = match row.status {
        ChallengeStatus::Raised => message::ChallengeRuling::Unspecified,
        ChallengeStatus::Dismissed => message::ChallengeRuling::Dismissed,
        ChallengeStatus::Upheld => message::ChallengeRuling::Upheld,
    };
    message::Challenge {
        raised_by: Some(read::party_message(row.by)),
        grounds: shown(&row.grounds),
        raised_at: Some(read::timestamp(row.at)),
        ruling: ruling.into(),
        judged_by_id: optional_id(row.judged_by),
    }
}

fn contest_message(row: &ContestRow) -> message::RollContest {
    message::RollContest {
        raised_by: Some(read::party_message(row.by)),
        about: Some(read::party_message(row.about)),
        ground: ground_message(row.ground).into(),
        reason: shown(&row.reason),
        raised_at: Some(read::timestamp(row.at)),
    }
}

fn objection_message(row: &ObjectionRow) -> message::Objection {
    let validity = match row.status {
        ObjectionStatus::Valid => words::validity_message(Validity::Valid),
        ObjectionStatus::NotValid => words::validity_message(Validity::NotValid),
        ObjectionStatus::Raised | ObjectionStatus::Withdrawn => message::Validity::Unspecified,
    };
    let answers = row.answers.iter().map(|answer| message::ObjectionAnswer {
        person_id: answer.by.to_string(),
        answer: shown(&answer.text),
        answered_at: Some(read::timestamp(answer.at)),
    });
    message::Objection {
        number: row.number,
        raised_by: Some(read::party_message(row.by)),
        argument: shown(&row.argument),
        raised_at: Some(read::timestamp(row.at)),
        answers: answers.collect(),
        validity: validity.into(),
        judged_by_id: optional_id(row.judged_by),
        withdrawn: row.status == ObjectionStatus::Withdrawn,
        decision_id: row.decision.to_string(),
    }
}

fn ballot_message(row: &BallotRow) -> message::Ballot {
    let state = match row.status {
        BallotStatus::Cast => message::BallotState::Cast,
        BallotStatus::Recorded => message::BallotState::RecordedOnBehalf,
        BallotStatus::Confirmed => message::BallotState::Confirmed,
        BallotStatus::Repudiated => message::BallotState::Repudiated,
    };
    message::Ballot {
        voter: Some(read::party_message(row.voter)),
        state: state.into(),
        choice: Some(policies::choice_message(&row.choice)),
        reason: row.text.as_ref().map(shown).unwrap_or_default(),
        cast_at: Some(read::timestamp(row.at)),
    }
}

fn form_message(form: Form) -> message::CertificateFormat {
    match form {
        Form::Json => message::CertificateFormat::Json,
        Form::Blt => message::CertificateFormat::Blt,
    }
}

fn concentration_message(of: &Concentration) -> message::Concentration {
    let act = match of.act {
        Act::Proposing => message::CountedAct::Proposing,
        Act::Calling => message::CountedAct::Calling,
        Act::Voting => message::CountedAct::Voting,
        Act::Carrying => message::CountedAct::Carrying,
        Act::Coordinating => message::CountedAct::Coordinating,
    };
    let Spread { parties, acts, gini, half_by } = of.spread;
    message::Concentration {
        act: act.into(),
        parties,
        acts,
        gini: gini.map(Fraction::to_f64),
        half_by,
    }
}

fn participation_message(
    row: &ParticipationRow,
    proposers: &BTreeMap<PersonId, ProposerRow>,
) -> message::Participation {
    let proposer = row.party.person().and_then(|person| proposers.get(&person));
    message::Participation {
        party: Some(read::party_message(row.party)),
        issued: row.issued,
        cast: row.cast,
        delegated: row.represented,
        missed: row.missed,
        proposed: proposer.map_or(0, |row| row.drafted),
        called: proposer.map_or(0, |row| row.called),
    }
}
