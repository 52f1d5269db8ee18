//! Global ids: opaque to clients, and each names the type of what it identifies.

use std::borrow::Cow;

use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value, registry::Registry};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{ErrorCode, Id, IdKind, OrganisationId, Party, PersonId, id::kinds};
use tonic::Status;
use uuid::Uuid;

/// The reason of an id that is malformed, or of something else than was asked for.
pub(crate) const ID_MALFORMED: &str = "ID_MALFORMED";

/// The id of one thing of kind `K`, as clients pass it.
#[derive(Debug)]
pub(crate) struct GlobalId<K: IdKind>(pub(crate) Id<K>);

impl<K: IdKind> GlobalId<K> {
    /// The id as the services take it.
    pub(crate) fn text(self) -> String {
        self.0.to_string()
    }
}

/// The id of a person or an organisation, as clients pass it.
#[derive(Debug)]
pub(crate) struct PartyId(pub(crate) Party);

/// The id of anything, as clients pass it.
#[derive(Debug)]
pub(crate) struct AnyId {
    /// The type, as it was given.
    pub(crate) kind: String,
    /// What it is within its type.
    pub(crate) uuid: Uuid,
}

/// The id that clients see for the thing of kind `K` that the services know as `uuid`.
///
/// # Errors
///
/// The service did not send a UUID.
pub(crate) fn global<K: IdKind>(uuid: &str) -> Result<ID, Status> {
    Ok(encode::<K>(wire::read::id(uuid, "id")?))
}

/// The id that clients see for the thing that the services know as `uuid`; `None` when it is empty.
///
/// # Errors
///
/// The service sent something else than a UUID.
pub(crate) fn maybe<K: IdKind>(uuid: &str) -> Result<Option<ID>, Status> {
    Ok(optional::<K>(uuid)?.map(encode))
}

/// The ids that clients see, in the same order.
///
/// # Errors
///
/// The service sent something else than UUIDs.
pub(crate) fn all<K: IdKind>(uuids: &[String]) -> Result<Vec<ID>, Status> {
    uuids.iter().map(|uuid| global::<K>(uuid)).collect()
}

/// Reads an id of a message that may be empty.
///
/// # Errors
///
/// The service sent something else than a UUID.
pub(crate) fn optional<K: IdKind>(uuid: &str) -> Result<Option<Id<K>>, Status> {
    if uuid.is_empty() { Ok(None) } else { wire::read::id(uuid, "id").map(Some) }
}

/// The id that clients see.
pub(crate) fn encode<K: IdKind>(id: Id<K>) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{}:{id}", K::NAME)))
}

fn decode(value: Option<&Value>) -> Result<AnyId, String> {
    let Some(Value::String(text)) = value else {
        return Err("an id is a text".to_owned());
    };
    decode_text(text)
}

fn decode_text(text: &str) -> Result<AnyId, String> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (kind, uuid) = text.split_once(':')?;
        Some(AnyId { kind: kind.to_owned(), uuid: Uuid::try_parse(uuid).ok()? })
    };
    read().ok_or_else(|| "this is not an id that was given out here".to_owned())
}

fn expect<K: IdKind>(id: &AnyId) -> Option<Id<K>> {
    (id.kind == K::NAME).then(|| Id::new(id.uuid))
}

fn of_another_type(id: &AnyId, needed: &str) -> String {
    format!("this is an id of type {}; one of type {needed} is needed", id.kind)
}

fn malformed<T: InputType>(message: &str) -> InputValueError<T> {
    InputValueError::custom(message).with_extension("reason", ID_MALFORMED)
}

impl AnyId {
    /// Reads an id of the list `field`. The library loses the reason of a list that it cannot read
    /// while it works out what the operation costs, so such a list is taken as texts.
    ///
    /// # Errors
    ///
    /// `ID_MALFORMED` when it was not given out here.
    pub(crate) fn listed(id: &ID, field: &str) -> Result<AnyId, Status> {
        let refuse =
            |message: String| wire::status(ErrorCode::Invalid, ID_MALFORMED, Some(field), &message);
        decode_text(&id.0).map_err(refuse)
    }
}

impl<K: IdKind> InputType for GlobalId<K> {
    type RawValueType = GlobalId<K>;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let id = decode(value.as_ref()).map_err(|message| malformed(&message))?;
        let wrong = || malformed(&of_another_type(&id, K::NAME));
        expect(&id).map(GlobalId).ok_or_else(wrong)
    }

    fn to_value(&self) -> Value {
        Value::String(encode(self.0).0)
    }

    fn as_raw_value(&self) -> Option<&GlobalId<K>> {
        Some(self)
    }
}

impl InputType for PartyId {
    type RawValueType = PartyId;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let id = decode(value.as_ref()).map_err(|message| malformed(&message))?;
        let person: Option<PersonId> = expect::<kinds::Person>(&id);
        let organisation: Option<OrganisationId> = expect::<kinds::Organisation>(&id);
        person
            .map(Party::Person)
            .or(organisation.map(Party::Organisation))
            .map(PartyId)
            .ok_or_else(|| malformed(&of_another_type(&id, "Person or Organisation")))
    }

    fn to_value(&self) -> Value {
        Value::String(match self.0 {
            Party::Person(id) => encode(id).0,
            Party::Organisation(id) => encode(id).0,
        })
    }

    fn as_raw_value(&self) -> Option<&PartyId> {
        Some(self)
    }
}

impl InputType for AnyId {
    type RawValueType = AnyId;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        decode(value.as_ref()).map_err(|message| malformed(&message))
    }

    fn to_value(&self) -> Value {
        Value::String(URL_SAFE_NO_PAD.encode(format!("{}:{}", self.kind, self.uuid)))
    }

    fn as_raw_value(&self) -> Option<&AnyId> {
        Some(self)
    }
}
