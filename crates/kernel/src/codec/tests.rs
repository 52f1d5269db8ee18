//! An event's name and data, there and back.

use serde::{Deserialize, Serialize};

use super::{decode, encode};
use crate::{Event, PersonalField, Visibility};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum DoorEvent {
    DoorOpened { by: String },
    DoorShut {},
}

impl Event for DoorEvent {
    const CATEGORY: &'static str = "door";

    fn visibility(&self) -> Visibility {
        Visibility::Public
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {}
}

#[test]
fn the_type_stands_beside_the_data_and_not_in_it() {
    let encoded = encode(&DoorEvent::DoorOpened { by: "a \"guest\"}".to_owned() }).unwrap();
    assert_eq!(encoded.name, "DoorOpened");
    assert_eq!(encoded.data, br#"{"by":"a \"guest\"}"}"#);
    let encoded = encode(&DoorEvent::DoorShut {}).unwrap();
    assert_eq!((encoded.name.as_str(), encoded.data.as_slice()), ("DoorShut", &b"{}"[..]));
}

#[test]
fn what_was_encoded_decodes_to_the_same_event() {
    for event in [DoorEvent::DoorOpened { by: String::new() }, DoorEvent::DoorShut {}] {
        let encoded = encode(&event).unwrap();
        assert_eq!(decode::<DoorEvent>(&encoded.name, &encoded.data).unwrap(), event);
    }
}

#[test]
fn an_unknown_type_wrong_data_and_trailing_bytes_are_refused() {
    assert!(decode::<DoorEvent>("DoorPainted", b"{}").is_err());
    assert!(decode::<DoorEvent>("DoorOpened", b"{}").is_err());
    assert!(decode::<DoorEvent>("DoorShut", b"{} x").is_err());
    assert!(decode::<DoorEvent>("DoorShut", b"").is_err());
}
