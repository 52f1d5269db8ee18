//! GraphQL over the services: one schema, served over HTTP and WebSocket.
//!
//! The gateway holds no rules and no state. It turns a GraphQL operation into gRPC calls on one
//! [`Channel`], passes the caller's token on as it came, and turns statuses into GraphQL errors.
//! What may be seen and done is decided by the services.
//!
//! Start reading at [`router`], then `call` (what one operation carries) and `network` (the shape
//! that every other subject repeats). `operation` has the one place where errors get their code.

mod agenda;
mod as_of;
mod call;
mod charter;
mod command;
mod connection;
mod decision;
mod delegation;
mod error;
mod gathering;
mod goal;
mod history;
mod http;
mod ids;
mod membership;
mod network;
mod node;
mod operation;
mod order;
mod organisation;
mod person;
mod policy;
mod proposal;
mod register;
mod scalars;
mod structure;
mod tie;
mod websocket;

#[cfg(test)]
mod tests;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema};
use axum::{Router, routing::any};
use tonic::transport::Channel;

/// How deeply the fields of an operation may be nested; introspection by common tools needs 14.
const DEPTH_MAX: usize = 20;

/// How much an operation may cost: a field is 1, a call to a service [`call::COST`] more, a list
/// as many times its content as it may have items.
const COMPLEXITY_MAX: usize = 20_000;

/// How many directives one field may carry.
const DIRECTIVES_MAX: usize = 8;

/// How deeply selections and values may be nested while a document is read.
const RECURSION_MAX: usize = 32;

/// Among the extensions of a response: the operation was to cast a ballot, so that nobody may keep
/// its time or trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CastsBallot;

/// The fields that read.
#[derive(MergedObject, Default, Debug)]
pub struct Query(
    node::NodeQuery,
    network::NetworkQuery,
    person::PersonQuery,
    organisation::OrganisationQuery,
    gathering::GatheringQuery,
    charter::CharterQuery,
    proposal::ProposalQuery,
    decision::DecisionQuery,
    register::RegisterQuery,
);

/// The fields that change something. They run one after the other, in the order of the document.
#[derive(MergedObject, Default, Debug)]
pub struct Mutation(
    network::NetworkMutation,
    person::PersonMutation,
    organisation::OrganisationMutation,
    membership::MembershipMutation,
    tie::TieMutation,
    gathering::GatheringMutation,
    charter::CharterMutation,
    agenda::AgendaMutation,
    goal::GoalMutation,
    proposal::ProposalMutation,
    decision::DecisionMutation,
    delegation::DelegationMutation,
    register::RegisterMutation,
);

/// The fields that go on giving. They are at `/graphql/ws`, by WebSocket with the protocol
/// graphql-transport-ws; the token stands in the payload of `connection_init`, as
/// `{"authorization": "Bearer TOKEN"}`.
#[derive(MergedSubscription, Default, Debug)]
pub struct Subscription(history::HistorySubscription, decision::DecisionSubscription);

/// The whole schema.
pub type GatewaySchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema over the channel to the services.
///
/// Operations that come in by [`router`] carry their caller's token; whoever executes the schema
/// directly calls the services without one.
pub fn schema(channel: Channel) -> GatewaySchema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .data(channel)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .limit_directives(DIRECTIVES_MAX)
        .limit_recursive_depth(RECURSION_MAX)
        .extension(operation::Operations)
        .finish()
}

/// The schema in the schema definition language, always in the same order; what is committed as
/// `schema.graphql`.
pub fn sdl(schema: &GatewaySchema) -> String {
    schema.sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items()
            .prefer_single_line_descriptions()
            .use_space_ident(),
    )
}

/// The routes: `/graphql` answers queries (GET, POST) and mutations (POST), `/graphql/ws` answers
/// everything, subscriptions too, by the protocol graphql-transport-ws.
pub fn router(channel: Channel) -> Router {
    Router::new()
        .route("/graphql", any(http::answer))
        .route("/graphql/ws", any(websocket::upgrade))
        .layer(http::cors())
        .with_state(schema(channel))
}
