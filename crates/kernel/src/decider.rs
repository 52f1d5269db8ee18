//! A decider is the pure core of one kind of stream.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use crate::{PersonalField, Rejection, Visibility};

/// A fact, named in the past tense, that is never edited once recorded.
///
/// An implementor is an enum with one struct variant for each type of event. The variant's name is
/// the recorded type and its fields are the recorded data: see [`crate::codec`].
pub trait Event: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    /// The kind of stream these events stand in, without a hyphen, for example `gathering`.
    const CATEGORY: &'static str;

    /// The version of the payload's shape; it starts at 1 and grows when a shape changes.
    fn schema(&self) -> u16 {
        1
    }

    /// Who may read this event.
    fn visibility(&self) -> Visibility;

    /// Shows every personal field to `visit`, with its place in the JSON (`name`, `ratings`).
    ///
    /// The writer seals what it is shown. A field that is not shown cannot be recorded: an open
    /// [`crate::Personal`] refuses to be serialised.
    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField));
}

/// The rules of one kind of stream, as three pure functions over its state.
///
/// Nothing here reads a clock, draws a random number or performs IO: the command carries them.
pub trait Decider: Sized + Clone + Send + Sync + 'static {
    /// What someone asks for, in the imperative.
    type Command: Send + Sync;

    /// What happened, in the past tense.
    type Event: Event;

    /// Why a command was refused.
    type Rejection: Rejection;

    /// The state of a stream that has no events.
    fn initial() -> Self;

    /// Chooses the events that `command` leads to; none when it is already satisfied.
    ///
    /// # Errors
    ///
    /// Returns the rule that forbids the command in this state.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Folds one recorded event into the state. Total: it has no way to refuse history.
    #[must_use]
    fn evolve(self, event: &Self::Event) -> Self;

    /// Folds a whole history, oldest event first.
    fn replay<'a>(history: impl IntoIterator<Item = &'a Self::Event>) -> Self
    where
        Self::Event: 'a,
    {
        history.into_iter().fold(Self::initial(), Self::evolve)
    }
}
