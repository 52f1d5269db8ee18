//! The two clocks as arguments.

use async_graphql::InputObject;
use kernel::ErrorCode;
use tonic::Status;
use wire::weft::common::v1::{self as common, as_of::Known};

use crate::scalars::{Moment, Position};

/// A moment on two clocks: what was true then, as far as it was recorded by then.
#[derive(InputObject, Clone, Default, Debug)]
pub(crate) struct AsOfInput {
    /// When it was true in the world; leave it out for now.
    effective: Option<Moment>,
    /// Only what was recorded up to this time counts; leave it out for everything recorded.
    known_time: Option<Moment>,
    /// Only what was recorded up to and including this position counts; instead of `knownTime`.
    known_position: Option<Position>,
}

impl AsOfInput {
    /// The moment as the services take it.
    ///
    /// # Errors
    ///
    /// Both ways to say what was known are given.
    pub(crate) fn message(self) -> Result<common::AsOf, Status> {
        Ok(common::AsOf {
            effective: self.effective.map(Moment::message),
            known: known(self.known_time, self.known_position)?,
        })
    }
}

/// What counts as known, by one of two ways to say so.
#[derive(InputObject, Clone, Default, Debug)]
pub(crate) struct KnownByInput {
    /// Only what was recorded up to this time counts.
    time: Option<Moment>,
    /// Only what was recorded up to and including this position counts.
    position: Option<Position>,
}

impl KnownByInput {
    /// The same, as the services take it.
    ///
    /// # Errors
    ///
    /// Both ways are given.
    pub(crate) fn message(self) -> Result<common::AsOf, Status> {
        Ok(common::AsOf { effective: None, known: known(self.time, self.position)? })
    }
}

fn known(time: Option<Moment>, position: Option<Position>) -> Result<Option<Known>, Status> {
    match (time, position) {
        (None, None) => Ok(None),
        (Some(time), None) => Ok(Some(Known::KnownTime(time.message()))),
        (None, Some(position)) => Ok(Some(Known::KnownPosition(position.0))),
        (Some(_), Some(_)) => {
            let message = "say by a time or by a position what was known, not by both";
            Err(wire::status(ErrorCode::Invalid, "KNOWN_TWICE", None, message))
        }
    }
}
