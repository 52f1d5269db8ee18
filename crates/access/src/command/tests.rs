//! What is read of a command before and after its caller is admitted.

use kernel::Actor;
use tonic::Code;
use uuid::Uuid;
use wire::weft::membership::v1::JoinAsFounderRequest;

use super::*;
use crate::Right;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BAKERY: OrganisationId = OrganisationId::new(Uuid::from_u128(0xba));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0x01d));
const COMMAND: &str = "00000000-0000-0000-0000-00000000c0de";

/// A request as the layer lets it through.
fn request(caller: Caller, command: Option<common::Command>) -> Request<JoinAsFounderRequest> {
    let network_id = OLD_CITY.to_string();
    let mut request = Request::new(JoinAsFounderRequest { command, network_id });
    request.extensions_mut().insert(Right::MemberOrOperator);
    request.extensions_mut().insert(caller);
    request
}

fn command(on_behalf_of: &str) -> common::Command {
    common::Command {
        command_id: COMMAND.to_owned(),
        on_behalf_of: on_behalf_of.to_owned(),
        ..common::Command::default()
    }
}

fn given(request: &Request<JoinAsFounderRequest>) -> Result<Given, Status> {
    Given::of(request, |message| message.command.as_ref())
}

fn call(caller: Caller, command: common::Command) -> Result<Call<JoinAsFounderRequest>, Status> {
    let request = request(caller, Some(command));
    given(&request)?.admitted(caller, Some(OLD_CITY), request)
}

#[test]
fn a_person_acts_for_themselves_until_they_name_an_organisation() {
    let own = call(Caller::Person(ANNA), command("")).unwrap();
    assert_eq!(own.party().unwrap(), Party::Person(ANNA));
    assert_eq!((own.context.capacity, own.context.on_behalf_of), (Capacity::Own, None));
    let bakery = call(Caller::Person(ANNA), command(&BAKERY.to_string())).unwrap();
    assert_eq!(bakery.party().unwrap(), Party::Organisation(BAKERY));
    assert_eq!(bakery.context.capacity, Capacity::Representative);
    assert_eq!(bakery.context.actor, Actor::Person(ANNA));
}

#[test]
fn only_a_person_can_be_said_to_act_for_an_organisation() {
    let asks = |caller| given(&request(caller, Some(command(&BAKERY.to_string()))));
    assert_eq!(asks(Caller::Person(ANNA)).unwrap().for_organisation(), Some((ANNA, BAKERY)));
    assert_eq!(asks(Caller::Operator).unwrap().for_organisation(), None);
}

#[test]
fn the_operator_is_no_person() {
    let call = call(Caller::Operator, command("")).unwrap();
    assert_eq!(call.context.capacity, Capacity::Operator);
    let refused = call.person().unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(String::from_utf8_lossy(refused.details()).contains("PERSON_NEEDED"));
}

#[test]
fn a_request_without_a_command_or_with_a_malformed_one_says_which_field() {
    let missing = given(&request(Caller::Operator, None)).unwrap_err();
    assert_eq!(missing.message(), "command is missing");
    let malformed = common::Command { command_id: "7".to_owned(), ..command("") };
    let malformed = call(Caller::Operator, malformed).unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument);
    assert!(String::from_utf8_lossy(malformed.details()).contains("command.command_id"));
    let nobody = call(Caller::Person(ANNA), command("the bakery")).unwrap_err();
    assert!(String::from_utf8_lossy(nobody.details()).contains("command.on_behalf_of"));
}

#[test]
fn the_same_message_of_somebody_else_or_with_another_content_has_another_fingerprint() {
    let print = |caller, command| call(caller, command).unwrap().context.fingerprint;
    let first = print(Caller::Person(ANNA), command(""));
    assert_eq!(first, print(Caller::Person(ANNA), command("")));
    assert_ne!(first, print(Caller::Operator, command("")));
    assert_ne!(first, print(Caller::Person(ANNA), command(&BAKERY.to_string())));
}

#[test]
fn a_call_carries_the_trace_that_it_came_with() {
    let mut request = request(Caller::Operator, Some(command("")));
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    request.metadata_mut().insert("traceparent", trace.parse().unwrap());
    let given = given(&request).unwrap();
    let call = given.admitted(Caller::Operator, None, request).unwrap();
    assert_eq!(call.context.traceparent.as_deref(), Some(trace));
}
