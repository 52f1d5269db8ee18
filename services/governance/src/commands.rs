//! Commands that need to know something before they are decided: gather it, then execute.
//!
//! What is gathered about a stream comes from the stream itself and is never older than the last
//! command of this process; what concerns many streams (roles, registers, delegations) comes from
//! the views, after they have reached the head. Whether the caller is a member is `access`'s to say,
//! before.

mod charter;
pub(crate) mod decision;
mod due;
pub(crate) mod effects;
mod facts;
pub(crate) mod proposal;
pub(crate) mod register;

use std::sync::Arc;

use eventlog::{CommandContext, EventLog, Position, Receipt, Writer};
use jiff::Timestamp;
use kernel::{Clock, Decider, Event, Rejection};
use roster::Roster;
use uuid::Uuid;

use crate::{queries::Queries, secret_box::SecretBoxes};

/// Why a command was not carried out, whichever rule or part it was.
pub type Refused = Box<dyn Rejection>;

/// Carries out commands.
#[derive(Clone, Debug)]
pub struct Commands {
    writer: Writer,
    clock: Arc<dyn Clock>,
    log: Arc<dyn EventLog>,
    roster: Roster,
    queries: Queries,
    boxes: Arc<SecretBoxes>,
}

/// Makes any refusal a [`Refused`].
pub(crate) fn refused(rejection: impl Rejection) -> Refused {
    Box::new(rejection)
}

impl Commands {
    /// Carries out commands through `writer`; `queries` knows what many streams say together, and
    /// `boxes` keeps the ballots of secret decisions.
    pub fn new(
        (writer, log): (Writer, Arc<dyn EventLog>),
        clock: Arc<dyn Clock>,
        roster: Roster,
        queries: Queries,
        boxes: Arc<SecretBoxes>,
    ) -> Commands {
        Commands { writer, clock, log, roster, queries, boxes }
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Executes a command that needs to know nothing more.
    ///
    /// # Errors
    ///
    /// Returns the rule that forbids it, or what failed.
    pub async fn execute<D: Decider>(
        &self,
        id: Uuid,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.writer.execute::<D>(id, command, context).await.map(Receipt::from).map_err(refused)
    }

    /// As [`Commands::execute`], and the first event that the command recorded, now or when it was
    /// first given; `None` when it recorded none.
    pub(crate) async fn execute_first<D: Decider>(
        &self,
        id: Uuid,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<(Option<D::Event>, Receipt), Refused> {
        let done = self.writer.execute::<D>(id, command, context).await.map_err(refused)?;
        let first = if done.recalled {
            self.first_event(id, context).await?
        } else {
            done.events.first().cloned()
        };
        Ok((first, Receipt::from(done)))
    }

    /// The state of a stream.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn load<D: Decider>(&self, id: Uuid) -> Result<D, Refused> {
        self.writer.load::<D>(id).await.map_err(refused)
    }

    /// What `seen` finds in the state of a stream: for what every ballot asks.
    pub(crate) async fn look<D: Decider, T>(
        &self,
        id: Uuid,
        seen: impl FnOnce(&D) -> T + Send,
    ) -> Result<T, Refused> {
        self.writer.look::<D, T>(id, seen).await.map_err(refused)
    }

    /// The first event that a command recorded in a stream when it was first given; `None` when it
    /// recorded none.
    async fn first_event<E: Event>(
        &self,
        id: Uuid,
        context: &CommandContext,
    ) -> Result<Option<E>, Refused> {
        let wanted = context.command_id.event_id(0);
        let events = eventlog::events_of::<E>(&*self.log, id).await.map_err(refused)?;
        let found = events.into_iter().find(|(recorded, _)| recorded.event_id == wanted);
        Ok(found.map(|(_, event)| event))
    }

    /// The log, for those who follow it.
    pub(crate) fn log(&self) -> &Arc<dyn EventLog> {
        &self.log
    }

    /// The position of the last event that is durable by now.
    fn head(&self) -> Position {
        *self.log.head().borrow()
    }
}
