//! The rules of a network's agenda: what its members want dealt with.

use std::collections::{BTreeMap, BTreeSet};

use events::AgendaEvent;
use kernel::{
    AgendaItemId, Decider, DecisionId, ErrorCode, GatheringId, NetworkId, PersonId, Rejection,
};

#[cfg(test)]
mod tests;

/// How many items can wait on an agenda at the same time.
pub const ITEMS_OPEN_MAX: usize = 1_000;

/// Whoever acts on an item, and as what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// As a member, who sees to the items that they raised themselves.
    Member(PersonId),
    /// As the holder of a mandate, who sees to every item.
    MandateHolder(PersonId),
}

/// What can be asked of an agenda. Whether a person is an active member is known before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgendaCommand {
    /// Wants something dealt with.
    RaiseItem {
        /// The network.
        network: NetworkId,
        /// The new item.
        item: AgendaItemId,
        /// Who wants it.
        by: PersonId,
        /// What it is about.
        title: String,
    },
    /// Wants it too.
    SupportItem {
        /// The item.
        item: AgendaItemId,
        /// Who does.
        by: PersonId,
    },
    /// Supports it no longer.
    WithdrawSupport {
        /// The item.
        item: AgendaItemId,
        /// Who does not.
        by: PersonId,
    },
    /// Carries out what a decision says about the order.
    RankItems {
        /// The items, the most important first.
        items: Vec<AgendaItemId>,
        /// The decision.
        decision: DecisionId,
    },
    /// Says at which gathering of the network it is dealt with.
    ScheduleItem {
        /// The item.
        item: AgendaItemId,
        /// Where.
        gathering: GatheringId,
        /// Who does.
        by: Standing,
    },
    /// Says that it was dealt with.
    CloseItem {
        /// The item.
        item: AgendaItemId,
        /// Who does.
        by: Standing,
    },
    /// Says that it is not dealt with after all.
    DropItem {
        /// The item.
        item: AgendaItemId,
        /// Who does.
        by: Standing,
    },
}

/// Why an agenda refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AgendaRejection {
    /// There is no such item.
    #[error("there is no such item on the agenda")]
    ItemNotFound,
    /// It was raised before, with other words or by somebody else.
    #[error("this item is raised already, with another title or by somebody else")]
    ItemRaisedAlready,
    /// It says nothing.
    #[error("an item of the agenda needs a title")]
    TitleBlank,
    /// Too much waits.
    #[error("{ITEMS_OPEN_MAX} items wait on the agenda; close or drop some first")]
    ItemsTooMany,
    /// It is over.
    #[error("the item was dealt with or dropped; raise it anew")]
    ItemClosed,
    /// Somebody else raised it.
    #[error("only whoever raised an item, or the holder of a mandate, can do this")]
    NotYourItem,
    /// There is nothing to put in order.
    #[error("an order of the agenda names at least one item")]
    OrderEmpty,
    /// It stands in two places.
    #[error("an order of the agenda names each item once")]
    OrderRepeats,
    /// The decision was carried out, with another order.
    #[error("this decision was carried out already, with another order")]
    OrderedOtherwise,
}

/// The state of one agenda; empty for a network that has none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Agenda {
    /// Its items.
    pub items: BTreeMap<AgendaItemId, Item>,
    /// The order that each decision gave it.
    pub orders: BTreeMap<DecisionId, Vec<AgendaItemId>>,
}

/// One item of an agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Who raised it.
    pub raised_by: PersonId,
    /// What it is about.
    pub title: String,
    /// Who wants it too.
    pub supporters: BTreeSet<PersonId>,
    /// How far it is.
    pub stage: Stage,
}

/// How far an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Somebody wants it dealt with.
    Raised,
    /// A decision gave it a place.
    Prioritised,
    /// It is to be dealt with there.
    Scheduled(GatheringId),
    /// It was.
    DealtWith,
    /// It is not, after all.
    Dropped,
}

impl Decider for Agenda {
    type Command = AgendaCommand;
    type Event = AgendaEvent;
    type Rejection = AgendaRejection;

    fn initial() -> Agenda {
        Agenda::default()
    }

    fn decide(&self, command: &AgendaCommand) -> Result<Vec<AgendaEvent>, AgendaRejection> {
        match command {
            AgendaCommand::RaiseItem { network, item, by, title } => {
                self.raise(*network, *item, *by, title)
            }
            AgendaCommand::SupportItem { item, by } => {
                let supported = self.open(*item)?.supporters.contains(by);
                let event = AgendaEvent::ItemSupported { item: *item, by: *by };
                Ok(if supported { vec![] } else { vec![event] })
            }
            AgendaCommand::WithdrawSupport { item, by } => {
                let supported = self.open(*item)?.supporters.contains(by);
                let event = AgendaEvent::ItemSupportWithdrawn { item: *item, by: *by };
                Ok(if supported { vec![event] } else { vec![] })
            }
            AgendaCommand::RankItems { items, decision } => self.rank(items, *decision),
            AgendaCommand::ScheduleItem { item, gathering, by } => {
                let found = self.open(*item)?;
                sees_to(found, *by)?;
                let event = AgendaEvent::ItemScheduled { item: *item, gathering: *gathering };
                let same = found.stage == Stage::Scheduled(*gathering);
                Ok(if same { vec![] } else { vec![event] })
            }
            AgendaCommand::CloseItem { item, by } => {
                let found = self.item(*item)?;
                sees_to(found, *by)?;
                match found.stage {
                    Stage::Raised | Stage::Prioritised | Stage::Scheduled(_) => {
                        Ok(vec![AgendaEvent::ItemDealtWith { item: *item }])
                    }
                    Stage::DealtWith => Ok(vec![]),
                    Stage::Dropped => Err(AgendaRejection::ItemClosed),
                }
            }
            AgendaCommand::DropItem { item, by } => {
                let found = self.item(*item)?;
                sees_to(found, *by)?;
                match found.stage {
                    Stage::Raised | Stage::Prioritised | Stage::Scheduled(_) => {
                        Ok(vec![AgendaEvent::ItemDropped { item: *item }])
                    }
                    Stage::Dropped => Ok(vec![]),
                    Stage::DealtWith => Err(AgendaRejection::ItemClosed),
                }
            }
        }
    }

    fn evolve(mut self, event: &AgendaEvent) -> Agenda {
        match event {
            AgendaEvent::ItemRaised { item, by, title, .. } => {
                let (raised_by, title) = (*by, title.clone());
                let (supporters, stage) = (BTreeSet::new(), Stage::Raised);
                self.items.insert(*item, Item { raised_by, title, supporters, stage });
            }
            AgendaEvent::ItemSupported { item, by } => {
                self.items.entry(*item).and_modify(|item| {
                    item.supporters.insert(*by);
                });
            }
            AgendaEvent::ItemSupportWithdrawn { item, by } => {
                self.items.entry(*item).and_modify(|item| {
                    item.supporters.remove(by);
                });
            }
            AgendaEvent::ItemsPrioritised { items, decision } => {
                for item in items {
                    self.items.entry(*item).and_modify(|item| match item.stage {
                        Stage::Raised => item.stage = Stage::Prioritised,
                        Stage::Prioritised
                        | Stage::Scheduled(_)
                        | Stage::DealtWith
                        | Stage::Dropped => {}
                    });
                }
                self.orders.insert(*decision, items.clone());
            }
            AgendaEvent::ItemScheduled { item, gathering } => {
                self.advance(*item, Stage::Scheduled(*gathering));
            }
            AgendaEvent::ItemDealtWith { item } => self.advance(*item, Stage::DealtWith),
            AgendaEvent::ItemDropped { item } => self.advance(*item, Stage::Dropped),
        }
        self
    }
}

impl Agenda {
    fn raise(
        &self,
        network: NetworkId,
        item: AgendaItemId,
        by: PersonId,
        title: &str,
    ) -> Result<Vec<AgendaEvent>, AgendaRejection> {
        if title.trim().is_empty() {
            return Err(AgendaRejection::TitleBlank);
        }
        if let Some(found) = self.items.get(&item) {
            let same = found.raised_by == by && found.title == title;
            return if same { Ok(vec![]) } else { Err(AgendaRejection::ItemRaisedAlready) };
        }
        if self.items.values().filter(|item| is_open(item)).count() >= ITEMS_OPEN_MAX {
            return Err(AgendaRejection::ItemsTooMany);
        }
        Ok(vec![AgendaEvent::ItemRaised { network, item, by, title: title.to_owned() }])
    }

    /// An item that was closed while the decision was under way keeps its place in the order that
    /// was decided, and stays closed.
    fn rank(
        &self,
        items: &[AgendaItemId],
        decision: DecisionId,
    ) -> Result<Vec<AgendaEvent>, AgendaRejection> {
        match self.orders.get(&decision) {
            Some(order) if order == items => return Ok(vec![]),
            Some(_) => return Err(AgendaRejection::OrderedOtherwise),
            None => {}
        }
        if items.is_empty() {
            return Err(AgendaRejection::OrderEmpty);
        }
        for item in items {
            self.item(*item)?;
        }
        if items.iter().collect::<BTreeSet<_>>().len() < items.len() {
            return Err(AgendaRejection::OrderRepeats);
        }
        Ok(vec![AgendaEvent::ItemsPrioritised { items: items.to_vec(), decision }])
    }

    fn item(&self, item: AgendaItemId) -> Result<&Item, AgendaRejection> {
        self.items.get(&item).ok_or(AgendaRejection::ItemNotFound)
    }

    fn open(&self, item: AgendaItemId) -> Result<&Item, AgendaRejection> {
        let found = self.item(item)?;
        if is_open(found) { Ok(found) } else { Err(AgendaRejection::ItemClosed) }
    }

    fn advance(&mut self, item: AgendaItemId, stage: Stage) {
        self.items.entry(item).and_modify(|item| item.stage = stage);
    }
}

fn is_open(item: &Item) -> bool {
    match item.stage {
        Stage::Raised | Stage::Prioritised | Stage::Scheduled(_) => true,
        Stage::DealtWith | Stage::Dropped => false,
    }
}

fn sees_to(item: &Item, by: Standing) -> Result<(), AgendaRejection> {
    match by {
        Standing::Member(person) if person == item.raised_by => Ok(()),
        Standing::Member(_) => Err(AgendaRejection::NotYourItem),
        Standing::MandateHolder(_) => Ok(()),
    }
}

impl Rejection for AgendaRejection {
    fn code(&self) -> ErrorCode {
        match self {
            AgendaRejection::ItemNotFound => ErrorCode::NotFound,
            AgendaRejection::ItemRaisedAlready | AgendaRejection::OrderedOtherwise => {
                ErrorCode::AlreadyExists
            }
            AgendaRejection::TitleBlank
            | AgendaRejection::OrderEmpty
            | AgendaRejection::OrderRepeats => ErrorCode::Invalid,
            AgendaRejection::ItemsTooMany => ErrorCode::TooMany,
            AgendaRejection::ItemClosed => ErrorCode::Precondition,
            AgendaRejection::NotYourItem => ErrorCode::Forbidden,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            AgendaRejection::ItemNotFound => "AGENDA_ITEM_NOT_FOUND",
            AgendaRejection::ItemRaisedAlready => "AGENDA_ITEM_RAISED_ALREADY",
            AgendaRejection::TitleBlank => "AGENDA_ITEM_TITLE_BLANK",
            AgendaRejection::ItemsTooMany => "AGENDA_ITEMS_TOO_MANY",
            AgendaRejection::ItemClosed => "AGENDA_ITEM_CLOSED",
            AgendaRejection::NotYourItem => "AGENDA_ITEM_NOT_YOURS",
            AgendaRejection::OrderEmpty => "AGENDA_ORDER_EMPTY",
            AgendaRejection::OrderRepeats => "AGENDA_ORDER_REPEATS",
            AgendaRejection::OrderedOtherwise => "AGENDA_ORDERED_OTHERWISE",
        }
    }
}
