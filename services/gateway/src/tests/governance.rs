//! Governance as clients of the gateway see it.

use std::collections::{BTreeSet, HashMap};

use kernel::{
    AgendaItemId, DecisionId, DelegationId, GoalId, Id, MandateId, ProposalId, ResolutionId,
    id::kinds,
};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use wire::weft::governance::v1 as governance;

use super::*;

const BEN: PersonId = PersonId::new(Uuid::from_u128(20));
const MOTION: ProposalId = ProposalId::new(Uuid::from_u128(21));
const VOTE: DecisionId = DecisionId::new(Uuid::from_u128(22));
const RESOLVED: ResolutionId = ResolutionId::new(Uuid::from_u128(23));
const OFFICE: MandateId = MandateId::new(Uuid::from_u128(24));
const GOAL: GoalId = GoalId::new(Uuid::from_u128(25));
const ITEM: AgendaItemId = AgendaItemId::new(Uuid::from_u128(26));
const LENT: DelegationId = DelegationId::new(Uuid::from_u128(27));

/// How many proposals the fake network has.
const PROPOSALS: u64 = 50;

fn anna() -> common::Party {
    wire::read::party_message(kernel::Party::Person(ANNA))
}

fn ben() -> common::Party {
    wire::read::party_message(kernel::Party::Person(BEN))
}

fn option(key: &str, icon: governance::Icon) -> governance::DecisionOption {
    governance::DecisionOption {
        key: key.to_owned(),
        icon: icon.into(),
        label: key.to_uppercase(),
        candidate_id: String::new(),
    }
}

fn policy() -> governance::DecisionPolicy {
    use governance::{electorate, judge, method, quorum, tie_rule};

    let ranked =
        method::Ranked { rule: governance::RankedRule::ScottishStv.into(), seats: 2, ranks_max: 0 };
    let anyone = judge::Judge::RollMember(judge::RollMember {});
    let constituency = "tenants".to_owned();
    let weights = vec![electorate::PartyWeight { party: Some(ben()), weight: 3, constituency }];
    governance::DecisionPolicy {
        name: "elections".to_owned(),
        subjects: vec![governance::Subject::MandateConfer.into()],
        method: Some(governance::Method { method: Some(method::Method::Ranked(ranked)) }),
        proposer_roles: Vec::new(),
        sponsors_min: 1,
        discussion_hours_min: 48,
        voting_hours_min: 72,
        voting_hours_max: 336,
        electorate: Some(governance::Electorate {
            classes: vec![message::MembershipClass::Member.into()],
            unit: Some(electorate::Unit::Weighted(electorate::Weighted { weights })),
        }),
        roll_moment: governance::RollMoment::Call.into(),
        quorum: Some(governance::Quorum {
            bound: governance::Bound::AtLeast.into(),
            counts_abstentions: true,
            counts_blanks: false,
            counts_delegated: true,
            size: Some(quorum::Size::ShareOfEach(governance::Share {
                numerator: 1,
                denominator: 2,
            })),
        }),
        requirements: Vec::new(),
        objections: Some(governance::Objections {
            judge: Some(governance::Judge { judge: Some(anyone) }),
            standing_max: 0,
        }),
        secrecy: governance::Secrecy::Secret.into(),
        results: governance::ResultsShown::AfterClose.into(),
        ballot_change: governance::BallotChange::Never.into(),
        reasons: governance::Reasons::None.into(),
        delegation: None,
        leavers: governance::Leavers::Keep.into(),
        extension: None,
        early_close: governance::EarlyClose::Never.into(),
        tie: Some(governance::TieRule {
            rule: Some(tie_rule::Rule::SeededLot(tie_rule::SeededLot {})),
        }),
        challenges: None,
        review_after_days: 0,
        sunset_after_days: 365,
        repeat_after_days: 30,
        elsewhere: None,
    }
}

fn effects() -> Vec<governance::Effect> {
    use governance::{charter_change, effect};

    let edit = charter_change::EditSection {
        section: governance::CharterSection::Purpose.into(),
        text: "To eat.".to_owned(),
    };
    let edit =
        governance::CharterChange { change: Some(charter_change::Change::EditSection(edit)) };
    let define = charter_change::Change::DefinePolicy(policy());
    let define = governance::CharterChange { change: Some(define) };
    let confer = effect::ConferMandate { role: "coordinator".to_owned(), holder_id: String::new() };
    let items = effect::PrioritiseAgenda { item_ids: vec![ITEM.to_string()] };
    [
        effect::Effect::AmendCharter(effect::Changes { changes: vec![edit, define] }),
        effect::Effect::PauseNetwork(effect::None {}),
        effect::Effect::ExpelMember(ben()),
        effect::Effect::ConferMandate(confer),
        effect::Effect::RecallMandate(OFFICE.to_string()),
        effect::Effect::PrioritiseAgenda(items),
    ]
    .map(|effect| governance::Effect { effect: Some(effect) })
    .to_vec()
}

fn ballot(choice: governance::choice::Choice) -> governance::Ballot {
    governance::Ballot {
        voter: Some(anna()),
        state: governance::BallotState::Cast.into(),
        choice: Some(governance::Choice { choice: Some(choice) }),
        reason: String::new(),
        cast_at: Some(MAY),
    }
}

fn figures() -> governance::Figures {
    let option = |name: &str, units| governance::OptionFigures {
        option: name.to_owned(),
        units,
        weight: 9_007_199_254_740_991,
        sum: Some(-3_000_000_000),
        mean: "7/3".to_owned(),
    };
    let round = governance::CountedRound {
        votes: vec![governance::OptionVotes { option: "a".to_owned(), votes: "10/3".to_owned() }],
        exhausted: "0".to_owned(),
        elected: vec!["a".to_owned()],
        eliminated: Vec::new(),
    };
    governance::Figures {
        roll_units: 9,
        direct_units: 4,
        present_units: 4,
        quorum_units: 5,
        options: vec![option("a", 3), option("b", 1)],
        requirements: vec![governance::RequirementFigures { weight: 3, base: 4, met: true }],
        rounds: vec![round],
        constituencies: vec![governance::ConstituencyFigures {
            constituency: "tenants".to_owned(),
            roll_units: 4,
            quorum_units: 2,
            ..governance::ConstituencyFigures::default()
        }],
        ..governance::Figures::default()
    }
}

fn decision(id: DecisionId) -> governance::Decision {
    use governance::{choice, tie_broken};

    let scores = HashMap::from([("b".to_owned(), 2), ("a".to_owned(), 5)]);
    governance::Decision {
        decision_id: id.to_string(),
        network_id: NETWORK.to_string(),
        proposal_id: MOTION.to_string(),
        revision: 2,
        content_hash: "c0".to_owned(),
        subject: governance::Subject::MandateConfer.into(),
        charter_version: 1,
        policy: Some(policy()),
        options: vec![
            option("a", governance::Icon::Item),
            governance::DecisionOption {
                label: String::new(),
                candidate_id: BEN.to_string(),
                ..option("b", governance::Icon::Item)
            },
        ],
        effects: effects(),
        called_by_id: ANNA.to_string(),
        phase: governance::DecisionPhase::Open.into(),
        opens_at: Some(MAY),
        closes_at: Some(MAY),
        roll_units: 9,
        roll_weight: 9,
        roll_hash: "0a".to_owned(),
        ballots: 4,
        quorum_units_missing: Some(1),
        figures: Some(figures()),
        roll_contests: vec![governance::RollContest {
            raised_by: Some(ben()),
            about: Some(anna()),
            ground: governance::ContestGround::Missing.into(),
            reason: String::new(),
            raised_at: Some(MAY),
        }],
        objections: vec![governance::Objection {
            number: 1,
            raised_by: Some(ben()),
            argument: String::new(),
            raised_at: Some(MAY),
            validity: governance::Validity::NotValid.into(),
            judged_by_id: ANNA.to_string(),
            ..governance::Objection::default()
        }],
        outcome: Some(governance::Outcome {
            kind: governance::OutcomeKind::Elected.into(),
            options: vec!["a".to_owned()],
        }),
        ties_broken: vec![governance::TieBroken {
            between: vec!["a".to_owned(), "b".to_owned()],
            chosen: vec!["a".to_owned()],
            by: Some(tie_broken::By::LotSeed("5eed".to_owned())),
        }],
        delegations: vec![governance::ResolvedDelegation {
            delegator: Some(ben()),
            path: vec![anna()],
            not_counted: "CIRCLE".to_owned(),
        }],
        may_vote: true,
        my_ballot: Some(ballot(choice::Choice::Scores(choice::Scores { scores }))),
        ..governance::Decision::default()
    }
}

/// The goal of one proposal alone.
fn numbered_goal(index: u64) -> GoalId {
    GoalId::new(Uuid::from_u128(u128::from(index) + 3_000))
}

fn goal(id: GoalId) -> governance::Goal {
    governance::Goal {
        goal_id: id.to_string(),
        network_id: NETWORK.to_string(),
        text: "Nobody eats alone.".to_owned(),
        drafted_by_id: ANNA.to_string(),
        drafted_at: Some(MAY),
        status: governance::GoalStatus::Adopted.into(),
        decision_id: VOTE.to_string(),
        endorsed_by_ids: vec![ANNA.to_string(), BEN.to_string()],
    }
}

fn proposal(id: ProposalId, index: u64) -> governance::Proposal {
    let author = PersonId::new(Uuid::from_u128(u128::from(index) + 200));
    governance::Proposal {
        proposal_id: id.to_string(),
        network_id: NETWORK.to_string(),
        status: governance::ProposalStatus::Called.into(),
        revision: 1,
        content: Some(governance::ProposalContent {
            title: format!("Motion {index}"),
            text: "Let us eat.".to_owned(),
            subject: governance::Subject::Other.into(),
            effects: effects(),
            goal_ids: vec![GOAL.to_string(), numbered_goal(index).to_string()],
            ..governance::ProposalContent::default()
        }),
        author_ids: vec![author.to_string(), ANNA.to_string()],
        sponsor_ids: vec![BEN.to_string()],
        drafted_at: Some(MAY),
        decision_id: DecisionId::new(Uuid::from_u128(u128::from(index) + 1_000)).to_string(),
        concerns: vec![governance::Concern {
            number: 1,
            status: governance::ConcernStatus::Raised.into(),
            raised_by_id: BEN.to_string(),
            text: "Too late.".to_owned(),
            raised_at: Some(MAY),
            answers: Vec::new(),
            proposal_id: String::new(),
        }],
        amendments: vec![governance::Amendment {
            number: 1,
            status: governance::AmendmentStatus::Promoted.into(),
            offered_by_id: BEN.to_string(),
            revision: 1,
            text: "Let us drink.".to_owned(),
            offered_at: Some(MAY),
            promoted_proposal_id: MOTION.to_string(),
        }],
        ..governance::Proposal::default()
    }
}

fn charter() -> governance::Charter {
    let role = governance::Role {
        name: "coordinator".to_owned(),
        responsibilities: "Calls the meetings.".to_owned(),
        term_days: 365,
        consecutive_terms_max: 0,
        seats: 2,
        required: true,
    };
    governance::Charter {
        network_id: NETWORK.to_string(),
        status: governance::CharterStatus::InForce.into(),
        version: 2,
        sections: vec![governance::SectionText {
            section: governance::CharterSection::Purpose.into(),
            text: "To eat.".to_owned(),
        }],
        policies: vec![policy()],
        roles: vec![role],
        snapshot_hash: "ab".to_owned(),
        effective_from: Some(MAY),
        decision_id: VOTE.to_string(),
        consented_ids: vec![ANNA.to_string()],
        annotations: vec![governance::Annotation {
            section: governance::CharterSection::Purpose.into(),
            person_id: BEN.to_string(),
            note: String::new(),
            noted_at: Some(MAY),
        }],
    }
}

fn resolution() -> governance::Resolution {
    governance::Resolution {
        resolution_id: RESOLVED.to_string(),
        network_id: NETWORK.to_string(),
        decision_id: VOTE.to_string(),
        proposal_id: MOTION.to_string(),
        title: "Motion".to_owned(),
        subject: governance::Subject::Other.into(),
        status: governance::ResolutionStatus::Superseded.into(),
        implementation: governance::Implementation::Done.into(),
        entered_at: Some(MAY),
        review_at: Some(MAY),
        review_due: true,
        effects: vec![governance::IssuedEffect {
            index: 0,
            effect: Some(effects().swap_remove(1)),
            status: governance::EffectStatus::Failed.into(),
            reason: "NETWORK_PAUSED".to_owned(),
        }],
        superseded_by_id: ResolutionId::new(Uuid::from_u128(99)).to_string(),
        ended_at: Some(MAY),
        ..governance::Resolution::default()
    }
}

fn prospect() -> governance::Prospect {
    let share = governance::Share { numerator: 2, denominator: 3 };
    let requirement = governance::Requirement {
        icon: governance::Icon::Agree.into(),
        bound: governance::Bound::AtLeast.into(),
        share: Some(share),
        base: governance::Base::Cast.into(),
    };
    governance::Prospect {
        policy: Some(policy()),
        charter_version: 0,
        figures: Some(governance::Figures { roll_units: 23, ..governance::Figures::default() }),
        upshot: governance::Upshot::NotAdopted.into(),
        requirements: vec![governance::RequirementProspect {
            requirement: Some(requirement),
            weight: 4,
            base: 9,
            met: false,
        }],
        quorum_units_missing: Some(0),
        opposed_max: Some(1),
        objections_max: None,
        seats: Some(2),
        quota: Some(34),
        lacking: Some(governance::Lacking {
            quorum_units: Some(0),
            agreeing_weight: None,
            ..governance::Lacking::default()
        }),
    }
}

fn info(total: u64) -> common::PageInfo {
    common::PageInfo { next_page_token: String::new(), total, position: HEAD }
}

/// What well-behaved services of governance answer to those who read.
#[expect(clippy::too_many_lines, reason = "one arm for each method reads as a table")]
fn reading(asked: &Asked) -> Answer {
    match asked.method.as_str() {
        "GetCharter" => {
            says(&governance::GetCharterResponse { charter: Some(charter()), position: HEAD })
        }
        "GetPolicy" => says(&governance::GetPolicyResponse {
            policy: Some(policy()),
            charter_version: 2,
            position: HEAD,
        }),
        "WhatWouldItTake" => says(&governance::WhatWouldItTakeResponse {
            prospect: Some(prospect()),
            position: HEAD,
        }),
        "ListItems" => {
            let item = governance::AgendaItem {
                item_id: ITEM.to_string(),
                network_id: NETWORK.to_string(),
                title: "Meals".to_owned(),
                raised_by_id: ANNA.to_string(),
                raised_at: Some(MAY),
                status: governance::AgendaItemStatus::Scheduled.into(),
                supporters: 3,
                rank: 0,
                gathering_id: MEAL.to_string(),
            };
            says(&governance::ListItemsResponse { items: vec![item], page: Some(info(1)) })
        }
        "ListGoals" => {
            let goals = vec![goal(GOAL)];
            says(&governance::ListGoalsResponse { goals, page: Some(info(1)) })
        }
        "BatchGetGoals" => {
            let request: governance::BatchGetGoalsRequest = asked.read();
            assert_eq!(request.network_id, NETWORK.to_string());
            let goals = request.goal_ids.iter().map(|id| goal(GoalId::parse(id).unwrap()));
            says(&governance::BatchGetGoalsResponse { goals: goals.collect(), position: HEAD })
        }
        "BatchGetResolutions" => {
            let request: governance::BatchGetResolutionsRequest = asked.read();
            assert_eq!(request.network_id, NETWORK.to_string());
            let resolution = |resolution_id| governance::Resolution {
                resolution_id,
                superseded_by_id: String::new(),
                ..resolution()
            };
            let resolutions = request.resolution_ids.into_iter().map(resolution).collect();
            says(&governance::BatchGetResolutionsResponse { resolutions, position: HEAD })
        }
        "ListProposals" => {
            let page = asked.read::<governance::ListProposalsRequest>().page.unwrap();
            let end = PROPOSALS.min(page.skip + u64::from(page.page_size));
            let proposals = (page.skip..end)
                .map(|index| proposal(Id::new(Uuid::from_u128(u128::from(index) + 500)), index));
            says(&governance::ListProposalsResponse {
                proposals: proposals.collect(),
                page: Some(info(PROPOSALS)),
            })
        }
        "BatchGetProposals" => {
            let request: governance::BatchGetProposalsRequest = asked.read();
            assert_eq!(request.network_id, NETWORK.to_string());
            let ids = request.proposal_ids.iter().map(|id| ProposalId::parse(id).unwrap());
            let proposals = ids.map(|id| proposal(id, 0)).collect();
            says(&governance::BatchGetProposalsResponse { proposals, position: HEAD })
        }
        "BatchGetDecisions" => {
            let request: governance::BatchGetDecisionsRequest = asked.read();
            assert_eq!(request.network_id, NETWORK.to_string());
            let ids = request.decision_ids.iter().map(|id| DecisionId::parse(id).unwrap());
            let decisions = ids.map(decision).collect();
            says(&governance::BatchGetDecisionsResponse { decisions, position: HEAD })
        }
        "GetProposal" => says(&governance::GetProposalResponse {
            proposal: Some(proposal(MOTION, 0)),
            position: HEAD,
        }),
        "GetDecision" => says(&governance::GetDecisionResponse {
            decision: Some(decision(VOTE)),
            position: HEAD,
        }),
        "GetResolution" => says(&governance::GetResolutionResponse {
            resolution: Some(resolution()),
            position: HEAD,
        }),
        "GetCertificate" => {
            let bundle = match asked.read::<governance::GetCertificateRequest>().format() {
                governance::CertificateFormat::Blt => "2 1\n0\n",
                governance::CertificateFormat::Unspecified
                | governance::CertificateFormat::Json => "{\"b\":1,\"a\":2}",
            };
            let bundle = bundle.as_bytes().to_vec();
            says(&governance::GetCertificateResponse { bundle, position: HEAD })
        }
        "GetConcentration" => {
            let concentrations = vec![
                governance::Concentration {
                    act: governance::CountedAct::Proposing.into(),
                    parties: 4,
                    acts: 9,
                    gini: Some(0.75),
                    half_by: Some(1),
                },
                governance::Concentration {
                    act: governance::CountedAct::Carrying.into(),
                    ..governance::Concentration::default()
                },
            ];
            says(&governance::GetConcentrationResponse { concentrations, position: HEAD })
        }
        _ => listing(asked),
    }
}

/// What they answer to those who list what has no fields of its own to batch.
#[expect(clippy::too_many_lines, reason = "one arm for each method reads as a table")]
fn listing(asked: &Asked) -> Answer {
    match asked.method.as_str() {
        "ListDecisions" => {
            let decisions = vec![decision(VOTE)];
            says(&governance::ListDecisionsResponse { decisions, page: Some(info(1)) })
        }
        "ListBallots" => {
            let ranking = vec!["b".to_owned(), "a".to_owned()];
            let ranking = governance::choice::Keys { keys: ranking };
            let ballots = vec![ballot(governance::choice::Choice::Ranking(ranking))];
            says(&governance::ListBallotsResponse { ballots, page: Some(info(1)) })
        }
        "ListParticipation" => {
            let participation = governance::Participation {
                party: Some(ben()),
                issued: 5,
                cast: 2,
                delegated: 1,
                missed: 2,
                proposed: 1,
                called: 0,
            };
            let participations = vec![participation];
            says(&governance::ListParticipationResponse { participations, page: Some(info(1)) })
        }
        "ListCharterVersions" => {
            let version = governance::CharterVersion {
                version: 1,
                effective_from: Some(MAY),
                snapshot_hash: "ab".to_owned(),
                ..governance::CharterVersion::default()
            };
            let versions = vec![version];
            says(&governance::ListCharterVersionsResponse { versions, page: Some(info(1)) })
        }
        "ListCharterTemplates" => {
            let template = governance::CharterTemplate {
                name: "consent_circle".to_owned(),
                policies: vec![policy()],
                ..governance::CharterTemplate::default()
            };
            says(&governance::ListCharterTemplatesResponse { templates: vec![template] })
        }
        "ListDelegations" => {
            let topic = governance::delegation_scope::Scope::Topic("food".to_owned());
            let delegation = governance::Delegation {
                delegation_id: LENT.to_string(),
                network_id: NETWORK.to_string(),
                delegator: Some(anna()),
                delegate: Some(ben()),
                scope: Some(governance::DelegationScope { scope: Some(topic) }),
                status: governance::DelegationStatus::Accepted.into(),
                granted_at: Some(MAY),
                until: None,
                shown_to_network: true,
            };
            let delegations = vec![delegation];
            says(&governance::ListDelegationsResponse { delegations, page: Some(info(1)) })
        }
        "ListDelegates" => {
            let delegates = vec![governance::Delegate { delegate: Some(ben()), delegations: 7 }];
            says(&governance::ListDelegatesResponse { delegates, page: Some(info(1)) })
        }
        "ListResolutions" => {
            let resolutions = vec![resolution()];
            says(&governance::ListResolutionsResponse { resolutions, page: Some(info(1)) })
        }
        "ListMandates" => {
            let mandate = governance::Mandate {
                mandate_id: OFFICE.to_string(),
                network_id: NETWORK.to_string(),
                role: "coordinator".to_owned(),
                holder_id: BEN.to_string(),
                status: governance::MandateStatus::Active.into(),
                from: Some(MAY),
                until: Some(MAY),
                term: 2,
                decision_id: VOTE.to_string(),
                charter_version: 1,
                ended_at: None,
            };
            says(&governance::ListMandatesResponse { mandates: vec![mandate], page: Some(info(1)) })
        }
        _ => answer(asked),
    }
}

/// Whether a method changes something, by its name.
fn changes(method: &str) -> bool {
    let asking = ["Get", "List", "BatchGet", "Stream", "WhatWouldItTake"];
    !asking.iter().any(|verb| method.starts_with(verb))
}

/// The answer to whatever changes something: each has its receipt in the first field, and the id of
/// what was made, or its number, in the second.
fn changed(asked: &Asked) -> Answer {
    match asked.method.as_str() {
        "RaiseConcern" | "OfferAmendment" | "RaiseObjection" => {
            let receipt = Some(receipt(HEAD + 1));
            says(&governance::RaiseConcernResponse { receipt, number: 4 })
        }
        "DraftProposal" => {
            let receipt = Some(receipt(HEAD + 1));
            says(&governance::DraftProposalResponse { receipt, proposal_id: MOTION.to_string() })
        }
        _ => {
            let receipt = Some(receipt(HEAD + 1));
            says(&governance::CallDecisionResponse { receipt, decision_id: VOTE.to_string() })
        }
    }
}

fn governed() -> (Fake, Router) {
    let fake =
        Fake::new(|asked| if changes(&asked.method) { changed(asked) } else { reading(asked) });
    let router = router(fake.channel());
    (fake, router)
}

/// Reads fields of the network.
async fn of_network(router: &Router, fields: &str) -> Value {
    let query = format!("query($id: ID!) {{ network(id: $id) {{ {fields} }} }}");
    let body = ask(router, &query, json!({ "id": encode(NETWORK) })).await;
    assert_eq!(body.get("errors"), None, "{body}");
    body["data"]["network"].clone()
}

/// Runs a mutation; `fields` are those of its payload.
async fn run(router: &Router, mutation: &str, input: &Value, fields: &str) -> Value {
    let kind = mutation[..1].to_uppercase() + &mutation[1..];
    let query =
        format!("mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {fields} }} }}");
    let mut input = input.clone();
    input["commandId"] = json!(COMMAND);
    ask(router, &query, json!({ "input": input })).await
}

#[tokio::test]
async fn fifty_proposals_with_their_tallies_and_authors_cost_as_many_calls_as_two() {
    let (fake, router) = governed();
    let query = "query($id: ID!, $first: Int!) { network(id: $id) { proposals(first: $first) {
        totalCount nodes { id title status authors { name } sponsors { name }
            concerns { number text raisedBy { name } }
            amendments { offeredBy { name } promotedTo { title } }
            network { name } goals { text status }
            decision { phase closesAt rollUnits ballotCount quorumUnitsMissing mayVote
                calledBy { name } outcome { kind options }
                figures { presentUnits quorumUnits quorate options { option units weight sum mean }
                    requirements { weight base met } }
                options { key label candidate { name } }
                objections { number raisedBy { ... on Person { name } } }
                myBallot { choice { __typename } } } } } } }";
    for first in [2, 50] {
        let variables = json!({ "id": encode(NETWORK), "first": first });
        let body = ask(&router, query, variables).await;
        assert_eq!(body.get("errors"), None, "{}", body["errors"]);
        let nodes = body["data"]["network"]["proposals"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), first);
        let node = nodes.last().unwrap();
        assert_eq!(node["title"], format!("Motion {}", first - 1));
        assert_eq!(node["authors"][0]["name"], format!("N{}", first + 199));
        assert_eq!(node["authors"][1]["name"], "N2");
        assert_eq!(node["network"]["name"], "Old City");
        assert_eq!(node["decision"]["quorumUnitsMissing"], 1);
        assert_eq!(node["decision"]["figures"]["options"][1]["sum"], -3_000_000_000_i64);
        let methods = fake.methods();
        let count = |name| methods.iter().filter(|method| *method == name).count();
        assert_eq!(count("ListProposals"), 1, "{methods:?}");
        assert_eq!(count("BatchGetDecisions"), 1, "{methods:?}");
        assert_eq!(count("BatchGetProposals"), 1, "{methods:?}");
        assert_eq!(count("BatchGetGoals"), 1, "{methods:?}");
        assert_eq!(node["goals"][1], json!({ "text": "Nobody eats alone.", "status": "ADOPTED" }));
        // The network itself, and once more for the proposals that name it.
        assert_eq!(count("GetNetwork"), 1, "{methods:?}");
        assert_eq!(count("BatchGetNetworks"), 1, "{methods:?}");
        // Persons stand on two levels: those of proposals, and those of decisions.
        assert!((1..=2).contains(&count("BatchGetPersons")), "{methods:?}");
        let counted = [
            "ListProposals",
            "BatchGetDecisions",
            "BatchGetProposals",
            "BatchGetGoals",
            "GetNetwork",
            "BatchGetNetworks",
        ];
        let counted: usize = counted.into_iter().map(count).sum();
        assert_eq!(counted + count("BatchGetPersons"), methods.len(), "{methods:?}");
    }
}

#[tokio::test]
async fn a_charter_is_read_as_of_a_date_with_its_policies_and_their_methods() {
    let (fake, router) = governed();
    let read = of_network(
        &router,
        "charter(asOf: { effective: \"1936-05-01\" }) { status version snapshotHash effectiveFrom
            sections { section text } roles { name termDays consecutiveTermsMax required }
            consented { name } annotations { note person { name } } decision { phase }
            policies { name method { ... on RankedMethod { rule seats ranksMax }
                ... on PlainMethod { kind } }
                electorate { classes unit
                    weights { weight constituency party { ... on Person { name } } } }
                quorum { shareOfEach { numerator denominator } shareOfRoll { numerator } units
                    bound countsBlanks }
                objections { judgeRole standingMax } delegation { stepsMax } extension { hours }
                tie { kind castingVoteRole } challenges { windowHours }
                secrecy reviewAfterDays sunsetAfterDays repeatAfterDays } }
        charterVersions { nodes { version changes { __typename } decision { phase } } }",
    )
    .await;
    assert_eq!(
        read["charter"],
        json!({
            "status": "IN_FORCE", "version": 2, "snapshotHash": "ab",
            "effectiveFrom": "1936-05-07T08:00:00Z",
            "sections": [{ "section": "PURPOSE", "text": "To eat." }],
            "roles": [{ "name": "coordinator", "termDays": 365, "consecutiveTermsMax": null,
                "required": true }],
            "consented": [{ "name": "N2" }],
            "annotations": [{ "note": null, "person": { "name": "N20" } }],
            "decision": { "phase": "OPEN" },
            "policies": [{ "name": "elections",
                "method": { "rule": "SCOTTISH_STV", "seats": 2, "ranksMax": null },
                "electorate": { "classes": ["MEMBER"], "unit": "WEIGHTED",
                    "weights": [{ "weight": 3, "constituency": "tenants",
                        "party": { "name": "N20" } }] },
                "quorum": { "shareOfEach": { "numerator": 1, "denominator": 2 },
                    "shareOfRoll": null, "units": null, "bound": "AT_LEAST", "countsBlanks": false },
                "objections": { "judgeRole": null, "standingMax": 0 },
                "delegation": null, "extension": null,
                "tie": { "kind": "SEEDED_LOT", "castingVoteRole": null }, "challenges": null,
                "secrecy": "SECRET", "reviewAfterDays": null, "sunsetAfterDays": 365,
                "repeatAfterDays": 30 }],
        })
    );
    let versions = json!({ "nodes": [{ "version": 1, "changes": [], "decision": null }] });
    assert_eq!(read["charterVersions"], versions);
    let asked = fake.take();
    let request = asked.iter().find(|asked| asked.method == "GetCharter").unwrap();
    let as_of = request.read::<governance::GetCharterRequest>().as_of.unwrap();
    let end_of_day = Timestamp { seconds: -1_062_460_801, nanos: 999_999_000 };
    assert_eq!(as_of.effective, Some(end_of_day));

    let body = ask(&router, "{ charterTemplates { name policies { name } } }", json!({})).await;
    assert_eq!(body["data"]["charterTemplates"][0]["policies"][0]["name"], "elections");
}

#[tokio::test]
async fn the_rule_in_force_on_any_day_is_read_by_its_subject() {
    let (fake, router) = governed();
    let read = of_network(
        &router,
        "policy(subject: CHARTER_AMEND, asOf: { knownPosition: \"7\" }) { charterVersion
            policy { name subjects } }",
    )
    .await;
    let policy = json!({ "name": "elections", "subjects": ["MANDATE_CONFER"] });
    assert_eq!(read["policy"], json!({ "charterVersion": 2, "policy": policy }));
    let request = fake.take().pop().unwrap().read::<governance::GetPolicyRequest>();
    assert_eq!(request.subject, i32::from(governance::Subject::CharterAmend));
    assert_eq!(request.as_of.unwrap().known, Some(Known::KnownPosition(7)));

    let none = serving(|asked| match asked.method.as_str() {
        "GetPolicy" => says(&governance::GetPolicyResponse::default()),
        "GetCharter" => says(&governance::GetCharterResponse::default()),
        _ => answer(asked),
    });
    let read = of_network(&none, "policy(subject: OTHER) { charterVersion } charter { version }");
    assert_eq!(read.await, json!({ "policy": null, "charter": null }));
}

#[tokio::test]
async fn what_a_policy_would_take_is_asked_in_three_ways_and_told_in_full() {
    use governance::{AssumedChoice, what_would_it_take_request::Policy};

    let (fake, router) = governed();
    let read = of_network(
        &router,
        "whatWouldItTake(policy: { drafted: \"elections\" },
            roll: [{ constituency: \"tenants\", units: 23, weight: 30 }],
            votes: [{ choice: AGREE, units: 4 },
                { choice: STAND_ASIDE, constituency: \"tenants\", units: 2, weight: 5 }],
            objectionsStanding: 1) {
            policy { name } charterVersion figures { rollUnits } upshot
            requirements { requirement { share { numerator } } weight base met }
            quorumUnitsMissing opposedMax objectionsMax seats quota
            lacking { quorumUnits agreeingWeight }
        }",
    )
    .await;
    let expected = json!({
        "policy": { "name": "elections" }, "charterVersion": null,
        "figures": { "rollUnits": 23 }, "upshot": "NOT_ADOPTED",
        "requirements": [{ "requirement": { "share": { "numerator": 2 } },
            "weight": 4, "base": 9, "met": false }],
        "quorumUnitsMissing": 0, "opposedMax": 1, "objectionsMax": null, "seats": 2, "quota": 34,
        "lacking": { "quorumUnits": 0, "agreeingWeight": null },
    });
    assert_eq!(read["whatWouldItTake"], expected);
    let asked = || fake.take().pop().unwrap().read::<governance::WhatWouldItTakeRequest>();
    let request = asked();
    assert_eq!(request.policy, Some(Policy::Drafted("elections".to_owned())));
    let part =
        governance::AssumedPart { constituency: "tenants".to_owned(), units: 23, weight: Some(30) };
    assert_eq!((request.roll, request.objections_standing), (vec![part], 1));
    let votes = |choice: AssumedChoice, constituency: &str, units, weight| {
        let (choice, constituency) = (choice.into(), constituency.to_owned());
        governance::AssumedVotes { choice, constituency, units, weight }
    };
    let aside = votes(AssumedChoice::StandAside, "tenants", 2, Some(5));
    assert_eq!(request.votes, [votes(AssumedChoice::Agree, "", 4, None), aside]);

    let plain = "whatWouldItTake(policy: { inForce: { subject: OTHER } }) { upshot }";
    assert_eq!(of_network(&router, plain).await["whatWouldItTake"]["upshot"], "NOT_ADOPTED");
    let request = asked();
    let Some(Policy::InForce(by)) = request.policy else { panic!("not by subject") };
    assert_eq!(by.subject, i32::from(governance::Subject::Other));
    assert_eq!((request.roll, request.votes, request.objections_standing), (vec![], vec![], 0));

    let written = "whatWouldItTake(policy: { written: { name: \"new\", subjects: [OTHER],
        votingHoursMin: 72, method: { plain: CONSENSUS } } }) { seats }";
    assert_eq!(of_network(&router, written).await["whatWouldItTake"]["seats"], 2);
    let Some(Policy::Written(policy)) = asked().policy else { panic!("not written") };
    assert_eq!((policy.name.as_str(), policy.voting_hours_max), ("new", 72));
}

#[tokio::test]
async fn a_policy_is_written_with_little_and_complete_when_it_is_sent() {
    use governance::{charter_change::Change, electorate, method, tie_rule};

    let (fake, router) = governed();
    let policy = json!({ "name": "everything else", "subjects": ["OTHER"], "votingHoursMin": 72,
        "method": { "plain": "MAJORITY" },
        "quorum": { "size": { "shareOfRoll": { "numerator": 1, "denominator": 2 } } },
        "requirements": [{ "bound": "MORE_THAN", "share": { "numerator": 1, "denominator": 2 } }] });
    let input = json!({ "networkId": encode(NETWORK), "change": { "definePolicy": policy } });
    let fields = "position charter { version } network { name }";
    let body = run(&router, "editCharterDraft", &input, fields).await;
    assert_eq!(
        body["data"]["editCharterDraft"],
        json!({ "position": "5000000001", "charter": { "version": 2 },
            "network": { "name": "Old City" } })
    );
    let asked = fake.take();
    assert_eq!(asked[0].method, "EditCharterDraft");
    let request = asked[0].read::<governance::EditCharterDraftRequest>();
    assert_eq!(request.command.unwrap().command_id, COMMAND);
    let Some(Change::DefinePolicy(policy)) = request.change.unwrap().change else {
        panic!("a policy is to be defined");
    };
    let majority = Some(method::Method::Majority(method::Majority {}));
    let every = [message::MembershipClass::Founder, message::MembershipClass::Member];
    let quorum = policy.quorum.unwrap();
    assert_eq!(policy.method.unwrap().method, majority);
    assert_eq!((policy.voting_hours_min, policy.voting_hours_max), (72, 72));
    let electorate = policy.electorate.unwrap();
    assert_eq!(electorate.classes, every.map(i32::from));
    assert_eq!(electorate.unit, Some(electorate::Unit::Persons(electorate::Persons {})));
    assert_eq!(policy.roll_moment, i32::from(governance::RollMoment::Call));
    assert_eq!(quorum.bound, i32::from(governance::Bound::AtLeast));
    assert!(quorum.counts_abstentions && quorum.counts_blanks && quorum.counts_delegated);
    assert_eq!(policy.requirements[0].icon, i32::from(governance::Icon::Agree));
    assert_eq!(policy.requirements[0].base, i32::from(governance::Base::CastWithoutAbstentions));
    assert_eq!((policy.objections, policy.delegation, policy.extension), (None, None, None));
    assert_eq!(policy.secrecy, i32::from(governance::Secrecy::Open));
    assert_eq!(policy.results, i32::from(governance::ResultsShown::AfterClose));
    assert_eq!(policy.ballot_change, i32::from(governance::BallotChange::UntilClose));
    assert_eq!(policy.reasons, i32::from(governance::Reasons::Optional));
    assert_eq!(policy.leavers, i32::from(governance::Leavers::Keep));
    assert_eq!(policy.early_close, i32::from(governance::EarlyClose::Never));
    let status_quo = tie_rule::Rule::StatusQuo(tie_rule::StatusQuo {});
    assert_eq!(policy.tie.unwrap().rule, Some(status_quo));
    assert_eq!(asked[1].read::<governance::GetCharterRequest>().min_position, HEAD + 1);
}

#[tokio::test]
async fn a_0_that_would_mean_no_limit_is_refused_by_the_name_of_its_field() {
    let (fake, router) = governed();
    let draft = |change: Value| json!({ "networkId": encode(NETWORK), "change": change });
    let with = |field: &str, value: Value| {
        let mut policy = json!({ "name": "a", "subjects": ["OTHER"], "votingHoursMin": 1,
            "method": { "plain": "CONSENT" } });
        policy[field] = value;
        draft(json!({ "definePolicy": policy }))
    };
    let ranked = json!({ "ranked": { "rule": "SCOTTISH_STV", "ranksMax": 0 } });
    let role = json!({ "name": "chair", "responsibilities": "Chairs.", "termDays": 365,
        "consecutiveTermsMax": 0 });
    let tie = encode(kernel::TieId::new(Uuid::from_u128(4)));
    let mut cases = vec![
        (
            "editCharterDraft",
            "carriedMax",
            with("delegation", json!({ "singleStep": { "carriedMax": 0 } })),
        ),
        (
            "editCharterDraft",
            "carriedMax",
            with("delegation", json!({ "transitive": { "stepsMax": 2, "carriedMax": 0 } })),
        ),
        ("editCharterDraft", "ranksMax", with("method", ranked)),
        ("editCharterDraft", "reviewAfterDays", with("reviewAfterDays", json!(0))),
        ("editCharterDraft", "sunsetAfterDays", with("sunsetAfterDays", json!(0))),
        ("editCharterDraft", "consecutiveTermsMax", draft(json!({ "defineRole": role }))),
        ("callDecision", "votingHours", json!({ "proposalId": encode(MOTION), "votingHours": 0 })),
    ];
    for field in
        ["reliability", "sharedMission", "openness", "influence", "involvement", "contribution"]
    {
        cases.push(("assessTie", field, json!({ "tieId": tie, "ratings": { field: 0 } })));
    }
    for (mutation, field, input) in cases {
        let body = run(&router, mutation, &input, "position").await;
        assert_eq!(blame(&body), invalid("ZERO_GIVEN"), "{field}: {body}");
        let message = body["errors"][0]["message"].as_str().unwrap();
        let told = format!("{field} is 0: leave it out, or give at least 1");
        assert!(message.contains(&told), "{message}");
    }
    // In the document as in a variable.
    let query = format!(
        "mutation {{ callDecision(input: {{ commandId: \"{COMMAND}\", proposalId: \"{}\",
        votingHours: 0 }}) {{ position }} }}",
        encode(MOTION).0
    );
    assert_eq!(blame(&ask(&router, &query, json!({})).await), invalid("ZERO_GIVEN"));
    assert_eq!(fake.methods(), Vec::<String>::new());
    // Null is as good as left out.
    let input = json!({ "proposalId": encode(MOTION), "votingHours": null });
    let body = run(&router, "callDecision", &input, "position").await;
    assert_eq!(body.get("errors"), None, "{body}");
    assert_eq!(fake.take()[0].read::<governance::CallDecisionRequest>().voting_hours, 0);
}

#[tokio::test]
async fn an_option_is_named_by_its_candidate_its_agenda_item_or_its_key() {
    let (fake, router) = governed();
    let drafted = |option: Value| {
        json!({ "networkId": encode(NETWORK), "content": {
            "title": "Who?", "text": "Who is it?", "options": [option] } })
    };
    for (option, key, candidate) in [
        (json!({ "candidateId": encode(BEN) }), BEN.to_string(), BEN.to_string()),
        (
            json!({ "candidateId": encode(BEN), "key": BEN.to_string() }),
            BEN.to_string(),
            BEN.to_string(),
        ),
        (json!({ "itemId": encode(ITEM), "label": "Soup" }), ITEM.to_string(), String::new()),
        (
            json!({ "itemId": encode(ITEM), "key": ITEM.to_string(), "label": "Soup" }),
            ITEM.to_string(),
            String::new(),
        ),
        (json!({ "key": "soup", "label": "Soup" }), "soup".to_owned(), String::new()),
        // The rule that these two are the same is the services'.
        (json!({ "candidateId": encode(BEN), "key": "ben" }), "ben".to_owned(), BEN.to_string()),
    ] {
        let body = run(&router, "draftProposal", &drafted(option), "position").await;
        assert_eq!(body.get("errors"), None, "{body}");
        let content = fake.take()[0].read::<governance::DraftProposalRequest>().content.unwrap();
        let sent = &content.options[0];
        assert_eq!((&sent.key, &sent.candidate_id), (&key, &candidate));
    }
    for (option, reason) in [
        (json!({ "label": "Soup" }), "OPTION_KEY_MISSING"),
        (json!({ "itemId": encode(ITEM), "key": encode(ITEM) }), "OPTION_KEY_DIFFERS"),
        (json!({ "itemId": encode(ITEM), "key": "soup", "label": "Soup" }), "OPTION_KEY_DIFFERS"),
    ] {
        let body = run(&router, "draftProposal", &drafted(option), "position").await;
        assert_eq!(blame(&body), invalid(reason), "{body}");
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("options.key: an option has "), "{message}");
    }
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn the_keys_of_an_agenda_are_told_with_the_items_that_they_stand_for() {
    let order = governance::effect::PrioritiseAgenda::default();
    let order = governance::effect::Effect::PrioritiseAgenda(order);
    let asked_to_order = governance::Effect { effect: Some(order) };
    let options = || vec![option(&ITEM.to_string(), governance::Icon::Item)];
    for (effects, item) in [(vec![asked_to_order], json!(encode(ITEM))), (vec![], Value::Null)] {
        let decision = governance::Decision { options: options(), effects, ..decision(VOTE) };
        let router = serving(move |asked| match asked.method.as_str() {
            "GetDecision" => says(&governance::GetDecisionResponse {
                decision: Some(decision.clone()),
                position: HEAD,
            }),
            _ => answer(asked),
        });
        let query = "query($id: ID!) { decision(id: $id) { options { key itemId } } }";
        let body = ask(&router, query, json!({ "id": encode(VOTE) })).await;
        let told = json!([{ "key": ITEM.to_string(), "itemId": item }]);
        assert_eq!(body["data"]["decision"]["options"], told, "{body}");
    }
}

#[tokio::test]
async fn a_policy_is_written_with_everything_and_sent_as_it_was_written() {
    use governance::{
        charter_change::Change, delegation_rule, electorate, judge, method, quorum, tie_rule,
    };

    let (fake, router) = governed();
    let policy = json!({ "name": "board", "subjects": ["MEMBERSHIP_ADMIT"], "votingHoursMin": 1,
        "votingHoursMax": 2, "method": { "score": { "scoreMin": -2, "scoreMax": 2, "winners": 3 } },
        "electorate": { "classes": ["MEMBER"],
            "unit": { "weighted": [{ "partyId": encode(BEN), "weight": 3, "constituency": "a" }] } },
        "quorum": { "size": { "shareOfEach": { "numerator": 2, "denominator": 3 } }, "bound": "MORE_THAN", "countsBlanks": false },
        "objections": { "judgeRole": "chair", "standingMax": 1 },
        "challenges": { "windowHours": 24 },
        "delegation": { "transitive": { "stepsMax": 3, "carriedMax": 10 } },
        "extension": { "hours": 12, "ifTied": true },
        "tie": { "castingVoteRole": "chair" }, "secrecy": "SECRET", "sunsetAfterDays": 365 });
    let input = json!({ "networkId": encode(NETWORK), "change": { "changePolicy": policy } });
    let body = run(&router, "editCharterDraft", &input, "position").await;
    assert_eq!(body.get("errors"), None, "{body}");
    let request = fake.take()[0].read::<governance::EditCharterDraftRequest>();
    let Some(Change::ChangePolicy(policy)) = request.change.unwrap().change else {
        panic!("a policy is to be changed");
    };
    let score = method::Score { score_min: -2, score_max: 2, winners: 3 };
    assert_eq!(policy.method.unwrap().method, Some(method::Method::Score(score)));
    let constituency = "a".to_owned();
    let weights = vec![electorate::PartyWeight { party: Some(ben()), weight: 3, constituency }];
    let weighted = electorate::Unit::Weighted(electorate::Weighted { weights });
    assert_eq!(policy.electorate.unwrap().unit, Some(weighted));
    let quorum = policy.quorum.unwrap();
    let two_thirds = governance::Share { numerator: 2, denominator: 3 };
    assert_eq!(quorum.size, Some(quorum::Size::ShareOfEach(two_thirds)));
    assert_eq!(quorum.bound, i32::from(governance::Bound::MoreThan));
    assert!(!quorum.counts_blanks && quorum.counts_delegated);
    let objections = policy.objections.unwrap();
    let chair = judge::Judge::Role("chair".to_owned());
    assert_eq!(objections.judge.unwrap().judge, Some(chair));
    let anyone = judge::Judge::RollMember(judge::RollMember {});
    assert_eq!(policy.challenges.unwrap().judge.unwrap().judge, Some(anyone));
    let transitive = delegation_rule::Transitive { steps_max: 3, carried_max: 10 };
    let transitive = delegation_rule::Rule::Transitive(transitive);
    assert_eq!(policy.delegation.unwrap().rule, Some(transitive));
    let extension = policy.extension.unwrap();
    assert_eq!((extension.times_max, extension.hours), (1, 12));
    assert!(extension.if_inquorate && extension.if_tied);
    let casting = tie_rule::Rule::CastingVoteRole("chair".to_owned());
    assert_eq!(policy.tie.unwrap().rule, Some(casting));
    assert_eq!((policy.review_after_days, policy.sunset_after_days), (0, 365));
}

#[tokio::test]
async fn an_agenda_lists_what_members_want_dealt_with() {
    let (fake, router) = governed();
    let read = of_network(
        &router,
        "agenda(status: SCHEDULED) { totalCount nodes { id title status supporters rank
            gatheringId raisedBy { name } } }",
    )
    .await;
    let item = json!({ "id": encode(ITEM), "title": "Meals", "status": "SCHEDULED",
        "supporters": 3, "rank": null, "gatheringId": encode(MEAL), "raisedBy": { "name": "N2" } });
    assert_eq!(read["agenda"], json!({ "totalCount": 1, "nodes": [item] }));
    let asked = fake.take();
    let request = asked.iter().find(|asked| asked.method == "ListItems").unwrap();
    let status = request.read::<governance::ListItemsRequest>().status;
    assert_eq!(status, i32::from(governance::AgendaItemStatus::Scheduled));

    let input = json!({ "networkId": encode(NETWORK), "title": "Meals" });
    let body = run(&router, "raiseAgendaItem", &input, "itemId network { name }").await;
    let item: AgendaItemId = Id::new(VOTE.uuid());
    let raised = json!({ "itemId": encode(item), "network": { "name": "Old City" } });
    assert_eq!(body["data"]["raiseAgendaItem"], raised);
    assert_eq!(fake.take()[0].read::<governance::RaiseItemRequest>().title, "Meals");
}

#[tokio::test]
async fn goals_say_who_stands_behind_them_and_what_adopted_them() {
    let (fake, router) = governed();
    let fields = "goals { nodes { id text status endorsementCount endorsedBy { name }
        draftedBy { name } decision { id } } }";
    let read = of_network(&router, fields).await;
    assert_eq!(
        read["goals"]["nodes"],
        json!([{ "id": encode(GOAL), "text": "Nobody eats alone.", "status": "ADOPTED",
            "endorsementCount": 2, "endorsedBy": [{ "name": "N2" }, { "name": "N20" }],
            "draftedBy": { "name": "N2" }, "decision": { "id": encode(VOTE) } }])
    );
    fake.take();
    let input = json!({ "goalId": encode(GOAL) });
    let body = run(&router, "endorseGoal", &input, "position goalId").await;
    assert_eq!(body["data"]["endorseGoal"]["goalId"], json!(encode(GOAL)));
    assert_eq!(fake.take()[0].read::<governance::EndorseGoalRequest>().goal_id, GOAL.to_string());
}

#[tokio::test]
async fn a_proposal_carries_effects_in_and_shows_them_again() {
    use governance::effect;

    let (fake, router) = governed();
    let effects = json!([
        { "amendCharter": [{ "editSection": { "section": "PURPOSE", "text": "To eat." } },
            { "retirePolicy": "admission" },
            { "defineRole": { "name": "cook", "responsibilities": "Cooks.", "termDays": 30 } }] },
        { "networkState": "PAUSE" },
        { "membership": { "change": "EXPEL", "partyId": encode(BEN) } },
        { "conferMandate": { "role": "coordinator" } },
        { "recallMandate": encode(OFFICE) },
        { "prioritiseAgenda": [] },
        { "adoptGoal": encode(GOAL) },
        { "declareNetworkType": ["PRODUCTION"] },
        { "networkState": "CLOSE_MEMBERSHIP" },
        { "membership": { "change": "DECLINE", "partyId": encode(BEN) } },
        { "resolution": { "change": "REPEAL", "resolutionId": encode(RESOLVED) } },
    ]);
    let options = json!([{ "key": "b", "candidateId": encode(BEN) }]);
    let content = json!({ "title": "Motion", "text": "Let us eat.", "subject": "CHARTER_AMEND",
        "effects": effects, "options": options, "goalIds": [encode(GOAL)] });
    let input = json!({ "networkId": encode(NETWORK), "content": content });
    let fields = "position proposal { id goalIds effects { __typename
        ... on AmendCharterEffect { changes { __typename ... on SectionEdit { text } } }
        ... on NetworkStateEffect { state }
        ... on MembershipEffect { change party { ... on Person { name } } }
        ... on ConferMandateEffect { role holderId holder { name } }
        ... on RecallMandateEffect { mandateId }
        ... on PrioritiseAgendaEffect { itemIds } } }";
    let body = run(&router, "draftProposal", &input, fields).await;
    assert_eq!(body.get("errors"), None, "{body}");
    assert_eq!(
        body["data"]["draftProposal"]["proposal"]["effects"],
        json!([
            { "__typename": "AmendCharterEffect", "changes": [
                { "__typename": "SectionEdit", "text": "To eat." },
                { "__typename": "PolicyDefinition" }] },
            { "__typename": "NetworkStateEffect", "state": "PAUSE" },
            { "__typename": "MembershipEffect", "change": "EXPEL", "party": { "name": "N20" } },
            { "__typename": "ConferMandateEffect", "role": "coordinator", "holderId": null,
                "holder": null },
            { "__typename": "RecallMandateEffect", "mandateId": encode(OFFICE) },
            { "__typename": "PrioritiseAgendaEffect", "itemIds": [encode(ITEM)] },
        ])
    );
    let asked = fake.take();
    let content = asked[0].read::<governance::DraftProposalRequest>().content.unwrap();
    let sent: Vec<_> = content.effects.into_iter().map(|effect| effect.effect.unwrap()).collect();
    let effect::Effect::AmendCharter(amended) = &sent[0] else { panic!("{sent:?}") };
    assert_eq!(amended.changes.len(), 3);
    assert_eq!(sent[1], effect::Effect::PauseNetwork(effect::None {}));
    assert_eq!(sent[2], effect::Effect::ExpelMember(ben()));
    assert_eq!(sent[4], effect::Effect::RecallMandate(OFFICE.to_string()));
    assert_eq!(sent[5], effect::Effect::PrioritiseAgenda(effect::PrioritiseAgenda::default()));
    assert_eq!(sent[6], effect::Effect::AdoptGoal(GOAL.to_string()));
    let types = vec![message::NetworkType::Production.into()];
    assert_eq!(sent[7], effect::Effect::DeclareNetworkType(effect::NetworkTypes { types }));
    assert_eq!(sent[8], effect::Effect::CloseMembership(effect::None {}));
    assert_eq!(sent[9], effect::Effect::DeclineApplication(ben()));
    assert_eq!(sent[10], effect::Effect::RepealResolution(RESOLVED.to_string()));
    assert_eq!(content.options[0].icon, i32::from(governance::Icon::Item));
    assert_eq!(content.options[0].candidate_id, BEN.to_string());
    assert_eq!(asked[1].read::<governance::GetProposalRequest>().min_position, HEAD + 1);
}

#[tokio::test]
async fn a_decision_page_has_figures_ties_delegations_ballots_and_the_certificate() {
    let (fake, router) = governed();
    let query = "query($id: ID!) { decision(id: $id) { id phase revision topic rollHash
        quorumUnitsMissing certificate certificateBlt proposal { title } repeats { id } calledBy { name }
        rollContests { ground reason raisedBy { ... on Person { name } }
            about { ... on Person { name } } }
        figures { constituencies { constituency rollUnits presentUnits quorumUnits quorate }
            quorumUnits rounds { votes { option votes } exhausted elected } }
        objections { argument validity withdrawn judgedBy { name } }
        outcome { kind options } challengesUntil tiesBroken { by lotSeed castingVote { name } }
        delegations { notCounted delegator { ... on Person { name } }
            path { ... on Person { name } } }
        myBallot { choice { ... on ScoresChoice { scores { option score } } } reason }
        ballots(first: 5) { nodes { voter { ... on Person { name } } state
            choice { ... on RankingChoice { ranking } } } } } }";
    let body = ask(&router, query, json!({ "id": encode(VOTE) })).await;
    assert_eq!(
        body,
        json!({ "data": { "decision": {
            "id": encode(VOTE), "phase": "OPEN", "revision": 2, "topic": null, "rollHash": "0a",
            "quorumUnitsMissing": 1, "certificate": "{\"b\":1,\"a\":2}",
            "certificateBlt": "2 1\n0\n",
            "proposal": { "title": "Motion 0" }, "repeats": null, "calledBy": { "name": "N2" },
            "rollContests": [{ "ground": "MISSING", "reason": null, "raisedBy": { "name": "N20" },
                "about": { "name": "N2" } }],
            "figures": { "constituencies": [{ "constituency": "tenants", "rollUnits": 4,
                "presentUnits": null, "quorumUnits": 2, "quorate": false }], "quorumUnits": 5, "rounds": [{ "votes": [{ "option": "a",
                "votes": "10/3" }], "exhausted": "0", "elected": ["a"] }] },
            "objections": [{ "argument": null, "validity": "NOT_VALID", "withdrawn": false,
                "judgedBy": { "name": "N2" } }],
            "outcome": { "kind": "ELECTED", "options": ["a"] }, "challengesUntil": null,
            "tiesBroken": [{ "by": "SEEDED_LOT", "lotSeed": "5eed", "castingVote": null }],
            "delegations": [{ "notCounted": "CIRCLE", "delegator": { "name": "N20" },
                "path": [{ "name": "N2" }] }],
            "myBallot": { "choice": { "scores": [{ "option": "a", "score": 5 },
                { "option": "b", "score": 2 }] }, "reason": null },
            "ballots": { "nodes": [{ "voter": { "name": "N2" }, "state": "CAST",
                "choice": { "ranking": ["b", "a"] } }] },
        } } })
    );
    let methods = fake.methods();
    assert!(methods.iter().filter(|method| *method == "BatchGetPersons").count() <= 2);
}

#[tokio::test]
async fn what_is_not_there_yet_is_null_and_no_zero() {
    let router = serving(|asked| match asked.method.as_str() {
        "GetDecision" => says(&governance::GetDecisionResponse {
            decision: Some(governance::Decision {
                roll_hash: String::new(),
                roll_units: 0,
                figures: None,
                outcome: None,
                my_ballot: None,
                ..decision(VOTE)
            }),
            position: HEAD,
        }),
        _ => answer(asked),
    });
    let query = "query($id: ID!) { decision(id: $id) { rollUnits rollWeight rollHash
        figures { quorate } outcome { kind } myBallot { state } } }";
    let body = ask(&router, query, json!({ "id": encode(VOTE) })).await;
    assert_eq!(
        body["data"]["decision"],
        json!({ "rollUnits": null, "rollWeight": null, "rollHash": null, "figures": null,
            "outcome": null, "myBallot": null })
    );
}

#[tokio::test]
async fn every_kind_of_ballot_is_handed_in_as_it_was_written() {
    use governance::choice::{self, Choice};

    let (fake, router) = governed();
    let keys = || choice::Keys { keys: vec!["b".to_owned(), "a".to_owned()] };
    let scores = HashMap::from([("a".to_owned(), -1), ("b".to_owned(), 2)]);
    let dots = HashMap::from([("a".to_owned(), 3)]);
    let maybe = i32::from(governance::Availability::Maybe);
    let times = HashMap::from([("a".to_owned(), maybe)]);
    for (written, sent) in [
        (json!({ "plain": "ABSTAIN" }), Choice::Abstain(choice::Nothing {})),
        (json!({ "plain": "BLANK" }), Choice::Blank(choice::Nothing {})),
        (json!({ "option": "agree" }), Choice::Option("agree".to_owned())),
        (json!({ "options": ["b", "a"] }), Choice::Options(keys())),
        (json!({ "ranking": ["b", "a"] }), Choice::Ranking(keys())),
        (
            json!({ "scores": [{ "option": "a", "score": -1 }, { "option": "b", "score": 2 }] }),
            Choice::Scores(choice::Scores { scores }),
        ),
        (json!({ "dots": [{ "option": "a", "dots": 3 }] }), Choice::Dots(choice::Dots { dots })),
        (
            json!({ "times": [{ "option": "a", "availability": "MAYBE" }] }),
            Choice::Times(choice::Times { times }),
        ),
    ] {
        let input = json!({ "decisionId": encode(VOTE), "choice": written, "reason": "Hunger." });
        let body = run(&router, "castBallot", &input, "position decision { ballotCount }").await;
        assert_eq!(body["data"]["castBallot"]["decision"]["ballotCount"], 4, "{body}");
        let asked = fake.take();
        let request = asked[0].read::<governance::CastBallotRequest>();
        assert_eq!(request.choice.unwrap().choice, Some(sent));
        assert_eq!(request.reason, "Hunger.");
        assert_eq!(asked[1].read::<governance::GetDecisionRequest>().min_position, HEAD + 1);
    }
    let twice = json!([{ "option": "a", "dots": 3 }, { "option": "a", "dots": 1 }]);
    let input = json!({ "decisionId": encode(VOTE), "choice": { "dots": twice } });
    let body = run(&router, "castBallot", &input, "position").await;
    assert_eq!(blame(&body), invalid("OPTION_REPEATED"));
    assert_eq!(body["errors"][0]["message"], "dots: an option stands there twice");
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn a_oneof_input_takes_exactly_one_member() {
    let (fake, router) = governed();
    for choice in [
        json!({ "option": "agree", "plain": "ABSTAIN" }),
        json!({ "option": "agree", "plain": null }),
        json!({ "option": null }),
        json!({}),
        json!({ "nope": 1 }),
    ] {
        let input = json!({ "decisionId": encode(VOTE), "choice": choice });
        let body = run(&router, "castBallot", &input, "position").await;
        assert_eq!(blame(&body), invalid("GRAPHQL_REQUEST_INVALID"), "{choice}: {body}");
        assert_eq!(body.get("data"), None, "{choice}");
    }
    // In the document as in a variable, and deep inside.
    for change in [
        "{ retirePolicy: \"a\", editSection: { section: PURPOSE, text: \"b\" } }",
        "{ definePolicy: { name: \"a\", subjects: [OTHER], votingHoursMin: 1,
            method: { plain: CONSENT, dots: { dotsMax: 3 } } } }",
        "{ definePolicy: { name: \"a\", subjects: [OTHER], votingHoursMin: 1,
            method: { plain: CONSENT },
            quorum: { size: { units: 1, shareOfRoll: { numerator: 1, denominator: 2 } } } } }",
    ] {
        let network = encode(NETWORK).0;
        let query = format!(
            "mutation {{ editCharterDraft(input: {{ commandId: \"{COMMAND}\",
            networkId: \"{network}\", change: {change} }}) {{ position }} }}"
        );
        let body = ask(&router, &query, json!({})).await;
        assert_eq!(blame(&body), invalid("GRAPHQL_REQUEST_INVALID"), "{change}: {body}");
    }
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn decisions_are_listed_by_phase_and_those_that_await_me_apart() {
    let (fake, router) = governed();
    let fields = "decisions(phase: OPEN, last: 1) { nodes { id } }
        mine: decisionsAwaitingMyBallot { totalCount nodes { proposal { title } } }";
    let read = of_network(&router, fields).await;
    assert_eq!(read["decisions"]["nodes"], json!([{ "id": encode(VOTE) }]));
    assert_eq!(read["mine"]["nodes"][0]["proposal"]["title"], "Motion 0");
    let asked = fake.take();
    let lists = asked.iter().filter(|asked| asked.method == "ListDecisions");
    let lists: Vec<_> = lists.map(Asked::read::<governance::ListDecisionsRequest>).collect();
    let open = i32::from(governance::DecisionPhase::Open);
    assert!(lists.iter().any(|list| list.phase == open && !list.awaiting_my_ballot));
    assert!(lists.iter().any(|list| list.phase == 0 && list.awaiting_my_ballot));

    let fields = "participation { nodes { party { ... on Person { name } } issued missed } }";
    let read = of_network(&router, fields).await;
    let ben = json!({ "party": { "name": "N20" }, "issued": 5, "missed": 2 });
    assert_eq!(read["participation"]["nodes"], json!([ben]));
}

#[tokio::test]
async fn concentration_says_null_where_nobody_did_anything() {
    let (fake, router) = governed();
    let read = of_network(&router, "concentration { act parties acts gini halfBy }").await;
    let expected = json!([
        { "act": "PROPOSING", "parties": 4, "acts": 9, "gini": 0.75, "halfBy": 1 },
        { "act": "CARRYING", "parties": 0, "acts": 0, "gini": null, "halfBy": null },
    ]);
    assert_eq!(read["concentration"], expected);
    let asked = fake.take();
    assert_eq!(asked.iter().filter(|asked| asked.method == "GetConcentration").count(), 1);
}

#[tokio::test]
async fn delegations_say_who_lends_to_whom_for_what_and_who_carries_how_many() {
    use governance::delegation_scope::{All, Scope};

    let (fake, router) = governed();
    let read = of_network(
        &router,
        "delegations(asOf: { effective: \"1936-05-01\" }) { nodes { id status until shownToNetwork
            scope { kind topic subject decision { id } } delegator { ... on Person { name } }
            delegate { ... on Person { name } } } }
        delegates { nodes { delegations party { ... on Person { name } } } }",
    )
    .await;
    assert_eq!(
        read,
        json!({
            "delegations": { "nodes": [{ "id": encode(LENT), "status": "ACCEPTED", "until": null,
                "shownToNetwork": true, "scope": { "kind": "TOPIC", "topic": "food",
                    "subject": null, "decision": null },
                "delegator": { "name": "N2" }, "delegate": { "name": "N20" } }] },
            "delegates": { "nodes": [{ "delegations": 7, "party": { "name": "N20" } }] },
        })
    );
    fake.take();
    for (scope, sent) in [
        (Value::Null, Scope::All(All {})),
        (json!({ "topic": "food" }), Scope::Topic("food".to_owned())),
        (json!({ "subject": "OTHER" }), Scope::Subject(governance::Subject::Other.into())),
        (json!({ "decisionId": encode(VOTE) }), Scope::DecisionId(VOTE.to_string())),
    ] {
        let input = json!({ "networkId": encode(NETWORK), "delegateId": encode(BEN),
            "scope": scope });
        let body = run(&router, "grantDelegation", &input, "delegationId").await;
        let lent: DelegationId = Id::new(VOTE.uuid());
        assert_eq!(body["data"]["grantDelegation"]["delegationId"], json!(encode(lent)), "{body}");
        let request = fake.take()[0].read::<governance::GrantDelegationRequest>();
        assert_eq!(request.scope.unwrap().scope, Some(sent));
        assert_eq!((request.delegate, request.until), (Some(ben()), None));
        assert!(!request.shown_to_network);
    }
}

#[tokio::test]
async fn the_register_shows_lineage_reviews_and_offices_as_of_a_date() {
    let (fake, router) = governed();
    let read = of_network(
        &router,
        "resolutions(status: SUPERSEDED, reviewBy: \"1936-06-01\",
                asOf: { effective: \"1936-05-01\" }) {
            nodes { id title status implementation reviewDue supersedesId supersededById endedAt
                effects { index status reason effect { __typename } } decision { id }
                proposal { title } } }
        mandates(role: \"coordinator\") { nodes { id role status term endedAt holder { name } } }",
    )
    .await;
    let successor: ResolutionId = Id::new(Uuid::from_u128(99));
    assert_eq!(
        read,
        json!({
            "resolutions": { "nodes": [{ "id": encode(RESOLVED), "title": "Motion",
                "status": "SUPERSEDED", "implementation": "DONE", "reviewDue": true,
                "supersedesId": null, "supersededById": encode(successor),
                "endedAt": "1936-05-07T08:00:00Z",
                "effects": [{ "index": 0, "status": "FAILED", "reason": "NETWORK_PAUSED",
                    "effect": { "__typename": "NetworkStateEffect" } }],
                "decision": { "id": encode(VOTE) }, "proposal": { "title": "Motion 0" } }] },
            "mandates": { "nodes": [{ "id": encode(OFFICE), "role": "coordinator",
                "status": "ACTIVE", "term": 2, "endedAt": null, "holder": { "name": "N20" } }] },
        })
    );
    let asked = fake.take();
    let find = |method: &str| asked.iter().find(|asked| asked.method == method).unwrap().clone();
    let request = find("ListResolutions").read::<governance::ListResolutionsRequest>();
    assert_eq!(request.status, i32::from(governance::ResolutionStatus::Superseded));
    assert!(request.review_by.is_some() && request.as_of.unwrap().effective.is_some());
    let request = find("ListMandates").read::<governance::ListMandatesRequest>();
    assert_eq!(request.role, "coordinator");

    let input = json!({ "resolutionId": encode(RESOLVED), "finding": "REPEAL" });
    let body = run(&router, "holdReview", &input, "position resolution { reviewDue }").await;
    assert_eq!(body["data"]["holdReview"]["resolution"]["reviewDue"], true, "{body}");
    let asked = fake.take();
    let finding = asked[0].read::<governance::HoldReviewRequest>().finding;
    assert_eq!(finding, i32::from(governance::ReviewFinding::Repeal));
    assert_eq!(asked[1].read::<governance::GetResolutionRequest>().min_position, HEAD + 1);
}

#[tokio::test]
async fn a_register_with_its_lineage_costs_the_same_calls_whatever_its_length() {
    let id = |number: u64| ResolutionId::new(Uuid::from_u128(number.into())).to_string();
    let fake = Fake::new(move |asked| {
        if asked.method != "ListResolutions" {
            return reading(asked);
        }
        let page = asked.read::<governance::ListResolutionsRequest>().page.unwrap();
        let resolution = |index: u64| governance::Resolution {
            resolution_id: id(index + 4_000),
            supersedes_id: id(index + 5_000),
            superseded_by_id: id(index + 6_000),
            changed_by_ids: vec![id(index + 7_000), id(7_000)],
            ..resolution()
        };
        let resolutions = (0..page.page_size.into()).map(resolution).collect();
        let page = Some(info(page.page_size.into()));
        says(&governance::ListResolutionsResponse { resolutions, page })
    });
    let router = router(fake.channel());
    let query = "query($id: ID!, $first: Int!) { network(id: $id) { resolutions(first: $first) {
        nodes { id changedByIds supersedes { id title } supersededBy { id } changedBy { id }
            proposal { title } } } } }";
    for first in [2_usize, 25] {
        let variables = json!({ "id": encode(NETWORK), "first": first });
        let body = ask(&router, query, variables).await;
        assert_eq!(body.get("errors"), None, "{}", body["errors"]);
        let nodes = body["data"]["network"]["resolutions"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), first);
        let node = nodes.last().unwrap();
        let named = |number: usize| {
            let id: ResolutionId = Id::new(Uuid::from_u128(number.try_into().unwrap()));
            json!(encode(id))
        };
        assert_eq!(node["supersedes"], json!({ "id": named(first + 4_999), "title": "Motion" }));
        assert_eq!(node["supersededBy"]["id"], named(first + 5_999));
        assert_eq!(node["changedBy"][0]["id"], named(first + 6_999));
        assert_eq!(node["changedBy"][1]["id"], named(7_000));
        let mut methods = fake.methods();
        methods.sort_unstable();
        let expected =
            ["BatchGetProposals", "BatchGetResolutions", "GetNetwork", "ListResolutions"];
        assert_eq!(methods, expected);
    }
}

#[tokio::test]
async fn proposals_decisions_and_resolutions_are_read_again_by_their_ids() {
    let (_, router) = governed();
    let ids: [ID; 3] = [encode(MOTION), encode(VOTE), encode(RESOLVED)];
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
    let body = ask(&router, query, json!({ "ids": ids })).await;
    let nodes = body["data"]["nodes"].as_array().unwrap();
    for ((node, id), name) in nodes.iter().zip(ids).zip(["Proposal", "Decision", "Resolution"]) {
        assert_eq!(node, &json!({ "id": id, "__typename": name }));
    }
}

/// Every mutation, what it needs, and which method of the services it calls.
#[expect(clippy::too_many_lines, reason = "one line for each mutation reads as a table")]
fn table() -> Vec<(&'static str, Value, &'static str)> {
    let network = json!({ "networkId": encode(NETWORK) });
    let item = json!({ "networkId": encode(NETWORK), "itemId": encode(ITEM) });
    let proposal = json!({ "proposalId": encode(MOTION) });
    let decision = json!({ "decisionId": encode(VOTE) });
    let resolution = json!({ "resolutionId": encode(RESOLVED) });
    let mandate = json!({ "mandateId": encode(OFFICE) });
    let goal = json!({ "goalId": encode(GOAL) });
    let lent = json!({ "delegationId": encode(LENT) });
    let with = |base: &Value, more: Value| {
        let mut all = base.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let content = json!({ "content": { "title": "a", "text": "b" } });
    let choice = json!({ "choice": { "option": "agree" } });
    let retire = json!({ "change": { "retirePolicy": "a" } });
    let behalf =
        json!({ "voterId": encode(BEN), "choice": { "option": "agree" }, "evidence": "a" });
    vec![
        ("openCharterDraft", network.clone(), "OpenCharterDraft"),
        ("editCharterDraft", with(&network, retire), "EditCharterDraft"),
        ("submitCharter", network.clone(), "SubmitCharter"),
        ("reopenCharterDraft", network.clone(), "ReopenCharterDraft"),
        ("ratifyCharter", network.clone(), "RatifyCharter"),
        (
            "annotateCharter",
            with(&network, json!({ "section": "PURPOSE", "note": "a" })),
            "AnnotateCharter",
        ),
        ("raiseAgendaItem", with(&network, json!({ "title": "a" })), "RaiseItem"),
        ("supportAgendaItem", item.clone(), "SupportItem"),
        ("withdrawAgendaItemSupport", item.clone(), "WithdrawSupport"),
        ("scheduleAgendaItem", with(&item, json!({ "gatheringId": encode(MEAL) })), "ScheduleItem"),
        ("closeAgendaItem", item.clone(), "CloseItem"),
        ("dropAgendaItem", item, "DropItem"),
        ("draftGoal", with(&network, json!({ "text": "a" })), "DraftGoal"),
        ("endorseGoal", goal.clone(), "EndorseGoal"),
        ("withdrawGoalEndorsement", goal, "WithdrawEndorsement"),
        ("draftProposal", with(&network, content.clone()), "DraftProposal"),
        ("inviteCoAuthor", with(&proposal, json!({ "personId": encode(BEN) })), "InviteCoAuthor"),
        ("joinAsCoAuthor", proposal.clone(), "JoinAsCoAuthor"),
        ("sponsorProposal", proposal.clone(), "SponsorProposal"),
        ("withdrawSponsorship", proposal.clone(), "WithdrawSponsorship"),
        ("submitProposal", proposal.clone(), "SubmitProposal"),
        ("openDiscussion", proposal.clone(), "OpenDiscussion"),
        ("raiseConcern", with(&proposal, json!({ "text": "a" })), "RaiseConcern"),
        ("answerConcern", with(&proposal, json!({ "number": 1, "text": "a" })), "AnswerConcern"),
        ("withdrawConcern", with(&proposal, json!({ "number": 1 })), "WithdrawConcern"),
        (
            "offerAmendment",
            with(&proposal, json!({ "revision": 1, "text": "a" })),
            "OfferAmendment",
        ),
        ("acceptAmendment", with(&proposal, json!({ "number": 1 })), "AcceptAmendment"),
        ("rejectAmendment", with(&proposal, json!({ "number": 1 })), "RejectAmendment"),
        ("promoteAmendment", with(&proposal, json!({ "number": 1 })), "PromoteAmendment"),
        ("reviseProposal", with(&proposal, content), "ReviseProposal"),
        (
            "mergeProposal",
            with(&proposal, json!({ "intoProposalId": encode(MOTION) })),
            "MergeProposal",
        ),
        ("callDecision", proposal.clone(), "CallDecision"),
        ("withdrawProposal", proposal, "WithdrawProposal"),
        ("castBallot", with(&decision, choice), "CastBallot"),
        ("withdrawBallot", decision.clone(), "WithdrawBallot"),
        ("recordBallotOnBehalf", with(&decision, behalf), "RecordBallotOnBehalf"),
        ("confirmRecordedBallot", decision.clone(), "ConfirmRecordedBallot"),
        ("repudiateRecordedBallot", decision.clone(), "RepudiateRecordedBallot"),
        (
            "contestRoll",
            with(
                &decision,
                json!({ "aboutId": encode(BEN), "ground": "NOT_ENTITLED", "reason": "a" }),
            ),
            "ContestRoll",
        ),
        ("raiseObjection", with(&decision, json!({ "argument": "a" })), "RaiseObjection"),
        (
            "answerObjection",
            with(&decision, json!({ "number": 1, "answer": "a" })),
            "AnswerObjection",
        ),
        (
            "judgeObjection",
            with(&decision, json!({ "number": 1, "validity": "VALID" })),
            "JudgeObjection",
        ),
        ("withdrawObjection", with(&decision, json!({ "number": 1 })), "WithdrawObjection"),
        ("declareConflictOfInterest", decision.clone(), "DeclareConflictOfInterest"),
        ("closeDecision", decision.clone(), "CloseDecision"),
        (
            "recordExternalResult",
            with(&decision, json!({ "address": "a", "sha256": "a", "ballots": [] })),
            "RecordExternalResult",
        ),
        ("castTieBreak", with(&decision, json!({ "options": ["a"] })), "CastTieBreak"),
        ("challengeResult", with(&decision, json!({ "grounds": "a" })), "ChallengeResult"),
        ("decideChallenge", with(&decision, json!({ "ruling": "UPHELD" })), "DecideChallenge"),
        (
            "grantDelegation",
            with(&network, json!({ "delegateId": encode(BEN) })),
            "GrantDelegation",
        ),
        ("acceptDelegation", lent.clone(), "AcceptDelegation"),
        ("declineDelegation", lent.clone(), "DeclineDelegation"),
        ("suspendDelegation", lent.clone(), "SuspendDelegation"),
        ("resumeDelegation", lent.clone(), "ResumeDelegation"),
        ("revokeDelegation", lent, "RevokeDelegation"),
        (
            "reportImplementation",
            with(&resolution, json!({ "implementation": "DONE" })),
            "ReportImplementation",
        ),
        (
            "scheduleReview",
            with(&resolution, json!({ "reviewAt": "1936-05-07T08:00:00Z" })),
            "ScheduleReview",
        ),
        ("holdReview", with(&resolution, json!({ "finding": "KEEP" })), "HoldReview"),
        ("acceptMandate", mandate.clone(), "AcceptMandate"),
        ("declineMandate", mandate.clone(), "DeclineMandate"),
        ("handOverMandate", with(&mandate, json!({ "personId": encode(BEN) })), "HandOverMandate"),
        ("resignMandate", mandate, "ResignMandate"),
    ]
}

/// The methods of the services of governance, as their contract lists them.
fn methods_of_the_contract() -> BTreeSet<String> {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap().file;
    let governance = files.iter().filter(|file| file.package() == "weft.governance.v1");
    let services = governance.flat_map(|file| &file.service);
    services.flat_map(|service| &service.method).map(|method| method.name().to_owned()).collect()
}

#[tokio::test]
async fn every_change_that_the_contract_offers_has_its_mutation() {
    let (fake, router) = governed();
    let mut offered = BTreeSet::new();
    for (mutation, input, method) in table() {
        let body = run(&router, mutation, &input, "position events recalled").await;
        let receipt = json!({ "position": "5000000001", "events": 1, "recalled": false });
        assert_eq!(body["data"][mutation], receipt, "{mutation}: {body}");
        assert_eq!(fake.methods(), [method], "{mutation}");
        offered.insert(method.to_owned());
    }
    let contract = methods_of_the_contract();
    let contract: BTreeSet<_> = contract.into_iter().filter(|method| changes(method)).collect();
    assert_eq!(offered, contract);
}

#[tokio::test]
async fn what_was_made_is_given_with_its_id_or_its_number() {
    let (fake, router) = governed();
    let input = json!({ "proposalId": encode(MOTION), "votingHours": 72 });
    let fields = "proposal { id } decision { id policy { name } }";
    let body = run(&router, "callDecision", &input, fields).await;
    let policy = json!({ "name": "elections" });
    assert_eq!(
        body["data"]["callDecision"],
        json!({ "proposal": { "id": encode(MOTION) },
            "decision": { "id": encode(VOTE), "policy": policy } })
    );
    let request = fake.take()[0].read::<governance::CallDecisionRequest>();
    assert_eq!((request.opens_at, request.voting_hours), (None, 72));

    let input = json!({ "decisionId": encode(VOTE), "argument": "Hunger." });
    let body = run(&router, "raiseObjection", &input, "number").await;
    assert_eq!(body["data"]["raiseObjection"]["number"], 4);

    // The proposal that an amendment became, not the one that it was offered for.
    let input = json!({ "proposalId": encode(MOTION), "number": 1 });
    fake.take();
    run(&router, "promoteAmendment", &input, "proposal { id }").await;
    let asked = fake.take();
    let promoted = asked[0].read::<governance::PromoteAmendmentRequest>().proposal_id;
    let read = asked[1].read::<governance::GetProposalRequest>().proposal_id;
    assert_eq!((promoted, read), (MOTION.to_string(), VOTE.to_string()));
}

#[tokio::test]
async fn refusals_of_governance_keep_their_code_and_reason() {
    for (code, name, reason) in [
        (ErrorCode::Forbidden, "FORBIDDEN", "VOTER_NOT_ON_ROLL"),
        (ErrorCode::Precondition, "PRECONDITION", "DECISION_CLOSED"),
        (ErrorCode::Conflict, "CONFLICT", "STREAM_BUSY"),
        (ErrorCode::Invalid, "INVALID", "OPTION_UNKNOWN"),
    ] {
        let router = serving(move |_| {
            refuses(wire::status(code, reason, Some("choice.option"), "it is over"))
        });
        let input = json!({ "decisionId": encode(VOTE), "choice": { "option": "agree" } });
        let body = run(&router, "castBallot", &input, "position decision { id }").await;
        assert_eq!(blame(&body), (name, reason, "weft"));
        assert_eq!(body["data"], json!({ "castBallot": null }));
    }
    // A kind of thing is not taken for another.
    let (fake, router) = governed();
    let input = json!({ "decisionId": encode(MOTION), "choice": { "option": "agree" } });
    let body = run(&router, "castBallot", &input, "position").await;
    assert_eq!(blame(&body), invalid("ID_MALFORMED"));
    let message = body["errors"][0]["message"].as_str().unwrap();
    let told = "this is an id of type Proposal; one of type Decision is needed";
    assert!(message.contains(told), "{message}");
    assert_eq!(fake.methods(), Vec::<String>::new());
    let goal: Id<kinds::Goal> = GOAL;
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let body = ask(&router, query, json!({ "id": encode(goal) })).await;
    assert_eq!(blame(&body), invalid("NOT_A_NODE"));
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_an_error_inside() {
    let router = serving(|asked| match asked.method.as_str() {
        "GetDecision" => says(&governance::GetDecisionResponse {
            decision: Some(governance::Decision { phase: 99, ..decision(VOTE) }),
            position: HEAD,
        }),
        _ => answer(asked),
    });
    let query = "query($id: ID!) { decision(id: $id) { id } }";
    let body = ask(&router, query, json!({ "id": encode(VOTE) })).await;
    assert_eq!(blame(&body), ("INTERNAL", "ANSWER_INCOMPLETE", "weft"));
    assert_eq!(body["data"], json!({ "decision": null }));
}

#[tokio::test]
async fn the_progress_of_a_decision_is_followed_from_what_is_known_until_it_is_final() {
    let fake = Fake::new(|asked| match asked.method.as_str() {
        "StreamDecision" => {
            let at = |position, phase: governance::DecisionPhase| {
                let decision = Some(governance::Decision { phase: phase.into(), ..decision(VOTE) });
                governance::StreamDecisionResponse { decision, position }
            };
            let open = governance::DecisionPhase::Open;
            let last = governance::DecisionPhase::Final;
            streams(&[at(40, open), at(41, open), at(42, last)], Ok(()))
        }
        _ => reading(asked),
    });
    let schema = schema(fake.channel());
    let query = format!(
        "subscription {{ decisionProgress(decisionId: \"{}\", afterPosition: \"40\") {{ position
        decision {{ phase quorumUnitsMissing proposal {{ title }} }} }} }}",
        encode(VOTE).0
    );
    let answers: Vec<_> = schema.execute_stream(query).collect().await;
    let heard: Vec<Value> =
        answers.into_iter().map(|answer| serde_json::to_value(answer).unwrap()).collect();
    let progress = |position: &str, phase: &str| {
        let decision = json!({ "phase": phase, "quorumUnitsMissing": 1,
            "proposal": { "title": "Motion 0" } });
        json!({ "data": { "decisionProgress": { "position": position, "decision": decision } } })
    };
    assert_eq!(heard, [progress("41", "OPEN"), progress("42", "FINAL")]);
    // What belongs to a change is read no older than the change.
    let asked = fake.take();
    let reads = asked.iter().filter(|asked| asked.method == "BatchGetProposals");
    let reads: Vec<_> = reads
        .map(|asked| asked.read::<governance::BatchGetProposalsRequest>().min_position)
        .collect();
    assert_eq!(reads, [41, 42]);
}

#[tokio::test]
async fn the_progress_of_a_decision_ends_with_the_error_of_the_service() {
    let fake = Fake::new(|_| {
        let first =
            governance::StreamDecisionResponse { decision: Some(decision(VOTE)), position: 40 };
        let end = wire::status(ErrorCode::Unavailable, "LOG_CLOSED", None, "the log is closed");
        streams(&[first], Err(end))
    });
    let schema = schema(fake.channel());
    let query = format!(
        "subscription {{ decisionProgress(decisionId: \"{}\") {{ position }} }}",
        encode(VOTE).0
    );
    let answers: Vec<_> = schema.execute_stream(query).collect().await;
    let heard: Vec<Value> =
        answers.into_iter().map(|answer| serde_json::to_value(answer).unwrap()).collect();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(heard[0]["data"]["decisionProgress"]["position"], "40");
    assert_eq!(blame(&heard[1]), ("UNAVAILABLE", "LOG_CLOSED", "weft"));
}
