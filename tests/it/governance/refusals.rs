//! What is refused, each with the name of its rule; and the operator has no way round.

use std::collections::HashMap;

use governance::certificate;
use kernel::{DecisionId, Party, PersonId};
use stories::{Log, Moment, Protocol, Refusal, World, grpc, refusal};
use wire::weft::governance::v1::{
    BallotChange, CharterChange, Choice, DecisionOption, DecisionPhase, DecisionPolicy,
    DelegationScope, EarlyClose, Icon, Method, ProposalContent, Share, Subject, charter_change,
    choice, delegation_scope, method, quorum,
};

use super::charters::chartered;
use super::town::{
    Town, admission, amending, changing, conferral, content, events_of, option, ranking, topic,
};
use crate::access::asking::{Named, ask, request};

const EVERYWHERE: [(Log, Protocol); 2] =
    [(Log::Memory, Protocol::GraphQl), (Log::Sqlite, Protocol::Grpc)];

fn defining(policy: DecisionPolicy) -> CharterChange {
    CharterChange { change: Some(charter_change::Change::DefinePolicy(policy)) }
}

/// A network with a charter in which some things are decided otherwise: the agenda with five dots,
/// practices by ballots that are final, elections with two ranks.
async fn town(world: &World) -> Town {
    let town = Town::found(world).await;
    town.draft(world).await;
    let dots = town.policy("everything else", |policy| {
        "agenda".clone_into(&mut policy.name);
        policy.subjects = vec![Subject::AgendaPrioritise.into()];
        let dots = method::Method::Dots(method::Dots { dots_max: 5, winners: 1 });
        policy.method = Some(Method { method: Some(dots) });
        policy.requirements.clear();
        policy.delegation = None;
    });
    let fixed = town.policy("everything else", |policy| {
        "practices".clone_into(&mut policy.name);
        policy.subjects = vec![Subject::PracticeRecommend.into()];
        policy.ballot_change = BallotChange::Never.into();
        policy.early_close = EarlyClose::Never.into();
    });
    let ranks = town.policy("elections", |policy| {
        if let Some(Method { method: Some(method::Method::Ranked(ranked)) }) = &mut policy.method {
            ranked.ranks_max = 2;
        }
    });
    for change in [defining(dots), defining(fixed), changing(ranks)] {
        world.person(town.anna).edit_charter(town.network, change).await.unwrap();
    }
    let anna = world.person(town.anna);
    anna.submit_charter(town.network).await.unwrap();
    for founder in town.founders() {
        world.person(founder).ratify_charter(town.network, "").await.unwrap();
    }
    world.settle().await;
    town
}

/// A decision that is open.
async fn open(world: &World, town: &Town, content: ProposalContent) -> DecisionId {
    town.bring_after(world, town.anna, content, 48).await
}

fn dots(of: &[(&str, u32)]) -> Choice {
    let dots: HashMap<String, u32> =
        of.iter().map(|(key, dots)| ((*key).to_owned(), *dots)).collect();
    Choice { choice: Some(choice::Choice::Dots(choice::Dots { dots })) }
}

fn items(content: ProposalContent, keys: [&str; 2]) -> ProposalContent {
    let option = |key: &str| DecisionOption {
        key: key.to_owned(),
        icon: Icon::Item.into(),
        label: key.to_owned(),
        candidate_id: String::new(),
    };
    ProposalContent { options: keys.map(option).into(), ..content }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one ballot after the other")]
async fn a_ballot_that_breaks_a_rule_is_refused_by_name() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = town(&world).await;
        let vote = async |person: PersonId, decision, choice| {
            world.person(person).vote(decision, choice).await.map(|_| ())
        };

        // From a member who joined too late to stand on the roll, and from a stranger.
        let finn = Party::Person(town.finn);
        world.person(town.finn).apply(town.network, "").await.unwrap();
        let admitting = open(&world, &town, admission(finn)).await;
        let stranger = vote(town.finn, admitting, option("consent")).await;
        assert_eq!(stranger, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
        let text = content(Subject::PracticeRecommend, "Lime, not cement");
        world.clock().advance(jiff::SignedDuration::from_hours(1));
        for person in town.founders() {
            vote(person, admitting, option("consent")).await.unwrap();
        }
        let fixed = open(&world, &town, text).await;
        assert_eq!(
            world.person(town.anna).decision(fixed).await.unwrap().phase,
            DecisionPhase::Open
        );
        world.pass(30).await;
        assert_eq!(
            world.person(town.anna).members(town.network, Moment::NOW).await.unwrap().len(),
            6
        );
        let late = vote(town.finn, fixed, option("agree")).await;
        assert_eq!(late, Err(refusal("FORBIDDEN", "NOT_ON_ROLL")));

        // Twice, for nothing that is asked, of another kind.
        vote(town.anna, fixed, option("agree")).await.unwrap();
        vote(town.anna, fixed, option("agree")).await.unwrap();
        let other = vote(town.anna, fixed, option("disagree")).await;
        assert_eq!(other, Err(refusal("ALREADY_EXISTS", "BALLOT_ALREADY_CAST")));
        let back = world.person(town.anna).withdraw_ballot(fixed).await;
        assert_eq!(back, Err(refusal("PRECONDITION", "BALLOTS_UNCHANGEABLE")));
        let unknown = vote(town.ben, fixed, option("perhaps")).await;
        assert_eq!(unknown, Err(refusal("INVALID", "OPTION_UNKNOWN")));
        let kind = vote(town.ben, fixed, ranking(&[town.ben])).await;
        assert_eq!(kind, Err(refusal("INVALID", "BALLOT_OF_OTHER_KIND")));
        let objection = world.person(town.ben).object(fixed, "Cement lasts").await;
        assert_eq!(objection, Err(refusal("PRECONDITION", "NO_OBJECTIONS_TAKEN")));

        // Too early, and too late.
        let early = world.person(town.anna).close_decision(fixed).await;
        assert_eq!(early, Err(refusal("PRECONDITION", "EARLY_CLOSE_NOT_ALLOWED")));
        let others = world.person(town.ben).close_decision(fixed).await;
        assert_eq!(others, Err(refusal("FORBIDDEN", "NOT_THE_CALLER")));
        world.pass(200).await;
        let over = Err(refusal("PRECONDITION", "VOTING_OVER"));
        assert_eq!(vote(town.ben, fixed, option("agree")).await, over);
        let back = world.person(town.anna).withdraw_ballot(fixed).await.map(|_| ());
        assert_eq!(back, over);

        // Late is late even where nobody has closed it yet.
        let text = content(Subject::Other, "Paint in May");
        let unclosed = open(&world, &town, text).await;
        vote(town.anna, unclosed, option("agree")).await.unwrap();
        world.clock().advance(jiff::SignedDuration::from_hours(73));
        assert_eq!(vote(town.ben, unclosed, option("agree")).await, over);

        // Too many dots, too many ranks.
        let text =
            items(content(Subject::AgendaPrioritise, "What comes first"), ["tools", "seeds"]);
        let funds = open(&world, &town, text).await;
        let many = vote(town.ben, funds, dots(&[("tools", 3), ("seeds", 3)])).await;
        assert_eq!(many, Err(refusal("INVALID", "TOO_MANY_DOTS")));
        vote(town.ben, funds, dots(&[("tools", 3), ("seeds", 2)])).await.unwrap();
        let standing = [town.anna, town.ben, town.chloe];
        let election = open(&world, &town, conferral("coordinator", &standing)).await;
        let many = vote(town.ben, election, ranking(&standing)).await;
        assert_eq!(many, Err(refusal("INVALID", "TOO_MANY_RANKS")));
        let twice = vote(town.ben, election, ranking(&[town.ben, town.ben])).await;
        assert_eq!(twice, Err(refusal("INVALID", "RANKED_TWICE")));
        let unknown = vote(town.ben, election, ranking(&[town.dora])).await;
        assert_eq!(unknown, Err(refusal("INVALID", "OPTION_UNKNOWN")));
        vote(town.ben, election, ranking(&[town.ben])).await.unwrap();
        let back = world.person(town.ben).withdraw_ballot(election).await;
        assert_eq!(back.unwrap_err(), refusal("PRECONDITION", "BALLOTS_SECRET"));

        // On a decision of another network.
        let gil = world.operator().register("Gil Gorse").await.unwrap();
        let hana = world.operator().register("Hana Holm").await.unwrap();
        let (elsewhere, _) =
            world.person(gil).found_network("New Town", &[gil, hana]).await.unwrap();
        world.person(hana).join_as_founder(elsewhere).await.unwrap();
        let foreign = vote(hana, funds, dots(&[("tools", 1)])).await;
        assert_eq!(foreign, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
    }
}

#[tokio::test]
async fn a_policy_that_contradicts_itself_is_refused_by_name() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.draft(&world).await;
        let edit = async |change| {
            world.person(town.anna).edit_charter(town.network, change).await.map(|_| ())
        };
        let contradictory = Err(refusal("INVALID", "POLICY_CONTRADICTS_ITSELF"));
        let above_all = town.policy("admission", |policy| {
            let share = Share { numerator: 3, denominator: 2 };
            policy.quorum.as_mut().unwrap().size = Some(quorum::Size::ShareOfRoll(share));
        });
        assert_eq!(edit(changing(above_all)).await, contradictory);
        let nothing_to_judge = town.policy("admission", |policy| policy.objections = None);
        assert_eq!(edit(changing(nothing_to_judge)).await, contradictory);
        let reversed = town.policy("admission", |policy| policy.voting_hours_max = 1);
        assert_eq!(edit(changing(reversed)).await, contradictory);
        let endless = town.policy("admission", |policy| {
            policy.extension.as_mut().unwrap().times_max = 1_000;
        });
        assert_eq!(edit(changing(endless)).await, contradictory);
        let taken = town.policy("rules", |policy| policy.name = "more rules".to_owned());
        let taken = edit(defining(taken)).await;
        assert_eq!(taken, Err(refusal("PRECONDITION", "SUBJECT_TAKEN")));

        let retire = charter_change::Change::RetirePolicy("everything else".to_owned());
        edit(CharterChange { change: Some(retire) }).await.unwrap();
        let without = world.person(town.anna).submit_charter(town.network).await;
        assert_eq!(without, Err(refusal("PRECONDITION", "CHARTER_WITHOUT_FALLBACK")));
        let known = world.person(town.anna).open_charter_draft(town.network, "monarchy").await;
        assert_eq!(known, Err(refusal("INVALID", "CHARTER_TEMPLATE_UNKNOWN")));
    }
}

/// GraphQL cannot even say it.
#[tokio::test]
async fn a_policy_without_a_method_is_refused() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let town = Town::found(&world).await;
    town.draft(&world).await;
    let none = town.policy("admission", |policy| policy.method = None);
    let refused = world.person(town.anna).edit_charter(town.network, changing(none)).await;
    assert_eq!(refused.unwrap_err().code, "INVALID");
}

#[tokio::test]
async fn a_vote_is_lent_neither_to_oneself_nor_in_a_circle() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.ratify(&world).await;
        let lend = async |from: PersonId, to: PersonId| {
            world.person(from).lend(town.network, Party::Person(to), topic("roofs")).await
        };
        let own = lend(town.anna, town.anna).await;
        assert_eq!(own, Err(refusal("INVALID", "DELEGATION_TO_ONESELF")));
        let stranger = lend(town.anna, town.finn).await;
        assert_eq!(stranger, Err(refusal("PRECONDITION", "DELEGATE_NOT_AN_ELECTOR")));
        for (from, to) in [(town.anna, town.ben), (town.ben, town.chloe)] {
            let delegation = lend(from, to).await.unwrap();
            world.person(to).accept_delegation(delegation).await.unwrap();
        }
        let circle = lend(town.chloe, town.anna).await;
        assert_eq!(circle, Err(refusal("PRECONDITION", "DELEGATION_IN_A_CIRCLE")));
        // To lend everything is to lend the roofs as well; another topic is another matter.
        let all = delegation_scope::Scope::All(delegation_scope::All {});
        let all = DelegationScope { scope: Some(all) };
        let to = Party::Person(town.anna);
        let circle = world.person(town.chloe).lend(town.network, to, all).await;
        assert_eq!(circle, Err(refusal("PRECONDITION", "DELEGATION_IN_A_CIRCLE")));
        world.person(town.chloe).lend(town.network, to, topic("walls")).await.unwrap();
    }
}

#[tokio::test]
async fn a_certificate_with_one_byte_changed_is_no_certificate() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let town = Town::found(&world).await;
    town.ratify(&world).await;
    let decision = open(&world, &town, content(Subject::Other, "Paint in May")).await;
    let early = world.person(town.anna).certificate(decision).await;
    assert_eq!(early, Err(refusal("PRECONDITION", "NO_CERTIFICATE_YET")));
    for person in [town.anna, town.ben, town.chloe] {
        world.person(person).vote(decision, option("agree")).await.unwrap();
    }
    world.pass(80).await;
    let bundle = world.person(town.anna).certificate(decision).await.unwrap();
    certificate::verify_json(&bundle).unwrap();
    for at in 0..bundle.len() - 1 {
        let mut changed = bundle.clone();
        changed[at] ^= 1;
        let found = certificate::verify_json(&changed);
        assert!(found.is_err(), "byte {at} of {}", String::from_utf8_lossy(&bundle));
    }
}

/// Every RPC that there is, said by the operator about everything that there is, changes nothing
/// that members decide.
#[tokio::test]
async fn the_operator_has_no_way_round() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let town = Town::found(&world).await;
    town.ratify(&world).await;
    let party = Party::Person(town.finn);
    world.person(town.finn).apply(town.network, "").await.unwrap();
    let decision = open(&world, &town, admission(party)).await;
    let of_members = async || {
        let events = events_of(&world, town.network).await;
        let kinds = ["network", "charter", "proposal", "decision", "resolution", "effect"];
        events.iter().filter(|event| kinds.contains(&event.stream.category())).count()
    };
    let before = of_members().await;
    let named =
        Named { network: town.network, decision, person: town.finn, ..Named::absent(town.finn) };
    for (path, _) in ::access::RIGHTS.iter().filter(|(path, _)| path.starts_with("/weft.")) {
        let line: grpc::Line = world.operator().line();
        let answer = ask(line, path, request(path, &named, world.fresh_command())).await;
        let refused = answer.err().map(|status| Refusal::of_status(&status));
        assert_ne!(refused.map(|it| it.reason).as_deref(), Some("INTERNAL"), "{path}");
    }
    world.settle().await;
    assert_eq!(of_members().await, before);
    let not_theirs = world.operator().vote(decision, option("consent")).await;
    assert_eq!(not_theirs.unwrap_err().code, "FORBIDDEN");
    let seen = world.person(town.anna).decision(decision).await.unwrap();
    assert_eq!((seen.phase, seen.ballots), (DecisionPhase::Open, 0));
}

#[tokio::test]
async fn what_could_not_be_carried_out_is_refused_at_the_call_and_not_after_the_vote() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![]).await;
        let calling = async |content: ProposalContent| {
            let anna = || world.person(town.anna);
            let proposal = anna().draft_proposal(town.network, content).await.unwrap();
            anna().submit_proposal(proposal).await.unwrap();
            anna().open_discussion(proposal).await.unwrap();
            for sponsor in [town.ben, town.chloe, town.dora] {
                world.person(sponsor).sponsor_proposal(proposal).await.unwrap();
            }
            world.pass(24 * 14).await;
            anna().call_decision(proposal).await.map(|_| ())
        };
        let beyond = town.policy("everything else", |policy| {
            policy.requirements[0].share = Some(Share { numerator: 3, denominator: 2 });
        });
        let beyond = amending(Subject::PolicyAmend, vec![changing(beyond)]);
        let contradiction = refusal("INVALID", "POLICY_CONTRADICTS_ITSELF");
        assert_eq!(calling(beyond).await, Err(contradiction));
        let king = refusal("PRECONDITION", "PROPOSAL_ROLE_UNKNOWN");
        assert_eq!(calling(conferral("king", &[town.ben])).await, Err(king));
        let stranger = refusal("PRECONDITION", "CANDIDATE_NOT_A_MEMBER");
        let standing = conferral("facilitator", &[town.ben, town.finn]);
        assert_eq!(calling(standing).await, Err(stranger));
    }
}

#[tokio::test]
async fn a_charter_that_nobody_could_ever_change_is_not_put_to_the_founders() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        let (anna, network) = (world.person(town.anna), town.network);
        anna.open_charter_draft(network, "federation_of_organisations").await.unwrap();
        let nobody = refusal("PRECONDITION", "CHARTER_NOBODY_AMENDS");
        assert_eq!(anna.submit_charter(network).await, Err(nobody));
        let again = world.person(town.ben).open_charter_draft(network, "consent_circle").await;
        assert_eq!(again, Err(refusal("PRECONDITION", "CHARTER_DRAFT_OPEN")));
    }
}
