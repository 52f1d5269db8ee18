//! Calling any RPC by its path, with bytes made from the contract.

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use kernel::{CommandId, DecisionId, GatheringId, NetworkId, PersonId, TieId};
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};
use stories::grpc::Line;
use tokio_stream::StreamExt as _;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use uuid::Uuid;

/// What a request may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Named {
    /// A network.
    pub(crate) network: NetworkId,
    /// A gathering of it.
    pub(crate) gathering: GatheringId,
    /// A tie in it.
    pub(crate) tie: TieId,
    /// A decision of it.
    pub(crate) decision: DecisionId,
    /// A person.
    pub(crate) person: PersonId,
    /// What else governance knows by ids of its own: the field that names it, and its id.
    pub(crate) governed: [(&'static str, Uuid); 6],
}

/// The fields that name things of governance, but for decisions.
pub(crate) const GOVERNED: [&str; 6] =
    ["item_id", "goal_id", "proposal_id", "delegation_id", "resolution_id", "mandate_id"];

impl Named {
    /// Things that are nowhere, and a person.
    pub(crate) fn absent(person: PersonId) -> Named {
        let nowhere = Uuid::from_u128(77);
        Named {
            network: NetworkId::new(nowhere),
            gathering: GatheringId::new(nowhere),
            tie: TieId::new(nowhere),
            decision: DecisionId::new(nowhere),
            person,
            governed: GOVERNED.map(|field| (field, nowhere)),
        }
    }
}

/// Calls the RPC at `path` with one message, and waits for the first of its answer; for streams
/// without a message, for their end.
pub(crate) async fn ask(line: Line, path: &str, message: Vec<u8>) -> Result<(), Status> {
    let mut grpc = Grpc::new(line);
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = PathAndQuery::try_from(path).unwrap();
    let request = Request::new(tokio_stream::once(Bytes::from(message)));
    // Every kind of RPC looks the same on the wire.
    let mut answer = grpc.streaming(request, path, Raw).await?.into_inner();
    answer.next().await.transpose().map(|_| ())
}

/// A request for the RPC at `path` that names what it can; enums and texts stay empty.
pub(crate) fn request(path: &str, named: &Named, command: CommandId) -> Vec<u8> {
    let message = input_of(path);
    let mut bytes = Vec::new();
    for field in &message.field {
        let number = u8::try_from(field.number()).unwrap();
        let person = text(1, &named.person.to_string());
        match field.name() {
            "command" => bytes.extend(nested(number, &text(1, &command.to_string()))),
            "network_id" => bytes.extend(text(number, &named.network.to_string())),
            "gathering_id" => bytes.extend(text(number, &named.gathering.to_string())),
            "decision_id" => bytes.extend(text(number, &named.decision.to_string())),
            "tie_id" => bytes.extend(text(number, &named.tie.to_string())),
            "person_id" => bytes.extend(text(number, &named.person.to_string())),
            "party" | "target" => bytes.extend(nested(number, &person)),
            field => {
                let governed = named.governed.iter().find(|(name, _)| *name == field);
                bytes.extend(governed.iter().flat_map(|(_, id)| text(number, &id.to_string())));
            }
        }
    }
    bytes
}

/// The request's type, by the contract.
fn input_of(path: &str) -> DescriptorProto {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap().file;
    let (service, method) = path[1..].split_once('/').unwrap();
    let messages = || {
        files.iter().flat_map(|file| {
            file.message_type.iter().map(|it| (format!(".{}.{}", file.package(), it.name()), it))
        })
    };
    let services = files.iter().flat_map(|file| {
        file.service.iter().map(|it| (format!("{}.{}", file.package(), it.name()), it))
    });
    let (_, service) = services.into_iter().find(|(name, _)| name == service).unwrap();
    let method = service.method.iter().find(|it| it.name() == method).unwrap();
    messages().find(|(name, _)| name == method.input_type()).unwrap().1.clone()
}

fn text(number: u8, text: &str) -> Vec<u8> {
    nested(number, text.as_bytes())
}

/// A field whose content has a length, as the wire has it: short numbers and short contents only.
fn nested(number: u8, content: &[u8]) -> Vec<u8> {
    assert!(number < 16 && content.len() < 128);
    let mut bytes = vec![number << 3 | 2, u8::try_from(content.len()).unwrap()];
    bytes.extend_from_slice(content);
    bytes
}

/// Messages as bytes.
#[derive(Clone, Copy, Debug)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
