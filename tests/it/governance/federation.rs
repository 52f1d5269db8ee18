//! Rolls that are not one vote for each person: organisations with a representative each, and
//! tables of weights.

use kernel::{OrganisationId, Party, PersonId};
use stories::{World, refusal};
use wire::{
    read,
    weft::{
        governance::v1::{
            Base, Bound, ContestGround, Leavers, OutcomeKind, Requirement, Share, Subject,
            electorate,
        },
        membership::v1::RepresentationScope,
    },
};

use super::{
    charters::{EVERYWHERE, chartered, deciding, events_about, opened_on, ratified, the},
    town::{Town, option},
};

/// A table of weights.
pub(crate) fn table(weights: &[(PersonId, u32)]) -> electorate::Weighted {
    let weight = |(person, weight): &(PersonId, u32)| electorate::PartyWeight {
        party: Some(read::party_message(Party::Person(*person))),
        weight: *weight,
        constituency: String::new(),
    };
    electorate::Weighted { weights: weights.iter().map(weight).collect() }
}

/// Three organisations and whose they are: Chloe's guild, Dora's mill, Erin's school; Ben votes for
/// the guild, Dora and Erin for theirs.
struct Federation {
    town: Town,
    guild: OrganisationId,
    mill: OrganisationId,
    school: OrganisationId,
}

impl Federation {
    /// Founds it: the subject of practices is decided by the organisations, the entries of those
    /// that leave are void; of endorsements too, and there they are kept.
    async fn found(world: &World) -> Federation {
        let town = Town::found(world).await;
        let joined = async |steward: PersonId, name| {
            let organisation = world.person(steward).register_organisation(name).await.unwrap();
            let party = Party::Organisation(organisation);
            world.person(town.anna).invite(town.network, party).await.unwrap();
            let voice = world.person(steward).on_behalf_of(organisation);
            voice.accept(town.network).await.unwrap();
            for founder in town.founders() {
                world.person(founder).admit_party(town.network, party).await.unwrap();
            }
            organisation
        };
        let guild = joined(town.chloe, "Guild of roofers").await;
        let mill = joined(town.dora, "The mill").await;
        let school = joined(town.erin, "The school").await;
        for (organisation, steward, person) in [
            (guild, town.chloe, town.ben),
            (guild, town.chloe, town.anna),
            (mill, town.dora, town.dora),
            (school, town.erin, town.erin),
        ] {
            world.person(person).claim_affiliation(organisation, "member").await.unwrap();
            world.person(steward).confirm_affiliation(organisation, person).await.unwrap();
        }
        let by_organisations = |subject, leavers: Leavers| {
            deciding(&town, subject, |policy| {
                policy.electorate.as_mut().unwrap().unit =
                    Some(electorate::Unit::Organisations(electorate::Organisations {}));
                policy.leavers = leavers.into();
                policy.delegation = None;
            })
        };
        let changes = vec![
            by_organisations(Subject::PracticeRecommend, Leavers::Void),
            by_organisations(Subject::ProjectEndorse, Leavers::Keep),
        ];
        ratified(world, &town, changes).await;
        let federation = Federation { town, guild, mill, school };
        let Town { ben, chloe, dora, erin, .. } = federation.town;
        federation.authorise(world, (guild, chloe), ben).await;
        federation.authorise(world, (mill, dora), dora).await;
        federation.authorise(world, (school, erin), erin).await;
        federation
    }

    async fn authorise(
        &self,
        world: &World,
        (organisation, steward): (OrganisationId, PersonId),
        person: PersonId,
    ) {
        let scopes = [RepresentationScope::Speak, RepresentationScope::Vote];
        let of = (person, self.town.network);
        world.person(steward).authorise_representation(organisation, of, &scopes).await.unwrap();
    }
}

#[tokio::test]
async fn each_organisation_has_one_vote_which_whoever_represents_it_casts() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let federation = Federation::found(&world).await;
        let Federation { town, guild, mill, school } = &federation;
        let Town { anna, ben, chloe, dora, erin, .. } = *town;
        let decision = opened_on(&world, town, Subject::PracticeRecommend, "Lime").await;
        let read = async || world.person(anna).decision(decision).await.unwrap();
        let called = read().await;
        assert_eq!((called.roll_units, called.quorum_units_missing), (3, Some(2)));
        assert!(!called.may_vote, "Anna represents nobody");
        assert!(world.person(ben).decision(decision).await.unwrap().may_vote);
        let vote = async |person, organisation, choice: &str| {
            let voice = world.person(person).on_behalf_of(organisation);
            voice.vote(decision, option(choice)).await.map(|_| ())
        };

        // Ben says for the guild what is wrong; for himself, and for the mill, he would be another.
        let mill_party = Party::Organisation(*mill);
        let wrong = (ContestGround::NotEntitled, "The mill has closed");
        let voice = world.person(ben).on_behalf_of(*guild);
        voice.contest_roll(decision, mill_party, wrong).await.unwrap();
        let voice = world.person(ben).on_behalf_of(*mill);
        let stranger = voice.contest_roll(decision, mill_party, wrong).await.map(|_| ());
        assert_eq!(stranger, Err(refusal("FORBIDDEN", "DOES_NOT_SPEAK_FOR_IT")));
        let contests = read().await.contests;
        assert_eq!(contests.len(), 1);
        assert_eq!((contests[0].by, contests[0].about), (Party::Organisation(*guild), mill_party));
        assert_eq!(read().await.roll_hash, called.roll_hash);

        let oneself = world.person(ben).vote(decision, option("agree")).await;
        assert_eq!(oneself, Err(refusal("FORBIDDEN", "NOT_ON_ROLL")));
        let stranger = vote(anna, *guild, "agree").await;
        assert_eq!(stranger, Err(refusal("FORBIDDEN", "DOES_NOT_SPEAK_FOR_IT")));
        let steward = vote(chloe, *guild, "agree").await;
        assert_eq!(steward, Err(refusal("FORBIDDEN", "NOT_THE_VOTER")), "one representative each");
        vote(ben, *guild, "agree").await.unwrap();
        vote(dora, *mill, "disagree").await.unwrap();
        assert_eq!(read().await.quorum_units_missing, Some(0));

        // Anna takes Ben's place while voting goes on: the vote is the guild's, and hers to cast.
        let of_ben = (ben, town.network);
        world.person(chloe).withdraw_representation(*guild, of_ben).await.unwrap();
        federation.authorise(&world, (*guild, chloe), anna).await;
        world.settle().await;
        let former = vote(ben, *guild, "disagree").await;
        assert_eq!(former, Err(refusal("FORBIDDEN", "DOES_NOT_SPEAK_FOR_IT")));
        assert!(read().await.may_vote, "Anna represents the guild");
        assert!(!world.person(ben).decision(decision).await.unwrap().may_vote);
        vote(anna, *guild, "disagree").await.unwrap();
        vote(anna, *guild, "agree").await.unwrap();
        vote(erin, *school, "agree").await.unwrap();
        let figures = read().await.figures.unwrap();
        assert_eq!(figures.options, [("agree".to_owned(), 2), ("disagree".to_owned(), 1)]);
        assert_eq!(read().await.roll_hash, called.roll_hash, "the roll is frozen");
        world.pass(73).await;
        let seen = read().await;
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let voters = world.person(anna).voters(decision).await.unwrap();
        let mut parties = [*guild, *mill, *school].map(Party::Organisation);
        parties.sort_unstable();
        assert_eq!(voters, parties);
        let bundle = world.person(anna).certificate(decision).await.unwrap();
        governance::certificate::verify_json(&bundle).unwrap();
    }
}

#[tokio::test]
async fn the_vote_of_an_organisation_that_leaves_is_void_or_kept_as_the_policy_says() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let federation = Federation::found(&world).await;
        let Federation { town, guild, mill, school } = &federation;
        let Town { anna, ben, dora, erin, network, .. } = *town;
        let voided = opened_on(&world, town, Subject::PracticeRecommend, "Lime").await;
        let kept = opened_on(&world, town, Subject::ProjectEndorse, "The bath house").await;
        for decision in [voided, kept] {
            for (person, organisation, choice) in
                [(ben, guild, "agree"), (dora, mill, "disagree"), (erin, school, "agree")]
            {
                let voice = world.person(person).on_behalf_of(*organisation);
                voice.vote(decision, option(choice)).await.unwrap();
            }
        }
        world.person(ben).on_behalf_of(*guild).resign(network).await.unwrap_err();
        world.person(town.chloe).on_behalf_of(*guild).resign(network).await.unwrap();
        world.settle().await;
        let read = async |decision| world.person(anna).decision(decision).await.unwrap();
        let figures = async |decision| read(decision).await.figures.unwrap();
        assert_eq!(figures(voided).await.options[0].1, 1);
        assert_eq!((read(voided).await.roll_units, figures(voided).await.quorum_units), (2, 1));
        assert_eq!(figures(kept).await.options[0].1, 2);
        assert_eq!((read(kept).await.roll_units, figures(kept).await.quorum_units), (3, 2));
        let gone = world.person(ben).on_behalf_of(*guild).vote(voided, option("agree")).await;
        assert_eq!(gone, Err(refusal("FORBIDDEN", "DOES_NOT_SPEAK_FOR_IT")));
        let resigned = super::town::events_of(&world, network).await;
        let resigned = resigned.iter().rfind(|event| event.name == "MemberResigned").unwrap();
        for (decision, name) in [(voided, "LeaverVoided"), (kept, "LeaverKept")] {
            let events = events_about(&world, town, decision).await;
            let left = the(&events, name).metadata().unwrap();
            assert_eq!(left.causation_id, Some(resigned.event_id), "{name}");
        }
        world.pass(73).await;
        let tied = read(voided).await;
        assert_eq!(tied.outcome, Some((OutcomeKind::NotAdopted, vec![])), "one to one");
        assert_eq!(read(kept).await.outcome, Some((OutcomeKind::Adopted, vec![])));
        for decision in [voided, kept] {
            let bundle = world.person(anna).certificate(decision).await.unwrap();
            governance::certificate::verify_json(&bundle).unwrap();
        }
    }
}

#[tokio::test]
async fn a_table_of_weights_decides_by_weight_and_a_quorum_counts_heads() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let weights = [(town.anna, 5), (town.ben, 1), (town.chloe, 1), (town.dora, 1)];
            vec![deciding(town, Subject::FundAllocate, |policy| {
                policy.electorate.as_mut().unwrap().unit =
                    Some(electorate::Unit::Weighted(table(&weights)));
                policy.delegation = None;
                policy.requirements = vec![Requirement {
                    share: Some(Share { numerator: 5, denominator: 8 }),
                    bound: Bound::AtLeast.into(),
                    base: Base::Roll.into(),
                    ..policy.requirements[0]
                }];
            })]
        });
        let town = town.await;
        let Town { anna, ben, chloe, dora, erin, .. } = town;
        let fund = async |title| opened_on(&world, &town, Subject::FundAllocate, title).await;
        let [alone, two, light] = [fund("Tar").await, fund("Tiles").await, fund("Nails").await];
        let off = world.person(erin).vote(alone, option("agree")).await;
        assert_eq!(off, Err(refusal("FORBIDDEN", "NOT_ON_ROLL")), "she is not in the table");
        world.person(anna).vote(alone, option("agree")).await.unwrap();
        world.person(anna).vote(two, option("agree")).await.unwrap();
        world.person(ben).vote(two, option("disagree")).await.unwrap();
        for person in [ben, chloe, dora] {
            world.person(person).vote(light, option("agree")).await.unwrap();
        }
        let read = async |decision| world.person(erin).decision(decision).await.unwrap();
        assert_eq!(
            (read(alone).await.roll_units, read(alone).await.quorum_units_missing),
            (4, Some(1))
        );
        world.pass(73).await;
        let seen = read(alone).await;
        let figures = seen.figures.unwrap();
        assert_eq!((figures.roll, figures.weights[0]), ((4, 8), 5));
        assert_eq!((figures.present_units, figures.quorum_units, figures.quorate), (1, 2, false));
        assert_eq!(seen.outcome, Some((OutcomeKind::Inquorate, vec![])), "5 of 8, and one of four");

        let seen = read(two).await;
        let figures = seen.figures.unwrap();
        assert_eq!((figures.options[0].1, figures.weights), (1, vec![5, 1]));
        assert_eq!(figures.requirements, [(5, 8, true)]);
        assert_eq!((figures.present_units, figures.quorate), (2, true));
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));

        let seen = read(light).await;
        let figures = seen.figures.unwrap();
        assert_eq!((figures.options[0].1, figures.requirements), (3, vec![(3, 8, false)]));
        assert_eq!(
            seen.outcome,
            Some((OutcomeKind::NotAdopted, vec![])),
            "three heads weigh 3 of 8"
        );
    }
}
