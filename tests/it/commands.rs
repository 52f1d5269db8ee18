//! Commands are carried out once, and every refusal says why in both protocols alike.

use kernel::{GatheringId, NetworkId, PersonId, TieId};
use serde_json::{Value, json};
use stories::{Log, Moment, OldCity, Protocol, Receipt, Refusal, World, graphql::global, refusal};
use tonic::Code;
use uuid::Uuid;
use wire::weft::membership::v1::{
    AttendanceMode, GetNetworkRequest, ListMembersRequest, PlanGatheringRequest,
    gathering_service_client::GatheringServiceClient, get_network_request::By,
    membership_service_client::MembershipServiceClient,
    network_service_client::NetworkServiceClient,
};

const BOTH: [Protocol; 2] = [Protocol::Grpc, Protocol::GraphQl];

async fn once(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let cast = OldCity::found(&world).await;
    let anna = world.person(cast.anna);
    let command_id = world.fresh_command();
    let start = "2026-11-20T19:00:00Z";

    let first = anna.clone().under(command_id).plan(cast.network, "Supper", start).await.unwrap();
    world.person(cast.ben).plan(cast.network, "Something else", start).await.unwrap();
    let again = anna.clone().under(command_id).plan(cast.network, "Supper", start).await.unwrap();
    assert_eq!(again.0, first.0, "the same gathering");
    assert_eq!(again.1, Receipt { recalled: true, events: again.1.events, ..first.1 });
    assert!(!first.1.recalled);
    assert_eq!(anna.gatherings(cast.network).await.unwrap().len(), 2);

    let reused = Err(refusal("ALREADY_EXISTS", "COMMAND_ID_REUSED"));
    let other = anna.clone().under(command_id).plan(cast.network, "Lunch", start).await;
    assert_eq!(other, reused);
    let ben = world.person(cast.ben).under(command_id);
    assert_eq!(ben.plan(cast.network, "Supper", start).await, reused);
    let elsewhere = anna.clone().under(command_id).open_membership(cast.network).await;
    assert_eq!(elsewhere.map(|receipt| (first.0, receipt)), reused);
    assert_eq!(anna.gatherings(cast.network).await.unwrap().len(), 2);

    // A refused command is not remembered: what was wrong can be put right under the same id.
    let command_id = world.fresh_command();
    let attend = |person| {
        let voice = anna.clone().under(command_id);
        async move { voice.record(first.0, person, AttendanceMode::InPerson).await }
    };
    let nobody = PersonId::new(Uuid::from_u128(77));
    assert_eq!(attend(nobody).await, Err(refusal("NOT_FOUND", "PERSON_NOT_FOUND")));
    assert_eq!(attend(cast.chloe).await.unwrap().events, 1);
}

#[tokio::test]
async fn a_command_is_carried_out_once_in_memory() {
    for protocol in BOTH {
        once(Log::Memory, protocol).await;
    }
}

#[tokio::test]
async fn a_command_is_carried_out_once_on_sqlite() {
    for protocol in BOTH {
        once(Log::Sqlite, protocol).await;
    }
}

#[tokio::test]
async fn what_has_not_happened_cannot_be_recorded() {
    for protocol in BOTH {
        let world = World::start(Log::Memory, protocol).await;
        let cast = OldCity::found(&world).await;
        let in_a_moment = "2026-11-22T12:00:00.000001Z";
        let future = refusal("INVALID", "EFFECTIVE_TIME_IN_FUTURE");
        let shown = (wire::weft::membership::v1::TieVisibility::Network, "");
        let anna = world.person(cast.anna).effective(in_a_moment);
        let tie = anna.declare_trust(cast.network, cast.ben, shown).await;
        assert_eq!(tie.unwrap_err(), future);
        let resigned = world.person(cast.chloe).effective(in_a_moment).resign(cast.network).await;
        assert_eq!(resigned.unwrap_err(), future);
        assert_eq!(anna.members(cast.network, Moment::NOW).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn unknown_things_are_not_found_in_both_protocols() {
    for protocol in BOTH {
        let world = World::start(Log::Memory, protocol).await;
        let cast = OldCity::found(&world).await;
        let anna = world.person(cast.anna);
        let unknown = Uuid::from_u128(77);
        let missing = |reason| refusal("NOT_FOUND", reason);
        let network = NetworkId::new(unknown);
        assert_eq!(anna.network(network).await.unwrap_err(), missing("NETWORK_NOT_FOUND"));
        let members = anna.members(network, Moment::NOW).await;
        assert_eq!(members.unwrap_err(), missing("NETWORK_NOT_FOUND"));
        let gathering = GatheringId::new(unknown);
        assert_eq!(anna.gathering(gathering).await.unwrap_err(), missing("GATHERING_NOT_FOUND"));
        assert_eq!(anna.hold(gathering).await.unwrap_err(), missing("GATHERING_NOT_FOUND"));
        let tie = TieId::new(unknown);
        assert_eq!(anna.withdraw(tie).await.unwrap_err(), missing("TIE_NOT_FOUND"));
        let person = PersonId::new(unknown);
        assert_eq!(anna.profile(person).await.unwrap_err(), missing("PERSON_NOT_FOUND"));
        let erased = world.operator().erase(person).await;
        assert_eq!(erased.unwrap_err(), missing("PERSON_NOT_FOUND"));
    }
}

#[tokio::test]
async fn malformed_ids_are_refused_with_the_field_over_grpc() {
    let world = World::start(Log::Memory, Protocol::Grpc).await;
    let cast = OldCity::found(&world).await;
    let line = world.person(cast.anna).line();
    let malformed = refusal("INVALID", "ID_MALFORMED");
    let by = Some(By::NetworkId("Old City".to_owned()));
    let request = GetNetworkRequest { by, min_position: 0 };
    let status = NetworkServiceClient::new(line.clone()).get_network(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(Refusal::of_status(&status), malformed);
    let request = ListMembersRequest::default();
    let mut client = MembershipServiceClient::new(line.clone());
    let status = client.list_members(request).await.unwrap_err();
    assert_eq!(Refusal::of_status(&status), malformed);
    let network_id = cast.network.to_string();
    let mut client = GatheringServiceClient::new(line);
    let request = PlanGatheringRequest { network_id: network_id.clone(), ..Default::default() };
    let status = client.plan_gathering(request).await.unwrap_err();
    assert_eq!(Refusal::of_status(&status), refusal("INVALID", "FIELD_MISSING"));
    let command = Some(wire::weft::common::v1::Command {
        command_id: "again".to_owned(),
        ..Default::default()
    });
    let request = PlanGatheringRequest { command, network_id, ..Default::default() };
    let status = client.plan_gathering(request).await.unwrap_err();
    assert_eq!(Refusal::of_status(&status), malformed);
}

#[tokio::test]
async fn every_refusal_of_graphql_says_code_reason_and_domain() {
    let world = World::start(Log::Memory, Protocol::GraphQl).await;
    let cast = OldCity::found(&world).await;
    let anna = world.person(cast.anna);
    let by_id = "query($id: ID!) { network(id: $id) { name } }";
    let deep = format!("{{ networks {}nodes {{ id }} {} }}", "{ nodes ".repeat(49), "}".repeat(49));
    let mutation = "mutation($input: OpenMembershipInput!) {
        openMembership(input: $input) { position }
    }";
    let network = json!(global(cast.network));
    let long = "x".repeat(300 * 1024);
    let questions: [(&str, Value, &str); 9] = [
        (by_id, json!({ "id": "Old City" }), "ID_MALFORMED"),
        (by_id, json!({ "id": global(cast.anna) }), "ID_MALFORMED"),
        (by_id, json!({}), "GRAPHQL_REQUEST_INVALID"),
        ("{ network(", json!({}), "GRAPHQL_REQUEST_INVALID"),
        ("{ no_such_field }", json!({}), "GRAPHQL_REQUEST_INVALID"),
        (&deep, json!({}), "GRAPHQL_REQUEST_INVALID"),
        (
            mutation,
            json!({ "input": { "networkId": network, "commandId": "again" } }),
            "ID_MALFORMED",
        ),
        (mutation, json!({ "input": { "networkId": network } }), "GRAPHQL_REQUEST_INVALID"),
        (by_id, json!({ "id": long }), "BODY_TOO_LARGE"),
    ];
    for (query, variables, reason) in questions {
        let shown: String = query.chars().take(60).collect();
        let refused = anna.ask(query, variables).await.unwrap_err();
        assert_eq!(refused, refusal("INVALID", reason), "{shown}");
    }
    let nobody = world.bearer(None).ask(by_id, json!({ "id": network })).await.unwrap_err();
    assert_eq!(nobody.code, "UNAUTHENTICATED");
}
