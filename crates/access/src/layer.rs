//! Stands before every gRPC route: who calls, and may they at all?

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use futures::future::Either;
use http::{Request, Response};
use kernel::{ErrorCode, Rejection};
use tonic::Status;
use tower::{Layer, Service};

use crate::{Caller, Right, Verifier, right_of, rights};

#[cfg(test)]
mod tests;

/// A caller may not call this RPC, or nobody may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AccessRefused {
    /// The table of rights has no row for the RPC.
    #[error("nobody has the right to call this")]
    RpcWithoutRight,
    /// The operator called what persons do for themselves.
    #[error("only a person can do this: use a token of the person")]
    PersonNeeded,
    /// A person called what the operator does.
    #[error("only the operator can do this")]
    OperatorNeeded,
    /// The operator called what members do.
    #[error("only a member of the network can do this: use a token of the member")]
    MemberNeeded,
    /// There is no such network, or it is none of the caller's business.
    #[error("there is no such network among yours")]
    NetworkNotFound,
    /// A handler was reached around the layer.
    #[error("a call reached its handler without being checked")]
    RpcNotGuarded,
    /// A handler did not say which network the call concerns.
    #[error("a call for members did not say of which network")]
    NetworkNotNamed,
}

impl Rejection for AccessRefused {
    fn code(&self) -> ErrorCode {
        match self {
            AccessRefused::RpcWithoutRight
            | AccessRefused::PersonNeeded
            | AccessRefused::OperatorNeeded
            | AccessRefused::MemberNeeded => ErrorCode::Forbidden,
            AccessRefused::NetworkNotFound => ErrorCode::NotFound,
            AccessRefused::RpcNotGuarded | AccessRefused::NetworkNotNamed => ErrorCode::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            AccessRefused::RpcWithoutRight => "RPC_WITHOUT_RIGHT",
            AccessRefused::PersonNeeded => "PERSON_NEEDED",
            AccessRefused::OperatorNeeded => "OPERATOR_NEEDED",
            AccessRefused::MemberNeeded => "MEMBER_NEEDED",
            AccessRefused::NetworkNotFound => "NETWORK_NOT_FOUND",
            AccessRefused::RpcNotGuarded => "RPC_NOT_GUARDED",
            AccessRefused::NetworkNotNamed => "NETWORK_NOT_NAMED",
        }
    }
}

/// Puts an [`AccessService`] before every gRPC route.
#[derive(Clone, Debug)]
pub struct AccessLayer {
    verifier: Verifier,
}

impl AccessLayer {
    /// Believes the tokens that `verifier` believes.
    pub fn new(verifier: Verifier) -> AccessLayer {
        AccessLayer { verifier }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = AccessService<S>;

    fn layer(&self, inner: S) -> AccessService<S> {
        AccessService { inner, verifier: self.verifier.clone() }
    }
}

/// Lets a call through with its [`Right`] and, but for [`Right::Anyone`], its [`Caller`] among the
/// request's extensions; refuses it otherwise.
///
/// A path that the table does not have is refused here, whether or not something would answer it
/// further in: RPCs of the contract as forbidden, anything else as unimplemented.
#[derive(Clone, Debug)]
pub struct AccessService<S> {
    inner: S,
    verifier: Verifier,
}

impl<S, B, R> Service<Request<B>> for AccessService<S>
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible>,
    R: Default,
{
    type Response = Response<R>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<R>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match check(&self.verifier, &request) {
            Ok((right, caller)) => {
                request.extensions_mut().insert(right);
                if let Some(caller) = caller {
                    request.extensions_mut().insert(caller);
                }
                Either::Left(self.inner.call(request))
            }
            Err(status) => Either::Right(ready(Ok(status.into_http()))),
        }
    }
}

fn check<B>(verifier: &Verifier, request: &Request<B>) -> Result<(Right, Option<Caller>), Status> {
    let path = request.uri().path();
    let Some(right) = right_of(path) else {
        return Err(if rights::is_ours(path) {
            wire::refuse(&AccessRefused::RpcWithoutRight)
        } else {
            unimplemented()
        });
    };
    if right == Right::Anyone {
        return Ok((right, None));
    }
    let caller =
        verifier.authenticate(request.headers()).map_err(|refused| wire::refuse(&refused))?;
    permit(right, caller).map_err(|refused| wire::refuse(&refused))?;
    Ok((right, Some(caller)))
}

/// Tells whether a caller may go on, as far as that does not depend on a network.
fn permit(right: Right, caller: Caller) -> Result<(), AccessRefused> {
    match (right, caller) {
        (
            Right::Anyone
            | Right::SignedIn
            | Right::Person
            | Right::PersonOrOperator
            | Right::Member
            | Right::MemberOrOperator,
            Caller::Person(_),
        ) => Ok(()),
        (
            Right::Anyone
            | Right::SignedIn
            | Right::Operator
            | Right::PersonOrOperator
            | Right::MemberOrOperator,
            Caller::Operator,
        ) => Ok(()),
        (Right::Operator, Caller::Person(_)) => Err(AccessRefused::OperatorNeeded),
        (Right::Person, Caller::Operator) => Err(AccessRefused::PersonNeeded),
        (Right::Member, Caller::Operator) => Err(AccessRefused::MemberNeeded),
    }
}

/// What clients expect of a server that does not know an RPC.
fn unimplemented() -> Status {
    wire::unimplemented("there is no such RPC")
}
