//! GraphQL over WebSocket, by the protocol graphql-transport-ws: subscriptions, and whatever else
//! a client likes to send over the same connection.
//!
//! The token is taken from `authorization` in the payload of `connection_init`, or from the header
//! of the same name.

use std::{any::TypeId, sync::Arc, time::Duration};

use async_graphql::{
    Data, Executor, Request, Response as GraphQlResponse, ServerError,
    http::{ALL_WEBSOCKET_PROTOCOLS, WebSocket as Protocol, WebSocketProtocols, WsMessage},
};
use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
        },
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures::{
    SinkExt as _, StreamExt as _, future,
    stream::{self, BoxStream},
};
use kernel::ErrorCode;
use serde_json::Value;
use tokio::{
    sync::{Semaphore, TryAcquireError},
    time::timeout,
};

use crate::{
    GatewaySchema,
    call::Caller,
    error,
    http::{self, BODY_MAX},
};

/// How long a client may take to introduce itself.
const INTRODUCTION: Duration = Duration::from_secs(10);

/// How many operations may run on one connection at the same time.
const OPERATIONS_MAX: usize = 64;

/// The code of the protocol for a client that does not introduce itself.
const INTRODUCTION_MISSING: u16 = 4408;

/// Opens a connection.
pub(crate) async fn upgrade(
    State(schema): State<GatewaySchema>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let caller = match Caller::of(&headers) {
        Ok(caller) => caller,
        Err(status) => {
            let bad = StatusCode::BAD_REQUEST;
            return http::refusal(bad, "REQUEST_MALFORMED", status.message());
        }
    };
    let Ok(upgrade) = upgrade else {
        let message = "connect here by WebSocket, with the protocol graphql-transport-ws";
        return http::refusal(StatusCode::UPGRADE_REQUIRED, "WEBSOCKET_NEEDED", message);
    };
    let upgrade = upgrade
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .max_message_size(BODY_MAX)
        .max_frame_size(BODY_MAX);
    let asked = upgrade.selected_protocol().and_then(|name| name.to_str().ok());
    let Some(protocol) = asked.and_then(|name| name.parse::<WebSocketProtocols>().ok()) else {
        let message = "name the protocol graphql-transport-ws";
        return http::refusal(StatusCode::BAD_REQUEST, "PROTOCOL_UNSUPPORTED", message);
    };
    upgrade.on_upgrade(move |socket| serve(socket, protocol, schema, caller))
}

async fn serve(
    socket: WebSocket,
    protocol: WebSocketProtocols,
    schema: GatewaySchema,
    caller: Caller,
) {
    let (mut sink, frames) = socket.split();
    let mut frames = frames
        .map(|frame| frame.unwrap_or(Message::Close(None)))
        .take_while(|frame| future::ready(!matches!(frame, Message::Close(_))))
        .filter(|frame| future::ready(matches!(frame, Message::Text(_) | Message::Binary(_))))
        .map(Message::into_data)
        .boxed();
    let Ok(first) = timeout(INTRODUCTION, frames.next()).await else {
        let reason = "connection_init did not come".into();
        let close = CloseFrame { code: INTRODUCTION_MISSING, reason };
        // Nothing is lost when the client is gone already.
        drop(sink.send(Message::Close(Some(close))).await);
        return;
    };
    let frames = stream::iter(first).chain(frames);
    let executor = Operations { schema, free: Arc::new(Semaphore::new(OPERATIONS_MAX)) };
    let mut answers = Protocol::new(executor, frames, protocol)
        .on_connection_init(|payload| future::ready(Ok(introduce(caller, &payload))));
    while let Some(answer) = answers.next().await {
        let message = match answer {
            WsMessage::Text(text) => Message::Text(text.into()),
            WsMessage::Close(code, reason) => {
                Message::Close(Some(CloseFrame { code, reason: reason.into() }))
            }
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

/// Keeps for the whole connection who asks.
fn introduce(caller: Caller, payload: &Value) -> Data {
    let token = ["authorization", "Authorization"].iter().find_map(|name| payload.get(name));
    let caller = match token.and_then(Value::as_str) {
        Some(token) => caller.authorized(token),
        None => caller,
    };
    let mut data = Data::default();
    data.insert(caller);
    data
}

/// Runs the operations of one connection.
#[derive(Clone)]
struct Operations {
    schema: GatewaySchema,
    /// How many more may run.
    free: Arc<Semaphore>,
}

impl Executor for Operations {
    async fn execute(&self, request: Request) -> GraphQlResponse {
        self.schema.execute(request).await
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, GraphQlResponse> {
        let slot = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(slot) => slot,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => {
                return stream::iter([too_many()]).boxed();
            }
        };
        let caller = session.as_ref().and_then(|session| session.get(&TypeId::of::<Caller>()));
        let caller = caller.and_then(|caller| caller.downcast_ref::<Caller>()).cloned();
        self.schema
            .execute_stream(request.data(caller.unwrap_or_default()))
            .map(move |response| {
                let _running = &slot;
                response
            })
            .boxed()
    }
}

fn too_many() -> GraphQlResponse {
    let message = format!("a connection runs at most {OPERATIONS_MAX} operations at a time");
    let mut refused = ServerError::new(message, None);
    refused.extensions = Some(error::extensions(ErrorCode::TooMany, "OPERATIONS_TOO_MANY"));
    GraphQlResponse::from_errors(vec![refused])
}
