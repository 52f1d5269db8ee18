//! What the contract says about each RPC: its name, and whether it is a command.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// One RPC, as measurements name it.
#[derive(Debug)]
pub(crate) struct Rpc {
    /// Its full name without the leading slash.
    pub name: String,
    /// Whether its requests carry a command.
    pub command: bool,
}

/// What every request to change something carries.
const COMMAND: &str = ".weft.common.v1.Command";

/// RPCs of the protocol itself; they are not in our contract.
const PROTOCOL: [&str; 4] = [
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

static RPCS: LazyLock<HashMap<String, Rpc>> = LazyLock::new(read);

static OTHER: LazyLock<Rpc> = LazyLock::new(|| Rpc { name: "_OTHER".to_owned(), command: false });

/// The RPC at `path`; one common name for all that do not exist, so that callers cannot fill the
/// measurements with names of their own making.
pub(crate) fn rpc_at(path: &str) -> &'static Rpc {
    RPCS.get(path).unwrap_or(&OTHER)
}

fn read() -> HashMap<String, Rpc> {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap_or_default().file;
    let commands: HashSet<String> = files
        .iter()
        .flat_map(|file| file.message_type.iter().map(move |message| (file, message)))
        .filter(|(_, message)| message.field.iter().any(|field| field.type_name() == COMMAND))
        .map(|(file, message)| format!(".{}.{}", file.package(), message.name()))
        .collect();
    let ours = files.iter().flat_map(|file| {
        file.service.iter().flat_map(|service| {
            service.method.iter().map(|method| Rpc {
                name: format!("{}.{}/{}", file.package(), service.name(), method.name()),
                command: commands.contains(method.input_type()),
            })
        })
    });
    let protocol = PROTOCOL.map(|name| Rpc { name: name.to_owned(), command: false });
    ours.chain(protocol).map(|rpc| (format!("/{}", rpc.name), rpc)).collect()
}
