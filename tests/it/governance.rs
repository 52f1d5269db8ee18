//! Members decide: a network is founded, gives itself a charter, and lives by it for a year.

mod challenges;
mod charters;
mod consent;
mod constituencies;
mod contests;
mod deeds;
mod effects;
mod elsewhere;
mod exported;
mod federation;
mod lending;
mod partaking;
mod prospects;
mod punctual;
mod purposes;
mod recorded;
mod refusals;
mod reminding;
mod seats;
mod ties;
pub(crate) mod town;
mod watching;
mod workspace;

use events::{BallotBoxEvent, DecisionEvent, TurnoutEvent};
use governance::certificate;
use kernel::{DecisionId, Event as _, Party, PersonId, TurnoutId};
use stories::{Lent, Log, Moment, Protocol, Resolution, World, refusal};
use wire::weft::{
    governance::v1::{
        CharterStatus, DecisionPhase, EffectStatus, MandateStatus, OutcomeKind, ResolutionStatus,
        ReviewFinding, Subject, Validity,
    },
    membership::v1::{MemberStatus, NetworkStatus},
};

use town::{
    Town, abstain, admission, amending, changing, conferral, content, events_of, option, ranking,
    topic,
};

/// Everything that a reader sees which must not change when somebody is erased.
async fn seen(town: &Town, world: &World, decisions: &[DecisionId]) -> String {
    let reader = world.person(town.erin);
    let mut pages = Vec::new();
    for decision in decisions {
        let mut page = reader.decision(*decision).await.unwrap();
        // The text of an objection is its writer's.
        page.objections.iter_mut().for_each(|objection| objection.argument.clear());
        let certificate = reader.certificate(*decision).await.unwrap();
        let bundle = certificate::verify_json(&certificate);
        assert_eq!(bundle.map(|_| ()), Ok(()), "a certificate can be recounted");
        let certificate = String::from_utf8(certificate).unwrap();
        pages.push(format!("{page:#?}\n{certificate}"));
    }
    let register = reader.resolutions(town.network, Moment::NOW).await.unwrap();
    let mandates = reader.mandates(town.network, Moment::NOW).await.unwrap();
    let delegations = reader.delegations(town.network, Moment::NOW).await.unwrap();
    let members = reader.members(town.network, Moment::NOW).await.unwrap();
    pages.push(format!("{register:#?}\n{mandates:#?}\n{delegations:#?}\n{members:#?}"));
    pages.join("\n")
}

/// The founders draft a charter from a template, and ratify it together.
async fn founded(town: &Town, world: &World) {
    let network = town.network;
    let status = async || world.person(town.anna).network(network).await.unwrap().status;
    assert_eq!(status().await, NetworkStatus::Forming);
    let outsider = world.person(town.finn).open_charter_draft(network, "consent_circle").await;
    assert_eq!(outsider, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
    assert_eq!(world.person(town.anna).charter(network, Moment::NOW).await.unwrap(), None);

    town.draft(world).await;
    let anna = world.person(town.anna);
    anna.submit_charter(network).await.unwrap();
    let submitted = anna.charter(network, Moment::NOW).await.unwrap().unwrap();
    assert_eq!((submitted.status, submitted.version), (CharterStatus::PutToRatification, 0));
    assert_eq!(submitted.sections, 8);
    let late = anna.edit_charter(network, town::purpose("To rest")).await;
    assert_eq!(late, Err(refusal("PRECONDITION", "CHARTER_SUBMITTED")));
    let other = anna.ratify_charter(network, &"0".repeat(64)).await;
    assert_eq!(other, Err(refusal("CONFLICT", "CHARTER_TEXT_DIFFERS")));

    for founder in &town.founders()[..4] {
        world.person(*founder).ratify_charter(network, &submitted.snapshot_hash).await.unwrap();
        assert_eq!(status().await, NetworkStatus::Forming);
    }
    let early = anna.draft_proposal(network, content(Subject::Other, "A roof")).await.unwrap();
    let early = anna.submit_proposal(early).await;
    assert_eq!(early, Err(refusal("PRECONDITION", "CHARTER_NOT_IN_FORCE")));
    let last = world.person(town.erin).ratify_charter(network, &submitted.snapshot_hash).await;
    assert_eq!(last.unwrap().events, 2);
    world.settle().await;
    assert_eq!(status().await, NetworkStatus::Active);
    let ratified = anna.charter(network, Moment::NOW).await.unwrap().unwrap();
    assert_eq!((ratified.status, ratified.version), (CharterStatus::InForce, 1));
    assert_eq!(ratified.snapshot_hash, submitted.snapshot_hash);
    let late = anna.edit_charter(network, town::purpose("To rest")).await;
    assert_eq!(late, Err(refusal("PRECONDITION", "CHARTER_IN_FORCE")));
}

/// Somebody applies and is admitted by consent, over an objection that is not valid.
async fn admitted(town: &Town, world: &World) -> DecisionId {
    let (network, finn) = (town.network, Party::Person(town.finn));
    world.person(town.finn).apply(network, "I mend roofs").await.unwrap();
    let decision = town.bring(world, town.anna, admission(finn), &[]).await;
    let read = async || world.person(town.anna).decision(decision).await.unwrap();
    let called = read().await;
    assert_eq!((called.phase, called.roll_units), (DecisionPhase::Open, 5));
    assert_eq!((called.quorum_units_missing, called.policy.as_str()), (Some(3), "admission"));
    assert_eq!(called.roll_hash.len(), 64);
    assert!(called.may_vote);

    world.person(town.anna).vote(decision, option("consent")).await.unwrap();
    world.person(town.ben).vote(decision, option("consent")).await.unwrap();
    assert_eq!(read().await.quorum_units_missing, Some(1));
    let dora = world.person(town.dora);
    let number = dora.object(decision, "We do not know Finn").await.unwrap();
    let chloe = world.person(town.chloe);
    chloe.answer_objection(decision, number, "I have known Finn for ten years").await.unwrap();
    let not_valid = Validity::NotValid;
    let own = dora.judge_objection(decision, number, not_valid).await;
    assert_eq!(own, Err(refusal("FORBIDDEN", "JUDGE_HAS_PART")));
    world.person(town.erin).judge_objection(decision, number, not_valid).await.unwrap();
    chloe.vote(decision, option("consent")).await.unwrap();
    let open = read().await;
    assert_eq!((open.quorum_units_missing, open.objections.len()), (Some(0), 1));
    assert_eq!((open.objections[0].answers, open.objections[0].validity), (1, Some(not_valid)));
    assert_eq!(open.roll_hash, called.roll_hash, "the roll is frozen");

    // Nothing happens before the time, and what happens late has happened in time.
    let closes_at = open.closes_at;
    world.travel_to(&(closes_at - jiff::SignedDuration::from_mins(1)).to_string());
    world.run_due().await;
    assert_eq!(read().await.phase, DecisionPhase::Open);
    world.pass(30).await;
    let closed = read().await;
    assert_eq!((closed.phase, closed.closes_at), (DecisionPhase::Final, closes_at));
    assert_eq!(closed.outcome, Some((OutcomeKind::Adopted, vec![])));
    let late = world.person(town.erin).vote(decision, option("consent")).await;
    assert_eq!(late, Err(refusal("PRECONDITION", "VOTING_OVER")));
    let events = events_of(world, network).await;
    let of_decision = |name: &str| {
        let found = events.iter().find(|it| it.stream.id() == decision.uuid() && it.name == name);
        assert!(found.is_some(), "no {name}");
        found.unwrap().clone()
    };
    for name in ["DecisionClosed", "DecisionTallied", "DecisionCertified", "DecisionFinalised"] {
        let event = of_decision(name);
        assert_eq!(event.effective_at, closes_at, "{name} takes the due time");
        assert!(event.recorded_at > closes_at, "{name} was recorded late");
    }
    let authority = format!("decision/{decision}");
    for name in ["MemberAdmitted", "ResolutionEntered", "EffectIssued", "EffectConfirmed"] {
        let event = events.iter().rfind(|event| event.name == name).unwrap();
        let named = event.metadata().unwrap().authority;
        assert_eq!(named.as_deref(), Some(authority.as_str()), "{name}");
    }
    let admitted = events.iter().rfind(|event| event.name == "MemberAdmitted").unwrap();
    assert_eq!(admitted.effective_at, closes_at);
    let members = world.person(town.finn).members(network, Moment::NOW).await.unwrap();
    let last = members.last().unwrap();
    assert_eq!((members.len(), last.party, last.status), (6, finn, MemberStatus::Active));
    decision
}

/// Votes are lent on a topic; one delegator votes all the same.
async fn lent(town: &Town, world: &World) -> DecisionId {
    let (network, roofs) = (town.network, topic("roofs"));
    let chloe = Party::Person(town.chloe);
    for lender in [town.ben, town.dora] {
        let delegation = world.person(lender).lend(network, chloe, roofs.clone()).await.unwrap();
        let others = world.person(town.erin).accept_delegation(delegation).await;
        assert_eq!(others, Err(refusal("FORBIDDEN", "NOT_THE_DELEGATE")));
        world.person(town.chloe).accept_delegation(delegation).await.unwrap();
    }
    let listed = world.person(town.finn).delegations(network, Moment::NOW).await.unwrap();
    assert_eq!(listed.len(), 2);
    let circle = world.person(town.chloe).lend(network, Party::Person(town.ben), roofs).await;
    assert_eq!(circle, Err(refusal("PRECONDITION", "DELEGATION_IN_A_CIRCLE")));

    let text = town::on_topic(content(Subject::Other, "Tiles from the quarry"), "roofs");
    let decision = town.bring(world, town.anna, text, &[]).await;
    for (person, choice) in [
        (town.anna, option("agree")),
        (town.chloe, option("agree")),
        (town.dora, option("disagree")),
        (town.erin, abstain()),
    ] {
        world.person(person).vote(decision, choice).await.unwrap();
    }
    world.pass(80).await;
    let seen = world.person(town.finn).decision(decision).await.unwrap();
    assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
    let figures = seen.figures.unwrap();
    let agreed = figures.options.iter().find(|(option, _)| option == "agree").unwrap().1;
    assert_eq!((figures.direct_units, figures.delegated_units, agreed), (3, 1, 3));
    let delegator = Party::Person(town.ben);
    let lent = Lent { delegator, path: vec![chloe], not_counted: String::new() };
    assert_eq!(seen.delegations, [lent], "Ben's vote went to Chloe, Dora's to nobody");
    let bundle = world.person(town.finn).certificate(decision).await.unwrap();
    let bundle = certificate::verify_json(&bundle).unwrap();
    assert_eq!((bundle.delegations.len(), bundle.delegations[0].delegator), (1, delegator));
    assert_eq!(bundle.delegations[0].path, [chloe]);
    decision
}

/// Who voted in a secret decision, as the record has it; `None` when it does not say.
async fn turnout(town: &Town, world: &World, decision: DecisionId) -> (u32, Option<Vec<Party>>) {
    let events = events_of(world, town.network).await;
    let turnout = TurnoutId::of(decision).uuid();
    let found = events.iter().find(|event| event.stream.id() == turnout).unwrap();
    match found.decode::<TurnoutEvent>().unwrap().unwrap() {
        TurnoutEvent::TurnoutRecorded { voted, voters, .. } => (voted, voters),
    }
}

/// Coordinators are elected in secret, hold their offices, and hold them no longer.
async fn elected(town: &Town, world: &World) -> [DecisionId; 2] {
    let network = town.network;
    let standing = [town.anna, town.ben, town.chloe];
    // Too few vote: nobody learns who.
    let small = town.bring(world, town.dora, conferral("facilitator", &standing), &[]).await;
    for person in [town.dora, town.erin] {
        let ballot = ranking(&[town.ben, town.anna]);
        world.person(person).vote(small, ballot).await.unwrap();
    }
    world.pass(80).await;
    let extended = world.person(town.dora).decision(small).await.unwrap();
    assert_eq!((extended.phase, extended.extensions), (DecisionPhase::Open, 1));
    world.pass(80).await;
    let inquorate = world.person(town.dora).decision(small).await.unwrap();
    assert_eq!(inquorate.outcome, Some((OutcomeKind::Inquorate, vec![])));
    assert_eq!(turnout(town, world, small).await, (2, None));

    let election = town.bring(world, town.dora, conferral("coordinator", &standing), &[]).await;
    let before = events_of(world, network).await;
    for (person, order) in [
        (town.anna, vec![town.anna, town.chloe]),
        (town.ben, vec![town.ben]),
        (town.chloe, vec![town.chloe, town.anna]),
        (town.dora, vec![town.anna, town.chloe]),
        (town.erin, vec![town.ben, town.anna]),
        (town.finn, vec![town.anna]),
    ] {
        let cast = world.person(person).vote(election, ranking(&order)).await.unwrap();
        assert_eq!(cast.events, 0, "nothing is recorded of a secret ballot");
    }
    let twice = world.person(town.finn).vote(election, ranking(&[town.ben])).await;
    assert_eq!(twice, Err(refusal("ALREADY_EXISTS", "SECRET_BALLOT_ALREADY_CAST")));
    let after = events_of(world, network).await;
    assert_eq!(after.len(), before.len(), "no event between opening and closing");
    let open = world.person(town.finn).decision(election).await.unwrap();
    assert_eq!((open.ballots, open.figures, open.phase), (0, None, DecisionPhase::Open));
    assert_eq!(open.quorum_units_missing, None, "it would tell how many have voted");
    let early = world.person(town.dora).close_decision(election).await;
    assert_eq!(early, Err(refusal("PRECONDITION", "EARLY_CLOSE_NOT_ALLOWED")));

    world.pass(80).await;
    let over = world.person(town.finn).decision(election).await.unwrap();
    let winners = vec![town.anna.to_string(), town.ben.to_string()];
    assert_eq!(over.outcome, Some((OutcomeKind::Elected, winners.clone())));
    let hidden = world.person(town.anna).voters(election).await;
    assert_eq!(hidden, Err(refusal("FORBIDDEN", "BALLOTS_NOT_SHOWN")));
    let (voted, voters) = turnout(town, world, election).await;
    assert_eq!((voted, voters.map(|voters| voters.len())), (6, Some(6)));
    unlinked(town, world, election).await;

    let register = world.person(town.finn).resolutions(network, Moment::NOW).await.unwrap();
    assert_eq!(register[0].winners, winners);
    assert!(register[0].effects.iter().all(|it| *it == (EffectStatus::Confirmed, String::new())));
    let mandates = world.person(town.finn).mandates(network, Moment::NOW).await.unwrap();
    let holders: Vec<PersonId> = mandates.iter().map(|mandate| mandate.holder).collect();
    assert!(holders.len() == 2 && [town.anna, town.ben].iter().all(|it| holders.contains(it)));
    for mandate in &mandates {
        assert_eq!(
            (mandate.role.as_str(), mandate.status),
            ("coordinator", MandateStatus::Conferred)
        );
        let others = world.person(town.chloe).accept_mandate(mandate.mandate).await;
        assert_eq!(others, Err(refusal("FORBIDDEN", "NOT_THE_MANDATE_HOLDER")));
        world.person(mandate.holder).accept_mandate(mandate.mandate).await.unwrap();
    }
    let held = world.person(town.finn).mandates(network, Moment::NOW).await.unwrap();
    assert!(held.iter().all(|mandate| mandate.status == MandateStatus::Active));
    [small, election]
}

/// No event between opening and closing is about a voter, and none after it names one with a choice.
async fn unlinked(town: &Town, world: &World, election: DecisionId) {
    let events = events_of(world, town.network).await;
    let at = |name: &str| {
        let of = |it: &&eventlog::Recorded| it.stream.id() == election.uuid() && it.name == name;
        events.iter().find(of).unwrap().position
    };
    let (opened, closed) = (at("DecisionOpened"), at("DecisionClosed"));
    let between = events.iter().filter(|it| opened < it.position && it.position < closed);
    // The one reminder is for everyone on the roll, and says nothing about anybody.
    let between: Vec<_> = between.map(|it| (it.name.to_string(), &*it.data)).collect();
    assert_eq!(between, [("VotersReminded".to_owned(), b"{}".as_slice())]);
    for event in events.iter().filter(|event| event.position > closed) {
        let actor = event.metadata().unwrap().actor;
        match event.stream.category() {
            BallotBoxEvent::CATEGORY | TurnoutEvent::CATEGORY => {
                assert_eq!(actor, kernel::Actor::System, "{}", event.name);
            }
            DecisionEvent::CATEGORY => {
                let text = String::from_utf8_lossy(&event.data);
                assert!(!text.contains("\"voter\""), "{text}");
            }
            _ => {}
        }
    }
}

/// The charter is amended by its own rule, which fewer cannot weaken.
async fn amended(town: &Town, world: &World) -> [DecisionId; 4] {
    let network = town.network;
    let ratified_at = world.person(town.anna).charter(network, Moment::NOW).await.unwrap();
    let ratified_at = ratified_at.unwrap().effective_from.unwrap();
    let longer = town.policy("everything else", |policy| policy.voting_hours_min = 120);
    let changes = vec![town::purpose("To keep the old city alive and dry"), changing(longer)];
    let text = amending(Subject::CharterAmend, changes);
    let amendment = town.bring(world, town.anna, text, &[town.ben]).await;
    for person in [town.anna, town.ben, town.chloe, town.dora] {
        world.person(person).vote(amendment, option("agree")).await.unwrap();
    }
    world.person(town.erin).vote(amendment, option("disagree")).await.unwrap();
    // 168 hours of voting, of which these use 50 and 70 more.
    world.pass(50).await;
    let text = content(Subject::Other, "Gutters every autumn");
    let running = town.bring_after(world, town.erin, text, 70).await;
    let before = world.person(town.erin).decision(running).await.unwrap();
    assert_eq!((before.charter_version, before.voting_hours_min), (1, 72));
    world.pass(50).await;
    let closes = world.person(town.anna).decision(amendment).await.unwrap();
    assert_eq!(closes.outcome, Some((OutcomeKind::Adopted, vec![])));
    let charter = world.person(town.anna).charter(network, Moment::NOW).await.unwrap().unwrap();
    assert_eq!((charter.version, charter.effective_from), (2, Some(closes.closes_at)));
    let still = world.person(town.erin).decision(running).await.unwrap();
    assert_eq!(still.phase, DecisionPhase::Open, "voting goes on under the former rule");
    assert_eq!((still.charter_version, still.voting_hours_min), (1, 72));
    for person in [town.anna, town.ben, town.finn] {
        world.person(person).vote(running, option("agree")).await.unwrap();
    }
    world.pass(72).await;
    let done = world.person(town.erin).decision(running).await.unwrap();
    assert_eq!(done.outcome, Some((OutcomeKind::Adopted, vec![])));

    // More than half may change rules, but not the rule that asks for two thirds.
    let weaker = town.policy("constitution", |policy| {
        policy.requirements[0].share.as_mut().unwrap().numerator = 1;
    });
    let text = amending(Subject::PolicyAmend, vec![changing(weaker)]);
    let attempt = town.bring(world, town.chloe, text, &[]).await;
    for (person, word) in [
        (town.anna, "disagree"),
        (town.ben, "disagree"),
        (town.chloe, "agree"),
        (town.dora, "agree"),
        (town.erin, "agree"),
    ] {
        world.person(person).vote(attempt, option(word)).await.unwrap();
    }
    world.pass(200).await;
    let seen = world.person(town.anna).decision(attempt).await.unwrap();
    assert_eq!((seen.charter_version, seen.policy.as_str()), (2, "rules"));
    assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
    let register = world.person(town.anna).resolutions(network, Moment::NOW).await.unwrap();
    let refused = (EffectStatus::Failed, "POLICY_ENTRENCHED".to_owned());
    assert_eq!(register[0].effects, [refused]);
    let charter = world.person(town.anna).charter(network, Moment::NOW).await.unwrap().unwrap();
    assert_eq!(charter.version, 2);

    as_of_any_day(town, world, (ratified_at, closes.closes_at)).await;

    let text = content(Subject::Other, "A ladder for everyone");
    let later = town.bring(world, town.ben, text, &[]).await;
    let seen = world.person(town.ben).decision(later).await.unwrap();
    assert_eq!((seen.charter_version, seen.voting_hours_min), (2, 120));
    for person in town.founders() {
        world.person(person).vote(later, option("disagree")).await.unwrap();
    }
    world.pass(130).await;
    let seen = world.person(town.ben).decision(later).await.unwrap();
    assert_eq!(seen.outcome, Some((OutcomeKind::NotAdopted, vec![])));
    [amendment, running, attempt, later]
}

/// The policy in force is told as of any day: before the charter, and before and after a change.
async fn as_of_any_day(
    town: &Town,
    world: &World,
    (ratified_at, amended_at): (jiff::Timestamp, jiff::Timestamp),
) {
    let network = town.network;
    let in_force = async |at: jiff::Timestamp| {
        let moment = Moment::at(&at.to_string());
        let policy = world.person(town.finn).policy(network, Subject::Other, moment).await;
        policy.unwrap().map(|policy| (policy.charter_version, policy.voting_hours_min))
    };
    let hour = jiff::SignedDuration::from_hours(1);
    assert_eq!(in_force(ratified_at - hour).await, None);
    assert_eq!(in_force(amended_at - hour).await, Some((1, 72)));
    assert_eq!(in_force(amended_at).await, Some((2, 120)));
}

fn titled<'a>(register: &'a [Resolution], title: &str) -> &'a Resolution {
    register.iter().find(|resolution| resolution.title == title).unwrap()
}

/// A year later: offices end, a resolution is reviewed, and another takes its place.
async fn reviewed(town: &Town, world: &World) -> DecisionId {
    let network = town.network;
    let tiles = "Tiles from the quarry";
    let register = world.person(town.anna).resolutions(network, Moment::NOW).await.unwrap();
    let entry = titled(&register, tiles).clone();
    assert!(!entry.review_due && entry.review_at.is_some());
    let early = world.person(town.anna).hold_review(entry.resolution, ReviewFinding::Amend).await;
    assert_eq!(early, Err(refusal("PRECONDITION", "REVIEW_NOT_DUE")));
    let held = world.person(town.anna).mandates(network, Moment::NOW).await.unwrap();

    world.pass(370 * 24).await;
    let over = world.person(town.anna).mandates(network, Moment::NOW).await.unwrap();
    for (before, after) in held.iter().zip(&over) {
        assert_eq!((after.status, after.ended_at), (MandateStatus::Expired, Some(before.until)));
    }
    let began = Moment::at(&over[0].from.to_string());
    let before = world.person(town.anna).mandates(network, began).await.unwrap();
    assert_eq!(before[0].ended_at, None);
    let register = world.person(town.anna).resolutions(network, Moment::NOW).await.unwrap();
    assert!(titled(&register, tiles).review_due);
    let stranger =
        world.person(town.erin).hold_review(entry.resolution, ReviewFinding::Amend).await;
    assert_eq!(stranger, Err(refusal("FORBIDDEN", "NOT_THE_REVIEWER")));
    world.person(town.anna).hold_review(entry.resolution, ReviewFinding::Amend).await.unwrap();

    let mut text = content(Subject::Other, "Tiles from the kiln");
    text.supersedes_resolution_id = entry.resolution.to_string();
    let decision = town.bring(world, town.anna, text, &[]).await;
    for person in [town.anna, town.chloe, town.erin, town.finn] {
        world.person(person).vote(decision, option("agree")).await.unwrap();
    }
    world.pass(130).await;
    let register = world.person(town.finn).resolutions(network, Moment::NOW).await.unwrap();
    let newer = titled(&register, "Tiles from the kiln").clone();
    let older = titled(&register, tiles).clone();
    assert_eq!(
        (newer.status, newer.supersedes),
        (ResolutionStatus::InForce, Some(entry.resolution))
    );
    assert_eq!(older.status, ResolutionStatus::Superseded);
    assert_eq!(older.superseded_by, Some(newer.resolution));
    assert_eq!(older.ended_at, Some(newer.entered_at));
    let hour = jiff::SignedDuration::from_hours(1);
    let day_before = Moment::at(&(newer.entered_at - hour).to_string());
    let then = world.person(town.finn).resolutions(network, day_before).await.unwrap();
    assert_eq!(titled(&then, tiles).status, ResolutionStatus::InForce);
    assert!(then.iter().all(|resolution| resolution.title != newer.title));
    decision
}

async fn story(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let town = Town::found(&world).await;
    founded(&town, &world).await;
    let mut decisions = vec![admitted(&town, &world).await];
    decisions.push(lent(&town, &world).await);
    decisions.extend(elected(&town, &world).await);
    decisions.extend(amended(&town, &world).await);
    decisions.push(reviewed(&town, &world).await);

    let before = seen(&town, &world, &decisions).await;
    let objection = async || {
        let page = world.person(town.erin).decision(decisions[0]).await.unwrap();
        page.objections[0].argument.clone()
    };
    assert_eq!(objection().await, "We do not know Finn");
    world.person(town.dora).erase(town.dora).await.unwrap();
    world.settle().await;
    assert_eq!(objection().await, "", "the words are gone");
    assert_eq!(seen(&town, &world, &decisions).await, before, "and nothing else is");
}

#[tokio::test]
async fn members_decide_in_memory_over_grpc() {
    story(Log::Memory, Protocol::Grpc).await;
}

#[tokio::test]
async fn members_decide_in_memory_over_graphql() {
    story(Log::Memory, Protocol::GraphQl).await;
}

#[tokio::test]
async fn members_decide_on_sqlite_over_grpc() {
    story(Log::Sqlite, Protocol::Grpc).await;
}

#[tokio::test]
async fn members_decide_on_sqlite_over_graphql() {
    story(Log::Sqlite, Protocol::GraphQl).await;
}
