//! Events as JSON: the variant's name is the recorded type, its fields are the recorded data.
//!
//! The type stands beside the data in the log, not inside it, so that readers in any language can
//! choose by type before they parse. Decoding goes straight from the bytes to the variant.

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, EnumAccess, IntoDeserializer as _, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use smol_str::SmolStr;

use crate::Event;

#[cfg(test)]
mod tests;

/// An event's type and data as they are recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Encoded {
    /// The type, for example `AttendanceRecorded`.
    pub name: SmolStr,
    /// The fields, as one JSON object.
    pub data: Vec<u8>,
}

/// Encodes `event`; every personal field must be sealed by then.
///
/// # Errors
///
/// Returns that a personal field was not sealed, or that the variant is not a struct.
pub fn encode<E: Event>(event: &E) -> Result<Encoded, serde_json::Error> {
    // serde writes an enum's struct variant as {"Name":{…}}: cut the name off and keep the rest.
    let mut data = serde_json::to_vec(event)?;
    let not_a_struct = || de::Error::custom("an event must be a struct variant");
    let name = data
        .strip_prefix(b"{\"")
        .and_then(|rest| rest.split(|byte| *byte == b'"').next())
        .and_then(|name| std::str::from_utf8(name).ok())
        .map(SmolStr::new)
        .ok_or_else(not_a_struct)?;
    let start = name.len() + 4;
    if data.get(start - 1..=start) != Some(b":{") || data.pop() != Some(b'}') {
        return Err(not_a_struct());
    }
    data.drain(..start);
    Ok(Encoded { name, data })
}

/// Decodes the data of an event of type `name`.
///
/// # Errors
///
/// Returns why `data` is not what `name` says, or that `name` is no event of `E`.
pub fn decode<E: Event>(name: &str, data: &[u8]) -> Result<E, serde_json::Error> {
    E::deserialize(Tagged { name, data })
}

struct Tagged<'a> {
    name: &'a str,
    data: &'a [u8],
}

impl<'de> Deserializer<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("an event must be an enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;
    type Variant = Payload<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Payload<'de>), Self::Error> {
        let variant = seed.deserialize(self.name.into_deserializer())?;
        Ok((variant, Payload(self.data)))
    }
}

struct Payload<'a>(&'a [u8]);

impl<'de> VariantAccess<'de> for Payload<'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<(), Self::Error> {
        Err(de::Error::custom("an event must be a struct variant"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Self::Error> {
        let mut json = serde_json::Deserializer::from_slice(self.0);
        let value = seed.deserialize(&mut json)?;
        json.end()?;
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("an event must be a struct variant"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let mut json = serde_json::Deserializer::from_slice(self.0);
        let value = json.deserialize_struct("event", fields, visitor)?;
        json.end()?;
        Ok(value)
    }
}
