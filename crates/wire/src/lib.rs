//! Everything that crosses a process boundary: generated messages and the one table of errors.
//!
//! Read `proto/` first; [`weft`] is made from it. [`status`] is the table from error codes to gRPC
//! and GraphQL, [`read`] turns fields of messages into domain values,
//! [`page`] cuts lists into pages. This crate knows no rules.

pub mod page;
pub mod read;
mod status;

#[allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    unused_lifetimes,
    elided_lifetimes_in_paths,
    let_underscore_drop,
    redundant_imports,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    clippy::nursery,
    rustdoc::all,
    reason = "generated"
)]
pub mod weft {
    //! The packages under `proto/weft`.

    pub mod common {
        //! What the messages of every service share.
        pub mod v1 {
            //! Version 1.
            tonic::include_proto!("weft.common.v1");
        }
    }
    pub mod membership {
        //! Networks, people, organisations, memberships, ties and gatherings.
        pub mod v1 {
            //! Version 1.
            tonic::include_proto!("weft.membership.v1");
        }
    }
    pub mod governance {
        //! Charters, proposals, decisions, delegations, resolutions and mandates.
        pub mod v1 {
            //! Version 1.
            tonic::include_proto!("weft.governance.v1");
        }
    }
    pub mod assessment {
        //! The structure of a network over time.
        pub mod v1 {
            //! Version 1.
            tonic::include_proto!("weft.assessment.v1");
        }
    }
    pub mod history {
        //! The recorded events.
        pub mod v1 {
            //! Version 1.
            tonic::include_proto!("weft.history.v1");
        }
    }
}

pub use status::{
    DOMAIN, Outcome, code_name, error_code, explained, grpc_code, refuse, status, unimplemented,
};

/// The descriptors of every message and service, for reflection; without comments.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
