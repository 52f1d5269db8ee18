//! On whose authority people become members: their founders' together, then a decision's, and never
//! the operator's.

use events::{Effect, EffectEvent};
use kernel::{NetworkId, Party, PersonId};
use stories::{Act, Log, Moment, OldCity, Protocol, Refusal, World, grpc, refusal, row};
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{MemberStatus, NetworkStatus, NetworkType, TieVisibility},
};

use crate::access::asking::{Named, ask, request};

const EVERYWHERE: [(Log, Protocol); 2] =
    [(Log::Memory, Protocol::GraphQl), (Log::Sqlite, Protocol::Grpc)];

/// Where the network stands, and its open acts, as Anna reads them.
async fn open_acts(world: &World, cast: OldCity) -> Vec<(Act, Vec<PersonId>)> {
    world.person(cast.anna).network(cast.network).await.unwrap().open_acts
}

/// The authorities that events of one type name.
async fn authorities(world: &World, network: NetworkId, kind: &str) -> Vec<String> {
    let log = world.system().log();
    let filter = eventlog::Filter { network: Some(network), categories: &[] };
    let page = log.read_all(eventlog::Position(0), filter, 1_000).await.unwrap();
    let of_kind = page.events.iter().filter(|event| event.name == kind);
    of_kind.map(|event| event.metadata().unwrap().authority.unwrap_or_default()).collect()
}

#[tokio::test]
async fn what_founders_do_takes_the_consent_of_every_one_of_them() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let cast = OldCity::found(&world).await;
        let OldCity { network, anna, ben, chloe } = cast;
        let dora = world.operator().register("Dora Dogwood").await.unwrap();
        let erin = world.operator().register("Erin Elm").await.unwrap();
        assert_eq!(open_acts(&world, cast).await, []);

        world.person(dora).apply(network, "").await.unwrap();
        assert_eq!(world.person(anna).admit(network, dora).await.unwrap().events, 1);
        assert_eq!(world.person(anna).admit(network, dora).await.unwrap().events, 0);
        let admitting = (Act::Admit(Party::Person(dora)), vec![anna]);
        assert_eq!(open_acts(&world, cast).await, std::slice::from_ref(&admitting));
        assert_eq!(world.person(dora).network(network).await.unwrap_err().code, "NOT_FOUND");

        // Consent to one act is none to another, and other types void consent to the former ones.
        let alignment = [NetworkType::Alignment];
        world.person(anna).declare_types(network, &[NetworkType::Production]).await.unwrap();
        assert_eq!(world.person(ben).declare_types(network, &alignment).await.unwrap().events, 1);
        let declaring = (Act::DeclareTypes, vec![ben]);
        assert_eq!(open_acts(&world, cast).await, [admitting.clone(), declaring]);
        assert_eq!(world.person(anna).declare_types(network, &alignment).await.unwrap().events, 2);
        assert_eq!(open_acts(&world, cast).await, [admitting]);
        let outsider = world.person(chloe).declare_types(network, &alignment).await;
        assert_eq!(outsider, Err(refusal("FORBIDDEN", "NOT_A_FOUNDER")));

        assert_eq!(world.person(ben).admit(network, dora).await.unwrap().events, 2);
        assert_eq!(open_acts(&world, cast).await, []);
        assert!(world.person(dora).network(network).await.is_ok());

        // One founder's no is enough.
        world.person(erin).apply(network, "").await.unwrap();
        world.person(anna).admit(network, erin).await.unwrap();
        world.person(ben).decline_application(network, erin).await.unwrap();
        assert_eq!(open_acts(&world, cast).await, []);
        let gone = world.person(ben).admit(network, erin).await;
        assert_eq!(gone, Err(refusal("PRECONDITION", "NOT_APPLIED")));

        // Who left is not waited for.
        world.person(erin).apply(network, "").await.unwrap();
        world.person(ben).resign(network).await.unwrap();
        assert_eq!(world.person(anna).admit(network, erin).await.unwrap().events, 2);

        for kind in ["MemberAdmitted", "AdmissionConsented", "NetworkTypeDeclared"] {
            let named = authorities(&world, network, kind).await;
            let expected = format!("founders/{network}");
            assert!(
                !named.is_empty() && named.iter().all(|it| *it == expected),
                "{kind}: {named:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_network_that_an_import_founded_gets_founders_who_then_act() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let list = [row("2026-05-01", "Lunch", "Erin Elm")];
        world.operator().import("New Town", &list).await.unwrap();
        let network = NetworkId::named("New Town");
        let anna = world.operator().register("Anna Alder").await.unwrap();
        let ben = world.operator().register("Ben Birch").await.unwrap();
        let chloe = world.operator().register("Chloe Cedar").await.unwrap();

        let early = world.person(anna).join_as_founder(network).await;
        assert_eq!(early, Err(refusal("FORBIDDEN", "NOT_NAMED_AS_FOUNDER")));
        let alone = world.operator().name_founders(network, &[anna]).await;
        assert_eq!(alone, Err(refusal("INVALID", "FOUNDERS_TOO_FEW")));
        let by_themselves = world.person(anna).name_founders(network, &[anna, ben]).await;
        assert_eq!(by_themselves, Err(refusal("FORBIDDEN", "OPERATOR_NEEDED")));
        world.operator().name_founders(network, &[anna, ben]).await.unwrap();
        let others = world.operator().name_founders(network, &[ben, chloe]).await;
        assert_eq!(others, Err(refusal("PRECONDITION", "FOUNDERS_ALREADY_NAMED")));
        assert_eq!(world.operator().members(network, Moment::NOW).await.unwrap(), []);

        for founder in [anna, ben] {
            world.person(founder).join_as_founder(network).await.unwrap();
        }
        for founder in [anna, ben] {
            world.person(founder).open_membership(network).await.unwrap();
        }
        world.person(chloe).apply(network, "").await.unwrap();
        for founder in [anna, ben] {
            world.person(founder).admit(network, chloe).await.unwrap();
        }
        assert_eq!(world.person(chloe).members(network, Moment::NOW).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn in_an_active_network_nobody_admits_but_a_decision() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
        let dora = world.operator().register("Dora Dogwood").await.unwrap();
        world.person(dora).apply(network, "").await.unwrap();
        // What founders had begun is worth nothing once members decide.
        world.person(anna).admit(network, dora).await.unwrap();
        world.ratify(network).await;
        let seen = world.person(anna).network(network).await.unwrap();
        assert_eq!((seen.status, seen.open_acts), (NetworkStatus::Active, vec![]));

        let needed = Err(refusal("PRECONDITION", "DECISION_NEEDED"));
        for person in [anna, ben, chloe] {
            let voice = world.person(person);
            assert_eq!(voice.admit(network, dora).await, needed);
            assert_eq!(voice.decline_application(network, dora).await, needed);
            assert_eq!(voice.open_membership(network).await, needed);
            assert_eq!(voice.declare_types(network, &[NetworkType::Alignment]).await, needed);
        }
        let not_theirs = Err(refusal("FORBIDDEN", "MEMBER_NEEDED"));
        assert_eq!(world.operator().admit(network, dora).await, not_theirs);
        assert_eq!(world.operator().declare_types(network, &[]).await, not_theirs);
        let late = world.operator().name_founders(network, &[dora, chloe]).await;
        assert_eq!(late, Err(refusal("PRECONDITION", "NETWORK_NOT_FORMING")));
        let list = [row("2026-05-01", "Lunch", "Dora Dogwood")];
        world.operator().import("Old City", &list).await.unwrap();
        let members = world.person(anna).members(network, Moment::NOW).await.unwrap();
        assert_eq!(members.len(), 3, "whoever has come to lunch is no member for that");

        let party = Party::Person(dora);
        let came = world.decided(network, 1, Effect::AdmitMember { party }).await;
        assert!(matches!(came, EffectEvent::EffectApplied { .. }), "{came:?}");
        let members = world.person(dora).members(network, Moment::NOW).await.unwrap();
        assert_eq!(members.last().map(|member| member.party), Some(party));
        let newest = authorities(&world, network, "MemberAdmitted").await.pop().unwrap();
        assert!(newest.starts_with("decision/"), "{newest}");
        let again = world.decided(network, 2, Effect::AdmitMember { party }).await;
        let EffectEvent::EffectRefused { reason, .. } = again else { panic!("{again:?}") };
        assert_eq!(reason, "ALREADY_A_MEMBER");
    }
}

#[tokio::test]
async fn no_rpc_of_the_operator_makes_or_unmakes_a_member() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let cast = OldCity::found(&world).await;
    let dora = world.operator().register("Dora Dogwood").await.unwrap();
    world.person(dora).apply(cast.network, "").await.unwrap();
    world.ratify(cast.network).await;
    let before = world.person(cast.anna).members(cast.network, Moment::NOW).await.unwrap();
    for person in [dora, cast.chloe] {
        let named = Named { network: cast.network, person, ..Named::absent(person) };
        for (path, _) in ::access::RIGHTS.iter().filter(|(path, _)| path.starts_with("/weft.")) {
            // Erasing is the operator's, and unmakes nobody's membership either.
            let line: grpc::Line = world.operator().line();
            let answer = ask(line, path, request(path, &named, world.fresh_command())).await;
            let refused = answer.err().map(|status| Refusal::of_status(&status));
            assert_ne!(refused.map(|it| it.reason).as_deref(), Some("INTERNAL"), "{path}");
        }
    }
    world.settle().await;
    let after = world.person(cast.anna).members(cast.network, Moment::NOW).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn members_are_suspended_reinstated_and_expelled_by_decision() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
        world.ratify(network).await;
        let nodes = async || {
            let layer = Layer::Ties;
            world.person(anna).structure(network, layer, Moment::NOW).await.unwrap().nodes
        };
        let status = async |person| {
            let members = world.person(anna).members(network, Moment::NOW).await.unwrap();
            let found = members.iter().find(|member| member.party == Party::Person(person));
            found.map(|member| member.status)
        };
        let party = Party::Person(chloe);

        world.decided(network, 1, Effect::SuspendMember { party }).await;
        assert_eq!((nodes().await, status(chloe).await), (2, Some(MemberStatus::Suspended)));
        let shut_out = world.person(chloe).network(network).await.unwrap_err();
        assert_eq!(shut_out, refusal("NOT_FOUND", "NETWORK_NOT_FOUND"));
        let profile = world.person(anna).profile(chloe).await.unwrap().profile;
        assert_eq!(profile.len(), 1, "members still read the name");
        let shown = (TieVisibility::Network, "");
        let tie = world.person(anna).declare_trust(network, chloe, shown).await;
        assert_eq!(tie.unwrap_err(), refusal("PRECONDITION", "TIE_TARGET_NOT_A_MEMBER"));

        world.decided(network, 2, Effect::ReinstateMember { party }).await;
        assert_eq!((nodes().await, status(chloe).await), (3, Some(MemberStatus::Active)));
        assert!(world.person(chloe).network(network).await.is_ok());

        world.decided(network, 3, Effect::ExpelMember { party }).await;
        assert_eq!((nodes().await, status(chloe).await), (2, None));
        assert!(world.person(chloe).network(network).await.is_err());
        world.person(chloe).apply(network, "once more").await.unwrap();

        let party = Party::Person(ben);
        world.decided(network, 4, Effect::SuspendMember { party }).await;
        world.person(ben).resign(network).await.unwrap();
        assert_eq!(status(ben).await, None, "a resignation is never refused");
    }
}

#[tokio::test]
async fn nobody_enters_a_paused_network_and_nothing_changes_in_a_dissolved_one() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
        let dora = world.operator().register("Dora Dogwood").await.unwrap();
        world.ratify(network).await;
        let start = "2026-11-20T19:00:00Z";
        let shown = (TieVisibility::Network, "");

        world.decided(network, 1, Effect::PauseNetwork {}).await;
        let paused = Err(refusal("PRECONDITION", "NETWORK_PAUSED"));
        assert_eq!(world.person(dora).apply(network, "").await, paused);
        assert_eq!(world.person(anna).invite(network, Party::Person(dora)).await, paused);
        world.person(anna).plan(network, "Supper", start).await.unwrap();
        assert_eq!(status_of(&world, anna, network).await, NetworkStatus::Paused);

        world.decided(network, 2, Effect::ResumeNetwork {}).await;
        world.person(dora).apply(network, "").await.unwrap();
        let (tie, _) = world.person(anna).declare_trust(network, ben, shown).await.unwrap();

        world.decided(network, 3, Effect::DissolveNetwork {}).await;
        let over = refusal("PRECONDITION", "NETWORK_DISSOLVED");
        assert_eq!(status_of(&world, anna, network).await, NetworkStatus::Dissolved);
        let planned = world.person(anna).plan(network, "Supper", start).await;
        assert_eq!(planned.unwrap_err(), over);
        let declared = world.person(anna).declare_trust(network, chloe, shown).await;
        assert_eq!(declared.unwrap_err(), over);
        assert_eq!(world.person(anna).withdraw(tie).await.unwrap_err(), over);
        assert_eq!(world.person(chloe).withdraw(tie).await.unwrap_err().code, "NOT_FOUND");
        let invited = world.person(anna).invite(network, Party::Person(dora)).await;
        assert_eq!(invited.unwrap_err(), over);
        let list = [row("2026-05-01", "Lunch", "Erin Elm")];
        assert_eq!(world.operator().import("Old City", &list).await.unwrap_err(), over);
        assert_eq!(world.person(anna).gatherings(network).await.unwrap().len(), 1);
        assert!(!world.person(anna).events(network, 0).await.unwrap().is_empty());
        world.person(chloe).resign(network).await.unwrap();
    }
}

async fn status_of(world: &World, person: PersonId, network: NetworkId) -> NetworkStatus {
    world.person(person).network(network).await.unwrap().status
}
