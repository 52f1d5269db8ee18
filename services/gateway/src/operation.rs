//! What surrounds every operation: its span, its way to the services, and the one place where
//! errors get their code.

use std::{
    any::TypeId,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{
    Request, Response, ServerError, ServerResult, Variables,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest,
        NextRequest, NextResolve, NextSubscribe, ResolveInfo,
    },
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use kernel::ErrorCode;
use tonic::transport::Channel;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    call::{Call, Caller},
    error,
    order::Order,
};

#[cfg(test)]
mod tests;

/// The longest operation name that is put into telemetry, in bytes.
const NAME_MAX: usize = 64;

/// The field that casts a ballot.
const CAST_BALLOT: &str = "castBallot";

/// Surrounds operations.
#[derive(Debug)]
pub(crate) struct Operations;

impl ExtensionFactory for Operations {
    fn create(&self) -> Arc<dyn Extension> {
        // The document and the variables are not recorded: they may hold what is personal.
        let span = tracing::info_span!(
            "graphql",
            otel.name = "GraphQL Operation",
            otel.status_code = Empty,
            graphql.operation.type = Empty,
            graphql.operation.name = Empty,
            error.type = Empty,
            weft.untraced = Empty,
        );
        Arc::new(Operation { span, state: Arc::default() })
    }
}

/// One operation.
struct Operation {
    span: Span,
    state: Arc<Mutex<State>>,
}

/// What is known of an operation so far.
#[derive(Default)]
struct State {
    /// Which of the document's operations is asked for.
    name: Option<String>,
    /// The document, once it is read.
    document: Option<ExecutableDocument>,
    /// The errors of fields that may be null, and are null now.
    failed: Vec<ServerError>,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Operation {
    /// Tells the span which of the document's operations this is.
    fn describe(&self, document: &ExecutableDocument) {
        let asked = locked(&self.state).name.clone();
        let mut operations = document.operations.iter();
        let found = operations.find(|(name, _)| match &asked {
            Some(asked) => name.is_some_and(|name| name.as_str() == asked),
            None => true,
        });
        let Some((name, operation)) = found else { return };
        let kind = match operation.node.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        self.span.record("otel.name", kind);
        self.span.record("graphql.operation.type", kind);
        if let Some(name) = name.filter(|name| name.len() <= NAME_MAX) {
            self.span.record("graphql.operation.name", name.as_str());
        }
    }
}

/// Tells whether any operation of a document, or a fragment, has the field that casts a ballot.
///
/// Of such operations no span is kept and the caller's trace does not go on: their time would link
/// a secret ballot to its voter.
pub(crate) fn casts_ballot(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, it)| &it.node.selection_set.node);
    let fragments = document.fragments.values().map(|it| &it.node.selection_set.node);
    let mut waiting: Vec<&SelectionSet> = operations.chain(fragments).collect();
    // Bounded by the document, which is read to a bounded length and depth.
    while let Some(set) = waiting.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.name.node == CAST_BALLOT => return true,
                Selection::Field(field) => waiting.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => {
                    waiting.push(&inline.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}

/// Puts an answer in order, gives its errors their code, and tells the span of the first.
fn finish(span: &Span, state: &Mutex<State>, mut response: Response) -> Response {
    let mut state = locked(state);
    response.errors.append(&mut state.failed);
    if let (Some(document), async_graphql::Value::Object(_)) = (&state.document, &response.data) {
        Order::of(document, state.name.as_deref()).arrange(&mut response.data);
    }
    error::complete(&mut response);
    let first = response.errors.first().and_then(|error| error.extensions.as_ref());
    let text = |name| match first.and_then(|extensions| extensions.get(name)) {
        Some(async_graphql::Value::String(text)) => text.as_str(),
        Some(_) | None => "",
    };
    if first.is_some() {
        span.record("error.type", text("reason"));
    }
    if [ErrorCode::Internal, ErrorCode::Unavailable].map(wire::code_name).contains(&text("code")) {
        span.record("otel.status_code", "ERROR");
    }
    response
}

#[async_graphql::async_trait::async_trait]
impl Extension for Operation {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = next.run(ctx).instrument(self.span.clone()).await;
        finish(&self.span, &self.state, response)
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let (span, state) = (self.span.clone(), Arc::clone(&self.state));
        stream::unfold(next.run(ctx, stream), move |mut stream| {
            let (span, state) = (span.clone(), Arc::clone(&state));
            async move {
                let response = stream.next().instrument(span.clone()).await?;
                Some((finish(&span, &state, response), stream))
            }
        })
        .boxed()
    }

    /// The library leaves a field that failed out of the answer; one that may be null has to be
    /// null there, and its neighbours stay.
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<async_graphql::Value>> {
        let nullable = !info.return_type.ends_with('!');
        match next.run(ctx, info).await {
            Err(error) if nullable => {
                locked(&self.state).failed.push(error);
                Ok(Some(async_graphql::Value::Null))
            }
            other => other,
        }
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        locked(&self.state).name.clone_from(&request.operation_name);
        let casts_ballot = request.parsed_query().is_ok_and(casts_ballot);
        if casts_ballot {
            self.span.record("weft.untraced", true);
        }
        if let Some(channel) = ctx.data_opt::<Channel>() {
            let of_request = request.data.get(&TypeId::of::<Caller>());
            let of_request = of_request.and_then(|caller| caller.downcast_ref::<Caller>());
            let caller = of_request.or_else(|| ctx.data_opt::<Caller>()).cloned();
            let caller = caller.unwrap_or_default();
            let caller = if casts_ballot { caller.untraced() } else { caller };
            request.data.insert(Call::new(channel.clone(), caller));
        }
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        if !casts_ballot(&document) {
            self.describe(&document);
        }
        locked(&self.state).document = Some(document.clone());
        Ok(document)
    }
}
