//! Where questions meet the view: wait until it has seen enough, take in what is new, cut out the
//! moment, measure it.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use access::Caller;
use eventlog::{EventLog, LogError, Position, known_position};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use kernel::{Clock, ErrorCode, Known, NetworkId, Rejection};
use lru::LruCache;
use netgraph::{Comparison, Graph, Metrics, Moment};
use projector::{Store, View, ViewError};
use uuid::Uuid;

use crate::{
    index::{Layer, StructureIndex},
    views::structure::{self, StructureView},
};

/// How many networks' changes are held in memory at most. The least recently asked goes first.
const NETWORKS_MAX: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");

/// How many points one series may have.
pub const POINTS_MAX: usize = 1_000;

/// Why a question about structure was not answered.
#[derive(Debug, thiserror::Error)]
pub enum StructureError {
    /// The view is behind or failed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A worker thread died.
    #[error("a measurement stopped unexpectedly")]
    Worker(#[from] tokio::task::JoinError),
    /// A series ends before it begins.
    #[error("the series ends before it begins")]
    SeriesEndsBeforeItBegins,
    /// A series has too many points.
    #[error("the series has more than {POINTS_MAX} points; choose a longer interval")]
    SeriesTooLong,
}

impl Rejection for StructureError {
    fn code(&self) -> ErrorCode {
        match self {
            StructureError::View(error) => error.code(),
            StructureError::Log(error) => error.code(),
            StructureError::Worker(_) => ErrorCode::Internal,
            StructureError::SeriesEndsBeforeItBegins | StructureError::SeriesTooLong => {
                ErrorCode::Invalid
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            StructureError::View(error) => error.reason(),
            StructureError::Log(error) => error.reason(),
            StructureError::Worker(_) => "MEASUREMENT_STOPPED",
            StructureError::SeriesEndsBeforeItBegins => "SERIES_ENDS_BEFORE_IT_BEGINS",
            StructureError::SeriesTooLong => "SERIES_TOO_LONG",
        }
    }
}

/// A moment as callers give it: when in the world (`None` is now), and as far as known.
pub type AskedMoment = (Option<Timestamp>, Known);

/// The figures of one layer at one moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Structure {
    /// When in the world.
    pub as_of: Timestamp,
    /// As far as was recorded up to here.
    pub known_by: Position,
    /// The answer reflects the log up to here.
    pub position: Position,
    /// Which layer.
    pub layer: Layer,
    /// The figures.
    pub metrics: Metrics,
}

/// What is asked about, and by whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// The network.
    pub network: NetworkId,
    /// The layer.
    pub layer: Layer,
    /// Who asks.
    pub caller: Caller,
    /// The answer reflects the log at least up to here.
    pub min_position: u64,
}

/// Pairs of ids of parties.
pub type Edges = Vec<(Uuid, Uuid)>;

/// Two moments side by side.
#[derive(Clone, PartialEq, Debug)]
pub struct Compared {
    /// The figures of the first.
    pub earlier: Structure,
    /// The figures of the second.
    pub later: Structure,
    /// Who is in the second alone.
    pub nodes_entered: Vec<Uuid>,
    /// Who is in the first alone.
    pub nodes_left: Vec<Uuid>,
    /// What is in the second alone, as far as the caller may see.
    pub edges_formed: Edges,
    /// What is in the first alone, as far as the caller may see.
    pub edges_ended: Edges,
    /// How many edges are in the second alone.
    pub edges_formed_count: usize,
    /// How many edges are in the first alone.
    pub edges_ended_count: usize,
}

/// The distance between two points of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interval {
    /// A calendar day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

type SharedIndex = Arc<RwLock<StructureIndex>>;

/// Answers questions about structure. Cheap to clone.
#[derive(Clone)]
pub struct Queries {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    view: View,
    indexes: Arc<Mutex<LruCache<NetworkId, SharedIndex>>>,
}

impl std::fmt::Debug for Queries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queries").field("view", &self.view).finish_non_exhaustive()
    }
}

impl Queries {
    /// Opens the view of structure in `store` and answers from it.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be opened.
    pub async fn open(
        log: Arc<dyn EventLog>,
        store: &Store,
        clock: Arc<dyn Clock>,
    ) -> Result<Queries, ViewError> {
        let view = View::open::<StructureView>(Arc::clone(&log), store).await?;
        let indexes = Arc::new(Mutex::new(LruCache::new(NETWORKS_MAX)));
        Ok(Queries { log, clock, view, indexes })
    }

    /// The view, for health and metrics.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Measures one layer at one moment.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn structure(
        &self,
        question: Question,
        moment: AskedMoment,
    ) -> Result<Structure, StructureError> {
        let Question { network, layer, min_position, .. } = question;
        let (index, position) = self.fresh(network, min_position).await?;
        let (as_of, known_by) = self.fix(moment, position).await?;
        measured(index, move |index| {
            let graph = index.graph(layer, at(as_of, known_by));
            Structure { as_of, known_by, position, layer, metrics: Metrics::of(&graph) }
        })
        .await
    }

    /// Says who and what entered, left, formed and ended between two moments.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn compare(
        &self,
        question: Question,
        (first, second): (AskedMoment, AskedMoment),
    ) -> Result<Compared, StructureError> {
        let Question { network, layer, caller, min_position } = question;
        let (index, position) = self.fresh(network, min_position).await?;
        let first = self.fix(first, position).await?;
        let second = self.fix(second, position).await?;
        let viewer = caller.person().map(kernel::PersonId::uuid);
        measured(index, move |index| {
            let cut = |(as_of, known_by): (Timestamp, Position)| {
                let graph = index.graph(layer, at(as_of, known_by));
                let metrics = Metrics::of(&graph);
                (Structure { as_of, known_by, position, layer, metrics }, graph)
            };
            let ((before, before_graph), (after, after_graph)) = (cut(first), cut(second));
            let change = Comparison::between(&before_graph, &after_graph);
            let ids = |nodes: &[u32]| nodes.iter().map(|node| index.id(*node)).collect();
            let seen = |edges: &[(u32, u32)], when: (Timestamp, Position)| match layer {
                Layer::CoAttendance => named(index, edges.iter().copied()),
                Layer::Ties => {
                    let visible = index.visible_ties(at(when.0, when.1), viewer);
                    let may_see = |edge: &&(u32, u32)| visible.binary_search(*edge).is_ok();
                    named(index, edges.iter().filter(may_see).copied())
                }
            };
            Compared {
                earlier: before,
                later: after,
                nodes_entered: ids(&change.nodes_entered),
                nodes_left: ids(&change.nodes_left),
                edges_formed: seen(&change.edges_formed, second),
                edges_ended: seen(&change.edges_ended, first),
                edges_formed_count: change.edges_formed.len(),
                edges_ended_count: change.edges_ended.len(),
            }
        })
        .await
    }

    /// Measures one layer at regular moments, the last one included when it falls on the interval.
    ///
    /// # Errors
    ///
    /// Says that the series is empty or too long, or that the view is behind or failed.
    pub async fn series(
        &self,
        question: Question,
        (from, to, interval): (Timestamp, Timestamp, Interval),
        known: Known,
        (offset, limit): (u64, u32),
    ) -> Result<(Vec<Structure>, usize, Position), StructureError> {
        let Question { network, layer, min_position, .. } = question;
        let points = points(from, to, interval)?;
        let total = points.len();
        let (index, position) = self.fresh(network, min_position).await?;
        let (_, known_by) = self.fix((Some(from), known), position).await?;
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let take = usize::try_from(limit).unwrap_or(usize::MAX);
        let measured = measured(index, move |index| {
            let measure = |as_of| {
                let metrics = Metrics::of(&index.graph(layer, at(as_of, known_by)));
                Structure { as_of, known_by, position, layer, metrics }
            };
            points.into_iter().skip(skip).take(take).map(measure).collect()
        })
        .await?;
        Ok((measured, total, position))
    }

    /// The nodes of one layer at one moment, and the edges that the caller may see.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn export(
        &self,
        question: Question,
        moment: AskedMoment,
    ) -> Result<(Vec<Uuid>, Edges, Position), StructureError> {
        let Question { network, layer, caller, min_position } = question;
        let (index, position) = self.fresh(network, min_position).await?;
        let (as_of, known_by) = self.fix(moment, position).await?;
        let viewer = caller.person().map(kernel::PersonId::uuid);
        measured(index, move |index| {
            let moment = at(as_of, known_by);
            let graph = index.graph(layer, moment);
            let edges = match layer {
                Layer::CoAttendance => named(index, graph.edges()),
                Layer::Ties => named(index, visible_between(index, &graph, moment, viewer)),
            };
            let nodes = graph.nodes().iter().map(|node| index.id(*node)).collect();
            (nodes, edges, position)
        })
        .await
    }

    /// The changes of a network, with everything taken in that the view has seen by now.
    async fn fresh(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<(SharedIndex, Position), StructureError> {
        let reached = self.view.reach(Position(min_position)).await?;
        let index = {
            let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(indexes.get_or_insert(network, SharedIndex::default))
        };
        let taking_in = Arc::clone(&index);
        let view = self.view.clone();
        tokio::task::spawn_blocking(move || take_in(&view, network, &taking_in)).await??;
        Ok((index, reached))
    }

    async fn fix(
        &self,
        (effective, known): AskedMoment,
        position: Position,
    ) -> Result<(Timestamp, Position), LogError> {
        let as_of = effective.unwrap_or_else(|| self.clock.now());
        let known_by = match known {
            Known::Now => position,
            Known::Time(_) | Known::Position(_) => {
                known_position(self.log.as_ref(), known).await?.min(position)
            }
        };
        Ok((as_of, known_by))
    }
}

/// Reads the rows that an index has not seen. Whoever comes second finds nothing left to do.
fn take_in(view: &View, network: NetworkId, index: &SharedIndex) -> Result<(), ViewError> {
    loop {
        let after = index.read().unwrap_or_else(PoisonError::into_inner).position();
        let newer = view.read_now(|connection| structure::changes(connection, network, after))?;
        if newer.is_empty() {
            return Ok(());
        }
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        // Another reader may have taken in some of them meanwhile.
        let seen = index.position();
        for change in newer.iter().filter(|change| seen < change.position) {
            index.push(change);
        }
    }
}

/// Measures on a thread of its own: it may take long.
async fn measured<T: Send + 'static>(
    index: SharedIndex,
    measure: impl FnOnce(&StructureIndex) -> T + Send + 'static,
) -> Result<T, StructureError> {
    let work = move || measure(&index.read().unwrap_or_else(PoisonError::into_inner));
    Ok(tokio::task::spawn_blocking(work).await?)
}

fn at(as_of: Timestamp, known_by: Position) -> Moment {
    Moment { effective: as_of.as_microsecond(), known: known_by.0 }
}

/// The visible ties between parties that are nodes of the graph.
fn visible_between(
    index: &StructureIndex,
    graph: &Graph,
    moment: Moment,
    viewer: Option<Uuid>,
) -> impl Iterator<Item = (u32, u32)> {
    let is_node = |node: &u32| graph.nodes().binary_search(node).is_ok();
    let mut visible = index.visible_ties(moment, viewer);
    visible.retain(|(source, target)| is_node(source) && is_node(target));
    visible.into_iter()
}

fn named(index: &StructureIndex, edges: impl Iterator<Item = (u32, u32)>) -> Edges {
    edges.map(|(source, target)| (index.id(source), index.id(target))).collect()
}

/// The moments of a series. A point on a calendar date stays on it; times are UTC.
fn points(
    from: Timestamp,
    to: Timestamp,
    interval: Interval,
) -> Result<Vec<Timestamp>, StructureError> {
    if to < from {
        return Err(StructureError::SeriesEndsBeforeItBegins);
    }
    let start = from.to_zoned(TimeZone::UTC);
    let mut points = Vec::new();
    for step in 0_i64.. {
        // Counted from the start each time, so that the 31st does not wear down to the 28th.
        let span = match interval {
            Interval::Day => step.days(),
            Interval::Week => step.weeks(),
            Interval::Month => step.months(),
            Interval::Quarter => (3 * step).months(),
            Interval::Year => step.years(),
        };
        match start.checked_add(span) {
            Ok(point) if point.timestamp() <= to => points.push(point.timestamp()),
            Ok(_) | Err(_) => return Ok(points),
        }
        if POINTS_MAX < points.len() {
            return Err(StructureError::SeriesTooLong);
        }
    }
    Ok(points)
}
