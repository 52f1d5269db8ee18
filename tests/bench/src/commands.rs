//! Durable commands over gRPC: how many a second, and how near to what they cannot do without.
//!
//! Each client records attendance of random people at random gatherings, the next one when the last
//! was answered: admitted by token and roster, decided, made durable, answered. The system, and
//! the echo, are processes of their own, reached over loopback TCP; the raw group commit is a
//! thread of this one. Each is measured on a store that was empty before, one after the other in
//! every round.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tonic::transport::Channel;
use wire::weft::membership::v1::{
    AttendanceMode, AttendanceSource, RecordAttendanceRequest,
    gathering_service_client::GatheringServiceClient,
};

use crate::{
    Common, Failure,
    closed_loop::{self, Client, Outcome, Plan},
    figures::{median, ms, one_after_the_other, percentile, verdict, whole},
    history::SplitMix,
    limits::GroupCommit,
    out,
    scene::{Scene, Token, command, signed},
    server::Server,
};

/// What the ratio should be at least, at 16 clients and more.
const BAR: f64 = 0.5;

/// From how many clients on the bar holds.
const BAR_CLIENTS: usize = 16;

/// How many connections the clients share at most.
const CONNECTIONS_MAX: usize = 8;

/// How long to send before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// What others reached with 1, 16, 64 and 256 clients, in another run on a machine like this.
const PEERS: &str = "\
For comparison only, from another run (one event of 300 bytes a request, no rules, no rights):
  PostgreSQL 15.18   2,646  10,800   8,419   7,937 /s with 1, 16, 64, 256 clients
  UmaDB 0.7.8        1,314   9,291  13,605  17,201 /s";

/// What to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// How many clients send at once; several numbers are measured one after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256],
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_024))]
    clients: Vec<usize>,
    /// How many seconds answers count in each round, after one second of warming up.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=30))]
    seconds: u64,
}

/// What one round found.
struct Round {
    ours: Outcome,
    sqlite: Outcome,
    echo: Outcome,
}

impl Round {
    fn limit(&self) -> f64 {
        one_after_the_other(self.sqlite.per_second, self.echo.per_second)
    }
}

/// Measures and prints.
pub(crate) async fn run(args: &Args, common: &Common) -> Result<(), Failure> {
    let quick = Plan { warm_up: Duration::from_millis(100), measured: Duration::from_millis(200) };
    let long = Plan { warm_up: WARM_UP, measured: Duration::from_secs(args.seconds) };
    let plan = if common.quick { quick } else { long };
    out::warn_of_quick(common.quick);
    out::say(format_args!(
        "RecordAttendance over gRPC: closed-loop clients over min(clients, {CONNECTIONS_MAX}) \
         connections, loopback TCP, server in a\nprocess of its own; medians of {} rounds of {} s. \
         SQLite: raw group commit of the same bytes, in process.\nEcho: raw tonic unary of the same \
         messages, in a process of its own. Limit: both paid one after the other.\n",
        common.rounds(),
        plan.measured.as_secs_f64(),
    ));
    out::say(format_args!(
        "{:>7} {:>9} {:>8} {:>8} {:>6} | {:>9} {:>9} {:>9} | {:>5}",
        "clients", "ours/s", "p50 ms", "p99 ms", "errors", "SQLite/s", "echo/s", "limit/s", "ratio"
    ));
    for clients in &args.clients {
        let mut rounds = Vec::new();
        for number in 1..=common.rounds() {
            out::note(format_args!("{clients} clients, round {number}"));
            rounds.push(Round {
                ours: ours(*clients, plan, common).await?,
                sqlite: sqlite(*clients, plan, common).await?,
                echo: echo(*clients, plan).await?,
            });
        }
        out::say(row(*clients, &rounds));
        for outcome in rounds.iter().flat_map(|round| [&round.ours, &round.sqlite, &round.echo]) {
            if let Some(error) = &outcome.error {
                out::say(format_args!("        {} errors, such as: {error}", outcome.errors));
            }
        }
    }
    out::say(format_args!("\n{PEERS}"));
    Ok(())
}

fn row(clients: usize, rounds: &[Round]) -> String {
    let middle = |figure: fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let mut latencies: Vec<_> =
        rounds.iter().flat_map(|round| round.ours.latencies.iter().copied()).collect();
    latencies.sort_unstable();
    let errors: u64 = rounds
        .iter()
        .map(|round| round.ours.errors + round.sqlite.errors + round.echo.errors)
        .sum();
    // Of each round by itself, so that a busy minute slows down both sides of the ratio.
    let ratio = middle(|round| round.ours.per_second / round.limit());
    let verdict = if BAR_CLIENTS <= clients { verdict(ratio, BAR) } else { "no bar".to_owned() };
    format!(
        "{clients:>7} {:>9} {:>8} {:>8} {errors:>6} | {:>9} {:>9} {:>9} | {ratio:>5.2} {verdict}",
        whole(middle(|round| round.ours.per_second)),
        ms(percentile(&latencies, 50)),
        ms(percentile(&latencies, 99)),
        whole(middle(|round| round.sqlite.per_second)),
        whole(middle(|round| round.echo.per_second)),
        whole(middle(Round::limit)),
    )
}

async fn ours(clients: usize, plan: Plan, common: &Common) -> Result<Outcome, Failure> {
    let folder = common.temporary()?;
    let server = Server::system(folder.path().to_owned())?;
    let channels = server.connect(clients.min(CONNECTIONS_MAX)).await?;
    let scene = Arc::new(Scene::make(folder.path(), &channels[0]).await?);
    let next = Arc::new(AtomicU64::new(0));
    let client = |number: usize| Recording {
        gatherings: stub(&channels, number),
        scene: Arc::clone(&scene),
        token: scene.token(number),
        next: Arc::clone(&next),
        random: SplitMix::new(u64::try_from(number).unwrap_or_default()),
    };
    Ok(closed_loop::run(plan, (0..clients).map(client).collect()).await)
}

async fn sqlite(clients: usize, plan: Plan, common: &Common) -> Result<Outcome, Failure> {
    let folder = common.temporary()?;
    let limit = GroupCommit::start(folder.path())?;
    Ok(closed_loop::run(plan, limit.clients(clients)).await)
}

async fn echo(clients: usize, plan: Plan) -> Result<Outcome, Failure> {
    let server = Server::echo()?;
    let channels = server.connect(clients.min(CONNECTIONS_MAX)).await?;
    let client = |number: usize| Echoing {
        gatherings: stub(&channels, number),
        random: SplitMix::new(u64::try_from(number).unwrap_or_default()),
    };
    Ok(closed_loop::run(plan, (0..clients).map(client).collect()).await)
}

fn stub(channels: &[Channel], client: usize) -> GatheringServiceClient<Channel> {
    GatheringServiceClient::new(channels[client % channels.len()].clone())
}

/// A client that records attendance.
struct Recording {
    gatherings: GatheringServiceClient<Channel>,
    scene: Arc<Scene>,
    token: Token,
    next: Arc<AtomicU64>,
    random: SplitMix,
}

impl Client for Recording {
    async fn call(&mut self) -> Result<(), String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let pair = self.scene.pair(number);
        let (gathering_id, person_id) = pair.ok_or("nobody is left to be recorded")?;
        let message = request(&mut self.random, gathering_id, person_id);
        let answer = self.gatherings.record_attendance(signed(message, &self.token)).await;
        let receipt = answer.map_err(|status| status.to_string())?.into_inner().receipt;
        match receipt.map(|receipt| receipt.events) {
            Some(1) => Ok(()),
            Some(_) | None => Err("answered without an event".to_owned()),
        }
    }
}

/// A client whose messages are as large, and come back without anything done.
struct Echoing {
    gatherings: GatheringServiceClient<Channel>,
    random: SplitMix,
}

impl Client for Echoing {
    async fn call(&mut self) -> Result<(), String> {
        let [gathering_id, person_id] = [(); 2].map(|()| self.random.uuid().to_string());
        let message = request(&mut self.random, gathering_id, person_id);
        let answer = self.gatherings.record_attendance(message).await;
        answer.map(|_| ()).map_err(|status| status.to_string())
    }
}

fn request(
    random: &mut SplitMix,
    gathering_id: String,
    person_id: String,
) -> RecordAttendanceRequest {
    RecordAttendanceRequest {
        command: Some(command(random.uuid())),
        gathering_id,
        person_id,
        mode: AttendanceMode::InPerson.into(),
        source: AttendanceSource::Host.into(),
    }
}
