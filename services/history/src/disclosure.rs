//! What of an event a caller may read: the event at all, and each personal field in it.

use access::Caller;
use eventlog::{Metadata, Recorded};
use events::{
    CharterEvent, DecisionEvent, FieldVisibility, MembershipEvent, PersonEvent, ProposalEvent,
    ResolutionEvent,
};
use kernel::{Event as _, Party, PersonId, Place, SealError, Sealer, Visibility};
use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// Tells whether `caller`, who may read the network, may read an event of it.
pub fn may_read(caller: Caller, metadata: &Metadata) -> bool {
    match &metadata.visibility {
        Visibility::Public | Visibility::Network => true,
        Visibility::Parties(parties) => caller.person().is_some_and(|person| {
            parties.contains(&Party::Person(person)) || metadata.actor.person() == Some(person)
        }),
    }
}

/// The data of an event, with the personal fields opened that `caller` may read.
///
/// A personal field reads `{"subject", "value"}` where it is opened, `{"subject", "erased": true}`
/// when its key is gone, and `{"subject", "sealed": true}` where it is not the caller's to read.
///
/// # Errors
///
/// Returns that a sealed value was altered, or that the vault failed.
pub fn disclosed(
    caller: Caller,
    recorded: &Recorded,
    sealer: &dyn Sealer,
) -> Result<Value, SealError> {
    let mut data: Map<String, Value> = serde_json::from_slice(&recorded.data)
        .map_err(|error| SealError::Vault(Box::new(error)))?;
    let shared = shared_field(recorded, &data);
    for (field, value) in &mut data {
        let Some((subject, cipher)) = sealed_value(value) else { continue };
        let place = Place { event_id: recorded.event_id, field };
        // Opened in any case, because whether the key is gone is everybody's to know.
        let plain = sealer.unseal(subject, place, &cipher)?;
        let opened = plain.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
        let is_owner = caller.person() == Some(subject);
        let shown = match shared {
            Some((shared, FieldVisibility::Public)) => shared == field,
            Some((shared, FieldVisibility::Network)) => {
                shared == field && caller.person().is_some()
            }
            Some((_, FieldVisibility::Owner)) | None => false,
        };
        *value = match opened {
            None => json!({"subject": subject, "erased": true}),
            Some(opened) if is_owner || shown => json!({"subject": subject, "value": opened}),
            Some(_) => json!({"subject": subject, "sealed": true}),
        };
    }
    Ok(Value::Object(data))
}

/// What members say in the course of a decision. One of them stands in an event.
const SAID_IN_DECISIONS: [&str; 5] = ["reason", "evidence", "argument", "answer", "grounds"];

/// The field that an event itself shares, and with whom: a name as its registration says, and with
/// the members what they are to judge, such as an application's statement or an objection's
/// argument. Every other personal field is
/// its subject's alone here; profiles show what is shared since.
fn shared_field(
    recorded: &Recorded,
    data: &Map<String, Value>,
) -> Option<(&'static str, FieldVisibility)> {
    match recorded.stream.category() {
        PersonEvent::CATEGORY => {
            let visibility = serde_json::from_value(data.get("name_visibility")?.clone()).ok()?;
            Some(("name", visibility))
        }
        MembershipEvent::CATEGORY => Some(("statement", FieldVisibility::Network)),
        ProposalEvent::CATEGORY => Some(("text", FieldVisibility::Network)),
        CharterEvent::CATEGORY | ResolutionEvent::CATEGORY => {
            Some(("note", FieldVisibility::Network))
        }
        DecisionEvent::CATEGORY => {
            let field = SAID_IN_DECISIONS.into_iter().find(|field| data.contains_key(*field))?;
            Some((field, FieldVisibility::Network))
        }
        _ => None,
    }
}

fn sealed_value(value: &Value) -> Option<(PersonId, Vec<u8>)> {
    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};

    let subject = PersonId::parse(value.get("subject")?.as_str()?).ok()?;
    let sealed = BASE64.decode(value.get("sealed")?.as_str()?).ok()?;
    Some((subject, sealed))
}
