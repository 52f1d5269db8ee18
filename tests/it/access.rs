//! Every RPC against every kind of caller, and one network against the members of another.

pub(crate) mod asking;

use std::time::Duration;

use ::access::{Caller, Issuer, RIGHTS, Right};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use kernel::{Clock as _, GatheringId, NetworkId, Party, PersonId, TieId};
use serde_json::{Value, json};
use stories::{Log, Moment, OldCity, Protocol, Refusal, World, graphql::global, refusal};
use tonic::Code;
use uuid::Uuid;
use wire::weft::{
    assessment::v1::Layer,
    common::v1::Command,
    governance::v1::{
        BatchGetGoalsRequest, BatchGetResolutionsRequest, DraftGoalRequest, RaiseItemRequest,
        Subject, agenda_service_client::AgendaServiceClient,
        goal_service_client::GoalServiceClient, register_service_client::RegisterServiceClient,
    },
    membership::v1::{
        AttendanceMode, BatchGetNetworksRequest, ProfileField, TieVisibility,
        network_service_client::NetworkServiceClient,
    },
};

use crate::governance::town::{Town, conferral, content, ranking, topic};
use asking::{GOVERNED, Named, ask, request};

const HOUR: Duration = Duration::from_hours(1);

/// The reasons that the rights table gives; whoever has the right never gets one of them.
const TABLE_REASONS: [&str; 5] =
    ["RPC_WITHOUT_RIGHT", "PERSON_NEEDED", "OPERATOR_NEEDED", "MEMBER_NEEDED", "RPC_NOT_GUARDED"];

/// What members are told of a part that is not there, of a thing that is.
const PARTS: [&str; 3] = ["AMENDMENT_NOT_FOUND", "CONCERN_NOT_FOUND", "OBJECTION_UNKNOWN"];

/// Somebody who calls, and with what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Without a token, or with one that proves nothing.
    Unproven(&'static str),
    /// Whoever runs the installation.
    Operator,
    /// A person, whoever they are to the network.
    Person(&'static str),
}

/// What a right means for a caller who asks for nothing in particular.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    Unauthenticated,
    Refused(&'static str),
    Admitted,
}

fn expected(right: Right, kind: Kind) -> Expected {
    match (right, kind) {
        (Right::Anyone, _) => Expected::Admitted,
        (_, Kind::Unproven(_)) => Expected::Unauthenticated,
        (Right::Person, Kind::Operator) => Expected::Refused("PERSON_NEEDED"),
        (Right::Member, Kind::Operator) => Expected::Refused("MEMBER_NEEDED"),
        (Right::Operator, Kind::Person(_)) => Expected::Refused("OPERATOR_NEEDED"),
        (
            Right::SignedIn | Right::Operator | Right::PersonOrOperator | Right::MemberOrOperator,
            Kind::Operator,
        )
        | (
            Right::SignedIn
            | Right::Person
            | Right::PersonOrOperator
            | Right::Member
            | Right::MemberOrOperator,
            Kind::Person(_),
        ) => Expected::Admitted,
    }
}

/// A token that says what it likes and is signed by nobody.
fn unsigned() -> String {
    let head = json!({ "alg": "none", "typ": "JWT" });
    let claims = json!({
        "iss": "weft", "aud": "weft", "sub": "operator", "iat": 0, "exp": 4_102_444_800_u64,
        "jti": Uuid::nil(),
    });
    format!("{}.{}.", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()))
}

fn callers(world: &World, cast: OldCity, foreigner: PersonId) -> Vec<(Kind, Option<String>)> {
    let now = world.clock().now();
    let elsewhere = tempfile::tempdir().unwrap();
    let other_issuer = Issuer::open(elsewhere.path()).unwrap();
    let forged = other_issuer.issue(Caller::Operator, now, HOUR, Uuid::from_u128(1));
    let yesterday = now - 24 * HOUR;
    let issuer = world.system().issuer();
    let expired = issuer.issue(Caller::Operator, yesterday, HOUR, Uuid::from_u128(2));
    let mut cut = world.token(Caller::Operator);
    cut.truncate(cut.len() - 4);
    let stranger = PersonId::new(Uuid::from_u128(77));
    let person = |person| Some(world.token(Caller::Person(person)));
    vec![
        (Kind::Unproven("nothing"), None),
        (Kind::Unproven("garbage"), Some("garbage".to_owned())),
        (Kind::Unproven("an expired token"), Some(expired)),
        (Kind::Unproven("a forged token"), Some(forged)),
        (Kind::Unproven("an unsigned token"), Some(unsigned())),
        (Kind::Unproven("a cut token"), Some(cut)),
        (Kind::Operator, Some(world.token(Caller::Operator))),
        (Kind::Person("founder"), person(cast.anna)),
        (Kind::Person("member"), person(cast.chloe)),
        (Kind::Person("member of another network"), person(foreigner)),
        (Kind::Person("unknown person"), person(stranger)),
    ]
}

/// Another network, of two other people.
async fn new_town(world: &World) -> (NetworkId, PersonId) {
    let erin = world.operator().register("Erin Elm").await.unwrap();
    let finn = world.operator().register("Finn Fir").await.unwrap();
    let (network, _) = world.person(erin).found_network("New Town", &[erin, finn]).await.unwrap();
    world.person(finn).join_as_founder(network).await.unwrap();
    (network, erin)
}

#[tokio::test]
async fn every_rpc_admits_those_whom_its_right_names_and_nobody_else() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let cast = OldCity::found(&world).await;
    let (_, foreigner) = new_town(&world).await;
    let recorded = *world.system().log().head().borrow();
    for (kind, token) in callers(&world, cast, foreigner) {
        for (path, right) in RIGHTS {
            let voice = world.bearer(token.as_deref());
            let answer = ask(voice.line(), path, vec![]).await;
            let said = format!("{path} called with {kind:?}: {answer:?}");
            match expected(*right, kind) {
                Expected::Unauthenticated => {
                    let status = answer.unwrap_err();
                    assert_eq!(status.code(), Code::Unauthenticated, "{said}");
                    assert_eq!(Refusal::of_status(&status).code, "UNAUTHENTICATED", "{said}");
                }
                Expected::Refused(reason) => {
                    let status = answer.unwrap_err();
                    assert_eq!(status.code(), Code::PermissionDenied, "{said}");
                    assert_eq!(Refusal::of_status(&status), refusal("FORBIDDEN", reason), "{said}");
                }
                Expected::Admitted => {
                    if let Err(status) = answer {
                        let refused = [Code::Unauthenticated, Code::PermissionDenied];
                        assert!(!refused.contains(&status.code()), "{said}");
                        assert_ne!(status.code(), Code::Internal, "{said}");
                        assert_ne!(status.code(), Code::Unknown, "{said}");
                    }
                }
            }
        }
    }
    assert_eq!(*world.system().log().head().borrow(), recorded, "nothing was recorded by it");
}

#[tokio::test]
async fn what_is_not_in_the_table_is_for_nobody() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let path = "/weft.membership.v1.NetworkService/DissolveNetwork";
    let status = ask(world.operator().line(), path, vec![]).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let path = "/weft.membership.v1.TreasuryService/Spend";
    let status = ask(world.operator().line(), path, vec![]).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn nobody_outside_can_tell_whether_a_network_or_a_thing_in_it_exists() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let town = Town::found(&world).await;
    let (_, foreigner) = new_town(&world).await;
    let (there, absent) = (governed(&world, &town).await, Named::absent(town.ben));
    let stranger = world.operator().register("Gus Gorse").await.unwrap();
    let members_only = |right| matches!(right, Right::Member | Right::MemberOrOperator);
    let recorded = *world.system().log().head().borrow();
    let mut asked = 0;
    for outsider in [foreigner, stranger] {
        for (path, _) in RIGHTS.iter().filter(|(_, right)| members_only(*right)) {
            let line = world.person(outsider).line();
            let command = world.fresh_command();
            let of_there = ask(line.clone(), path, request(path, &there, command)).await;
            let of_absent = ask(line, path, request(path, &absent, command)).await;
            let (of_there, of_absent) = (of_there.unwrap_err(), of_absent.unwrap_err());
            assert_eq!(of_there.code(), Code::NotFound, "{path}: {of_there:?}");
            assert_eq!(of_there.message(), of_absent.message(), "{path}");
            assert_eq!(of_there.details(), of_absent.details(), "{path}");
            asked += 1;
        }
    }
    assert!(40 <= asked, "{asked} RPCs are for members");
    assert_eq!(*world.system().log().head().borrow(), recorded, "nothing was recorded by it");
    // The same requests are good ones: a member gets through to the rules behind.
    for (path, _) in RIGHTS.iter().filter(|(_, right)| members_only(*right)) {
        let line = world.person(town.anna).line();
        let answer = ask(line, path, request(path, &there, world.fresh_command())).await;
        let reason = answer.err().map(|status| Refusal::of_status(&status));
        let of_access = reason.as_ref().is_some_and(|refusal| {
            let reason = refusal.reason.as_str();
            let hidden = refusal.code == "NOT_FOUND" && !PARTS.contains(&reason);
            hidden || TABLE_REASONS.contains(&reason)
        });
        assert!(!of_access, "{path}: {reason:?}");
    }
}

/// Something of each kind in a network with a charter, recorded.
async fn governed(world: &World, town: &Town) -> Named {
    let Town { network, anna, ben, .. } = *town;
    town.ratify(world).await;
    let standing = [anna, ben, town.chloe];
    let election = conferral("coordinator", &standing);
    let decision = town.bring(world, town.dora, election, &[]).await;
    for person in town.founders() {
        world.person(person).vote(decision, ranking(&[anna, ben])).await.unwrap();
    }
    world.pass(80).await;
    let asks = content(Subject::Other, "A bench at the pond");
    let proposal = world.person(ben).draft_proposal(network, asks).await.unwrap();
    let delegate = Party::Person(ben);
    let delegation = world.person(anna).lend(network, delegate, topic("ponds")).await.unwrap();
    let register = world.person(anna).resolutions(network, Moment::NOW).await.unwrap();
    let mandates = world.person(anna).mandates(network, Moment::NOW).await.unwrap();
    let command = || {
        let command_id = world.fresh_command().to_string();
        Some(Command { command_id, ..Command::default() })
    };
    let line = || world.person(ben).line();
    let item = RaiseItemRequest {
        command: command(),
        network_id: network.to_string(),
        title: "The pond".to_owned(),
    };
    let item = AgendaServiceClient::new(line()).raise_item(item).await.unwrap().into_inner();
    let goal = DraftGoalRequest {
        command: command(),
        network_id: network.to_string(),
        text: "A clean pond".to_owned(),
    };
    let goal = GoalServiceClient::new(line()).draft_goal(goal).await.unwrap().into_inner();
    let ids = [
        item.item_id.parse().unwrap(),
        goal.goal_id.parse().unwrap(),
        proposal.uuid(),
        delegation.uuid(),
        register[0].resolution.uuid(),
        mandates[0].mandate.uuid(),
    ];
    let mut governed = GOVERNED.map(|field| (field, Uuid::nil()));
    for ((_, id), known) in governed.iter_mut().zip(ids) {
        *id = known;
    }
    Named { decision, governed, ..in_network(world, network, (anna, ben)).await }
}

/// Something of each kind in Old City, recorded.
async fn named(world: &World, cast: OldCity) -> Named {
    in_network(world, cast.network, (cast.anna, cast.ben)).await
}

async fn in_network(world: &World, network: NetworkId, (anna, ben): (PersonId, PersonId)) -> Named {
    let start = "2026-11-20T19:00:00Z";
    let (gathering, _) = world.person(anna).plan(network, "Supper", start).await.unwrap();
    world.person(anna).record(gathering, anna, AttendanceMode::InPerson).await.unwrap();
    let shown = (TieVisibility::Network, "");
    let (tie, _) = world.person(anna).declare_trust(network, ben, shown).await.unwrap();
    Named { network, gathering, tie, ..Named::absent(ben) }
}

async fn one_network_is_closed_to_another(protocol: Protocol) {
    let world = World::start(Log::Memory, protocol).await;
    let cast = OldCity::found(&world).await;
    let (_, foreigner) = new_town(&world).await;
    let Named { network, gathering, tie, .. } = named(&world, cast).await;
    let outsider = world.person(foreigner);
    let missing = |reason: &str| refusal("NOT_FOUND", reason);

    let now = Moment::NOW;
    let no_network = missing("NETWORK_NOT_FOUND");
    assert_eq!(outsider.network(network).await.unwrap_err(), no_network);
    assert_eq!(outsider.members(network, now).await.unwrap_err(), no_network);
    assert_eq!(outsider.ties(network, now).await.unwrap_err(), no_network);
    assert_eq!(outsider.gatherings(network).await.unwrap_err(), no_network);
    for layer in [Layer::CoAttendance, Layer::Ties] {
        assert_eq!(outsider.structure(network, layer, now).await.unwrap_err(), no_network);
    }
    assert_eq!(outsider.events(network, 0).await.unwrap_err(), no_network);
    let no_gathering = missing("GATHERING_NOT_FOUND");
    assert_eq!(outsider.gathering(gathering).await.unwrap_err(), no_gathering);
    assert_eq!(outsider.attendance(gathering, now).await.unwrap_err(), no_gathering);
    assert_eq!(outsider.acknowledge(tie).await.unwrap_err(), missing("TIE_NOT_FOUND"));
    assert_eq!(outsider.withdraw(tie).await.unwrap_err(), missing("TIE_NOT_FOUND"));
    assert_eq!(outsider.profile(cast.anna).await.unwrap().profile, []);
    let renamed = outsider.update_profile(cast.anna, ProfileField::Name, "Hannah").await;
    assert_eq!(renamed.unwrap_err(), refusal("FORBIDDEN", "NOT_THE_PERSON"));

    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    let node = async |id: String| outsider.ask(query, json!({ "id": id })).await;
    let nowhere = Uuid::from_u128(77);
    let (of_network, of_nothing) =
        (node(global(network)).await, node(global(NetworkId::new(nowhere))).await);
    assert_eq!(of_network, of_nothing);
    assert!(of_network.is_err() || of_network == Ok(json!({ "node": Value::Null })));
    let (of_gathering, of_nothing) =
        (node(global(gathering)).await, node(global(GatheringId::new(nowhere))).await);
    assert_eq!(of_gathering, of_nothing);
    assert!(of_gathering.is_err() || of_gathering == Ok(json!({ "node": Value::Null })));
    let own = outsider.ask("{ networks { nodes { name } } }", json!({})).await.unwrap();
    assert_eq!(own["networks"]["nodes"], json!([{ "name": "New Town" }]));
}

#[tokio::test]
async fn a_member_of_one_network_sees_nothing_of_another_over_grpc() {
    one_network_is_closed_to_another(Protocol::Grpc).await;
}

#[tokio::test]
async fn a_member_of_one_network_sees_nothing_of_another_over_graphql() {
    one_network_is_closed_to_another(Protocol::GraphQl).await;
}

#[tokio::test]
async fn of_many_networks_read_at_once_a_caller_gets_those_they_may_read() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let cast = OldCity::found(&world).await;
    let (other, erin) = new_town(&world).await;
    let nowhere = NetworkId::new(Uuid::from_u128(77));
    let read = async |voice: stories::Voice<'_>| {
        let request = BatchGetNetworksRequest {
            network_ids: [other, nowhere, cast.network].map(|id| id.to_string()).to_vec(),
            min_position: world.position(),
        };
        let answer = NetworkServiceClient::new(voice.line()).batch_get_networks(request).await;
        let found = answer.unwrap().into_inner().networks.into_iter();
        found.map(|network| network.name).collect::<Vec<String>>()
    };
    assert_eq!(read(world.person(cast.anna)).await, ["Old City"]);
    assert_eq!(read(world.person(erin)).await, ["New Town"]);
    assert_eq!(read(world.operator()).await, ["New Town", "Old City"]);
    let stranger = world.operator().register("Gwen Gorse").await.unwrap();
    assert_eq!(read(world.person(stranger)).await, [""; 0]);
}

#[tokio::test]
async fn a_batch_that_is_too_long_is_refused_and_nothing_of_it_is_passed_over() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let OldCity { network, anna, .. } = OldCity::found(&world).await;
    let voice = world.person(anna);
    let ids = |count: usize| vec![Uuid::from_u128(77).to_string(); count];
    let (network_id, min_position) = (network.to_string(), world.position());
    let long = |status: tonic::Status| {
        assert_eq!(Refusal::of_status(&status), refusal("INVALID", "BATCH_TOO_LONG"));
    };
    for count in [100, 101] {
        let (network_id, network_ids) = (network_id.clone(), ids(count));
        let goals = BatchGetGoalsRequest { network_id, goal_ids: ids(count), min_position };
        let goals = GoalServiceClient::new(voice.line()).batch_get_goals(goals).await;
        let network_id = network.to_string();
        let resolutions =
            BatchGetResolutionsRequest { network_id, resolution_ids: ids(count), min_position };
        let mut register = RegisterServiceClient::new(voice.line());
        let resolutions = register.batch_get_resolutions(resolutions).await;
        let networks = BatchGetNetworksRequest { network_ids, min_position };
        let networks = NetworkServiceClient::new(voice.line()).batch_get_networks(networks).await;
        if count <= 100 {
            assert!(goals.is_ok() && resolutions.is_ok() && networks.is_ok());
        } else {
            long(goals.unwrap_err());
            long(resolutions.unwrap_err());
            long(networks.unwrap_err());
        }
    }
}

#[tokio::test]
async fn a_token_that_proves_nothing_gets_nothing_over_graphql() {
    let world = World::start(Log::Memory, Protocol::GraphQl).await;
    let cast = OldCity::found(&world).await;
    for (kind, token) in callers(&world, cast, cast.ben) {
        let answer = world.bearer(token.as_deref()).network(cast.network).await;
        match kind {
            Kind::Unproven(_) => {
                assert_eq!(answer.unwrap_err().code, "UNAUTHENTICATED", "{kind:?}");
            }
            Kind::Person("unknown person") => {
                assert_eq!(answer.unwrap_err(), refusal("NOT_FOUND", "NETWORK_NOT_FOUND"));
            }
            Kind::Operator | Kind::Person(_) => assert_eq!(answer.unwrap().name, "Old City"),
        }
    }
}

#[tokio::test]
async fn what_is_for_its_source_alone_is_not_there_for_anybody_else() {
    for protocol in [Protocol::Grpc, Protocol::GraphQl] {
        let world = World::start(Log::Memory, protocol).await;
        let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
        let declare = async |visibility| -> TieId {
            let voice = world.person(anna);
            let target = if visibility == TieVisibility::Source { ben } else { chloe };
            voice.declare_trust(network, target, (visibility, "")).await.unwrap().0
        };
        let secret = declare(TieVisibility::Source).await;
        let shared = declare(TieVisibility::Parties).await;
        let seen = async |person| -> Vec<TieId> {
            let ties = world.person(person).ties(network, Moment::NOW).await.unwrap();
            ties.into_iter().map(|tie| tie.tie).collect()
        };
        let mut own = seen(anna).await;
        own.sort();
        let mut both = [secret, shared];
        both.sort();
        assert_eq!(own, both);
        assert_eq!(seen(ben).await, []);
        assert_eq!(seen(chloe).await, [shared]);
        let operator = world.operator().ties(network, Moment::NOW).await.unwrap();
        assert_eq!(operator, [], "the operator is no party");
        let guess = world.person(ben).acknowledge(secret).await;
        assert_eq!(guess.unwrap_err(), refusal("NOT_FOUND", "TIE_NOT_FOUND"));
        let structure = world.person(ben).structure(network, Layer::Ties, Moment::NOW).await;
        assert_eq!(structure.unwrap().edges, 2, "the network's figures count every tie");
    }
}
