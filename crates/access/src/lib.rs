//! Who is calling, and what they may do. Denies by default.
//!
//! Read [`RIGHTS`] first: one table, every RPC, one right each. [`Verifier`] turns a bearer token
//! into a [`Caller`], [`AccessLayer`] stands before every gRPC route and refuses what needs no
//! network to be refused, and [`Access`] is what each handler asks next. [`Given`] and [`Call`] carry a command from its
//! request to the service. This crate never decides
//! what depends on the state of a thing (founder, steward, source of a tie): that is the deciders'.

mod admit;
mod caller;
mod command;
mod issuer;
mod layer;
mod rights;
mod verifier;

pub use admit::{Access, caller, network_not_found};
pub use caller::Caller;
pub use command::{Call, Given, receipt, traceparent};
pub use issuer::{Issuer, IssuerError};
pub use layer::{AccessLayer, AccessRefused, AccessService};
pub use rights::{RIGHTS, Right, right_of};
pub use verifier::{JwksError, TokenRefused, TrustedIssuer, Verifier, bearer};
