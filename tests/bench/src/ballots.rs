//! Ballots over gRPC, all at once: on one decision, and the same ballots spread over many.
//!
//! Every member of a network sends one ballot in the same moment, each in a request of its own, and
//! the burst is over when the last one was answered. One decision is one stream, so this shows what
//! it costs that everybody writes to the same one. Afterwards the one decision is closed and
//! counted: every ballot that was acknowledged has to be in its figures. The system is a process of
//! its own, reached over loopback TCP.

mod town;

use std::{sync::Arc, time::Duration};

use host::RandomIdentities;
use kernel::Identities as _;
use tokio::{sync::Barrier, task::JoinSet, time::Instant};
use tonic::transport::Channel;
use wire::weft::governance::v1::{
    self as g, CastBallotRequest, Choice, choice, decision_service_client::DecisionServiceClient,
};

use crate::{
    Common, Failure, closed_loop,
    figures::{median, ms, per_second, percentile, verdict, whole},
    limits::GroupCommit,
    out,
    scene::{command, signed},
    server::Server,
};
use town::{Secrecy, Town};

/// What the ratio should be at least.
const BAR: f64 = 0.5;

/// How many connections the voters share at most.
const CONNECTIONS_MAX: usize = 8;

/// How many bursts each round has, each of them both ways.
const BURSTS: usize = 5;

/// How many decisions the ballots are spread over.
const DECISIONS: usize = 100;

/// The same when only trying out.
const DECISIONS_QUICK: usize = 10;

/// How many vote when only trying out.
const VOTERS_QUICK: usize = 20;

/// Of so many voters, one disagrees.
const AGAINST_EVERY: usize = 3;

/// How long the raw group commit is measured.
const LIMIT: closed_loop::Plan =
    closed_loop::Plan { warm_up: Duration::from_millis(200), measured: Duration::from_millis(500) };

/// What to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// How many vote at once; several numbers are measured one after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000],
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(2..=2_000))]
    voters: Vec<usize>,
}

/// All votes of one moment.
#[derive(Default, Debug)]
struct Burst {
    per_second: f64,
    latencies: Vec<Duration>,
    /// What each refusal said.
    refused: Vec<String>,
}

/// What all bursts of one kind found.
#[derive(Default, Debug)]
struct Found {
    one: Vec<Burst>,
    spread: Vec<Burst>,
    /// How many acknowledged ballots were not in the figures of the one decision.
    lost: usize,
}

/// Measures and prints.
///
/// # Errors
///
/// Also fails when a ballot was lost or refused.
pub(crate) async fn run(args: &Args, common: &Common) -> Result<(), Failure> {
    out::warn_of_quick(common.quick);
    let decisions = if common.quick { DECISIONS_QUICK } else { DECISIONS };
    let quick = [VOTERS_QUICK];
    let sizes = if common.quick { &quick[..] } else { &args.voters };
    out::say(format_args!(
        "CastBallot over gRPC: all members vote at once, over min(voters, {CONNECTIONS_MAX}) \
         connections, loopback TCP, server in a\nprocess of its own; medians of {} bursts on one \
         decision, each beside one of the same ballots over {decisions} decisions.\nSQLite: raw \
         group commit of one event of 300 bytes at a time by as many clients, in process.\n",
        common.rounds() as usize * BURSTS,
    ));
    out::say(format_args!(
        "{:>6} {:>6} | {:>8} {:>7} {:>7} | {:>8} {:>7} {:>7} | {:>5} {:>16} | {:>4} {:>7} {:>9}",
        "voters",
        "",
        "one/s",
        "p50 ms",
        "p99 ms",
        "spread/s",
        "p50 ms",
        "p99 ms",
        "ratio",
        "",
        "lost",
        "refused",
        "SQLite/s"
    ));
    let mut wrong = 0;
    for voters in sizes {
        let folder = common.temporary()?;
        let limit = GroupCommit::start(folder.path())?;
        let limit = closed_loop::run(LIMIT, limit.clients(*voters)).await.per_second;
        let folder = common.temporary()?;
        let server = Server::system(folder.path().to_owned())?;
        let channels = server.connect((*voters).min(CONNECTIONS_MAX)).await?;
        out::note(format_args!("{voters} voters: founding their network"));
        let town = Town::found(folder.path(), &channels[0], *voters).await?;
        for secrecy in [Secrecy::Open, Secrecy::Secret] {
            let mut found = Found::default();
            for number in 1..=common.rounds() {
                out::note(format_args!("{voters} voters, {}, round {number}", secrecy.name()));
                round(&town, secrecy, (&channels, decisions), &mut found).await?;
            }
            out::say(row(*voters, secrecy, &found, limit));
            let refused: Vec<_> =
                found.one.iter().chain(&found.spread).flat_map(|burst| &burst.refused).collect();
            if let Some(first) = refused.first() {
                out::say(format_args!("        {} refused, such as: {first}", refused.len()));
            }
            wrong += refused.len() + found.lost;
        }
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} ballots lost or refused").into()) }
}

/// One round: in each burst every voter votes on one new decision, and on one of many.
async fn round(
    town: &Town,
    secrecy: Secrecy,
    (channels, decisions): (&[Channel], usize),
    found: &mut Found,
) -> Result<(), Failure> {
    let mut many = Vec::new();
    for _ in 0..decisions {
        many.push(town.call(secrecy).await?);
    }
    for number in 0..BURSTS {
        let one = town.call(secrecy).await?;
        let on_one = burst(town, channels, |_| one.clone()).await?;
        // With a ballot missing it cannot be closed; the refusals say why.
        if on_one.refused.is_empty() {
            found.lost += lost(&town.close(&one).await?, town.voters.len());
        }
        found.one.push(on_one);
        // Nobody votes twice on the same of them.
        let of = |voter: usize| many[(voter + number) % many.len()].clone();
        found.spread.push(burst(town, channels, of).await?);
    }
    Ok(())
}

/// How many ballots are not where they should be in the figures of a decision that all voted on.
fn lost(decision: &g::Decision, voters: usize) -> usize {
    let against = (0..voters).filter(|voter| voter.is_multiple_of(AGAINST_EVERY)).count();
    let counted = |key: &str| {
        let options = decision.figures.iter().flat_map(|figures| &figures.options);
        let option = options.into_iter().find(|option| option.option == key);
        option.map_or(0, |option| option.units as usize)
    };
    let expected = [("agree", voters - against), ("disagree", against)];
    let apart: usize = expected.iter().map(|(key, units)| units.abs_diff(counted(key))).sum();
    apart.max(voters.abs_diff(decision.ballots as usize))
}

/// Everybody votes, each on the decision that `of` says; ready when all are answered.
async fn burst(
    town: &Town,
    channels: &[Channel],
    of: impl Fn(usize) -> String,
) -> Result<Burst, Failure> {
    let start = Arc::new(Barrier::new(town.voters.len() + 1));
    let mut voting = JoinSet::new();
    for (number, token) in town.voters.iter().enumerate() {
        let channel = channels[number % channels.len()].clone();
        let mut decisions = DecisionServiceClient::new(channel);
        let key = if number.is_multiple_of(AGAINST_EVERY) { "disagree" } else { "agree" };
        let request = CastBallotRequest {
            command: Some(command(RandomIdentities.fresh())),
            decision_id: of(number),
            choice: Some(Choice { choice: Some(choice::Choice::Option(key.to_owned())) }),
            reason: String::new(),
        };
        let (request, start) = (signed(request, token), Arc::clone(&start));
        voting.spawn(async move {
            start.wait().await;
            let sent = Instant::now();
            let answer = decisions.cast_ballot(request).await;
            answer.map(|_| sent.elapsed()).map_err(|status| status.to_string())
        });
    }
    start.wait().await;
    let begun = Instant::now();
    let mut burst = Burst::default();
    while let Some(voted) = voting.join_next().await {
        match voted? {
            Ok(latency) => burst.latencies.push(latency),
            Err(refusal) => burst.refused.push(refusal),
        }
    }
    let answered = u64::try_from(burst.latencies.len())?;
    burst.per_second = per_second(answered, begun.elapsed());
    Ok(burst)
}

fn row(voters: usize, secrecy: Secrecy, found: &Found, limit: f64) -> String {
    // Of each pair by itself, so that a busy moment slows down both sides of the ratio.
    let pairs = found.one.iter().zip(&found.spread);
    let ratios: Vec<_> = pairs.map(|(one, spread)| one.per_second / spread.per_second).collect();
    let ratio = median(&ratios);
    let columns = |bursts: &[Burst]| {
        let rates: Vec<_> = bursts.iter().map(|burst| burst.per_second).collect();
        let mut latencies: Vec<_> =
            bursts.iter().flat_map(|burst| burst.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        format!(
            "{:>8} {:>7} {:>7}",
            whole(median(&rates)),
            ms(percentile(&latencies, 50)),
            ms(percentile(&latencies, 99))
        )
    };
    let refused: usize =
        found.one.iter().chain(&found.spread).map(|burst| burst.refused.len()).sum();
    format!(
        "{voters:>6} {:>6} | {} | {} | {ratio:>5.2} {:>16} | {:>4} {refused:>7} {:>9}",
        secrecy.name(),
        columns(&found.one),
        columns(&found.spread),
        verdict(ratio, BAR),
        found.lost,
        whole(limit),
    )
}
