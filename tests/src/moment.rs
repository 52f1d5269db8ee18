//! Moments on two clocks, as stories name them.

use jiff::Timestamp;
use kernel::Known;
use serde_json::{Value, json};
use wire::{
    read,
    weft::common::v1::{self as common, as_of},
};

/// Reads a time such as `2026-03-14T19:00:00Z`.
pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A moment to look at: what was true then, as far as it was known then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When it was true; `None` is now.
    pub effective: Option<Timestamp>,
    /// What counts as known.
    pub known: Known,
}

impl Moment {
    /// As everything is now.
    pub const NOW: Moment = Moment { effective: None, known: Known::Now };

    /// What was true at `effective`, as it is known now.
    pub fn at(effective: &str) -> Moment {
        Moment { effective: Some(time(effective)), known: Known::Now }
    }

    /// The same moment, as it was known at `known`.
    #[must_use]
    pub fn known_at(self, known: &str) -> Moment {
        Moment { known: Known::Time(time(known)), ..self }
    }

    /// The same moment, as it was known at a position of the log.
    #[must_use]
    pub fn known_by(self, position: u64) -> Moment {
        Moment { known: Known::Position(position), ..self }
    }

    /// As gRPC has it.
    pub fn message(self) -> common::AsOf {
        let known = match self.known {
            Known::Now => None,
            Known::Time(time) => Some(as_of::Known::KnownTime(read::timestamp(time))),
            Known::Position(position) => Some(as_of::Known::KnownPosition(position)),
        };
        common::AsOf { effective: self.effective.map(read::timestamp), known }
    }

    /// As GraphQL has it.
    pub fn input(self) -> Value {
        let effective = self.effective.map(|time| time.to_string());
        match self.known {
            Known::Now => json!({ "effective": effective }),
            Known::Time(time) => json!({ "effective": effective, "knownTime": time.to_string() }),
            Known::Position(position) => {
                json!({ "effective": effective, "knownPosition": position.to_string() })
            }
        }
    }
}
