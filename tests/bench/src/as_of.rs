//! The network as of random moments, on both clocks: how fast, against folding the history again.
//!
//! The refold is what one would do without an index: read every event of the log, decode it, and
//! keep what held at the moment. It is written independently of the index, and every graph that it
//! makes must be the one that the index cuts out.

use std::{
    collections::HashMap,
    hash::Hash,
    path::{Path, PathBuf},
    time::Duration,
};

use assessment::index::{Layer, StructureIndex};
use events::{GatheringEvent, MembershipEvent, TieEvent};
use kernel::Party;
use netgraph::{Graph, Metrics, Moment};
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Common, Failure,
    figures::{mean, median_of, ms, percentile, verdict, whole},
    history::{self, BEGINS_US, LASTS_US, Recorded, Shape, SplitMix},
    limits::{self, Decoded, RawEvent},
    out, rebuild,
};

/// How many times faster than a refold from the log an answer should be at least.
const BAR: f64 = 100.0;

/// How long 99 of 100 answers may take.
const P99_MAX: Duration = Duration::from_millis(20);

/// The size of network that is measured besides, for information.
const MEMBERS_MORE: usize = 10_000;

/// How many refolds each round makes.
const REFOLDS: usize = 3;

/// In the larger network the figures of one moment in so many are measured.
const MEASURED_SHARE: usize = 20;

/// How many moments are asked for when only trying out.
const QUICK_MOMENTS: usize = 50;

const LAYERS: [(Layer, &str); 2] = [(Layer::Ties, "ties"), (Layer::CoAttendance, "co-attendance")];

/// What to measure.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "as_of")]
pub(crate) struct Args {
    #[command(flatten)]
    history: rebuild::Args,
    /// How many random moments are asked for.
    #[arg(long, default_value_t = 1_000,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    moments: usize,
}

/// Measures and prints.
pub(crate) async fn run(args: &Args, common: &Common) -> Result<(), Failure> {
    let count = if common.quick { QUICK_MOMENTS } else { args.moments };
    let shape = args.history.shape(common);
    out::warn_of_quick(common.quick);

    let indexed = Indexed::build(common, shape).await?;
    let rounds = common.rounds();
    let refolded = usize::try_from(rounds).unwrap_or(1) * REFOLDS;
    tokio::task::spawn_blocking(move || {
        heading(shape, count);
        let moments = moments(count, indexed.recorded);
        let refolds = refolds(&indexed, &moments[..refolded.min(count)])?;
        answers(&indexed.index, &moments, &Asking { rounds, share: 1, refolds: Some(refolds) });
        Ok::<_, Failure>(())
    })
    .await??;

    let shape = Shape { members: MEMBERS_MORE.max(shape.members), ..shape };
    let indexed = Indexed::build(common, shape).await?;
    let answering = tokio::task::spawn_blocking(move || {
        out::say("\nFor information, a larger network:");
        heading(shape, count);
        let asking = Asking { rounds, share: MEASURED_SHARE, refolds: None };
        answers(&indexed.index, &moments(count, indexed.recorded), &asking);
    });
    Ok(answering.await?)
}

/// A history: in a log, in the view, and in memory.
struct Indexed {
    folder: TempDir,
    view: PathBuf,
    recorded: Recorded,
    index: StructureIndex,
}

impl Indexed {
    async fn build(common: &Common, shape: Shape) -> Result<Indexed, Failure> {
        let folder = common.temporary()?;
        let recorded = history::record(folder.path(), shape).await?;
        let view = rebuild::rebuilt(folder.path()).await?;
        let index = rebuild::load(&view, recorded.network)?;
        Ok(Indexed { folder, view, recorded, index })
    }
}

fn heading(shape: Shape, count: usize) {
    out::say(format_args!(
        "{count} random moments in {} events of {} members over ten years, one in five as known \
         earlier",
        shape.events, shape.members
    ));
}

/// Random moments: when in the ten years, and in one case of five as known at a random position.
fn moments(count: usize, recorded: Recorded) -> Vec<Moment> {
    let mut random = SplitMix::new(2026);
    let lasts = u64::try_from(LASTS_US).unwrap_or(u64::MAX);
    let moment = |_| {
        let since = i64::try_from(random.below(lasts)).unwrap_or_default();
        let earlier = random.below(5) == 0;
        let known = if earlier { 1 + random.below(recorded.events) } else { u64::MAX };
        Moment { effective: BEGINS_US + since, known }
    };
    (0..count).map(moment).collect()
}

/// How long it takes to do without the index.
#[derive(Clone, Copy)]
struct Refolds {
    /// Folding the log to one moment and cutting out the graph of one layer.
    log: Duration,
    /// Reading the journal of changes into an index and cutting out the graph.
    journal: Duration,
}

/// Measures refolds at some of `moments`.
///
/// # Errors
///
/// Says when the graph of a refold is another one than the index gives.
fn refolds(indexed: &Indexed, moments: &[Moment]) -> Result<Refolds, Failure> {
    let Indexed { folder, view, recorded, index } = indexed;
    let (mut log, mut journal) = (Vec::new(), Vec::new());
    for moment in moments {
        out::note("refolding");
        let begun = Instant::now();
        let fold = refold(folder.path(), *moment)?;
        let ties = fold.graph(Layer::Ties);
        log.push(begun.elapsed());
        for (layer, graph) in
            [(Layer::Ties, ties), (Layer::CoAttendance, fold.graph(Layer::CoAttendance))]
        {
            if graph != index.graph(layer, *moment) {
                return Err(format!("{layer:?} at {moment:?} is not as a refold has it").into());
            }
        }
        let begun = Instant::now();
        std::hint::black_box(rebuild::load(view, recorded.network)?.graph(Layer::Ties, *moment));
        journal.push(begun.elapsed());
    }
    let refolds = Refolds { log: median_of(&log), journal: median_of(&journal) };
    out::say(format_args!(
        "refold from the log (scan, decode, fold to the moment): {} ms; from the view's journal: {} \
         ms\n{} graphs cut out by the index were equal to those of a refold",
        ms(refolds.log),
        ms(refolds.journal),
        LAYERS.len() * log.len()
    ));
    Ok(refolds)
}

/// How to ask.
struct Asking {
    /// How often each moment is asked for.
    rounds: u32,
    /// The figures are measured for one moment in so many.
    share: usize,
    /// What answers are measured against; `None` when there is no bar.
    refolds: Option<Refolds>,
}

/// Prints how long answers take. Of each moment the median of all rounds counts, so that what else
/// the machine does is not taken for the cost of a moment; the last column keeps the worst of all.
fn answers(index: &StructureIndex, moments: &[Moment], asking: &Asking) {
    out::say(format_args!(
        "{:<14} {:<14} {:>9} {:>9} {:>9} {:>9} {:>9}  {:>16}",
        "layer", "answer", "mean ms", "p50 ms", "p99 ms", "max ms", "worst ms", "nodes / edges"
    ));
    for (layer, name) in LAYERS {
        out::note(format_args!("asking for {name}"));
        let mut sizes = Vec::new();
        let mut cuts = vec![Vec::new(); moments.len()];
        let mut measured = vec![Vec::new(); moments.len().div_ceil(asking.share)];
        for _ in 0..asking.rounds {
            for (number, moment) in moments.iter().enumerate() {
                let begun = Instant::now();
                let graph = index.graph(layer, *moment);
                cuts[number].push(begun.elapsed());
                if number % asking.share == 0 {
                    std::hint::black_box(Metrics::of(&graph));
                    measured[number / asking.share].push(begun.elapsed());
                }
                sizes.push((graph.nodes().len(), graph.edge_count()));
            }
        }
        sizes.sort_unstable();
        let size = sizes[sizes.len() / 2];
        for (answer, taken) in [("graph", cuts), ("graph, metrics", measured)] {
            let worst = taken.iter().flatten().max().copied().unwrap_or_default();
            let mut took: Vec<_> = taken.iter().map(|rounds| median_of(rounds)).collect();
            took.sort_unstable();
            let p99 = percentile(&took, 99);
            let refolds = asking.refolds.map(|refolds| against(refolds, mean(&took), p99));
            out::say(format_args!(
                "{name:<14} {answer:<14} {:>9} {:>9} {:>9} {:>9} {:>9}  {:>16}{}",
                ms(mean(&took)),
                ms(percentile(&took, 50)),
                ms(p99),
                ms(percentile(&took, 100)),
                ms(worst),
                format!("{} / {}", size.0, size.1),
                refolds.unwrap_or_default(),
            ));
        }
    }
}

/// The ratios of a mean answer to the refolds, and what is to be said of them.
fn against(refolds: Refolds, mean: Duration, p99: Duration) -> String {
    let ratio = |refold: Duration| refold.as_secs_f64() / mean.as_secs_f64();
    let log = ratio(refolds.log);
    let p99 = if p99 < P99_MAX { "reached" } else { "MISSED" };
    format!(
        "  {} x faster than from the log ({}), {} x than from the journal; p99 < {} ms: {p99}",
        whole(log),
        verdict(log, BAR),
        whole(ratio(refolds.journal)),
        P99_MAX.as_millis(),
    )
}

/// Everything that holds at one moment, found by reading the whole log.
fn refold(folder: &Path, moment: Moment) -> Result<Fold, Failure> {
    let mut fold = Fold { moment, ..Fold::default() };
    limits::scan(folder, |event| {
        if event.position <= moment.known {
            fold.apply(event)?;
        }
        Ok(())
    })?;
    Ok(fold)
}

/// A fact's latest interval, and how often earlier ones that have ended hold at the moment.
#[derive(Clone, Copy)]
struct Fact<T> {
    value: T,
    from_us: i64,
    /// Exclusive; `i64::MAX` when it has not ended.
    to_us: i64,
    /// The value of an earlier interval that holds.
    earlier: Option<T>,
}

/// The state of a refold.
struct Fold {
    moment: Moment,
    numbers: HashMap<Uuid, u32>,
    gatherings: HashMap<Uuid, u32>,
    members: HashMap<u32, Fact<u32>>,
    ties: HashMap<Uuid, Fact<(u32, u32)>>,
    attendance: HashMap<(u32, u32), Fact<(u32, u32)>>,
}

impl Default for Fold {
    fn default() -> Fold {
        Fold {
            moment: Moment { effective: 0, known: 0 },
            numbers: HashMap::new(),
            gatherings: HashMap::new(),
            members: HashMap::new(),
            ties: HashMap::new(),
            attendance: HashMap::new(),
        }
    }
}

/// Numbers ids in the order in which they are heard of.
fn number(numbers: &mut HashMap<Uuid, u32>, id: Uuid) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(id).or_insert(next)
}

impl<T: Copy> Fact<T> {
    fn holds(&self, at_us: i64) -> bool {
        self.from_us <= at_us && at_us < self.to_us
    }
}

fn begin<K: Eq + Hash, T: Copy>(
    facts: &mut HashMap<K, Fact<T>>,
    (key, value): (K, T),
    from_us: i64,
    at_us: i64,
) {
    let begun = Fact { value, from_us, to_us: i64::MAX, earlier: None };
    facts
        .entry(key)
        .and_modify(|fact| {
            let held = fact.to_us != i64::MAX && fact.holds(at_us);
            let earlier = fact.earlier.or(held.then_some(fact.value));
            *fact = Fact { earlier, ..begun };
        })
        .or_insert(begun);
}

fn holding<K, T: Copy>(facts: &HashMap<K, Fact<T>>, at_us: i64) -> Vec<T> {
    facts
        .values()
        .filter_map(|fact| if fact.holds(at_us) { Some(fact.value) } else { fact.earlier })
        .collect()
}

impl Fold {
    fn apply(&mut self, event: RawEvent<'_>) -> Result<(), Failure> {
        let subject = Uuid::from_slice(event.stream_id)?;
        let (from_us, at_us) = (event.effective_us, self.moment.effective);
        match event.decode()? {
            Decoded::Membership(
                MembershipEvent::MemberAdmitted { party, .. }
                | MembershipEvent::MemberReinstated { party, .. },
            ) => {
                let member = number(&mut self.numbers, party.uuid());
                begin(&mut self.members, (member, member), from_us, at_us);
            }
            Decoded::Membership(
                MembershipEvent::MemberResigned { party, .. }
                | MembershipEvent::MemberExpelled { party, .. }
                | MembershipEvent::MemberSuspended { party, .. },
            ) => {
                let member = number(&mut self.numbers, party.uuid());
                self.members.entry(member).and_modify(|fact| fact.to_us = from_us);
            }
            Decoded::Tie(TieEvent::TieDeclared { source, target, .. }) => {
                let tie =
                    [source, target].map(|party| number(&mut self.numbers, Party::uuid(party)));
                begin(&mut self.ties, (subject, tie.into()), from_us, at_us);
            }
            Decoded::Tie(TieEvent::TieWithdrawn { .. }) => {
                self.ties.entry(subject).and_modify(|fact| fact.to_us = from_us);
            }
            Decoded::Gathering(
                GatheringEvent::AttendanceRecorded { person, .. }
                | GatheringEvent::AttendanceCorrected { person, mode: Some(_), .. },
            ) => {
                let pair = self.pair(subject, person.uuid());
                begin(&mut self.attendance, (pair, pair), from_us, at_us);
            }
            Decoded::Gathering(GatheringEvent::AttendanceCorrected {
                person, mode: None, ..
            }) => {
                let pair = self.pair(subject, person.uuid());
                self.attendance.remove(&pair);
            }
            Decoded::Membership(
                MembershipEvent::PartyInvited { .. }
                | MembershipEvent::InvitationAccepted {}
                | MembershipEvent::InvitationDeclined {}
                | MembershipEvent::MembershipApplied { .. }
                | MembershipEvent::ApplicationWithdrawn {}
                | MembershipEvent::ApplicationDeclined {}
                | MembershipEvent::AdmissionConsented { .. },
            )
            | Decoded::Tie(TieEvent::TieAcknowledged { .. } | TieEvent::TieAssessed { .. })
            | Decoded::Gathering(
                GatheringEvent::GatheringPlanned { .. } | GatheringEvent::GatheringHeld {},
            ) => {}
        }
        Ok(())
    }

    fn pair(&mut self, gathering: Uuid, person: Uuid) -> (u32, u32) {
        (number(&mut self.gatherings, gathering), number(&mut self.numbers, person))
    }

    fn graph(&self, layer: Layer) -> Graph {
        let at_us = self.moment.effective;
        match layer {
            Layer::CoAttendance => Graph::co_attendance(&holding(&self.attendance, at_us)),
            Layer::Ties => {
                Graph::directed(holding(&self.members, at_us), &holding(&self.ties, at_us))
            }
        }
    }
}
