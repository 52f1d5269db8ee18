//! `weft demo`: a server with a real history in it, to try.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use access::{Caller, Issuer};
use host::{RandomIdentities, SystemClock};
use kernel::{Clock as _, Identities as _};
use tempfile::TempDir;
use tokio::net::TcpListener;
use wire::weft::{
    assessment::v1::Layer, common::v1::AsOf, membership::v1::ImportAttendanceResponse,
};

use super::{
    Failure,
    attendance_csv::{self, BadLines},
    client::{Server, ServerArgs},
    founding::{self, MovedClock},
    import::{self, Readers},
    moment, out,
    serve::{self, Instance},
    structure, structure_format,
};

/// The list that is loaded: who came to which of fourteen gatherings.
const LIST: &str = include_str!("../../../../data/southern-women.csv");

/// Where the list comes from.
const SOURCE: &str = "\
Source: Davis, Gardner and Gardner, Deep South (1941): who came to which of fourteen social
occasions in one town. Days and months are the published ones, the year 1936 is an assumption.";

/// What the other story begins with.
const FOUNDING: &str = "\
The story of a network that its members found and govern. Every step is a call of the public API,
made now against the server that was just started. Voting takes days, so this server has a clock of
its own, which the story moves forward; each time it says so. Dates are therefore in the future.";

/// What the book calls the town.
const NETWORK: &str = "Old City";

/// Where the demo listens when nobody says.
const LISTEN: &str = "127.0.0.1:7070";

/// Where it listens when that is taken: any free port.
const LISTEN_ANYWHERE: &str = "127.0.0.1:0";

/// How long the token is good.
const TOKEN_LIFETIME: Duration = Duration::from_hours(12);

/// The dates on which the structure is shown.
const DATES: [&str; 3] = ["1936-03-31", "1936-06-30", "1936-12-31"];

/// The queries to paste, each with what it asks.
const QUERIES: [(&str, &str); 3] = [
    (
        "What was the structure on the first of May 1936?",
        "{ network(name: \"Old City\") { structure(layer: CO_ATTENDANCE, \
         asOf: {effective: \"1936-05-01\"}) { nodes edges density transitivity diameter } } }",
    ),
    (
        "Who was at the first two gatherings?",
        "{ network(name: \"Old City\") { gatherings(first: 2) { nodes { title startsAt \
         attendance(first: 20) { nodes { mode person { name } } } } } } }",
    ),
    (
        "How did it grow, month by month?",
        "{ network(name: \"Old City\") { structureSeries(layer: CO_ATTENDANCE, \
         from: \"1936-02-29\", to: \"1936-12-31\", interval: MONTH) \
         { asOf nodes edges averageDegree } } }",
    ),
];

/// Serves a real history from an empty temporary folder, until Ctrl-C; then the folder is removed.
///
/// Loads an attendance list of 1936 through the same public API that everyone uses, and prints
/// where to look, a token, queries to paste, and the structure on three dates.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The address to listen on; port 0 is any free one. When it is not given: 127.0.0.1:7070, or
    /// any free port when that is taken.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// What is in it: an attendance list of 1936, or five people who found a network today and
    /// govern it for a year, told step by step. The second moves the server's own clock forward,
    /// because voting takes days.
    #[arg(long, value_enum, default_value_t = Story::Attendance)]
    story: Story,
}

/// What a demo shows.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Story {
    /// Who met whom in one town, and the structure that this makes.
    Attendance,
    /// A network that its members found and govern.
    Founding,
}

/// Serves the demo until somebody wants it to end.
///
/// # Errors
///
/// Says why the server cannot start or the list cannot be loaded.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let settings = serve::settings()?;
    let telemetry = serve::telemetry(&settings)?;
    let folder = tempfile::Builder::new()
        .prefix("weft-demo-")
        .tempdir()
        .map_err(|error| Failure::caused("no temporary folder can be made", &error))?;
    let outcome = serve_demo(&args, &settings, &folder).await;
    telemetry.shutdown().await;
    let removed = folder
        .close()
        .map_err(|error| Failure::caused("the temporary folder cannot be removed", &error));
    outcome.and(removed)
}

async fn serve_demo(
    args: &Args,
    settings: &host::Settings,
    folder: &TempDir,
) -> Result<(), Failure> {
    let listener = listen(args.listen.as_deref()).await?;
    let address = serve::address(&listener)?;
    let issuer = Issuer::open(folder.path())
        .map_err(|error| Failure::caused("no token can be made", &error))?;
    let clock = Arc::new(MovedClock::default());
    let mut instance =
        Instance::timed(folder.path(), settings, None, Arc::<MovedClock>::clone(&clock)).await?;
    instance.serve(listener);
    let show = async {
        match args.story {
            Story::Attendance => {
                load_and_show(address, &token_of(&issuer, Caller::Operator, &clock)).await
            }
            Story::Founding => tell_and_show(address, &issuer, &clock).await,
        }
    };
    let shown = tokio::select! {
        shown = show => shown.map(|()| Shown::Everything),
        signal = host::signal() => signal
            .map(|()| Shown::Interrupted)
            .map_err(|error| Failure::caused("signals cannot be listened to", &error)),
    };
    match shown {
        Ok(Shown::Everything) => instance.until_signal().await,
        Ok(Shown::Interrupted) => {
            instance.stop().await;
            Ok(())
        }
        Err(failure) => {
            instance.stop().await;
            Err(failure)
        }
    }
}

/// How far the beginning came.
enum Shown {
    /// Everything was loaded and printed.
    Everything,
    /// Somebody wanted it to end before.
    Interrupted,
}

async fn listen(address: Option<&str>) -> Result<TcpListener, Failure> {
    if let Some(address) = address {
        return serve::listen(address).await.map_err(|error| serve::refused(address, &error));
    }
    match serve::listen(LISTEN).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            out::notice(format_args!("{LISTEN} is taken; using a free port instead"));
            let anywhere = serve::listen(LISTEN_ANYWHERE).await;
            anywhere.map_err(|error| serve::refused(LISTEN_ANYWHERE, &error))
        }
        outcome => outcome.map_err(|error| serve::refused(LISTEN, &error)),
    }
}

fn token_of(issuer: &Issuer, caller: Caller, clock: &MovedClock) -> String {
    issuer.issue(caller, clock.now(), TOKEN_LIFETIME, RandomIdentities.fresh())
}

async fn tell_and_show(
    address: SocketAddr,
    issuer: &Issuer,
    clock: &MovedClock,
) -> Result<(), Failure> {
    let url = format!("http://{}", reachable(address));
    let token = token_of(issuer, Caller::Operator, clock);
    let server = Server::connect(&ServerArgs::of(url.clone(), token)).await?;
    out::line(FOUNDING)?;
    let anna = founding::tell(&server, issuer, clock).await?;
    let token = token_of(issuer, Caller::Person(anna), clock);
    out::line(format_args!(
        "\nready {url}\n\n  GraphQL   {url}/graphql\n\nOn the command line, as Anna, for twelve \
         hours:\n\n{}\n\nCtrl-C ends it and removes its data.",
        environment(&url, &token)
    ))
}

async fn load_and_show(address: SocketAddr, token: &str) -> Result<(), Failure> {
    let url = format!("http://{}", reachable(address));
    let server = Server::connect(&ServerArgs::of(url.clone(), token.to_owned())).await?;
    let list = attendance_csv::read(LIST.as_bytes(), SystemClock.now(), BadLines::Refuse)
        .map_err(|error| Failure::caused("the list of the demo", &error))?;
    // The names stand in a published book.
    let loaded = import::send(&server, NETWORK, Readers::Public, list).await?;
    let mut structures = Vec::new();
    for date in DATES {
        let effective = moment::as_of(date).map_err(Failure::said)?;
        let as_of = AsOf { effective: Some(wire::read::timestamp(effective)), known: None };
        let network_id = loaded.network_id.clone();
        structures
            .push(structure::structure(&server, network_id, Layer::CoAttendance, as_of).await?);
    }
    out::line(greeting(&url, token, &loaded, &structure_format::table(&structures)?))
}

/// An address that can be connected to: a server that listens everywhere is also here.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let here = match address.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(here, address.port())
}

/// What to paste so that `weft` is found, and finds this server.
fn environment(url: &str, token: &str) -> String {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    let path = folder.map(|folder| format!("  export PATH=\"{}\":$PATH\n", folder.display()));
    format!("{}  export WEFT_SERVER={url}\n  export WEFT_TOKEN={token}", path.unwrap_or_default())
}

/// Says where to look and what to try.
fn greeting(url: &str, token: &str, loaded: &ImportAttendanceResponse, table: &str) -> String {
    let queries = QUERIES.map(|(question, query)| {
        let body = serde_json::json!({ "query": query });
        format!(
            "  {question}\n  curl -s {url}/graphql -H 'content-type: application/json' \
             -H 'authorization: Bearer {token}' -d '{body}'\n"
        )
    });
    format!(
        "\
ready {url}

  GraphQL   {url}/graphql (subscriptions: {url}/graphql/ws)
  gRPC      {host} (with reflection; gRPC-Web at {url})
  token     {token}

The network {NETWORK:?} has {attendances} attendances of {persons} people at {gatherings} gatherings,
entered just now with their true dates.
{SOURCE}

The structure on three dates (layer co-attendance):

{table}

Three queries to paste into another terminal:

{queries}
On the command line:

{environment}
  weft structure --network {NETWORK:?} --as-of 1936-05-01
  weft structure --network {NETWORK:?} --compare 1936-03-01 1936-11-30
  weft history --network {NETWORK:?} | head -3

Ctrl-C ends it and removes its data.",
        environment = environment(url, token),
        host = url.trim_start_matches("http://"),
        attendances = loaded.attendances_recorded,
        persons = loaded.persons_registered,
        gatherings = loaded.gatherings_planned,
        queries = queries.join("\n"),
    )
}
