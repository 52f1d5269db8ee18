//! What every mutation takes and gives besides its subject.

use async_graphql::{InputObject, SimpleObject};
use kernel::id::kinds;
use wire::weft::common::v1 as common;

use crate::{
    ids::GlobalId,
    scalars::{CommandUuid, DateTime, Position},
};

/// What every mutation takes.
#[derive(InputObject, Debug)]
pub(crate) struct CommandInput {
    /// A random UUID that you make, one for each thing to be done. Send the same one again when you
    /// do not know whether the first attempt got through: nothing is done twice.
    command_id: CommandUuid,
    /// Since when it is true in the world; leave it out for now. May lie in the past, never in the
    /// future. What members decide is so from when it is recorded: charters, proposals, ballots,
    /// delegations and mandates take none.
    effective_at: Option<DateTime>,
    /// The organisation that you act for; leave it out to act for yourself.
    on_behalf_of: Option<GlobalId<kinds::Organisation>>,
}

impl CommandInput {
    /// The command as the services take it.
    pub(crate) fn message(self) -> common::Command {
        common::Command {
            command_id: self.command_id.0.to_string(),
            effective_at: self.effective_at.map(DateTime::message),
            on_behalf_of: self.on_behalf_of.map_or_else(String::new, GlobalId::text),
        }
    }
}

/// What every mutation gives. It is recorded for good when it arrives.
#[derive(SimpleObject, Debug)]
pub(crate) struct Receipt {
    /// Where the log stands now. Fields read later in the same request include this change by
    /// themselves; send this number as the header `weft-min-position` with other requests that have
    /// to include it.
    pub(crate) position: Position,
    /// How many events were recorded; 0 when all of it was so already.
    pub(crate) events: u32,
    /// Whether this repeats the answer to an earlier attempt with the same command id.
    pub(crate) recalled: bool,
}
