//! The gateway as its clients see it, over services that answer what a test says.

mod fake;
mod governance;

use std::{fs, path::PathBuf};

use async_graphql::ID;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures::{SinkExt as _, StreamExt as _};
use kernel::{ErrorCode, GatheringId, NetworkId, OrganisationId, PersonId};
use prost_types::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::{Message as Frame, client::IntoClientRequest as _};
use tonic::Status;
use tower::ServiceExt as _;
use uuid::Uuid;
use wire::weft::{
    assessment::v1 as assessment,
    common::v1::{self as common, as_of::Known},
    history::v1 as history,
    membership::v1 as message,
};

use crate::{
    ids::encode,
    router, schema, sdl,
    tests::fake::{Answer, Asked, Fake, refuses, says, streams},
};

const NETWORK: NetworkId = NetworkId::new(Uuid::from_u128(1));
const ANNA: PersonId = PersonId::new(Uuid::from_u128(2));
const MEAL: GatheringId = GatheringId::new(Uuid::from_u128(3));
const COMMAND: &str = "00000000-0000-4000-8000-000000000009";
const MAY: Timestamp = Timestamp { seconds: -1_062_000_000, nanos: 0 };
/// The position of the log that the fake services answer at.
const HEAD: u64 = 5_000_000_000;
/// How many items every list of the fake services has.
const TOTAL: u64 = 30;

fn person(id: PersonId) -> message::Person {
    let name = message::ProfileEntry {
        field: message::ProfileField::Name.into(),
        value: format!("N{}", id.uuid().as_u128()),
        visibility: message::FieldVisibility::Network.into(),
    };
    message::Person { person_id: id.to_string(), profile: vec![name], erased: false }
}

fn party(index: u64) -> common::Party {
    let id = Uuid::from_u128(u128::from(index) + 100);
    wire::read::party_message(if index % 10 == 9 {
        kernel::Party::Organisation(OrganisationId::new(id))
    } else {
        kernel::Party::Person(PersonId::new(id))
    })
}

fn receipt(position: u64) -> common::Receipt {
    common::Receipt { position, length: 1, events: 1, recalled: false }
}

fn network() -> message::Network {
    message::Network {
        network_id: NETWORK.to_string(),
        name: "Old City".to_owned(),
        purpose: String::new(),
        status: message::NetworkStatus::Forming.into(),
        types: vec![message::NetworkType::Alignment.into()],
        membership_open: true,
        founder_ids: vec![ANNA.to_string()],
        founded_at: Some(MAY),
        charter_version: 0,
        acting_founder_ids: vec![ANNA.to_string()],
        open_acts: vec![],
    }
}

fn range(page: Option<common::PageRequest>) -> (std::ops::Range<u64>, Option<common::PageInfo>) {
    let page = page.unwrap();
    let end = TOTAL.min(page.skip + u64::from(page.page_size));
    let info = common::PageInfo { next_page_token: String::new(), total: TOTAL, position: HEAD };
    (page.skip.min(end)..end, Some(info))
}

/// What well-behaved services answer.
#[expect(clippy::too_many_lines, reason = "one arm for each method reads as a table")]
fn answer(asked: &Asked) -> Answer {
    match asked.method.as_str() {
        "GetNetwork" => {
            says(&message::GetNetworkResponse { network: Some(network()), position: HEAD })
        }
        "BatchGetNetworks" => {
            let networks = vec![network()];
            says(&message::BatchGetNetworksResponse { networks, position: HEAD })
        }
        "ListMembers" => {
            let request: message::ListMembersRequest = asked.read();
            let (range, page) = range(request.page);
            let member = |index| message::Member {
                party: Some(party(index)),
                class: message::MembershipClass::Member.into(),
                since: Some(MAY),
                status: message::MemberStatus::Active.into(),
            };
            says(&message::ListMembersResponse { members: range.map(member).collect(), page })
        }
        "ListTies" => {
            let request: message::ListTiesRequest = asked.read();
            let (range, page) = range(request.page);
            let tie = |index| message::Tie {
                tie_id: Uuid::from_u128(u128::from(index)).to_string(),
                source: Some(party(index)),
                target: Some(party(index + 1)),
                kind: message::TieKind::Trusts.into(),
                basis: message::TieBasis::Project.into(),
                visibility: message::TieVisibility::Network.into(),
                since: Some(MAY),
                acknowledged: true,
            };
            says(&message::ListTiesResponse { ties: range.map(tie).collect(), page })
        }
        "BatchGetPersons" => {
            let request: message::BatchGetPersonsRequest = asked.read();
            let ids = request.person_ids.iter().map(|id| PersonId::parse(id).unwrap());
            let persons = ids.map(person).collect();
            says(&message::BatchGetPersonsResponse { persons, position: HEAD })
        }
        "GetPerson" => {
            says(&message::GetPersonResponse { person: Some(person(ANNA)), position: HEAD })
        }
        "BatchGetOrganisations" => {
            let request: message::BatchGetOrganisationsRequest = asked.read();
            let organisation = |organisation_id| message::Organisation {
                organisation_id,
                name: "Mill".to_owned(),
                steward_ids: Vec::new(),
            };
            let organisations = request.organisation_ids.into_iter().map(organisation).collect();
            says(&message::BatchGetOrganisationsResponse { organisations, position: HEAD })
        }
        "GetOrganisation" => {
            let request: message::GetOrganisationRequest = asked.read();
            let organisation = message::Organisation {
                organisation_id: request.organisation_id,
                name: "Mill".to_owned(),
                steward_ids: Vec::new(),
            };
            let organisation = Some(organisation);
            says(&message::GetOrganisationResponse { organisation, position: HEAD })
        }
        "UpdateProfile" => {
            says(&message::UpdateProfileResponse { receipt: Some(receipt(HEAD + 1)) })
        }
        "HoldGathering" => {
            says(&message::HoldGatheringResponse { receipt: Some(receipt(HEAD + 2)) })
        }
        "GetGathering" => {
            let gathering = message::Gathering {
                gathering_id: MEAL.to_string(),
                network_id: NETWORK.to_string(),
                title: "Meal".to_owned(),
                starts_at: Some(MAY),
                held: true,
                attendance_count: 9_007_199_254_740_991,
            };
            let gathering = Some(gathering);
            says(&message::GetGatheringResponse { gathering, position: HEAD })
        }
        "GetStructure" => {
            let structure = assessment::Structure {
                as_of: Some(MAY),
                known_by: HEAD,
                position: HEAD,
                layer: assessment::Layer::CoAttendance.into(),
                nodes: 18,
                edges: 139,
                density: Some(0.908_496_732_026_143_8),
                ..assessment::Structure::default()
            };
            says(&assessment::GetStructureResponse { structure: Some(structure) })
        }
        "CompareStructure" => {
            let structure = assessment::Structure {
                as_of: Some(MAY),
                layer: assessment::Layer::Ties.into(),
                position: HEAD,
                ..assessment::Structure::default()
            };
            let ids = (100..130).map(|id| Uuid::from_u128(id).to_string());
            says(&assessment::CompareStructureResponse {
                earlier: Some(structure),
                later: Some(structure),
                nodes_entered: ids.collect(),
                ..assessment::CompareStructureResponse::default()
            })
        }
        other => refuses(Status::unimplemented(other)),
    }
}

fn served() -> (Fake, Router) {
    let fake = Fake::new(answer);
    let router = router(fake.channel());
    (fake, router)
}

fn serving(respond: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Router {
    router(Fake::new(respond).channel())
}

fn post(query: &str, variables: Value) -> Request<Body> {
    let body = json!({ "query": query, "variables": variables });
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, "Bearer anna")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn ask(router: &Router, query: &str, variables: Value) -> Value {
    send(router, post(query, variables)).await.1
}

/// The (code, reason, domain) of the first error.
fn blame(body: &Value) -> (&str, &str, &str) {
    let extensions = &body["errors"][0]["extensions"];
    let text = |name| extensions[name].as_str().unwrap_or_else(|| panic!("{name} of {body}"));
    (text("code"), text("reason"), text("domain"))
}

fn invalid(reason: &str) -> (&str, &str, &str) {
    ("INVALID", reason, "weft")
}

#[test]
fn the_committed_schema_is_that_of_the_code() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let now = runtime.block_on(async { sdl(&schema(Fake::new(answer).channel())) });
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if committed != now {
        let new = path.with_extension("graphql.new");
        fs::write(&new, now).unwrap();
        panic!("schema.graphql is out of date: look at {} and take it over", new.display());
    }
}

#[tokio::test]
async fn a_network_comes_with_its_structure_and_its_founders() {
    let (fake, router) = served();
    let query = "query($asOf: AsOfInput) { network(name: \"Old City\") { name purpose status types
        foundedAt founders { name email } structure(layer: CO_ATTENDANCE, asOf: $asOf) {
        nodes edges density diameter knownBy } } }";
    let body = ask(&router, query, json!({ "asOf": { "effective": "1936-05-01" } })).await;
    assert_eq!(
        body,
        json!({ "data": { "network": {
            "name": "Old City", "purpose": null, "status": "FORMING", "types": ["ALIGNMENT"],
            "foundedAt": "1936-05-07T08:00:00Z", "founders": [{ "name": "N2", "email": null }],
            "structure": { "nodes": 18, "edges": 139, "density": 0.908_496_732_026_143_8,
                "diameter": null, "knownBy": "5000000000" },
        } } })
    );
    let asked = fake.take();
    let structure = asked.iter().find(|asked| asked.method == "GetStructure").unwrap();
    let as_of = structure.read::<assessment::GetStructureRequest>().as_of.unwrap();
    let end_of_day = Timestamp { seconds: -1_062_460_801, nanos: 999_999_000 };
    assert_eq!(as_of.effective, Some(end_of_day));
    assert_eq!(as_of.known, None);
}

#[tokio::test]
async fn every_call_carries_the_token_the_trace_and_a_deadline() {
    let (fake, router) = served();
    let mut request = post("{ network(name: \"x\") { founders { name } } }", json!({}));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request.headers_mut().insert("traceparent", trace.parse().unwrap());
    request.headers_mut().insert("cookie", "secret".parse().unwrap());
    send(&router, request).await;
    let asked = fake.take();
    assert_eq!(asked.len(), 2);
    for asked in asked {
        assert_eq!(asked.headers["authorization"], "Bearer anna");
        assert_eq!(asked.headers["traceparent"], trace);
        assert!(asked.headers.contains_key("grpc-timeout"));
        assert!(!asked.headers.contains_key("cookie"));
    }
}

#[tokio::test]
async fn a_page_of_members_or_ties_costs_the_same_calls_whatever_its_length() {
    let (fake, router) = served();
    let query = "query($id: ID!, $first: Int!) { network(id: $id) {
        members(first: $first) { edges { node { party { ... on Person { name } } } } }
        ties(first: $first) { nodes { source { ... on Person { name } }
            target { ... on Person { name } ... on Organisation { name } } } } } }";
    for first in [2, 30] {
        let variables = json!({ "id": encode(NETWORK), "first": first });
        let body = ask(&router, query, variables).await;
        assert_eq!(body["data"]["network"]["ties"]["nodes"].as_array().unwrap().len(), first);
        assert_eq!(body["data"]["network"]["members"]["edges"][1]["node"]["party"]["name"], "N101");
        let methods = fake.methods();
        let lists: Vec<_> =
            methods.iter().filter(|method| !method.starts_with("BatchGet")).collect();
        assert_eq!(lists, ["GetNetwork", "ListMembers", "ListTies"]);
        // The two lists may arrive together or one after the other: one call for each at most.
        for batch in ["BatchGetPersons", "BatchGetOrganisations"] {
            let calls = methods.iter().filter(|method| *method == batch).count();
            assert!(calls <= 2, "{methods:?}");
        }
        assert_eq!(methods.contains(&"BatchGetOrganisations".to_owned()), first > 8);
    }
}

#[tokio::test]
async fn persons_and_organisations_stand_side_by_side_in_a_comparison() {
    let (fake, router) = served();
    let query = "query($id: ID!) { network(id: $id) { structureComparison(layer: TIES,
        earlier: { effective: \"1936-03-01\" }) { nodesEntered(first: 3, after: null) {
        totalCount nodes { party { __typename ... on Person { name } } } } } } }";
    let body = ask(&router, query, json!({ "id": encode(NETWORK) })).await;
    let entered = &body["data"]["network"]["structureComparison"]["nodesEntered"];
    assert_eq!(entered["totalCount"], 30);
    assert_eq!(entered["nodes"][2]["party"], json!({ "__typename": "Person", "name": "N102" }));
    assert_eq!(fake.methods(), ["BatchGetPersons", "CompareStructure", "GetNetwork"]);
}

#[tokio::test]
async fn pages_go_on_after_any_cursor_at_the_position_where_the_list_was_read() {
    let (fake, router) = served();
    let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
        network(id: $id) { members(first: $first, after: $after, last: $last, before: $before) {
        totalCount position pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
        edges { cursor node { since } } } } }";
    let page = async |arguments: Value| {
        let mut variables = arguments;
        variables["id"] = json!(encode(NETWORK));
        let body = ask(&router, query, variables).await;
        let request = fake.take().pop().unwrap().read::<message::ListMembersRequest>();
        (body["data"]["network"]["members"].clone(), request)
    };

    let (list, request) = page(json!({ "first": 12 })).await;
    assert_eq!(list["totalCount"], TOTAL);
    assert_eq!(list["position"], HEAD.to_string());
    assert_eq!(list["pageInfo"]["hasNextPage"], true);
    assert_eq!(list["pageInfo"]["hasPreviousPage"], false);
    assert_eq!(request.as_of.unwrap().known, None);

    let after = list["edges"][4]["cursor"].clone();
    let (list, request) = page(json!({ "first": 3, "after": after })).await;
    let asked = request.page.unwrap();
    assert_eq!((asked.skip, asked.page_size), (5, 3));
    assert_eq!(request.as_of.unwrap().known, Some(Known::KnownPosition(HEAD)));
    assert_eq!(list["pageInfo"]["hasPreviousPage"], true);

    let (list, request) = page(json!({ "last": 4 })).await;
    assert_eq!(request.page.unwrap().skip, TOTAL - 4);
    assert_eq!(list["edges"].as_array().unwrap().len(), 4);
    assert_eq!(list["pageInfo"]["hasNextPage"], false);

    let before = list["pageInfo"]["startCursor"].clone();
    let (list, request) = page(json!({ "last": 4, "before": before })).await;
    assert_eq!(request.page.unwrap().skip, TOTAL - 8);
    assert_eq!(list["pageInfo"]["hasNextPage"], true);

    let (list, _) = page(json!({ "first": 0 })).await;
    assert_eq!(list["edges"], json!([]));
    assert_eq!(list["totalCount"], TOTAL);

    let body = ask(&router, query, json!({ "id": encode(NETWORK), "after": "" })).await;
    assert_eq!(blame(&body), invalid("CURSOR_MALFORMED"));
}

#[tokio::test]
async fn reads_after_a_change_in_the_same_request_wait_for_it() {
    let (fake, router) = served();
    let query = "mutation($person: UpdateProfileInput!, $gathering: HoldGatheringInput!) {
        updateProfile(input: $person) { position recalled events person { name } }
        holdGathering(input: $gathering) { position gathering { attendanceCount network { name } } }
    }";
    let variables = json!({
        "person": { "commandId": COMMAND, "personId": encode(ANNA), "effectiveAt": "1936-05-07T08:00:00Z",
            "changes": [{ "field": "ABOUT", "value": "" }] },
        "gathering": { "commandId": COMMAND, "gatheringId": encode(MEAL) },
    });
    let mut request = post(query, variables);
    request.headers_mut().insert("weft-min-position", "17".parse().unwrap());
    let (_, body) = send(&router, request).await;
    assert_eq!(body["data"]["updateProfile"]["position"], "5000000001");
    assert_eq!(body["data"]["updateProfile"]["events"], 1);
    let gathering = &body["data"]["holdGathering"]["gathering"];
    assert_eq!(gathering["attendanceCount"], 9_007_199_254_740_991_u64);

    let asked = fake.take();
    let methods: Vec<_> = asked.iter().map(|asked| asked.method.as_str()).collect();
    assert_eq!(
        methods,
        ["UpdateProfile", "GetPerson", "HoldGathering", "GetGathering", "BatchGetNetworks"]
    );
    let command = asked[0].read::<message::UpdateProfileRequest>().command.unwrap();
    assert_eq!(command.command_id, COMMAND);
    assert_eq!(command.effective_at, Some(MAY));
    assert_eq!(asked[1].read::<message::GetPersonRequest>().min_position, HEAD + 1);
    assert_eq!(asked[3].read::<message::GetGatheringRequest>().min_position, HEAD + 2);
    assert_eq!(asked[4].read::<message::BatchGetNetworksRequest>().min_position, HEAD + 2);
}

#[tokio::test]
async fn the_least_position_of_a_request_goes_with_its_reads() {
    let (fake, router) = served();
    let read = "{ network(name: \"x\") { id } }";
    let mut request = post(read, json!({}));
    request.headers_mut().insert("weft-min-position", "17".parse().unwrap());
    send(&router, request).await;
    assert_eq!(fake.take()[0].read::<message::GetNetworkRequest>().min_position, 17);

    let mut request = post(read, json!({}));
    request.headers_mut().insert("weft-min-position", "now".parse().unwrap());
    let (status, body) = send(&router, request).await;
    assert_eq!((status, blame(&body)), (StatusCode::BAD_REQUEST, invalid("REQUEST_MALFORMED")));
}

#[tokio::test]
async fn refusals_keep_their_message_code_reason_and_domain() {
    let router = serving(|_| {
        let message = "there is no such network";
        refuses(wire::status(ErrorCode::NotFound, "NETWORK_NOT_FOUND", None, message))
    });
    let (status, body) =
        send(&router, post("{ a: __typename network(name: \"x\") { id } }", json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["data"], json!({ "a": "Query", "network": null }));
    assert_eq!(body["errors"][0]["message"], "there is no such network");
    assert_eq!(body["errors"][0]["path"], json!(["network"]));
    assert_eq!(blame(&body), ("NOT_FOUND", "NETWORK_NOT_FOUND", "weft"));
}

#[tokio::test]
async fn fields_come_in_the_order_of_the_document_and_failed_ones_are_null() {
    let router = serving(|asked| match asked.method.as_str() {
        "GetStructure" => refuses(Status::unavailable("")),
        _ => answer(asked),
    });
    let query = "query Both($id: ID!) { a: network(id: $id) { structure(layer: TIES) { nodes } }
        ...More z: __typename } fragment More on Query { b: network(id: $id) { id
        founders { name id } members(first: 1) { position nodes { party { __typename } since } }
        structure(layer: TIES) { nodes } name } }";
    let request = post(query, json!({ "id": encode(NETWORK) }));
    let response = router.oneshot(request).await.unwrap();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let data = r#""data":{"a":{"structure":null},"b":{"id":"#;
    assert!(text.contains(data), "{text}");
    let members = concat!(
        r#""founders":[{"name":"N2","id":"UGVyc29uOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMg"}],"#,
        r#""members":{"position":"5000000000","nodes":[{"party":{"__typename":"Person"},"#,
        r#""since":"1936-05-07T08:00:00Z"}]},"structure":null,"name":"Old City"},"z":"Query"}"#,
    );
    assert!(text.contains(members), "{text}");
}

#[tokio::test]
async fn a_malformed_field_is_named_as_clients_know_it() {
    let router = serving(|_| {
        let message = "is not a time between the years 0001 and 9999";
        refuses(wire::status(ErrorCode::Invalid, "TIME_MALFORMED", Some("starts_at"), message))
    });
    let body = ask(&router, "{ network(name: \"x\") { id } }", json!({})).await;
    let message = "startsAt: is not a time between the years 0001 and 9999";
    assert_eq!(body["errors"][0]["message"], message);
    assert_eq!(blame(&body), invalid("TIME_MALFORMED"));
}

#[tokio::test]
async fn what_went_wrong_inside_is_not_told() {
    for (status, blamed) in [
        (Status::internal("disk /dev/sda is broken"), ("INTERNAL", "CALL_FAILED", "weft")),
        (Status::unknown("tcp 10.0.0.7"), ("INTERNAL", "CALL_FAILED", "weft")),
        (Status::unavailable("tcp 10.0.0.7"), ("UNAVAILABLE", "SERVICE_UNREACHABLE", "weft")),
        (Status::deadline_exceeded("10.0.0.7"), ("TIMEOUT", "DEADLINE_EXCEEDED", "weft")),
    ] {
        let router = serving(move |_| refuses(status.clone()));
        let body = ask(&router, "{ network(name: \"x\") { id } }", json!({})).await;
        assert_eq!(blame(&body), blamed);
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(!message.contains("10.0.0.7") && !message.contains("sda"), "{message}");
    }
}

#[tokio::test]
async fn an_id_of_another_type_or_of_none_is_refused_before_any_call() {
    let (fake, router) = served();
    let query = "query($id: ID!) { network(id: $id) { id } }";
    for id in [json!(encode(ANNA)), json!(NETWORK.to_string()), json!("bm9wZQ"), json!(7)] {
        let body = ask(&router, query, json!({ "id": id })).await;
        assert_eq!(blame(&body), invalid("ID_MALFORMED"), "{body}");
    }
    let input = json!({ "commandId": "1", "networkId": encode(NETWORK) });
    let query =
        "mutation($input: OpenMembershipInput!) { openMembership(input: $input) { position } }";
    let body = ask(&router, query, json!({ "input": input })).await;
    assert_eq!(blame(&body), invalid("ID_MALFORMED"));
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let tie = encode(kernel::TieId::new(Uuid::from_u128(4)));
    assert_eq!(blame(&ask(&router, query, json!({ "id": tie })).await), invalid("NOT_A_NODE"));
    let alone = ask(&router, query, json!({ "id": "Old City" })).await;
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for ids in [json!([encode(ANNA), "Old City"]), json!("Old City"), json!([7])] {
        let body = ask(&router, query, json!({ "ids": ids })).await;
        assert_eq!(blame(&body), blame(&alone), "{body}");
        assert_eq!(body["data"], json!({ "nodes": null }));
    }
    assert_eq!(alone["data"], json!({ "node": null }));
    assert_eq!(blame(&alone), invalid("ID_MALFORMED"));
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_has_an_id_is_read_again_by_it() {
    let (_, router) = served();
    let organisation = OrganisationId::new(Uuid::from_u128(8));
    let ids: [ID; 4] = [encode(NETWORK), encode(ANNA), encode(organisation), encode(MEAL)];
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
    let body = ask(&router, query, json!({ "ids": ids })).await;
    let names = ["Network", "Person", "Organisation", "Gathering"];
    for ((node, id), name) in body["data"]["nodes"].as_array().unwrap().iter().zip(ids).zip(names) {
        assert_eq!(node, &json!({ "id": id, "__typename": name }));
    }
    let router = serving(|_| refuses(wire::status(ErrorCode::NotFound, "GONE", None, "gone")));
    let body = ask(&router, query, json!({ "ids": [encode(ANNA)] })).await;
    assert_eq!(body, json!({ "data": { "nodes": [null] } }));
}

#[tokio::test]
async fn errors_of_the_document_are_one_line_with_a_code_and_no_data() {
    let (fake, router) = served();
    let deep = format!(
        "{{ network(name: \"x\") {}id{} }}",
        "{ gatherings { nodes { network ".repeat(16),
        " } } }".repeat(16)
    );
    let bomb = format!("{}{}", "{a".repeat(60_000), "}".repeat(60_000));
    let wide = "{ network(name: \"x\") { gatherings(first: 100) { nodes { attendance(first: 100) {
        nodes { person { name } } } } } } }";
    let directives = format!("{{ __typename {} }}", "@include(if: true)".repeat(50));
    for query in [
        "{",
        "{ nope }",
        "query($x: Nope) { network(name: $x) { id } }",
        &deep,
        &bomb,
        wide,
        &directives,
        "subscription { networkEvents(networkId: \"x\") { position } }",
    ] {
        let mut request = post(query, json!({}));
        let accept = "application/graphql-response+json".parse().unwrap();
        request.headers_mut().insert(header::ACCEPT, accept);
        let (status, body) = send(&router, request).await;
        let query = query.get(..60).unwrap_or(query);
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {body}");
        assert_eq!(body.get("data"), None, "{query}");
        for error in body["errors"].as_array().unwrap() {
            assert!(!error["message"].as_str().unwrap().contains('\n'), "{error}");
        }
        assert_eq!(blame(&body), invalid("GRAPHQL_REQUEST_INVALID"), "{query}");
    }
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn a_subscription_over_post_is_told_where_it_belongs() {
    let (fake, router) = served();
    let one = "subscription S { networkEvents(networkId: \"x\") { position } }";
    let two = format!("{one} query Q {{ __typename }}");
    for (query, name) in [(one, None), (one, Some("S")), (two.as_str(), Some("S"))] {
        let body = json!({ "query": query, "operationName": name }).to_string();
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let (status, body) = send(&router, request.body(Body::from(body)).unwrap()).await;
        assert_eq!((status, blame(&body)), (StatusCode::OK, invalid("GRAPHQL_REQUEST_INVALID")));
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("/graphql/ws") && message.contains("graphql-transport-ws"));
    }
    let body = json!({ "query": two, "operationName": "Q" }).to_string();
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    let (_, body) = send(&router, request.body(Body::from(body)).unwrap()).await;
    assert_eq!(body, json!({ "data": { "__typename": "Query" } }));
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn the_usual_introspection_is_within_the_limits() {
    let (_, router) = served();
    let of_type = "{ kind name ofType ".repeat(9) + "{ name }" + &"}".repeat(9);
    let query = format!(
        "{{ __schema {{ types {{ name fields {{ args {{ type {of_type} }} type {of_type} }} }} }} }}"
    );
    let body = ask(&router, &query, json!({})).await;
    assert_eq!(body.get("errors"), None, "{}", body["errors"]);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_as_such() {
    let (_, router) = served();
    let long = json!({ "query": "{ __typename }", "pad": "x".repeat(20_000_000) }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(long))
        .unwrap();
    let (status, body) = send(&router, request).await;
    assert_eq!((status, blame(&body)), (StatusCode::PAYLOAD_TOO_LARGE, invalid("BODY_TOO_LARGE")));
}

#[tokio::test]
async fn a_mutation_over_get_and_other_methods_are_refused() {
    let (fake, router) = served();
    let uri = "/graphql?query=mutation%7BholdGathering(input%3A%7B%7D)%7Bposition%7D%7D";
    for (request, allow) in [
        (Request::get(uri), "POST"),
        (Request::get("/graphql?query=subscription%7B__typename%7D"), "POST"),
        (Request::put("/graphql"), "GET, POST"),
        (Request::delete("/graphql"), "GET, POST"),
    ] {
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], allow);
    }
    let request = Request::get("/graphql?query=%7B__typename%7D").body(Body::empty()).unwrap();
    let (status, body) = send(&router, request).await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "data": { "__typename": "Query" } })));
    assert_eq!(fake.methods(), Vec::<String>::new());
}

#[tokio::test]
async fn the_form_of_an_answer_is_the_one_that_the_client_likes_best() {
    let (_, router) = served();
    let legacy = "application/json; charset=utf-8";
    let modern = "application/graphql-response+json; charset=utf-8";
    for (accept, given) in [
        (None, Some(legacy)),
        (Some("*/*"), Some(legacy)),
        (Some("application/graphql-response+json"), Some(modern)),
        (Some("application/json;q=0.9, application/graphql-response+json"), Some(modern)),
        (Some("application/graphql-response+json;q=0.1, application/json"), Some(legacy)),
        (Some("application/json; charset=utf-8"), Some(legacy)),
        (Some("text/html"), None),
        (Some("application/json; charset=latin1"), None),
    ] {
        let mut request = post("{ __typename }", json!({}));
        if let Some(accept) = accept {
            request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
        }
        let response = router.clone().oneshot(request).await.unwrap();
        match given {
            Some(given) => assert_eq!(response.headers()[header::CONTENT_TYPE], given),
            None => assert_eq!(response.status(), StatusCode::NOT_ACCEPTABLE),
        }
    }
    for content_type in ["text/plain", "application/json; charset=latin1", ""] {
        let mut request = post("{ __typename }", json!({}));
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        let (status, body) = send(&router, request).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(blame(&body), invalid("MEDIA_TYPE_UNSUPPORTED"));
    }
}

#[tokio::test]
async fn malformed_requests_and_batches_are_refused() {
    let (_, router) = served();
    for body in [
        "",
        "{",
        "[]",
        "[{\"query\":\"{__typename}\"}]",
        "7",
        "{}",
        "{\"query\":7}",
        "{\"query\":\"{__typename}\",\"variables\":[]}",
    ] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let (status, answer) = send(&router, request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(blame(&answer), invalid("REQUEST_MALFORMED"), "{body}");
    }
}

#[tokio::test]
async fn pages_from_anywhere_may_ask_with_a_token() {
    let (_, router) = served();
    let request = Request::options("/graphql")
        .header(header::ORIGIN, "https://example.org")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let headers = response.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
    assert!(headers.contains("authorization"));
    assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
}

fn event(position: u64) -> history::StreamNetworkEventsResponse {
    let event = history::RecordedEvent {
        position,
        stream: format!("gathering-{MEAL}"),
        revision: 0,
        event_id: COMMAND.to_owned(),
        r#type: "AttendanceRecorded".to_owned(),
        schema: 1,
        network_id: NETWORK.to_string(),
        recorded_at: Some(MAY),
        effective_at: Some(MAY),
        metadata_json: "{}".to_owned(),
        data_json: "{\"mode\":\"online\"}".to_owned(),
    };
    history::StreamNetworkEventsResponse { event: Some(event), position }
}

#[tokio::test]
async fn a_subscription_resumes_after_a_position_and_ends_with_the_error_of_the_service() {
    let fake = Fake::new(|asked| {
        let after = asked.read::<history::StreamNetworkEventsRequest>().after_position;
        let progress = history::StreamNetworkEventsResponse { event: None, position: after + 1 };
        let end = wire::status(ErrorCode::Unavailable, "LOG_CLOSED", None, "the log is closed");
        streams(&[progress, event(after + 2), event(after + 3)], Err(end))
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(fake.channel());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": "Bearer anna" } });
    let query = "subscription($id: ID!) { networkEvents(networkId: $id, afterPosition: \"40\") {
        position type data } }";
    let subscribe = json!({ "type": "subscribe", "id": "1",
        "payload": { "query": query, "variables": { "id": encode(NETWORK) } } });
    for message in [init, subscribe] {
        socket.send(Frame::text(message.to_string())).await.unwrap();
    }
    let mut heard: Vec<Value> = Vec::new();
    while heard.last().is_none_or(|last| last["type"] != "complete") {
        let frame = socket.next().await.unwrap().unwrap();
        heard.push(serde_json::from_str(frame.to_text().unwrap()).unwrap());
    }
    let types: Vec<_> = heard.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["connection_ack", "next", "next", "next", "complete"]);
    let data = json!({ "mode": "online" });
    let first = json!({ "position": "42", "type": "AttendanceRecorded", "data": data });
    assert_eq!(heard[1]["payload"]["data"]["networkEvents"], first);
    assert_eq!(heard[2]["payload"]["data"]["networkEvents"]["position"], "43");
    assert_eq!(blame(&heard[3]["payload"]), ("UNAVAILABLE", "LOG_CLOSED", "weft"));

    let asked = fake.take().pop().unwrap();
    assert_eq!(asked.headers["authorization"], "Bearer anna");
    assert!(asked.read::<history::StreamNetworkEventsRequest>().follow);
}

#[tokio::test]
async fn the_websocket_route_says_so_to_whoever_comes_without_one() {
    let (_, router) = served();
    let request = Request::get("/graphql/ws").body(Body::empty()).unwrap();
    let (status, body) = send(&router, request).await;
    assert_eq!((status, blame(&body)), (StatusCode::UPGRADE_REQUIRED, invalid("WEBSOCKET_NEEDED")));
}
