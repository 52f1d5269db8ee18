//! The structure view made again from the log: how fast, and how near to reading and decoding.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use assessment::{
    index::StructureIndex,
    views::structure::{self, StructureView},
};
use eventlog::{EventLog, Position};
use eventlog_sqlite::{Options, SqliteLog};
use host::SystemClock;
use kernel::NetworkId;
use projector::Projection as _;
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use crate::{
    Common, Failure,
    figures::{cpu_time, median_of, per_second, verdict, whole},
    history::{self, Shape},
    limits, out,
};

/// What the ratio to scan and decode should be at least.
const BAR: f64 = 0.5;

/// How many events there are when only trying out.
const QUICK_EVENTS: u64 = 20_000;

/// What to measure.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Args {
    /// How many events the history has.
    #[arg(long, default_value_t = 1_000_000,
        value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    events: u64,
    /// How many people ever are members.
    #[arg(long, default_value_t = 1_000,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(100..=1_000_000))]
    members: usize,
}

impl Args {
    /// How large the history is.
    pub(crate) fn shape(self, common: &Common) -> Shape {
        let events = if common.quick { QUICK_EVENTS } else { self.events };
        Shape { events, members: self.members }
    }
}

/// Measures and prints.
pub(crate) async fn run(args: &Args, common: &Common) -> Result<(), Failure> {
    let folder = common.temporary()?;
    let recorded = history::record(folder.path(), args.shape(common)).await?;
    let mut taken = Taken::default();
    for number in 1..=common.rounds() {
        out::note(format_args!("round {number}"));
        let path = folder.path().to_owned();
        let (scan, decode) = tokio::task::spawn_blocking(move || {
            let (_, scan) = cost(|| limits::scan_all(&path))?;
            let (_, decode) = cost(|| limits::scan_and_decode_all(&path))?;
            Ok::<_, Failure>((scan, decode))
        })
        .await??;
        taken.scan.push(scan);
        taken.decode.push(decode);
        let begun = Begun::now();
        let view = rebuilt(folder.path()).await?;
        let rebuild = begun.since();
        taken.rebuild.push(rebuild);
        let (index, load) = cost(|| load(&view, recorded.network))?;
        taken.load.push(load);
        taken.both.push(Cost { wall: rebuild.wall + load.wall, cpu: rebuild.cpu + load.cpu });
        out::note(format_args!("  the index holds {} readings", index.size()));
    }
    out::warn_of_quick(common.quick);
    out::say(format_args!(
        "Structure view from {} events of {} members; medians of {} rounds; the limit is on one \
         thread.\nCPU: of all threads added up; on a busy machine its ratio says more than that of \
         the time that passed.\n",
        recorded.events,
        args.members,
        common.rounds(),
    ));
    let limit = middle(&taken.decode);
    for (what, costs, barred) in [
        ("scan of the rows alone", &taken.scan, Barred::No),
        ("LIMIT scan + decode into the events", &taken.decode, Barred::No),
        ("rebuild, from log to finished view", &taken.rebuild, Barred::Yes),
        ("index loaded from the view", &taken.load, Barred::No),
        ("rebuild + index loaded", &taken.both, Barred::No),
    ] {
        let took = middle(costs);
        let ratio = limit.wall.as_secs_f64() / took.wall.as_secs_f64();
        let verdict = match barred {
            Barred::Yes => verdict(ratio, BAR),
            Barred::No => String::new(),
        };
        out::say(format_args!(
            "{what:<36} {:>7.3} s {:>11} events/s  ratio {ratio:>5.2} | CPU {:>7.2} s  ratio \
             {:>5.2}  {verdict}",
            took.wall.as_secs_f64(),
            whole(per_second(recorded.events, took.wall)),
            took.cpu.as_secs_f64(),
            limit.cpu.as_secs_f64() / took.cpu.as_secs_f64(),
        ));
    }
    Ok(())
}

/// Whether a line has a bar.
enum Barred {
    Yes,
    No,
}

/// What something took.
#[derive(Clone, Copy)]
struct Cost {
    /// The time that passed.
    wall: Duration,
    /// The time that this process computed; zero where the system does not tell.
    cpu: Duration,
}

/// When something began, and how long the process had computed by then.
struct Begun(Instant, Duration);

impl Begun {
    fn now() -> Begun {
        Begun(Instant::now(), cpu_time().unwrap_or_default())
    }

    fn since(&self) -> Cost {
        let cpu = cpu_time().unwrap_or_default().saturating_sub(self.1);
        Cost { wall: self.0.elapsed(), cpu }
    }
}

/// Does something, and tells what it took.
fn cost<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(T, Cost), Failure> {
    let begun = Begun::now();
    let done = work()?;
    Ok((done, begun.since()))
}

fn middle(costs: &[Cost]) -> Cost {
    let of = |part: fn(&Cost) -> Duration| median_of(&costs.iter().map(part).collect::<Vec<_>>());
    Cost { wall: of(|cost| cost.wall), cpu: of(|cost| cost.cpu) }
}

/// What each part took, round by round.
#[derive(Default)]
struct Taken {
    scan: Vec<Cost>,
    decode: Vec<Cost>,
    rebuild: Vec<Cost>,
    load: Vec<Cost>,
    both: Vec<Cost>,
}

/// Opens the log and makes the view again; tells where the view is.
pub(crate) async fn rebuilt(folder: &Path) -> Result<PathBuf, Failure> {
    let log = SqliteLog::open(folder, Options::default(), Arc::new(SystemClock))?;
    let log: Arc<dyn EventLog> = Arc::new(log);
    let views = folder.join("views");
    projector::rebuild::<StructureView>(log, &views, &mut |_, _| {}).await?;
    Ok(views.join(format!("{}.sqlite", StructureView::NAME)))
}

/// Reads all changes of the view and arranges them in memory.
pub(crate) fn load(view: &Path, network: NetworkId) -> Result<StructureIndex, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(view, flags)?;
    let mut index = StructureIndex::default();
    loop {
        let after: Position = index.position();
        let changes = structure::changes(&connection, network, after)?;
        if changes.is_empty() {
            return Ok(index);
        }
        for change in &changes {
            index.push(change);
        }
    }
}
