//! A rule as a sentence: given a history, when a command, then these events or this refusal.

use std::fmt::Debug;

use kernel::Decider;

/// A history to decide upon.
#[derive(Debug)]
pub struct Given<D: Decider> {
    state: D,
}

/// The outcome of deciding.
#[derive(Debug)]
pub struct Outcome<D: Decider> {
    result: Result<Vec<D::Event>, D::Rejection>,
}

/// Starts a scenario from `history`, oldest event first.
pub fn given<D: Decider>(history: impl IntoIterator<Item = D::Event>) -> Given<D> {
    let history: Vec<D::Event> = history.into_iter().collect();
    Given { state: D::replay(&history) }
}

impl<D: Decider> Given<D> {
    /// Decides `command`.
    pub fn when(self, command: &D::Command) -> Outcome<D> {
        Outcome { result: self.state.decide(command) }
    }
}

impl<D: Decider> Outcome<D>
where
    D::Event: PartialEq + Debug,
    D::Rejection: PartialEq + Debug,
{
    /// Expects exactly these events; none when the command was already satisfied.
    ///
    /// # Panics
    ///
    /// Panics, at the caller, when the outcome differs.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) {
        assert_eq!(self.result, Ok(expected.into_iter().collect()));
    }

    /// Expects this refusal.
    ///
    /// # Panics
    ///
    /// Panics, at the caller, when the outcome differs.
    #[track_caller]
    pub fn then_rejected(self, expected: D::Rejection) {
        assert_eq!(self.result, Err(expected));
    }
}
