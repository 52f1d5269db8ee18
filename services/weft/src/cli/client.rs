//! The way to a server: its address, the bearer token, and what everyone asks first.

use std::time::Duration;

use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint, Uri},
};
use wire::weft::{
    assessment::v1::structure_service_client::StructureServiceClient,
    governance::v1::{
        charter_service_client::CharterServiceClient,
        decision_service_client::DecisionServiceClient,
        delegation_service_client::DelegationServiceClient,
        proposal_service_client::ProposalServiceClient,
        register_service_client::RegisterServiceClient,
    },
    history::v1::history_service_client::HistoryServiceClient,
    membership::v1::{
        GetNetworkRequest, gathering_service_client::GatheringServiceClient, get_network_request,
        membership_service_client::MembershipServiceClient,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
    },
};

use super::Failure;

/// How long to wait for a server to take a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How often to see whether the other end is still there, while a stream is open.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// The largest answer that is taken, in bytes; a comparison names every node and 20,000 edges.
const ANSWER_BYTES_MAX: usize = 1 << 28;

/// Where the server is, and who asks.
#[derive(clap::Args, Debug)]
pub(crate) struct ServerArgs {
    /// The server's address, as `weft serve` prints it.
    #[arg(long, value_name = "URL", env = "WEFT_SERVER", default_value = "http://127.0.0.1:7070")]
    server: String,
    /// The bearer token that says who asks; `weft token` makes one.
    #[arg(long, value_name = "TOKEN", env = "WEFT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl ServerArgs {
    /// Names a server and a token, without a command line.
    pub(crate) fn of(server: String, token: String) -> ServerArgs {
        ServerArgs { server, token: Some(token) }
    }
}

/// A connection to a server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    channel: Channel,
    bearer: Bearer,
}

/// Puts the token on every request; without one the server says that it is missing.
#[derive(Clone, Debug)]
pub(crate) struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(bearer) = &self.0 {
            request.metadata_mut().insert("authorization", bearer.clone());
        }
        Ok(request)
    }
}

/// A channel on which every request carries the token.
pub(crate) type Authorised = InterceptedService<Channel, Bearer>;

impl Server {
    /// Connects to the server that was named.
    ///
    /// # Errors
    ///
    /// Says that the address or the token cannot be used, or that nobody answers.
    pub(crate) async fn connect(args: &ServerArgs) -> Result<Server, Failure> {
        let (url, bearer) = (checked(&args.server)?, bearer(args.token.as_deref())?);
        let endpoint = Endpoint::from(url)
            .connect_timeout(CONNECT_MAX)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE);
        let channel = endpoint.connect().await.map_err(|_| {
            let server = args.server.trim_end_matches('/');
            Failure::said(format!(
                "no weft answers at {server}; start one with `weft serve --data DIR`, or name \
                 another with --server"
            ))
        })?;
        Ok(Server { channel, bearer })
    }

    /// The same connection, with another token.
    ///
    /// # Errors
    ///
    /// Says that the token cannot be one.
    pub(crate) fn with_token(&self, token: &str) -> Result<Server, Failure> {
        Ok(Server { channel: self.channel.clone(), bearer: bearer(Some(token))? })
    }

    /// The networks.
    pub(crate) fn networks(&self) -> NetworkServiceClient<Authorised> {
        NetworkServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The persons.
    pub(crate) fn persons(&self) -> PersonServiceClient<Authorised> {
        PersonServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The memberships.
    pub(crate) fn memberships(&self) -> MembershipServiceClient<Authorised> {
        MembershipServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The charters.
    pub(crate) fn charters(&self) -> CharterServiceClient<Authorised> {
        CharterServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The proposals.
    pub(crate) fn proposals(&self) -> ProposalServiceClient<Authorised> {
        ProposalServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The decisions.
    pub(crate) fn decisions(&self) -> DecisionServiceClient<Authorised> {
        DecisionServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// The lent votes.
    pub(crate) fn delegations(&self) -> DelegationServiceClient<Authorised> {
        DelegationServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The register.
    pub(crate) fn register(&self) -> RegisterServiceClient<Authorised> {
        RegisterServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The gatherings.
    pub(crate) fn gatherings(&self) -> GatheringServiceClient<Authorised> {
        GatheringServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// The structure.
    pub(crate) fn structures(&self) -> StructureServiceClient<Authorised> {
        StructureServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// The recorded events.
    pub(crate) fn history(&self) -> HistoryServiceClient<Authorised> {
        HistoryServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// Finds a network by its name and returns its id.
    ///
    /// # Errors
    ///
    /// Says that there is none which the token may read, or what else the server says.
    pub(crate) async fn network_id(&self, name: &str) -> Result<String, Failure> {
        let by = Some(get_network_request::By::Name(name.to_owned()));
        let request = GetNetworkRequest { by, min_position: 0 };
        let answer = self.networks().get_network(request).await.map_err(|status| {
            if status.code() == Code::NotFound {
                Failure::said(format!(
                    "there is no network called {name:?} that this token may read"
                ))
            } else {
                Failure::of(status)
            }
        })?;
        answer
            .into_inner()
            .network
            .map(|network| network.network_id)
            .ok_or_else(|| Failure::said("the server answered without a network"))
    }
}

fn checked(server: &str) -> Result<Uri, Failure> {
    let refused = |why: &str| {
        Failure::said(format!(
            "--server {server:?} cannot be used: {why}; write it as http://127.0.0.1:7070"
        ))
    };
    let url = server.parse::<Uri>().map_err(|_| refused("it is no URL"))?;
    match url.scheme_str() {
        Some("http") => {}
        Some("https") => return Err(refused("this command speaks no TLS yet")),
        Some(_) | None => return Err(refused("it does not begin with http://")),
    }
    if url.path() != "/" || url.query().is_some() {
        return Err(refused("nothing may follow the host and the port"));
    }
    Ok(url)
}

fn bearer(token: Option<&str>) -> Result<Bearer, Failure> {
    let Some(token) = token.map(str::trim).filter(|token| !token.is_empty()) else {
        return Ok(Bearer(None));
    };
    let mut value = MetadataValue::try_from(format!("Bearer {token}")).map_err(|_| {
        Failure::said("the token has characters that no token has; make one with `weft token`")
    })?;
    value.set_sensitive(true);
    Ok(Bearer(Some(value)))
}
