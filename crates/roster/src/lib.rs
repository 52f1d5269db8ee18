//! Who is a member of a network, in what class, at any moment on both clocks.
//!
//! Used to authorise, to freeze rolls and to list members. Start with [`Roster`]; the rows and how
//! events change them are in [`RosterView`]. This crate never decides who may become a member.

mod table;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use eventlog::{EventLog, Position};
use events::MembershipClass;
use jiff::Timestamp;
use kernel::{NetworkId, Party};
use projector::{AsOf, Reflected, Store, View, ViewError};

pub use table::RosterView;

#[cfg(test)]
mod tests;

/// How many members one page lists at most.
pub const PAGE_MAX: u32 = 1_000;

/// How many networks of one party are listed at most.
pub const NETWORKS_MAX: u32 = 10_000;

/// Whether a member takes part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It does.
    Active,
    /// It is kept from taking part for the time being: no act in the network, no vote.
    Suspended,
}

/// Whom to list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Among {
    /// The members who take part.
    Active,
    /// The suspended as well.
    Everybody,
}

/// A party's membership at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member {
    /// Who it is.
    pub party: Party,
    /// In what class.
    pub class: MembershipClass,
    /// Whether it takes part.
    pub status: Status,
    /// When the party first joined; leaving and entering again do not change it.
    pub joined_at: Timestamp,
    /// When the present, unbroken membership began; a suspension does not break it.
    pub since: Timestamp,
}

impl Member {
    /// Where the list goes on after this member.
    pub fn cursor(&self) -> MemberCursor {
        MemberCursor { joined_at: self.joined_at, party: self.party }
    }
}

/// A place in a list of members, which is in order of the time of joining, then of the id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberCursor {
    /// When the last member of the page before had joined.
    pub joined_at: Timestamp,
    /// Who it was.
    pub party: Party,
}

/// A page of members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Members {
    /// The members, in order of the time of joining, then of the id.
    pub members: Vec<Member>,
    /// How many members there are on all pages.
    pub total: u64,
    /// Whether more members follow this page.
    pub following: Following,
}

/// Whether a page is the last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Following {
    /// More follow after the page's last one.
    More,
    /// This was the last page.
    Nothing,
}

/// Who is a member of what. Cheap to clone; follows the log until the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Roster {
    view: View,
    recent: Arc<Mutex<Recent>>,
}

/// The members that were asked for since the roster changed last: every request asks.
#[derive(Default, Debug)]
struct Recent {
    changed_at: Position,
    standing: HashMap<(NetworkId, Party), MembershipClass>,
}

impl Roster {
    /// Opens the roster in `store` and follows `log`, on the present tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be opened.
    pub async fn open(log: Arc<dyn EventLog>, store: &Store) -> Result<Roster, ViewError> {
        Ok(Roster { view: View::open::<RosterView>(log, store).await?, recent: Arc::default() })
    }

    /// The view behind the roster: its status, and how to wait for a position.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The class in which `party` is an active member of `network` now, as far as the view has come;
    /// `None` when it is none, or suspended.
    ///
    /// Takes some microseconds at most, on the calling thread. May be some tens of milliseconds
    /// behind the log, in both directions.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub fn standing(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Option<MembershipClass>, ViewError> {
        let changed_at = self.view.changed_at();
        // A view that failed is to say so.
        if self.view.is_live()
            && let Some(class) = self.recent(changed_at).standing.get(&(network, party))
        {
            return Ok(Some(*class));
        }
        let found = self.view.read_now(|connection| table::standing(connection, network, party))?;
        let mut recent = self.recent(self.view.changed_at());
        // What was read may be newer than `changed_at` says, never older.
        if let Some(class) = found
            && recent.changed_at == changed_at
        {
            recent.standing.insert((network, party), class);
        }
        Ok(found)
    }

    /// What is remembered of the roster as it was changed last at `changed_at`.
    fn recent(&self, changed_at: Position) -> MutexGuard<'_, Recent> {
        // Nothing panics while it is held.
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.changed_at != changed_at {
            *recent = Recent { changed_at, standing: HashMap::new() };
        }
        recent
    }

    /// Whether `party` is a member of `network` now, suspended or not, as far as the view has come.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub fn belongs(&self, network: NetworkId, party: Party) -> Result<bool, ViewError> {
        self.view.read_now(|connection| table::belongs(connection, network, party))
    }

    /// As [`Roster::standing`], but nobody is taken for a stranger because the view is behind.
    ///
    /// A positive answer of a view that keeps up comes at once and may be some tens of milliseconds
    /// old: who has just resigned may pass for a moment longer. Any other answer comes only after the
    /// view has reached everything that was recorded before this call.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read, or that it is too far behind to say.
    pub async fn standing_fresh(
        &self,
        network: NetworkId,
        party: Party,
    ) -> Result<Option<MembershipClass>, ViewError> {
        if self.view.is_live()
            && let Some(class) = self.standing(network, party)?
        {
            return Ok(Some(class));
        }
        self.view.reach(Position(0)).await?;
        self.standing(network, party)
    }

    /// The active members of `network` at a moment on both clocks, after `after` (`None` is from the
    /// beginning), at most `limit` and [`PAGE_MAX`]: who may act and vote. The suspended are not
    /// among them; [`Roster::members_among`] lists them too.
    ///
    /// A moment of knowledge that a caller gives as a time is resolved by the caller, through
    /// [`EventLog::position_at`]. Does not wait for the view: call [`View::reach`] first.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub async fn members(
        &self,
        network: NetworkId,
        as_of: AsOf,
        after: Option<MemberCursor>,
        limit: u32,
    ) -> Result<Reflected<Members>, ViewError> {
        self.members_among(Among::Active, network, as_of, (after, limit)).await
    }

    /// As [`Roster::members`], for all whom `among` names.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub async fn members_among(
        &self,
        among: Among,
        network: NetworkId,
        as_of: AsOf,
        (after, limit): (Option<MemberCursor>, u32),
    ) -> Result<Reflected<Members>, ViewError> {
        let part = (after, limit.min(PAGE_MAX));
        self.view
            .read(move |connection| table::members(connection, network, (as_of, among), part))
            .await
    }

    /// The networks of which `party` is an active member now, at most [`NETWORKS_MAX`], in order of joining.
    ///
    /// Does not wait for the view: call [`View::reach`] first.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub async fn networks_of(
        &self,
        party: Party,
    ) -> Result<Reflected<Vec<(NetworkId, MembershipClass)>>, ViewError> {
        self.view.read(move |connection| table::networks_of(connection, party)).await
    }
}
