//! A quorum of each constituency: owners and tenants decide together, and neither without the other.

use kernel::{DecisionId, Party, PersonId};
use stories::{Part, World, refusal};
use wire::{
    read,
    weft::governance::v1::{
        BallotChange, DecisionPolicy, Leavers, OutcomeKind, Reasons, ResultsShown, Secrecy, Share,
        Subject, electorate, quorum,
    },
};

use super::{
    charters::{EVERYWHERE, all_vote, chartered, deciding, opened, opened_on},
    town::{Town, abstain, admission, option},
};

/// A table of equal weights in which each person belongs to a part.
fn table(rows: &[(PersonId, &str)]) -> electorate::Weighted {
    let row = |(person, part): &(PersonId, &str)| electorate::PartyWeight {
        party: Some(read::party_message(Party::Person(*person))),
        weight: 1,
        constituency: (*part).to_owned(),
    };
    electorate::Weighted { weights: rows.iter().map(row).collect() }
}

/// Half of each part must take part; nobody lends a vote.
fn of_each(policy: &mut DecisionPolicy, rows: &[(PersonId, &str)]) {
    let half = Share { numerator: 1, denominator: 2 };
    policy.electorate.as_mut().unwrap().unit = Some(electorate::Unit::Weighted(table(rows)));
    policy.quorum.as_mut().unwrap().size = Some(quorum::Size::ShareOfEach(half));
    policy.delegation = None;
}

/// By secret ballot.
pub(crate) fn secretly(policy: &mut DecisionPolicy) {
    policy.secrecy = Secrecy::Secret.into();
    policy.results = ResultsShown::AfterClose.into();
    policy.ballot_change = BallotChange::Never.into();
    policy.reasons = Reasons::None.into();
    policy.leavers = Leavers::Keep.into();
    policy.delegation = None;
}

fn part(constituency: &str, units: u32, present: Option<u32>, quorate: bool) -> Part {
    let needed = units.div_ceil(2);
    Part { constituency: constituency.to_owned(), units, present, needed, quorate }
}

/// Checks the certificate, and that it is none once a word of it is another.
async fn certified(world: &World, town: &Town, decision: DecisionId, (from, to): (&str, &str)) {
    let bundle = world.person(town.anna).certificate(decision).await.unwrap();
    governance::certificate::verify_json(&bundle).unwrap();
    let text = String::from_utf8(bundle).unwrap();
    let other = text.replacen(from, to, 1);
    assert_ne!(other, text);
    governance::certificate::verify_json(other.as_bytes()).unwrap_err();
}

#[tokio::test]
async fn enough_of_all_are_too_few_when_the_tenants_stay_away() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let rows = [
                (town.anna, "owners"),
                (town.ben, "owners"),
                (town.chloe, " owners "),
                (town.dora, "tenants"),
                (town.erin, "tenants"),
            ];
            vec![deciding(town, Subject::FundAllocate, |policy| of_each(policy, &rows))]
        });
        let town = town.await;
        let Town { anna, ben, chloe, dora, erin, .. } = town;
        let fund = async |title| opened_on(&world, &town, Subject::FundAllocate, title).await;
        let [alone, both] = [fund("Tar").await, fund("Tiles").await];
        let read = async |decision| world.person(erin).decision(decision).await.unwrap();
        assert_eq!(read(alone).await.quorum_units_missing, Some(2 + 1));
        let agree = [anna, ben, chloe].map(|person| (person, option("agree")));
        all_vote(&world, alone, &agree).await;
        let open = read(alone).await;
        assert_eq!((open.ballots, open.quorum_units_missing), (3, Some(1)), "of the tenants");
        assert_eq!(open.lacking.unwrap().quorum_units, Some(1));
        let parts = [part("owners", 3, Some(3), true), part("tenants", 2, Some(0), false)];
        assert_eq!(open.figures.unwrap().parts, parts);
        all_vote(&world, both, &[(anna, option("agree")), (ben, option("agree"))]).await;
        assert_eq!(read(both).await.quorum_units_missing, Some(1));
        all_vote(&world, both, &[(dora, abstain())]).await;
        assert_eq!(read(both).await.quorum_units_missing, Some(0));
        world.pass(73).await;

        let short = read(alone).await;
        assert_eq!(short.outcome, Some((OutcomeKind::Inquorate, vec![])));
        let figures = short.figures.unwrap();
        assert_eq!((figures.present_units, figures.quorum_units, figures.quorate), (3, 3, false));
        assert_eq!(figures.parts, parts);
        let reached = read(both).await;
        assert_eq!(reached.outcome, Some((OutcomeKind::Adopted, vec![])));
        let parts = [part("owners", 3, Some(2), true), part("tenants", 2, Some(1), true)];
        assert_eq!(reached.figures.unwrap().parts, parts);
        for decision in [alone, both] {
            certified(&world, &town, decision, ("\"tenants\"", "\"owners\"")).await;
        }
    }
}

#[tokio::test]
async fn of_a_secret_vote_nothing_is_told_of_a_constituency_that_would_betray_anybody() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let rows = [
                (town.anna, "owners"),
                (town.ben, "owners"),
                (town.chloe, "owners"),
                (town.dora, "tenants"),
                (town.erin, "tenants"),
                (town.finn, "tenants"),
            ];
            let admission = town.policy("admission", |policy| policy.discussion_hours_min = 0);
            let fund = deciding(town, Subject::FundAllocate, |policy| {
                of_each(policy, &rows);
                secretly(policy);
            });
            vec![super::town::changing(admission), fund]
        });
        let town = town.await;
        let Town { anna, ben, chloe, dora, erin, finn, network, .. } = town;
        world.person(finn).apply(network, "").await.unwrap();
        let (_, admitted) = opened(&world, &town, admission(Party::Person(finn))).await;
        let consent = town.founders().map(|person| (person, option("consent")));
        all_vote(&world, admitted, &consent).await;
        world.pass(73).await;

        let fund = async |title| opened_on(&world, &town, Subject::FundAllocate, title).await;
        let [short, few, many] = [fund("Tar").await, fund("Tiles").await, fund("Nails").await];
        for (decision, voters) in [
            (short, vec![anna, ben, chloe, dora]),
            (few, vec![anna, ben, dora, erin]),
            (many, vec![anna, ben, chloe, dora, erin, finn]),
        ] {
            for person in voters {
                world.person(person).vote(decision, option("agree")).await.unwrap();
            }
        }
        let read = async |decision| world.person(finn).decision(decision).await.unwrap();
        for decision in [short, few, many] {
            let open = read(decision).await;
            assert_eq!((open.figures, open.quorum_units_missing, open.ballots), (None, None, 0));
        }
        world.pass(73).await;

        let turnout = async |decision| super::turnout(&town, &world, decision).await;
        let seen = read(short).await;
        assert_eq!(seen.outcome, Some((OutcomeKind::Inquorate, vec![])), "four of six voted");
        // That the owners had enough is not told: three of them voted then, and one tenant.
        let parts = [part("owners", 3, None, false), part("tenants", 3, None, false)];
        assert_eq!((seen.figures.unwrap().parts, seen.quorum_units_missing), (parts.into(), None));
        assert_eq!(turnout(short).await, (4, None), "names would tell how many of each");

        let seen = read(few).await;
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let parts = [part("owners", 3, None, true), part("tenants", 3, None, true)];
        assert_eq!(seen.figures.unwrap().parts, parts);
        assert_eq!((seen.quorum_units_missing, turnout(few).await), (Some(0), (4, None)));

        let seen = read(many).await;
        let parts = [part("owners", 3, Some(3), true), part("tenants", 3, Some(3), true)];
        assert_eq!(seen.figures.unwrap().parts, parts);
        let (voted, voters) = turnout(many).await;
        assert_eq!((voted, voters.unwrap().len()), (6, 6));
        for decision in [short, few, many] {
            certified(&world, &town, decision, ("\"tenants\"", "\"lodgers\"")).await;
        }
    }
}

#[tokio::test]
async fn founders_and_members_are_constituencies_where_no_table_names_any() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let admission = town.policy("admission", |policy| policy.discussion_hours_min = 0);
            let fund = deciding(town, Subject::FundAllocate, |policy| {
                let all = Share { numerator: 1, denominator: 1 };
                policy.quorum.as_mut().unwrap().size = Some(quorum::Size::ShareOfEach(all));
            });
            vec![super::town::changing(admission), fund]
        });
        let town = town.await;
        world.person(town.finn).apply(town.network, "").await.unwrap();
        let (_, admitted) = opened(&world, &town, admission(Party::Person(town.finn))).await;
        let consent = town.founders().map(|person| (person, option("consent")));
        all_vote(&world, admitted, &consent).await;
        world.pass(73).await;
        let decision = opened_on(&world, &town, Subject::FundAllocate, "Tar").await;
        let agree = town.founders().map(|person| (person, option("agree")));
        all_vote(&world, decision, &agree).await;
        let read = async || world.person(town.anna).decision(decision).await.unwrap();
        assert_eq!(read().await.quorum_units_missing, Some(1));
        let figures = read().await.figures.unwrap();
        let told = figures.parts.iter().map(|it| (it.constituency.as_str(), it.units, it.present));
        assert_eq!(told.collect::<Vec<_>>(), [("founder", 5, Some(5)), ("member", 1, Some(0))]);
        world.person(town.finn).vote(decision, abstain()).await.unwrap();
        world.pass(73).await;
        assert_eq!(read().await.outcome, Some((OutcomeKind::Adopted, vec![])));
    }
}

#[tokio::test]
async fn a_policy_with_constituencies_that_contradict_themselves_is_refused() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.draft(&world).await;
        let edit = async |rows: &[(PersonId, &str)]| {
            let change = deciding(&town, Subject::FundAllocate, |policy| of_each(policy, rows));
            world.person(town.anna).edit_charter(town.network, change).await.map(|_| ())
        };
        let contradictory = Err(refusal("INVALID", "POLICY_CONTRADICTS_ITSELF"));
        let long = "o".repeat(61);
        assert_eq!(edit(&[(town.anna, &long), (town.ben, "tenants")]).await, contradictory);
        let alone = edit(&[(town.anna, "owners"), (town.ben, "owners")]).await;
        assert_eq!(alone, contradictory, "there is but one");
        edit(&[(town.anna, "owners"), (town.ben, "")]).await.unwrap();
    }
}
