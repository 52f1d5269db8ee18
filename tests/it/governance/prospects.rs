//! What a policy would take is asked before anything is called, and the vote then says the same.

use kernel::{Clock as _, Party, PersonId};
use stories::{Lacking, Moment, Question, World, refusal};
use wire::{
    read,
    weft::governance::v1::{
        AssumedChoice, AssumedPart, AssumedVotes, DecisionPolicy, Share, Subject, Upshot,
        electorate, quorum,
        what_would_it_take_request::{InForce, Policy},
    },
};

use super::{
    charters::{EVERYWHERE, all_vote, by_choice, by_runoff, chartered, deciding, opened_on},
    town::{Town, abstain, events_of, option},
};

fn on(subject: Subject) -> Question {
    Question::of(Policy::InForce(InForce { subject: subject.into(), as_of: None }))
}

fn drafted(name: &str) -> Question {
    Question::of(Policy::Drafted(name.to_owned()))
}

fn written(policy: DecisionPolicy) -> Question {
    Question::of(Policy::Written(policy))
}

fn cast(choice: AssumedChoice, units: u32) -> AssumedVotes {
    of("", choice, units, None)
}

fn of(constituency: &str, choice: AssumedChoice, units: u32, weight: Option<u64>) -> AssumedVotes {
    let constituency = constituency.to_owned();
    AssumedVotes { choice: choice.into(), constituency, units, weight }
}

fn roll(units: u32) -> Vec<AssumedPart> {
    vec![AssumedPart { constituency: String::new(), units, weight: None }]
}

#[expect(clippy::unnecessary_wraps, reason = "where nothing is adopted nothing is lacking")]
fn lacks(quorum_units: Option<u32>, agreeing_weight: Option<u64>) -> Option<Lacking> {
    Some(Lacking { quorum_units, agreeing_weight, opposed_units: 0, objections: 0 })
}

/// A table of persons with their weights and constituencies.
fn table(rows: &[(PersonId, u32, &str)]) -> electorate::Unit {
    let row = |(person, weight, part): &(PersonId, u32, &str)| electorate::PartyWeight {
        party: Some(read::party_message(Party::Person(*person))),
        weight: *weight,
        constituency: (*part).to_owned(),
    };
    let weights = rows.iter().map(row).collect();
    electorate::Unit::Weighted(electorate::Weighted { weights })
}

/// A quorum of half the roll, and nobody lends a vote.
fn of_half(policy: &mut DecisionPolicy) {
    let half = Share { numerator: 1, denominator: 2 };
    policy.quorum.as_mut().unwrap().size = Some(quorum::Size::ShareOfRoll(half));
    policy.delegation = None;
}

#[tokio::test]
async fn who_drafts_a_charter_learns_what_each_policy_would_take() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        let (anna, network) = (world.person(town.anna), town.network);
        let none = anna.what_would_it_take(network, drafted("constitution")).await;
        assert_eq!(none, Err(refusal("NOT_FOUND", "POLICY_NOT_FOUND")), "nobody drafts yet");
        town.draft(&world).await;
        let before = events_of(&world, network).await.len();

        let now = anna.what_would_it_take(network, drafted("constitution")).await.unwrap();
        assert_eq!((now.policy.as_str(), now.charter_version), ("constitution", 0));
        assert_eq!((now.figures.roll, now.upshot), ((5, 5), Upshot::Inquorate));
        let needed = now.figures.quorum_units;
        assert_eq!(now.quorum_units_missing, Some(needed));
        let later = Question {
            roll: roll(23),
            votes: vec![
                cast(AssumedChoice::Agree, 13),
                cast(AssumedChoice::Disagree, 7),
                cast(AssumedChoice::Abstain, 1),
            ],
            ..drafted("constitution")
        };
        let later = anna.what_would_it_take(network, later).await.unwrap();
        assert_eq!((later.figures.roll, later.upshot), ((23, 23), Upshot::NotAdopted));
        let requirements = (later.shares, later.requirements);
        assert_eq!(requirements, (vec![(2, 3)], vec![(13, 20, false)]), "two thirds of 20");
        assert_eq!(later.lacking, lacks(Some(0), Some(1)));
        assert_eq!(events_of(&world, network).await.len(), before, "nothing was recorded");

        let early = anna.what_would_it_take(network, on(Subject::Other)).await;
        assert_eq!(early, Err(refusal("PRECONDITION", "CHARTER_NOT_IN_FORCE")));
        let outside = world.person(town.finn).what_would_it_take(network, on(Subject::Other)).await;
        assert_eq!(outside, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
        let moment = Moment { effective: Some(world.clock().now()), ..Moment::NOW };
        world.pass(1).await;
        anna.submit_charter(network).await.unwrap();
        for founder in town.founders() {
            world.person(founder).ratify_charter(network, "").await.unwrap();
        }
        let binding = anna.what_would_it_take(network, on(Subject::Other)).await.unwrap();
        assert_eq!((binding.policy.as_str(), binding.charter_version), ("everything else", 1));
        let before = Question { moment, ..on(Subject::Other) };
        let before = anna.what_would_it_take(network, before).await;
        assert_eq!(before, Err(refusal("PRECONDITION", "CHARTER_NOT_IN_FORCE")), "as of then");
        let over = anna.what_would_it_take(network, drafted("constitution")).await;
        assert_eq!(over, Err(refusal("NOT_FOUND", "POLICY_NOT_FOUND")), "no draft is under work");
    }
}

#[tokio::test]
async fn the_vote_comes_to_what_was_foretold_of_it() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| vec![deciding(town, Subject::FundAllocate, of_half)]);
        let town = town.await;
        let Town { network, anna, ben, chloe, dora, .. } = town;
        let foretold = async |votes| {
            let question = Question { votes, ..on(Subject::FundAllocate) };
            world.person(anna).what_would_it_take(network, question).await.unwrap()
        };
        let nothing = foretold(vec![]).await;
        assert_eq!(
            (nothing.policy.as_str(), nothing.charter_version),
            ("SUBJECT_FUND_ALLOCATE", 1)
        );
        assert_eq!((nothing.upshot, nothing.lacking), (Upshot::Inquorate, lacks(Some(3), Some(1))));
        let split = vec![
            cast(AssumedChoice::Agree, 1),
            cast(AssumedChoice::Disagree, 1),
            cast(AssumedChoice::Abstain, 1),
        ];
        let split = foretold(split).await;
        assert_eq!((split.upshot, split.lacking), (Upshot::Tied, lacks(Some(0), Some(1))));
        let tar = opened_on(&world, &town, Subject::FundAllocate, "Tar").await;
        let read = async || world.person(chloe).decision(tar).await.unwrap();
        assert_eq!(
            (read().await.figures, read().await.lacking),
            (Some(nothing.figures), nothing.lacking)
        );
        let ballots = [(anna, option("agree")), (ben, option("disagree")), (chloe, abstain())];
        all_vote(&world, tar, &ballots).await;
        assert_eq!(
            (read().await.figures, read().await.lacking),
            (Some(split.figures), split.lacking)
        );
        all_vote(&world, tar, &[(dora, option("agree"))]).await;
        let reached = vec![
            cast(AssumedChoice::Agree, 2),
            cast(AssumedChoice::Disagree, 1),
            cast(AssumedChoice::Abstain, 1),
        ];
        let reached = foretold(reached).await;
        assert_eq!((reached.upshot, reached.lacking), (Upshot::Adopted, lacks(Some(0), Some(0))));
        assert_eq!(read().await.figures, Some(reached.figures));
        let operator = world.operator();
        let told = operator.what_would_it_take(network, on(Subject::FundAllocate)).await;
        assert_eq!(told.unwrap().quorum_units_missing, Some(3));
    }
}

#[tokio::test]
async fn elections_weights_and_constituencies_are_told_as_they_are_counted() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let choosing = |method| {
                move |policy: &mut DecisionPolicy| {
                    of_half(policy);
                    policy.method = method;
                    policy.requirements.clear();
                }
            };
            let rows = [
                (town.anna, 5, "owners"),
                (town.ben, 2, "owners"),
                (town.chloe, 1, "tenants"),
                (town.dora, 1, "tenants"),
            ];
            vec![
                deciding(town, Subject::AgendaPrioritise, choosing(by_runoff())),
                deciding(town, Subject::PracticeRecommend, choosing(by_choice())),
                deciding(town, Subject::FundAllocate, move |policy| {
                    of_half(policy);
                    let half = Share { numerator: 1, denominator: 2 };
                    policy.quorum.as_mut().unwrap().size = Some(quorum::Size::ShareOfEach(half));
                    policy.electorate.as_mut().unwrap().unit = Some(table(&rows));
                }),
            ]
        });
        let town = town.await;
        let ask = async |question| {
            world.person(town.erin).what_would_it_take(town.network, question).await
        };
        let ballots = vec![cast(AssumedChoice::Item, 60), cast(AssumedChoice::Blank, 10)];
        let runoff = Question { roll: roll(100), votes: ballots, ..on(Subject::AgendaPrioritise) };
        let found = ask(runoff.clone()).await.unwrap();
        assert_eq!((found.upshot, found.seats, found.quota), (Upshot::Chosen, Some(1), Some(31)));
        assert_eq!((found.quorum_units_missing, found.lacking), (Some(0), None));
        let policy = Question { policy: on(Subject::PracticeRecommend).policy, ..runoff };
        let found = ask(policy).await.unwrap();
        assert_eq!((found.upshot, found.seats, found.quota), (Upshot::Chosen, Some(1), None));

        let tar = |votes: &[AssumedVotes]| Question {
            votes: votes.to_vec(),
            ..on(Subject::FundAllocate)
        };
        let heavy = of("owners", AssumedChoice::Agree, 1, Some(5));
        let found = ask(tar(std::slice::from_ref(&heavy))).await.unwrap();
        assert_eq!((found.figures.roll, found.figures.weights[0]), ((4, 9), 5));
        let parts = found.figures.parts.iter();
        let parts = parts.map(|it| (it.constituency.as_str(), it.present, it.needed, it.quorate));
        assert_eq!(
            parts.collect::<Vec<_>>(),
            [("owners", Some(1), 1, true), ("tenants", Some(0), 1, false)]
        );
        assert_eq!((found.upshot, found.quorum_units_missing), (Upshot::Inquorate, Some(1)));
        let tenant = of("tenants", AssumedChoice::Disagree, 1, None);
        let found = ask(tar(&[heavy, tenant])).await.unwrap();
        assert_eq!((found.upshot, found.requirements[0]), (Upshot::Adopted, (5, 6, true)));
        let refused = async |votes: AssumedVotes| ask(tar(&[votes])).await.unwrap_err().reason;
        let agree = |part: &str, units, weight| of(part, AssumedChoice::Agree, units, weight);
        assert_eq!(refused(agree("owners", 1, None)).await, "WEIGHT_NEEDED");
        assert_eq!(refused(agree("owners", 1, Some(6))).await, "WEIGHT_OUT_OF_RANGE");
        assert_eq!(refused(agree("lodgers", 1, None)).await, "CONSTITUENCY_UNKNOWN");
        assert_eq!(refused(agree("tenants", 3, None)).await, "VOTES_ABOVE_ROLL");
    }
}

#[tokio::test]
async fn a_policy_that_is_only_written_is_asked_about_and_contradictions_are_refused() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        let ask = async |question| {
            world.person(town.anna).what_would_it_take(town.network, question).await
        };
        let policy = town.policy("everything else", of_half);
        let question = |policy: &DecisionPolicy, votes: Vec<AssumedVotes>| Question {
            roll: roll(6),
            votes,
            ..written(policy.clone())
        };
        let agree = |units| cast(AssumedChoice::Agree, units);
        let found = ask(question(&policy, vec![agree(2), cast(AssumedChoice::Blank, 4)])).await;
        let found = found.unwrap();
        assert_eq!((found.charter_version, found.figures.roll), (0, (6, 6)));
        assert_eq!((found.upshot, found.lacking), (Upshot::NotAdopted, lacks(Some(0), None)));
        let found = ask(written(policy.clone())).await.unwrap();
        assert_eq!(found.figures.roll, (5, 5), "those who would stand on the roll now");

        let refused = async |question| ask(question).await.unwrap_err();
        let reason = async |question| refused(question).await.reason;
        let above = question(&policy, vec![agree(4), agree(3)]);
        assert_eq!(refused(above).await, refusal("INVALID", "VOTES_ABOVE_ROLL"));
        let block = question(&policy, vec![cast(AssumedChoice::Block, 1)]);
        assert_eq!(reason(block).await, "CHOICE_FOREIGN_TO_METHOD");
        let objected = Question { objections: 1, ..question(&policy, vec![]) };
        assert_eq!(reason(objected).await, "OBJECTIONS_FOREIGN_TO_POLICY");
        let part = question(&policy, vec![of("tenants", AssumedChoice::Agree, 1, None)]);
        assert_eq!(reason(part).await, "CONSTITUENCY_UNUSED");
        let nobody = Question { roll: roll(0), ..question(&policy, vec![]) };
        assert_eq!(reason(nobody).await, "ROLL_PART_EMPTY");
        let world_wide = Question { roll: roll(1_000_001), ..question(&policy, vec![]) };
        assert_eq!(reason(world_wide).await, "ROLL_TOO_LARGE");
        let heavy = AssumedPart { weight: Some(7), ..roll(6).remove(0) };
        let heavy = Question { roll: vec![heavy], ..question(&policy, vec![]) };
        assert_eq!(reason(heavy).await, "WEIGHTS_ARE_ONE");
        let twice = Question { roll: [roll(1), roll(1)].concat(), ..question(&policy, vec![]) };
        assert_eq!(reason(twice).await, "CONSTITUENCY_REPEATED");
        let mut faulty = policy.clone();
        faulty.requirements.clear();
        assert_eq!(reason(question(&faulty, vec![])).await, "POLICY_CONTRADICTS_ITSELF");
    }
}
