//! What voices read of governance.

use jiff::Timestamp;
use kernel::{
    AgendaItemId, DecisionId, DelegationId, GoalId, Id, IdKind, MandateId, NetworkId, Party,
    PersonId, ProposalId, ResolutionId,
};
use serde_json::{Value, json};
use wire::{
    read,
    weft::{
        common::v1 as common,
        governance::v1::{
            self as message, AgendaItemStatus, BallotState, CancelledBecause, CertificateFormat,
            ChallengeRuling, CharterStatus, ContestGround, CountedAct, DecisionPhase,
            DecisionPolicy, DelegationStatus, EffectStatus, GoalStatus, Implementation,
            MandateStatus, OutcomeKind, ProposalStatus, ResolutionStatus, Subject, Validity,
            agenda_service_client::AgendaServiceClient,
            charter_service_client::CharterServiceClient,
            decision_service_client::DecisionServiceClient,
            delegation_service_client::DelegationServiceClient,
            goal_service_client::GoalServiceClient, proposal_service_client::ProposalServiceClient,
            register_service_client::RegisterServiceClient, tie_broken,
        },
    },
};

use super::{
    super::{
        Voice,
        graphql::{enum_name, global, local, number},
        seen,
    },
    taken,
};
use crate::{Moment, Protocol, Refusal};

/// A charter, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charter {
    /// How far it has come.
    pub status: CharterStatus,
    /// Which version; 0 for a draft.
    pub version: u32,
    /// How many sections have a text.
    pub sections: usize,
    /// The names of its policies.
    pub policies: Vec<String>,
    /// Of what it says; empty while it is being drafted.
    pub snapshot_hash: String,
    /// Since when it is in force.
    pub effective_from: Option<Timestamp>,
}

/// The policy in force on a subject, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Of which version of the charter.
    pub charter_version: u32,
    /// How many hours of voting it asks for.
    pub voting_hours_min: u32,
}

/// A decision, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// How far it has come.
    pub phase: DecisionPhase,
    /// Under which version of the charter.
    pub charter_version: u32,
    /// Under which policy.
    pub policy: String,
    /// How many hours of voting that policy asks for.
    pub voting_hours_min: u32,
    /// When voting ends.
    pub closes_at: Timestamp,
    /// How often it was extended.
    pub extensions: u32,
    /// When everyone on the roll was reminded.
    pub reminded_at: Option<Timestamp>,
    /// Why it came to nothing.
    pub cancelled: Option<CancelledBecause>,
    /// Who reported the result of a vote held elsewhere, its address there, and the hash.
    pub external: Option<(PersonId, String, String)>,
    /// How many seats an election fills.
    pub seats: Option<u32>,
    /// How many votes the roll has.
    pub roll_units: u32,
    /// Of the roll.
    pub roll_hash: String,
    /// How many ballots were handed in.
    pub ballots: u32,
    /// How many more people are needed.
    pub quorum_units_missing: Option<u32>,
    /// The figures, where they are shown.
    pub figures: Option<Figures>,
    /// What was objected.
    pub objections: Vec<Objection>,
    /// What it came to.
    pub outcome: Option<(OutcomeKind, Vec<String>)>,
    /// Where lent votes went.
    pub delegations: Vec<Lent>,
    /// Whether the reader may vote.
    pub may_vote: bool,
    /// How the reader's own ballot came in, where it is shown.
    pub own_ballot: Option<BallotState>,
    /// Until when the result may be challenged.
    pub challenges_until: Option<Timestamp>,
    /// The ties that decided something.
    pub ties: Vec<BrokenTie>,
    /// Which decision it repeats.
    pub repeats: Option<DecisionId>,
    /// What was said to be wrong with the roll.
    pub contests: Vec<Contest>,
    /// The grounds of those who doubted the result, and what was found.
    pub challenges: Vec<(String, Option<ChallengeRuling>)>,
    /// What would adopt it.
    pub lacking: Option<Lacking>,
}

/// What somebody said is wrong with a roll.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest {
    /// Who said so.
    pub by: Party,
    /// About whom.
    pub about: Party,
    /// What is wrong.
    pub ground: ContestGround,
    /// How it is known; empty once its writer was erased.
    pub reason: String,
}

/// How one constituency took part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Which one; empty is all that belong to none.
    pub constituency: String,
    /// How many votes it has.
    pub units: u32,
    /// How many of them count for the quorum, where that is told.
    pub present: Option<u32>,
    /// How many the quorum needs.
    pub needed: u32,
    /// Whether it has them.
    pub quorate: bool,
}

/// What would adopt a proposal, as it is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lacking {
    /// How many more people, for the quorum.
    pub quorum_units: Option<u32>,
    /// How much more weight has to agree.
    pub agreeing_weight: Option<u64>,
    /// How many people have to give up their opposition.
    pub opposed_units: u32,
    /// How many objections have to be resolved.
    pub objections: u32,
}

/// A tie, and how it was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokenTie {
    /// Between which options.
    pub between: Vec<String>,
    /// Which came out of it.
    pub chosen: Vec<String>,
    /// By what.
    pub by: BrokenBy,
}

/// What broke a tie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BrokenBy {
    /// An earlier round of the count.
    EarlierRound,
    /// Nothing changed.
    StatusQuo,
    /// The casting vote of this person.
    CastingVote(PersonId),
    /// The lot from this seed, in hexadecimal.
    Lot(String),
}

/// What was counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures {
    /// Votes handed in.
    pub direct_units: u32,
    /// Votes lent.
    pub delegated_units: u32,
    /// Votes that count for the quorum.
    pub present_units: u32,
    /// How many it needs.
    pub quorum_units: u32,
    /// Whether it is reached.
    pub quorate: bool,
    /// Each constituency, where the quorum is of each.
    pub parts: Vec<Part>,
    /// Votes for each option.
    pub options: Vec<(String, u32)>,
    /// What the votes for each option weigh, in the same order.
    pub weights: Vec<u64>,
    /// How many votes the roll has, and what they weigh.
    pub roll: (u32, u64),
    /// Abstentions.
    pub abstained_units: u32,
    /// Whether each requirement is met, with its weight and its base.
    pub requirements: Vec<(u64, u64, bool)>,
    /// How many objections stand.
    pub objections_standing: u32,
}

/// An objection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// Its argument; empty once its writer was erased.
    pub argument: String,
    /// How many answers it has.
    pub answers: usize,
    /// Whether it is valid; `None` when nobody judged it.
    pub validity: Option<Validity>,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// Where a lent vote went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lent {
    /// Whose vote.
    pub delegator: Party,
    /// Through whom.
    pub path: Vec<Party>,
    /// Why it did not count; empty when it did.
    pub not_counted: String,
}

/// An entry of the register, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolution {
    /// Which.
    pub resolution: ResolutionId,
    /// What it is called.
    pub title: String,
    /// Whether it is in force.
    pub status: ResolutionStatus,
    /// Since when it is.
    pub entered_at: Timestamp,
    /// When it is to be reviewed.
    pub review_at: Option<Timestamp>,
    /// Whether that time has come.
    pub review_due: bool,
    /// Who or what won.
    pub winners: Vec<String>,
    /// What became of its effects, and the reasons of those that failed.
    pub effects: Vec<(EffectStatus, String)>,
    /// Which one it took the place of.
    pub supersedes: Option<ResolutionId>,
    /// Which one took its place.
    pub superseded_by: Option<ResolutionId>,
    /// Which ones amended or repealed it.
    pub changed_by: Vec<ResolutionId>,
    /// How far it was carried out.
    pub implementation: Implementation,
    /// Until when it was in force.
    pub ended_at: Option<Timestamp>,
}

/// An office, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mandate {
    /// Which.
    pub mandate: MandateId,
    /// Which role.
    pub role: String,
    /// Who.
    pub holder: PersonId,
    /// How it stands.
    pub status: MandateStatus,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When it was no longer held.
    pub ended_at: Option<Timestamp>,
}

/// A lent vote, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delegation {
    /// Which.
    pub delegation: DelegationId,
    /// Whose.
    pub delegator: Party,
    /// To whom.
    pub delegate: Party,
    /// How it stands.
    pub status: DelegationStatus,
}

/// A goal, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// Which.
    pub goal: GoalId,
    /// What is to be reached.
    pub text: String,
    /// Whether it is the network's.
    pub status: GoalStatus,
    /// By which decision.
    pub decision: Option<DecisionId>,
    /// Who stands behind it, in order of time.
    pub endorsed_by: Vec<PersonId>,
}

/// Something on the agenda, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgendaItem {
    /// Which.
    pub item: AgendaItemId,
    /// What it is about.
    pub title: String,
    /// How far it has come.
    pub status: AgendaItemStatus,
    /// How many support it.
    pub supporters: u32,
    /// Its place in the order that a decision gave, from 1; 0 when none did.
    pub rank: u32,
}

/// How far an act lies in few hands, as it is seen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Concentration {
    /// The act.
    pub act: CountedAct,
    /// How many could do it.
    pub parties: u32,
    /// How often it was done.
    pub acts: u64,
    /// The Gini coefficient; `None` when nobody did it.
    pub gini: Option<f64>,
    /// How few of them did at least half; `None` when nobody did it.
    pub half_by: Option<u32>,
}

/// How somebody took part, as it is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Participation {
    /// Who.
    pub party: Party,
    /// On how many rolls they stood.
    pub issued: u32,
    /// How often they voted.
    pub cast: u32,
    /// How often a delegate did so for them.
    pub delegated: u32,
    /// How often neither.
    pub missed: u32,
    /// How many proposals they wrote.
    pub proposed: u32,
    /// How many of those came to a decision.
    pub called: u32,
}

/// What is read of a decision over GraphQL.
pub(super) const DECISION: &str =
    "phase charterVersion policy { name votingHoursMin } closesAt extensions
    remindedAt cancelled externalResult { address sha256 reportedBy { id } }
    seats rollUnits rollHash ballotCount quorumUnitsMissing mayVote
    myBallot { state } challengesUntil repeats { id }
    tiesBroken { between chosen by castingVote { id } lotSeed }
    rollContests {
        ground reason raisedBy { ...on Node { id } __typename }
        about { ...on Node { id } __typename }
    }
    challenges { grounds ruling } lacking { quorumUnits agreeingWeight opposedUnits objections }
    figures {
        directUnits delegatedUnits presentUnits quorumUnits quorate options { option units weight }
        rollUnits rollWeight abstainedUnits objectionsStanding requirements { weight base met }
        constituencies { constituency rollUnits presentUnits quorumUnits quorate }
    }
    objections { argument answers { answer } validity withdrawn }
    outcome { kind options }
    delegations {
        notCounted delegator { ...on Node { id } __typename }
        path { ...on Node { id } __typename }
    }";

impl Voice<'_> {
    /// The policies of a template to start from, as the contract has them; always over gRPC.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn template(&self, name: &str) -> Result<Vec<DecisionPolicy>, Refusal> {
        let request = message::ListCharterTemplatesRequest {};
        let answer = CharterServiceClient::new(self.line()).list_charter_templates(request).await;
        let mut templates = taken(answer)?.templates.into_iter();
        Ok(templates.find(|template| template.name == name).unwrap().policies)
    }

    /// Reads a charter at a moment; `None` when there is not even a draft.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn charter(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Option<Charter>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::GetCharterRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    min_position,
                };
                let answer = CharterServiceClient::new(self.line()).get_charter(request).await;
                let answer = taken(answer)?;
                seen(min_position, answer.position);
                Ok(answer.charter.map(|charter| Charter {
                    status: charter.status(),
                    version: charter.version,
                    sections: charter.sections.len(),
                    policies: charter.policies.iter().map(|it| it.name.clone()).collect(),
                    snapshot_hash: charter.snapshot_hash,
                    effective_from: read::instant(charter.effective_from, "time").unwrap(),
                }))
            }
            Protocol::GraphQl => {
                let fields = "charter(asOf: $asOf) {
                    status version sections { section } policies { name } snapshotHash
                    effectiveFrom
                }";
                let found = self.within(network, fields, moment).await?;
                let charter = &found["charter"];
                Ok((!charter.is_null()).then(|| Charter {
                    status: known(&charter["status"], "CHARTER_STATUS_", |name| {
                        CharterStatus::from_str_name(name)
                    }),
                    version: small(&charter["version"]),
                    sections: charter["sections"].as_array().unwrap().len(),
                    policies: all(&charter["policies"], |it| text(&it["name"])),
                    snapshot_hash: text(&charter["snapshotHash"]),
                    effective_from: maybe_time(&charter["effectiveFrom"]),
                }))
            }
        }
    }

    /// Reads the policy that decided on a subject at a moment.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn policy(
        &self,
        network: NetworkId,
        subject: Subject,
        moment: Moment,
    ) -> Result<Option<Policy>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::GetPolicyRequest {
                    network_id: network.to_string(),
                    subject: subject.into(),
                    as_of: Some(moment.message()),
                    min_position,
                };
                let answer = CharterServiceClient::new(self.line()).get_policy(request).await;
                let answer = taken(answer)?;
                seen(min_position, answer.position);
                Ok(answer.policy.map(|policy| Policy {
                    name: policy.name,
                    charter_version: answer.charter_version,
                    voting_hours_min: policy.voting_hours_min,
                }))
            }
            Protocol::GraphQl => {
                let subject = enum_name(subject.as_str_name(), "SUBJECT_");
                let fields = format!(
                    "policy(subject: {subject}, asOf: $asOf) {{
                        charterVersion policy {{ name votingHoursMin }}
                    }}"
                );
                let found = self.within(network, &fields, moment).await?;
                let policy = &found["policy"];
                Ok((!policy.is_null()).then(|| Policy {
                    name: text(&policy["policy"]["name"]),
                    charter_version: small(&policy["charterVersion"]),
                    voting_hours_min: small(&policy["policy"]["votingHoursMin"]),
                }))
            }
        }
    }

    /// Reads how a proposal stands.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn proposal(&self, proposal: ProposalId) -> Result<ProposalStatus, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (proposal_id, min_position) = (proposal.to_string(), self.world.position());
                let request = message::GetProposalRequest { proposal_id, min_position };
                let answer = ProposalServiceClient::new(self.line()).get_proposal(request).await;
                let answer = taken(answer)?;
                seen(min_position, answer.position);
                Ok(answer.proposal.unwrap().status())
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!) { proposal(id: $id) { status } }";
                let data = self.ask(query, json!({ "id": global(proposal) })).await?;
                Ok(known(&data["proposal"]["status"], "PROPOSAL_STATUS_", |name| {
                    ProposalStatus::from_str_name(name)
                }))
            }
        }
    }

    /// Reads a decision.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn decision(&self, decision: DecisionId) -> Result<Decision, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (decision_id, min_position) = (decision.to_string(), self.world.position());
                let request = message::GetDecisionRequest { decision_id, min_position };
                let answer = DecisionServiceClient::new(self.line()).get_decision(request).await;
                let answer = taken(answer)?;
                seen(min_position, answer.position);
                Ok(decision_seen(answer.decision.unwrap()))
            }
            Protocol::GraphQl => {
                let query = format!("query($id: ID!) {{ decision(id: $id) {{ {DECISION} }} }}");
                let data = self.ask(&query, json!({ "id": global(decision) })).await?;
                Ok(decision_of(&data["decision"]))
            }
        }
    }

    /// Lists the decisions that the caller may still vote on.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn decisions_awaiting(&self, network: NetworkId) -> Result<Vec<Decision>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ListDecisionsRequest {
                    network_id: network.to_string(),
                    awaiting_my_ballot: true,
                    min_position: self.world.position(),
                    ..message::ListDecisionsRequest::default()
                };
                let answer = DecisionServiceClient::new(self.line()).list_decisions(request).await;
                Ok(taken(answer)?.decisions.into_iter().map(decision_seen).collect())
            }
            Protocol::GraphQl => {
                let query = format!(
                    "query($id: ID!) {{ network(id: $id) {{
                        decisionsAwaitingMyBallot {{ nodes {{ {DECISION} }} }} }} }}"
                );
                let data = self.ask(&query, json!({ "id": global(network) })).await?;
                let nodes = &data["network"]["decisionsAwaitingMyBallot"]["nodes"];
                Ok(all(nodes, decision_of))
            }
        }
    }

    /// Reads everything needed to recount a decision.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn certificate(&self, decision: DecisionId) -> Result<Vec<u8>, Refusal> {
        self.certificate_as(decision, (CertificateFormat::Unspecified, "certificate")).await
    }

    /// Reads the rankings that counted in a decision, as a BLT file.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn certificate_blt(&self, decision: DecisionId) -> Result<String, Refusal> {
        let format = (CertificateFormat::Blt, "certificateBlt");
        Ok(String::from_utf8(self.certificate_as(decision, format).await?).unwrap())
    }

    /// Reads a certificate in a format, which is a field in GraphQL.
    async fn certificate_as(
        &self,
        decision: DecisionId,
        (format, field): (CertificateFormat, &str),
    ) -> Result<Vec<u8>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (decision_id, min_position) = (decision.to_string(), self.world.position());
                let format = format.into();
                let request = message::GetCertificateRequest { decision_id, min_position, format };
                let answer = DecisionServiceClient::new(self.line()).get_certificate(request).await;
                let answer = taken(answer)?;
                seen(min_position, answer.position);
                Ok(answer.bundle)
            }
            Protocol::GraphQl => {
                let query = format!("query($id: ID!) {{ decision(id: $id) {{ {field} }} }}");
                let data = self.ask(&query, json!({ "id": global(decision) })).await?;
                Ok(text(&data["decision"][field]).into_bytes())
            }
        }
    }

    /// Lists who voted how, as far as the reader may see it: the voters only.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn voters(&self, decision: DecisionId) -> Result<Vec<Party>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let decision_id = decision.to_string();
                let request =
                    message::ListBallotsRequest { decision_id, page: whole(), min_position };
                let answer = DecisionServiceClient::new(self.line()).list_ballots(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let voter = |ballot: message::Ballot| read::party(ballot.voter, "voter").unwrap();
                Ok(answer.ballots.into_iter().map(voter).collect())
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!) { decision(id: $id) { ballots(first: 100) {
                    nodes { voter { ...on Node { id } __typename } }
                } } }";
                let data = self.ask(query, json!({ "id": global(decision) })).await?;
                Ok(all(&data["decision"]["ballots"]["nodes"], |it| party(&it["voter"])))
            }
        }
    }

    /// Lists the register at a moment, the newest first.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn resolutions(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<Resolution>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListResolutionsRequest {
                    network_id: network.to_string(),
                    status: 0,
                    review_by: None,
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let mut client = RegisterServiceClient::new(self.line());
                let answer = taken(client.list_resolutions(request).await)?;
                listed(min_position, answer.page.as_ref());
                Ok(answer.resolutions.into_iter().map(resolution_seen).collect())
            }
            Protocol::GraphQl => {
                let fields = "resolutions(first: 100, asOf: $asOf) { position nodes {
                    id title status enteredAt reviewAt reviewDue winners
                    effects { status reason } supersedesId supersededById changedByIds
                    implementation endedAt
                } }";
                let least = self.world.position();
                let found = self.within(network, fields, moment).await?;
                seen(least, number(&found["resolutions"]["position"]));
                Ok(all(&found["resolutions"]["nodes"], resolution_of))
            }
        }
    }

    /// Lists the offices at a moment.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn mandates(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<Mandate>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListMandatesRequest {
                    network_id: network.to_string(),
                    role: String::new(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let answer = RegisterServiceClient::new(self.line()).list_mandates(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let mandate = |mandate: message::Mandate| Mandate {
                    mandate: parsed(&mandate.mandate_id),
                    holder: parsed(&mandate.holder_id),
                    status: mandate.status(),
                    from: read::instant(mandate.from, "time").unwrap().unwrap(),
                    until: read::instant(mandate.until, "time").unwrap().unwrap(),
                    ended_at: read::instant(mandate.ended_at, "time").unwrap(),
                    role: mandate.role,
                };
                Ok(answer.mandates.into_iter().map(mandate).collect())
            }
            Protocol::GraphQl => {
                let fields = "mandates(first: 100, asOf: $asOf) { position nodes {
                    id role holder { id } status from until endedAt
                } }";
                let least = self.world.position();
                let found = self.within(network, fields, moment).await?;
                seen(least, number(&found["mandates"]["position"]));
                Ok(all(&found["mandates"]["nodes"], |it| Mandate {
                    mandate: local(&it["id"]),
                    role: text(&it["role"]),
                    holder: local(&it["holder"]["id"]),
                    status: known(&it["status"], "MANDATE_STATUS_", |name| {
                        MandateStatus::from_str_name(name)
                    }),
                    from: maybe_time(&it["from"]).unwrap(),
                    until: maybe_time(&it["until"]).unwrap(),
                    ended_at: maybe_time(&it["endedAt"]),
                }))
            }
        }
    }

    /// Lists the lent votes at a moment that the reader may see.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn delegations(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<Delegation>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListDelegationsRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let mut client = DelegationServiceClient::new(self.line());
                let answer = taken(client.list_delegations(request).await)?;
                listed(min_position, answer.page.as_ref());
                let delegation = |it: message::Delegation| Delegation {
                    delegation: parsed(&it.delegation_id),
                    status: it.status(),
                    delegator: read::party(it.delegator, "delegator").unwrap(),
                    delegate: read::party(it.delegate, "delegate").unwrap(),
                };
                Ok(answer.delegations.into_iter().map(delegation).collect())
            }
            Protocol::GraphQl => {
                let fields = "delegations(first: 100, asOf: $asOf) { position nodes {
                    id status delegator { ...on Node { id } __typename }
                    delegate { ...on Node { id } __typename }
                } }";
                let least = self.world.position();
                let found = self.within(network, fields, moment).await?;
                seen(least, number(&found["delegations"]["position"]));
                Ok(all(&found["delegations"]["nodes"], |it| Delegation {
                    delegation: local(&it["id"]),
                    delegator: party(&it["delegator"]),
                    delegate: party(&it["delegate"]),
                    status: known(&it["status"], "DELEGATION_STATUS_", |name| {
                        DelegationStatus::from_str_name(name)
                    }),
                }))
            }
        }
    }

    /// Lists how many votes each delegate was asked to carry at a moment, the most first.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn delegates(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<(Party, u32)>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListDelegatesRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let answer =
                    DelegationServiceClient::new(self.line()).list_delegates(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let delegate = |it: message::Delegate| {
                    (read::party(it.delegate, "delegate").unwrap(), it.delegations)
                };
                Ok(answer.delegates.into_iter().map(delegate).collect())
            }
            Protocol::GraphQl => {
                let fields = "delegates(first: 100, asOf: $asOf) { position nodes {
                    delegations party { ...on Node { id } __typename }
                } }";
                let least = self.world.position();
                let found = self.within(network, fields, moment).await?;
                seen(least, number(&found["delegates"]["position"]));
                Ok(all(&found["delegates"]["nodes"], |it| {
                    (party(&it["party"]), small(&it["delegations"]))
                }))
            }
        }
    }

    /// Lists the goals, the newest first.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn goals(&self, network: NetworkId) -> Result<Vec<Goal>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListGoalsRequest {
                    network_id: network.to_string(),
                    status: 0,
                    page: whole(),
                    min_position,
                };
                let answer = GoalServiceClient::new(self.line()).list_goals(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let goal = |it: message::Goal| Goal {
                    goal: parsed(&it.goal_id),
                    status: it.status(),
                    decision: (!it.decision_id.is_empty()).then(|| parsed(&it.decision_id)),
                    endorsed_by: it.endorsed_by_ids.iter().map(|id| parsed(id)).collect(),
                    text: it.text,
                };
                Ok(answer.goals.into_iter().map(goal).collect())
            }
            Protocol::GraphQl => {
                let fields = "goals(first: 100) { position nodes {
                    id text status decision { id } endorsedBy { id }
                } }";
                let least = self.world.position();
                let found = self.now_of(network, fields).await?;
                seen(least, number(&found["goals"]["position"]));
                Ok(all(&found["goals"]["nodes"], |it| Goal {
                    goal: local(&it["id"]),
                    text: text(&it["text"]),
                    status: known(&it["status"], "GOAL_STATUS_", GoalStatus::from_str_name),
                    decision: maybe(&it["decision"], |it| local(&it["id"])),
                    endorsed_by: all(&it["endorsedBy"], |it| local(&it["id"])),
                }))
            }
        }
    }

    /// Lists the agenda: what a decision put in order first, then by support, then by age.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn agenda(&self, network: NetworkId) -> Result<Vec<AgendaItem>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListItemsRequest {
                    network_id: network.to_string(),
                    status: 0,
                    page: whole(),
                    min_position,
                };
                let answer = AgendaServiceClient::new(self.line()).list_items(request).await;
                let answer = taken(answer)?;
                listed(min_position, answer.page.as_ref());
                let item = |it: message::AgendaItem| AgendaItem {
                    item: parsed(&it.item_id),
                    status: it.status(),
                    supporters: it.supporters,
                    rank: it.rank,
                    title: it.title,
                };
                Ok(answer.items.into_iter().map(item).collect())
            }
            Protocol::GraphQl => {
                let fields = "agenda(first: 100) { position nodes {
                    id title status supporters rank
                } }";
                let least = self.world.position();
                let found = self.now_of(network, fields).await?;
                seen(least, number(&found["agenda"]["position"]));
                Ok(all(&found["agenda"]["nodes"], |it| AgendaItem {
                    item: local(&it["id"]),
                    title: text(&it["title"]),
                    status: known(&it["status"], "AGENDA_ITEM_STATUS_", |name| {
                        AgendaItemStatus::from_str_name(name)
                    }),
                    supporters: small(&it["supporters"]),
                    rank: small(&it["rank"]),
                }))
            }
        }
    }

    /// Lists how the members took part, in order of their ids.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn participation(&self, network: NetworkId) -> Result<Vec<Participation>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListParticipationRequest {
                    network_id: network.to_string(),
                    page: whole(),
                    min_position,
                };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = taken(client.list_participation(request).await)?;
                listed(min_position, answer.page.as_ref());
                let part = |it: message::Participation| Participation {
                    party: read::party(it.party, "party").unwrap(),
                    issued: it.issued,
                    cast: it.cast,
                    delegated: it.delegated,
                    missed: it.missed,
                    proposed: it.proposed,
                    called: it.called,
                };
                Ok(answer.participations.into_iter().map(part).collect())
            }
            Protocol::GraphQl => {
                let fields = "participation(first: 100) { position nodes {
                    party { ...on Node { id } __typename }
                    issued cast delegated missed proposed called
                } }";
                let least = self.world.position();
                let found = self.now_of(network, fields).await?;
                seen(least, number(&found["participation"]["position"]));
                Ok(all(&found["participation"]["nodes"], |it| Participation {
                    party: party(&it["party"]),
                    issued: small(&it["issued"]),
                    cast: small(&it["cast"]),
                    delegated: small(&it["delegated"]),
                    missed: small(&it["missed"]),
                    proposed: small(&it["proposed"]),
                    called: small(&it["called"]),
                }))
            }
        }
    }

    /// Reads how far each act lies in few hands.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn concentration(&self, network: NetworkId) -> Result<Vec<Concentration>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (network_id, min_position) = (network.to_string(), self.world.position());
                let request = message::GetConcentrationRequest { network_id, min_position };
                let mut client = DecisionServiceClient::new(self.line());
                let answer = taken(client.get_concentration(request).await)?;
                seen(min_position, answer.position);
                let of = |it: message::Concentration| Concentration {
                    act: it.act(),
                    parties: it.parties,
                    acts: it.acts,
                    gini: it.gini,
                    half_by: it.half_by,
                };
                Ok(answer.concentrations.into_iter().map(of).collect())
            }
            Protocol::GraphQl => {
                let fields = "concentration { act parties acts gini halfBy }";
                let found = self.now_of(network, fields).await?;
                Ok(all(&found["concentration"], |it| Concentration {
                    act: known(&it["act"], "COUNTED_ACT_", CountedAct::from_str_name),
                    parties: small(&it["parties"]),
                    acts: it["acts"].as_u64().unwrap(),
                    gini: it["gini"].as_f64(),
                    half_by: (!it["halfBy"].is_null()).then(|| small(&it["halfBy"])),
                }))
            }
        }
    }

    /// Asks for fields of a network as they are now.
    async fn now_of(&self, network: NetworkId, fields: &str) -> Result<Value, Refusal> {
        let query = format!("query($id: ID!) {{ network(id: $id) {{ {fields} }} }}");
        let mut data = self.ask(&query, json!({ "id": global(network) })).await?;
        Ok(data["network"].take())
    }

    /// Asks for fields of a network at a moment.
    async fn within(
        &self,
        network: NetworkId,
        fields: &str,
        moment: Moment,
    ) -> Result<Value, Refusal> {
        let query =
            format!("query($id: ID!, $asOf: AsOfInput) {{ network(id: $id) {{ {fields} }} }}");
        let variables = json!({ "id": global(network), "asOf": moment.input() });
        let mut data = self.ask(&query, variables).await?;
        Ok(data["network"].take())
    }
}

pub(super) fn decision_seen(it: message::Decision) -> Decision {
    let policy = it.policy.clone().unwrap();
    let outcome = it.outcome.as_ref().map(|it| (it.kind(), it.options.clone()));
    let objections = it.objections.iter().map(|it| Objection {
        argument: it.argument.clone(),
        answers: it.answers.len(),
        validity: Some(it.validity()).filter(|it| *it != Validity::Unspecified),
        withdrawn: it.withdrawn,
    });
    let ties = it.ties_broken.iter().map(|it| BrokenTie {
        between: it.between.clone(),
        chosen: it.chosen.clone(),
        by: match it.by.as_ref().unwrap() {
            tie_broken::By::EarlierRound(_) => BrokenBy::EarlierRound,
            tie_broken::By::StatusQuo(_) => BrokenBy::StatusQuo,
            tie_broken::By::CastingVoteId(person) => BrokenBy::CastingVote(parsed(person)),
            tie_broken::By::LotSeed(seed) => BrokenBy::Lot(seed.clone()),
        },
    });
    let challenges = it.challenges.iter().map(|it| {
        let ruling = Some(it.ruling()).filter(|it| *it != ChallengeRuling::Unspecified);
        (it.grounds.clone(), ruling)
    });
    let contests = it.roll_contests.iter().map(|it| Contest {
        by: read::party(it.raised_by.clone(), "raised_by").unwrap(),
        about: read::party(it.about.clone(), "about").unwrap(),
        ground: it.ground(),
        reason: it.reason.clone(),
    });
    let lent = it.delegations.iter().map(|it| Lent {
        delegator: read::party(it.delegator.clone(), "delegator").unwrap(),
        path: it.path.iter().map(|it| read::party(Some(it.clone()), "path").unwrap()).collect(),
        not_counted: it.not_counted.clone(),
    });
    Decision {
        phase: it.phase(),
        charter_version: it.charter_version,
        policy: policy.name,
        voting_hours_min: policy.voting_hours_min,
        closes_at: read::instant(it.closes_at, "time").unwrap().unwrap(),
        extensions: it.extensions,
        reminded_at: read::instant(it.reminded_at, "time").unwrap(),
        cancelled: Some(it.cancelled()).filter(|it| *it != CancelledBecause::Unspecified),
        external: it
            .external_result
            .clone()
            .map(|it| (parsed(&it.reported_by_id), it.address, it.sha256)),
        seats: it.seats,
        roll_units: it.roll_units,
        ballots: it.ballots,
        quorum_units_missing: it.quorum_units_missing,
        figures: it.figures.as_ref().map(figures_seen),
        objections: objections.collect(),
        outcome,
        delegations: lent.collect(),
        may_vote: it.may_vote,
        own_ballot: it.my_ballot.as_ref().map(message::Ballot::state),
        challenges_until: read::instant(it.challenges_until, "time").unwrap(),
        ties: ties.collect(),
        repeats: (!it.repeats_decision_id.is_empty()).then(|| parsed(&it.repeats_decision_id)),
        contests: contests.collect(),
        challenges: challenges.collect(),
        lacking: it.lacking.map(lacking_seen),
        roll_hash: it.roll_hash,
    }
}

pub(super) fn decision_of(it: &Value) -> Decision {
    let outcome = |it: &Value| {
        let kind = |name: &str| OutcomeKind::from_str_name(name);
        (known(&it["kind"], "OUTCOME_KIND_", kind), all(&it["options"], text))
    };
    Decision {
        phase: known(&it["phase"], "DECISION_PHASE_", DecisionPhase::from_str_name),
        charter_version: small(&it["charterVersion"]),
        policy: text(&it["policy"]["name"]),
        voting_hours_min: small(&it["policy"]["votingHoursMin"]),
        closes_at: maybe_time(&it["closesAt"]).unwrap(),
        extensions: small(&it["extensions"]),
        reminded_at: maybe_time(&it["remindedAt"]),
        cancelled: maybe(&it["cancelled"], |it| {
            known(it, "CANCELLED_BECAUSE_", CancelledBecause::from_str_name)
        }),
        external: maybe(&it["externalResult"], |it| {
            (local(&it["reportedBy"]["id"]), text(&it["address"]), text(&it["sha256"]))
        }),
        seats: maybe(&it["seats"], small),
        roll_units: small(&it["rollUnits"]),
        roll_hash: text(&it["rollHash"]),
        ballots: small(&it["ballotCount"]),
        quorum_units_missing: maybe(&it["quorumUnitsMissing"], small),
        figures: maybe(&it["figures"], figures_of),
        objections: all(&it["objections"], |it| Objection {
            argument: text(&it["argument"]),
            answers: it["answers"].as_array().unwrap().len(),
            validity: maybe(&it["validity"], |it| known(it, "VALIDITY_", Validity::from_str_name)),
            withdrawn: it["withdrawn"].as_bool().unwrap(),
        }),
        outcome: maybe(&it["outcome"], outcome),
        delegations: all(&it["delegations"], |it| Lent {
            delegator: party(&it["delegator"]),
            path: all(&it["path"], party),
            not_counted: text(&it["notCounted"]),
        }),
        may_vote: it["mayVote"].as_bool().unwrap(),
        own_ballot: maybe(&it["myBallot"], |it| {
            known(&it["state"], "BALLOT_STATE_", BallotState::from_str_name)
        }),
        challenges_until: maybe_time(&it["challengesUntil"]),
        ties: all(&it["tiesBroken"], |it| BrokenTie {
            between: all(&it["between"], text),
            chosen: all(&it["chosen"], text),
            by: match it["by"].as_str().unwrap() {
                "EARLIER_ROUND" => BrokenBy::EarlierRound,
                "STATUS_QUO" => BrokenBy::StatusQuo,
                "CASTING_VOTE" => BrokenBy::CastingVote(local(&it["castingVote"]["id"])),
                "SEEDED_LOT" => BrokenBy::Lot(text(&it["lotSeed"])),
                other => panic!("a tie is broken by {other}"),
            },
        }),
        repeats: maybe(&it["repeats"], |it| local(&it["id"])),
        contests: all(&it["rollContests"], |it| Contest {
            by: party(&it["raisedBy"]),
            about: party(&it["about"]),
            ground: known(&it["ground"], "CONTEST_GROUND_", ContestGround::from_str_name),
            reason: text(&it["reason"]),
        }),
        challenges: all(&it["challenges"], |it| {
            let ruling =
                |it: &Value| known(it, "CHALLENGE_RULING_", ChallengeRuling::from_str_name);
            (text(&it["grounds"]), maybe(&it["ruling"], ruling))
        }),
        lacking: maybe(&it["lacking"], lacking_of),
    }
}

pub(super) fn figures_seen(it: &message::Figures) -> Figures {
    Figures {
        direct_units: it.direct_units,
        delegated_units: it.delegated_units,
        present_units: it.present_units,
        quorum_units: it.quorum_units,
        quorate: it.quorate,
        parts: it.constituencies.iter().map(part_seen).collect(),
        options: it.options.iter().map(|it| (it.option.clone(), it.units)).collect(),
        weights: it.options.iter().map(|it| it.weight).collect(),
        roll: (it.roll_units, it.roll_weight),
        abstained_units: it.abstained_units,
        requirements: it.requirements.iter().map(|it| (it.weight, it.base, it.met)).collect(),
        objections_standing: it.objections_standing,
    }
}

pub(super) fn figures_of(it: &Value) -> Figures {
    Figures {
        direct_units: small(&it["directUnits"]),
        delegated_units: small(&it["delegatedUnits"]),
        present_units: small(&it["presentUnits"]),
        quorum_units: small(&it["quorumUnits"]),
        quorate: it["quorate"].as_bool().unwrap(),
        parts: all(&it["constituencies"], part_of),
        options: all(&it["options"], |it| (text(&it["option"]), small(&it["units"]))),
        weights: all(&it["options"], |it| big(&it["weight"])),
        roll: (small(&it["rollUnits"]), big(&it["rollWeight"])),
        abstained_units: small(&it["abstainedUnits"]),
        requirements: all(&it["requirements"], |it| {
            (big(&it["weight"]), big(&it["base"]), it["met"].as_bool().unwrap())
        }),
        objections_standing: small(&it["objectionsStanding"]),
    }
}

fn part_seen(it: &message::ConstituencyFigures) -> Part {
    Part {
        constituency: it.constituency.clone(),
        units: it.roll_units,
        present: it.present_units,
        needed: it.quorum_units,
        quorate: it.quorate,
    }
}

fn part_of(it: &Value) -> Part {
    Part {
        constituency: text(&it["constituency"]),
        units: small(&it["rollUnits"]),
        present: maybe(&it["presentUnits"], small),
        needed: small(&it["quorumUnits"]),
        quorate: it["quorate"].as_bool().unwrap(),
    }
}

pub(super) fn lacking_seen(it: message::Lacking) -> Lacking {
    Lacking {
        quorum_units: it.quorum_units,
        agreeing_weight: it.agreeing_weight,
        opposed_units: it.opposed_units,
        objections: it.objections,
    }
}

pub(super) fn lacking_of(it: &Value) -> Lacking {
    Lacking {
        quorum_units: maybe(&it["quorumUnits"], small),
        agreeing_weight: maybe(&it["agreeingWeight"], big),
        opposed_units: small(&it["opposedUnits"]),
        objections: small(&it["objections"]),
    }
}

fn resolution_seen(it: message::Resolution) -> Resolution {
    let other = |id: &str| (!id.is_empty()).then(|| parsed(id));
    Resolution {
        resolution: parsed(&it.resolution_id),
        status: it.status(),
        entered_at: read::instant(it.entered_at, "time").unwrap().unwrap(),
        review_at: read::instant(it.review_at, "time").unwrap(),
        review_due: it.review_due,
        effects: it.effects.iter().map(|it| (it.status(), it.reason.clone())).collect(),
        supersedes: other(&it.supersedes_id),
        superseded_by: other(&it.superseded_by_id),
        changed_by: it.changed_by_ids.iter().map(|id| parsed(id)).collect(),
        implementation: it.implementation(),
        ended_at: read::instant(it.ended_at, "time").unwrap(),
        winners: it.winners,
        title: it.title,
    }
}

fn resolution_of(it: &Value) -> Resolution {
    Resolution {
        resolution: local(&it["id"]),
        title: text(&it["title"]),
        status: known(&it["status"], "RESOLUTION_STATUS_", |name| {
            ResolutionStatus::from_str_name(name)
        }),
        entered_at: maybe_time(&it["enteredAt"]).unwrap(),
        review_at: maybe_time(&it["reviewAt"]),
        review_due: it["reviewDue"].as_bool().unwrap(),
        winners: all(&it["winners"], text),
        effects: all(&it["effects"], |it| {
            let status = |name: &str| EffectStatus::from_str_name(name);
            (known(&it["status"], "EFFECT_STATUS_", status), text(&it["reason"]))
        }),
        supersedes: maybe(&it["supersedesId"], local),
        superseded_by: maybe(&it["supersededById"], local),
        changed_by: all(&it["changedByIds"], local),
        implementation: known(&it["implementation"], "IMPLEMENTATION_", |name| {
            Implementation::from_str_name(name)
        }),
        ended_at: maybe_time(&it["endedAt"]),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(super) fn whole() -> Option<common::PageRequest> {
    Some(common::PageRequest { page_size: 100, ..Default::default() })
}

pub(super) fn listed(least: u64, page: Option<&common::PageInfo>) {
    let page = page.unwrap();
    assert_eq!(page.next_page_token, "", "stories fit on one page");
    seen(least, page.position);
}

pub(super) fn parsed<K: IdKind>(id: &str) -> Id<K> {
    Id::parse(id).unwrap()
}

pub(super) fn maybe<T>(value: &Value, read: impl Fn(&Value) -> T) -> Option<T> {
    (!value.is_null()).then(|| read(value))
}

fn maybe_time(value: &Value) -> Option<Timestamp> {
    maybe(value, |value| crate::time(value.as_str().unwrap()))
}

/// A text; null is the empty one.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A number; null is zero.
pub(super) fn small(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap_or_default()).unwrap()
}

pub(super) fn big(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

pub(super) fn all<T>(list: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().unwrap().iter().map(read).collect()
}

pub(super) fn known<T>(value: &Value, prefix: &str, read: impl Fn(&str) -> Option<T>) -> T {
    read(&format!("{prefix}{}", value.as_str().unwrap())).unwrap()
}

fn party(value: &Value) -> Party {
    match value["__typename"].as_str().unwrap() {
        "Person" => Party::Person(local(&value["id"])),
        _ => Party::Organisation(local(&value["id"])),
    }
}
