//! Who reads what of an event.

use access::Caller;
use eventlog::{Metadata, Position, Recorded, StreamId};
use events::{FieldVisibility, PersonEvent, TieEvent, TieVisibility};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, CommandId, Event as _, Party, PersonId, Personal, PersonalField as _, Place,
    Sealer as _, Visibility, codec,
};
use testkit::PlainSealer;
use uuid::Uuid;

use super::{disclosed, may_read};

const ANNA: PersonId = PersonId::new(Uuid::from_u128(1));
const BEN: PersonId = PersonId::new(Uuid::from_u128(2));
const COMMAND: CommandId = CommandId::new(Uuid::from_u128(9));

fn metadata(visibility: Visibility) -> Metadata {
    Metadata {
        actor: Actor::Operator,
        on_behalf_of: None,
        capacity: Capacity::Operator,
        authority: None,
        command_id: COMMAND,
        causation_id: None,
        correlation_id: COMMAND,
        traceparent: None,
        visibility,
    }
}

fn registered(name_visibility: FieldVisibility) -> Recorded {
    let event_id = COMMAND.event_id(0);
    let mut name = Personal::open(ANNA, "Anna Berg".to_owned());
    let place = Place { event_id, field: "name" };
    let plaintext = name.plaintext().unwrap();
    name.seal(PlainSealer.seal(ANNA, place, &plaintext).unwrap());
    let event = PersonEvent::PersonRegistered { person: ANNA, name, name_visibility };
    let encoded = codec::encode(&event).unwrap();
    Recorded {
        position: Position(1),
        stream: StreamId::of::<PersonEvent>(ANNA.uuid()),
        revision: 0,
        event_id,
        name: encoded.name,
        schema: event.schema(),
        network_id: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        effective_at: Timestamp::UNIX_EPOCH,
        metadata: vec![].into(),
        data: encoded.data.into(),
    }
}

#[test]
fn a_name_is_its_owners_alone_unless_they_share_it() {
    let read = |caller, visibility| {
        let data = disclosed(caller, &registered(visibility), &PlainSealer).unwrap();
        data["name"]["value"].as_str().map(str::to_owned)
    };
    let name = Some("Anna Berg".to_owned());
    assert_eq!(read(Caller::Person(ANNA), FieldVisibility::Owner), name);
    assert_eq!(read(Caller::Person(BEN), FieldVisibility::Owner), None);
    assert_eq!(read(Caller::Operator, FieldVisibility::Owner), None);
    assert_eq!(read(Caller::Person(BEN), FieldVisibility::Network), name);
    assert_eq!(read(Caller::Operator, FieldVisibility::Network), None);
    assert_eq!(read(Caller::Operator, FieldVisibility::Public), name);
}

#[test]
fn what_is_not_opened_says_so_and_shows_no_cipher_text() {
    let data =
        disclosed(Caller::Operator, &registered(FieldVisibility::Owner), &PlainSealer).unwrap();
    assert_eq!(data["name"], serde_json::json!({"subject": ANNA, "sealed": true}));
}

#[test]
fn an_event_between_parties_is_read_by_them_alone() {
    let event = TieEvent::TieAcknowledged {
        source: Party::Person(ANNA),
        target: Party::Person(BEN),
        visibility: TieVisibility::Parties,
    };
    let metadata = metadata(event.visibility());
    assert!(may_read(Caller::Person(BEN), &metadata));
    assert!(!may_read(Caller::Person(PersonId::new(Uuid::from_u128(3))), &metadata));
    assert!(!may_read(Caller::Operator, &metadata));
}
