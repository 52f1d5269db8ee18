//! Following a decision while it goes on: a stream over gRPC, a subscription over a WebSocket that
//! runs within the process.

use std::{future::pending, io, time::Duration};

use axum::serve::Listener;
use futures::{SinkExt as _, StreamExt as _};
use kernel::DecisionId;
use serde_json::{Value, json};
use tokio::{
    io::{DuplexStream, duplex},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use tonic::Streaming;
use wire::weft::governance::v1::{self as message, decision_service_client::DecisionServiceClient};

use super::{
    super::{
        Voice,
        graphql::{global, number},
    },
    reads::{DECISION, Decision, decision_of, decision_seen},
    taken,
};
use crate::{Protocol, Refusal};

/// How long a change may take to arrive; far more than it needs.
const CHANGE_WITHIN: Duration = Duration::from_secs(5);

/// How many bytes a WebSocket within the process holds back at most.
const SOCKET_BYTES: usize = 1 << 16;

/// A decision that is being followed; ends when it is dropped.
#[derive(Debug)]
pub struct Progress(Following);

#[derive(Debug)]
enum Following {
    Grpc(Box<Streaming<message::StreamDecisionResponse>>),
    GraphQl { socket: Box<WebSocketStream<DuplexStream>>, _server: JoinSet<()> },
}

impl Progress {
    /// The next position and the decision as it was seen then; `None` when nothing more will come.
    ///
    /// # Errors
    ///
    /// The refusal that ends it.
    pub async fn next(&mut self) -> Result<Option<(u64, Decision)>, Refusal> {
        timeout(CHANGE_WITHIN, self.0.next()).await.unwrap()
    }

    /// All that still comes.
    ///
    /// # Errors
    ///
    /// The refusal that ends it.
    pub async fn rest(mut self) -> Result<Vec<(u64, Decision)>, Refusal> {
        let mut rest = Vec::new();
        while let Some(next) = self.next().await? {
            rest.push(next);
        }
        Ok(rest)
    }
}

impl Following {
    async fn next(&mut self) -> Result<Option<(u64, Decision)>, Refusal> {
        match self {
            Following::Grpc(stream) => {
                let next = stream.message().await.map_err(|it| Refusal::of_status(&it))?;
                Ok(next.map(|it| (it.position, decision_seen(it.decision.unwrap()))))
            }
            Following::GraphQl { socket, .. } => {
                let heard = heard(socket).await;
                match heard["type"].as_str().unwrap() {
                    "complete" => Ok(None),
                    "next" => {
                        if let Some(refusal) = Refusal::of_answer(&heard["payload"]) {
                            return Err(refusal);
                        }
                        let progress = &heard["payload"]["data"]["decisionProgress"];
                        let decision = decision_of(&progress["decision"]);
                        Ok(Some((number(&progress["position"]), decision)))
                    }
                    other => panic!("{other}: {heard}"),
                }
            }
        }
    }
}

impl Voice<'_> {
    /// Follows a decision. Over GraphQL only what reflects more than position `after` comes; gRPC
    /// always begins with the decision as it is.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn follow(&self, decision: DecisionId, after: u64) -> Result<Progress, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::StreamDecisionRequest { decision_id: decision.to_string() };
                let answer = DecisionServiceClient::new(self.line()).stream_decision(request).await;
                Ok(Progress(Following::Grpc(Box::new(taken(answer)?))))
            }
            Protocol::GraphQl => {
                let (mut socket, server) = self.socket().await;
                let query = format!(
                    "subscription($id: ID!, $after: Position) {{
                        decisionProgress(decisionId: $id, afterPosition: $after) {{
                            position decision {{ {DECISION} }}
                        }}
                    }}"
                );
                let variables = json!({ "id": global(decision), "after": after.to_string() });
                let payload = json!({ "query": query, "variables": variables });
                say(&mut socket, &json!({ "type": "subscribe", "id": "1", "payload": payload }))
                    .await;
                let socket = Box::new(socket);
                Ok(Progress(Following::GraphQl { socket, _server: server }))
            }
        }
    }

    /// A WebSocket to the gateway, introduced, and the server at its other end.
    async fn socket(&self) -> (WebSocketStream<DuplexStream>, JoinSet<()>) {
        let (near, far) = duplex(SOCKET_BYTES);
        let router = self.world.system().router();
        let mut server = JoinSet::new();
        server.spawn(async move {
            // It serves until it is dropped.
            drop(axum::serve(OneConnection(Some(far)), router).await);
        });
        let mut request = "ws://weft/graphql/ws".into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (mut socket, _) = client_async(request, near).await.unwrap();
        let payload: serde_json::Map<String, Value> = self
            .headers()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        say(&mut socket, &json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(heard(&mut socket).await["type"], "connection_ack");
        (socket, server)
    }
}

/// The end of a connection that is within the process.
#[derive(Debug)]
struct OneConnection(Option<DuplexStream>);

impl Listener for OneConnection {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.take() {
            Some(connection) => (connection, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

async fn say(socket: &mut WebSocketStream<DuplexStream>, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn heard(socket: &mut WebSocketStream<DuplexStream>) -> Value {
    loop {
        let message = socket.next().await.unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}
