//! Who is admitted to a network, and what the others are told.

use std::sync::Arc;

use eventlog::{Append, EventLog, Fingerprint, MemoryLog, NewEvent, StreamId};
use events::{MembershipClass, MembershipEvent, NetworkEvent};
use jiff::Timestamp;
use kernel::{Clock, CommandId, Event, MembershipId, codec};
use projector::Store;
use tonic::Code;
use uuid::Uuid;

use super::*;

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0x01d));
const HARBOUR: NetworkId = NetworkId::new(Uuid::from_u128(0x4a2));
const ANNA: Caller = Caller::Person(PersonId::new(Uuid::from_u128(0xa)));
const BEN: Caller = Caller::Person(PersonId::new(Uuid::from_u128(0xb)));
const BAKERY: Party = Party::Organisation(kernel::OrganisationId::new(Uuid::from_u128(0xba)));

#[derive(Debug)]
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A log in which Anna and the bakery are members of Old City, and Ben is a member of Harbour.
async fn access() -> Access {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Arc::new(Standing)));
    for network in [OLD_CITY, HARBOUR] {
        let founded = NetworkEvent::NetworkFounded {
            name: "a name".to_owned(),
            purpose: String::new(),
            founders: Vec::new(),
        };
        record(&log, network, network.uuid(), founded).await;
    }
    let members = [(OLD_CITY, party(ANNA)), (OLD_CITY, BAKERY), (HARBOUR, party(BEN))];
    for (network, party) in members {
        let admitted = MembershipEvent::MemberAdmitted {
            network,
            party,
            class: MembershipClass::Member,
            since: Timestamp::UNIX_EPOCH,
        };
        let id = MembershipId::between(network, party);
        record(&log, network, id.uuid(), admitted).await;
    }
    Access::new(Roster::open(log, &Store::Memory).await.unwrap())
}

fn party(caller: Caller) -> Party {
    Party::Person(caller.person().unwrap())
}

async fn record<E: Event>(log: &Arc<dyn EventLog>, network: NetworkId, id: Uuid, event: E) {
    let command_id = CommandId::derived(id, "record");
    let encoded = codec::encode(&event).unwrap();
    let append = Append {
        command_id,
        fingerprint: Fingerprint::of(&[]),
        stream: StreamId::of::<E>(id),
        expected: 0,
        network_id: Some(network),
        events: vec![NewEvent {
            event_id: command_id.event_id(0),
            name: encoded.name,
            schema: event.schema(),
            effective_at: None,
            metadata: b"{}".to_vec(),
            data: encoded.data,
        }],
    };
    log.append(append).await.unwrap();
}

/// A request as the layer lets it through.
fn request(right: Right, caller: Caller) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(right);
    request.extensions_mut().insert(caller);
    request
}

fn told(outcome: Result<Caller, Status>) -> (Code, String, String) {
    let status = outcome.unwrap_err();
    let details = String::from_utf8_lossy(status.details()).into_owned();
    (status.code(), status.message().to_owned(), details)
}

#[tokio::test]
async fn members_are_admitted_to_their_own_network() {
    let access = access().await;
    for right in [Right::Member, Right::MemberOrOperator] {
        let admitted = access.admit(&request(right, ANNA), Some(OLD_CITY)).await;
        assert_eq!(admitted.unwrap(), ANNA);
    }
    let operator = request(Right::MemberOrOperator, Caller::Operator);
    assert_eq!(access.admit(&operator, Some(HARBOUR)).await.unwrap(), Caller::Operator);
}

#[tokio::test]
async fn a_foreign_network_and_one_that_is_not_there_look_the_same() {
    let access = access().await;
    let nowhere = NetworkId::new(Uuid::from_u128(0xdead));
    for right in [Right::Member, Right::MemberOrOperator] {
        let foreign = told(access.admit(&request(right, ANNA), Some(HARBOUR)).await);
        let absent = told(access.admit(&request(right, ANNA), Some(nowhere)).await);
        assert_eq!(foreign, absent);
        assert_eq!(foreign.0, Code::NotFound);
        assert!(foreign.2.contains("NETWORK_NOT_FOUND"), "{foreign:?}");
    }
}

#[tokio::test]
async fn a_thing_in_a_foreign_network_looks_as_if_it_were_not_there() {
    let access = access().await;
    let absent = || Status::not_found("no such gathering");
    let read = |network| {
        let access = access.clone();
        let request = request(Right::MemberOrOperator, ANNA);
        async move { access.admit_within(&request, network, absent()).await }
    };
    assert_eq!(read(Some(OLD_CITY)).await.unwrap(), ANNA);
    assert_eq!(told(read(Some(HARBOUR)).await), told(read(None).await));
    let operator = request(Right::MemberOrOperator, Caller::Operator);
    assert!(access.admit_within(&operator, Some(HARBOUR), absent()).await.is_ok());
    let nothing = access.admit_within(&operator, None, absent()).await;
    assert_eq!(told(nothing).1, "no such gathering");
}

#[tokio::test]
async fn who_acts_for_an_organisation_is_admitted_by_its_membership() {
    let access = access().await;
    let ben = request(Right::Member, BEN);
    assert!(access.admit(&ben, Some(OLD_CITY)).await.is_err());
    assert_eq!(access.admit_as(&ben, OLD_CITY, BAKERY).await.unwrap(), BEN);
    assert!(access.admit_as(&ben, HARBOUR, BAKERY).await.is_err());
}

#[tokio::test]
async fn rights_that_concern_no_network_need_none() {
    let access = access().await;
    for right in [Right::SignedIn, Right::Person, Right::PersonOrOperator] {
        assert_eq!(access.admit(&request(right, BEN), None).await.unwrap(), BEN);
        assert_eq!(access.admit(&request(right, BEN), Some(OLD_CITY)).await.unwrap(), BEN);
    }
}

#[tokio::test]
async fn a_handler_that_is_reached_around_the_layer_admits_nobody() {
    let access = access().await;
    let mut only_right = Request::new(());
    only_right.extensions_mut().insert(Right::SignedIn);
    let mut only_caller = Request::new(());
    only_caller.extensions_mut().insert(Caller::Operator);
    for request in
        [Request::new(()), only_right, only_caller, request(Right::Member, Caller::Operator)]
    {
        let (code, _, details) = told(access.admit(&request, Some(OLD_CITY)).await);
        assert_eq!(code, Code::Internal);
        assert!(details.contains("RPC_NOT_GUARDED"), "{details}");
    }
    let (code, _, details) = told(access.admit(&request(Right::Member, ANNA), None).await);
    assert_eq!(code, Code::Internal);
    assert!(details.contains("NETWORK_NOT_NAMED"), "{details}");
}
