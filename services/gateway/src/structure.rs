//! The structure of a network at any moment, and how it changes over time.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]
#![expect(clippy::unused_async, reason = "the library wants every resolver to be async")]

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use kernel::{ErrorCode, NetworkId, OrganisationId, Party as AnyParty, PersonId};
use tonic::Status;
use wire::weft::{assessment::v1 as message, common::v1 as common};

use crate::{
    as_of::{AsOfInput, KnownByInput},
    call::{self, Call, lacking},
    connection::{self, List, PAGE_MAX, Paging},
    node::{self, Party},
    scalars::{self, Count, DateTime, Moment, Position},
};

/// How many points a series has at most.
const POINTS_MAX: usize = 1_000;

/// How many seconds a day has.
const DAY_SECONDS: i64 = 86_400;

/// A kind of relation, kept apart from the others.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layer {
    /// Nodes are the people who attended at least one gathering on or before the moment, in either
    /// mode; an edge joins two who attended one together.
    CoAttendance = message::Layer::CoAttendance as isize,
    /// Nodes are the active members; an edge joins two where one declared an open tie to the other.
    Ties = message::Layer::Ties as isize,
}

impl From<Layer> for i32 {
    fn from(value: Layer) -> i32 {
        value as i32
    }
}

/// The distance between two points of a series.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Interval {
    /// A day.
    Day = message::Interval::Day as isize,
    /// Seven days.
    Week = message::Interval::Week as isize,
    /// A month of the calendar.
    Month = message::Interval::Month as isize,
    /// Three months of the calendar.
    Quarter = message::Interval::Quarter as isize,
    /// A year of the calendar.
    Year = message::Interval::Year as isize,
}

impl From<Interval> for i32 {
    fn from(value: Interval) -> i32 {
        value as i32
    }
}

/// Exact figures of one layer at one moment. Figures that are undefined there are null.
///
/// In the layer of ties, `edges` counts ordered pairs with an open tie of any kind, and `density`
/// and `reciprocity` are of those; every other figure takes the pairs without direction.
#[derive(SimpleObject, Debug)]
pub(crate) struct Structure {
    /// The moment.
    as_of: DateTime,
    /// What was recorded up to here counts.
    known_by: Position,
    /// The position of the log that the answer reflects.
    position: Position,
    /// Which kind of relation.
    layer: Layer,
    /// How many nodes there are.
    nodes: Count,
    /// How many edges there are.
    edges: Count,
    /// Edges as a share of all possible ones, 0 to 1.
    density: Option<f64>,
    /// How many groups without an edge between them there are.
    components: Count,
    /// How many nodes have no edge.
    isolates: Count,
    /// Share of nodes in the largest component, 0 to 1.
    largest_component_share: Option<f64>,
    /// How many neighbours a node has on average.
    average_degree: Option<f64>,
    /// How much the edges gather at one node, by Freeman: 0 to 1.
    degree_centralisation: Option<f64>,
    /// 3 x triangles / connected triples, 0 to 1.
    transitivity: Option<f64>,
    /// Mean share of a node's neighbours that are neighbours of each other; nodes with fewer than
    /// two neighbours count as 0.
    mean_local_clustering: Option<f64>,
    /// Mean distance between two nodes of the largest component, in steps.
    average_path_length: Option<f64>,
    /// The longest distance between two nodes of the largest component, in steps.
    diameter: Option<Count>,
    /// Share of ordered pairs whose reverse exists too; null in layers without direction.
    reciprocity: Option<f64>,
}

impl Structure {
    fn of(structure: Option<message::Structure>) -> Result<Structure, Status> {
        let structure = structure.ok_or_else(|| lacking("structure"))?;
        Ok(Structure {
            as_of: DateTime::of(structure.as_of)?,
            known_by: Position(structure.known_by),
            position: Position(structure.position),
            layer: scalars::known(structure.layer)?,
            nodes: Count(structure.nodes),
            edges: Count(structure.edges),
            density: structure.density,
            components: Count(structure.components),
            isolates: Count(structure.isolates),
            largest_component_share: structure.largest_component_share,
            average_degree: structure.average_degree,
            degree_centralisation: structure.degree_centralisation,
            transitivity: structure.transitivity,
            mean_local_clustering: structure.mean_local_clustering,
            average_path_length: structure.average_path_length,
            diameter: structure.diameter.map(Count),
            reciprocity: structure.reciprocity,
        })
    }
}

/// A node that entered or left.
pub(crate) struct StructureNode {
    layer: Layer,
    id: String,
}

#[Object]
impl StructureNode {
    /// Who it is; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(party(Call::of(ctx)?, self.layer, &self.id).await?)
    }
}

/// An edge that formed or ended. In the layer of ties it points from source to target.
pub(crate) struct StructureEdge {
    layer: Layer,
    edge: message::Edge,
}

#[Object]
impl StructureEdge {
    /// For ties, who declared; null when you may not know of them.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(party(Call::of(ctx)?, self.layer, &self.edge.source_id).await?)
    }

    /// The other one; null when you may not know of them.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(party(Call::of(ctx)?, self.layer, &self.edge.target_id).await?)
    }
}

/// Reads who a node is. The contract does not say whether it is a person or an organisation; only
/// the layer of ties has organisations.
async fn party(call: &Call, layer: Layer, id: &str) -> Result<Option<Party>, Status> {
    let person: PersonId = wire::read::id(id, "node_id")?;
    let found = node::party(call, AnyParty::Person(person)).await?;
    match (found, layer) {
        (Some(found), Layer::CoAttendance | Layer::Ties) => Ok(Some(found)),
        (None, Layer::CoAttendance) => Ok(None),
        (None, Layer::Ties) => {
            let organisation = OrganisationId::new(person.uuid());
            node::party(call, AnyParty::Organisation(organisation)).await
        }
    }
}

/// Who and what entered, left, formed and ended between two moments.
///
/// The lists say what you may see; to page through them while others go on recording, say in both
/// moments what counts as known.
pub(crate) struct StructureComparison {
    layer: Layer,
    earlier: Structure,
    later: Structure,
    answer: message::CompareStructureResponse,
}

#[Object]
impl StructureComparison {
    /// The structure at the earlier moment.
    async fn earlier(&self) -> &Structure {
        &self.earlier
    }

    /// The structure at the later moment.
    async fn later(&self) -> &Structure {
        &self.later
    }

    /// How many edges formed in all; more than are listed when you may not see some, or when there
    /// are over 10,000.
    async fn edges_formed_count(&self) -> Count {
        Count(self.answer.edges_formed_count)
    }

    /// How many edges ended in all; more than are listed when you may not see some, or when there
    /// are over 10,000.
    async fn edges_ended_count(&self) -> Count {
        Count(self.answer.edges_ended_count)
    }

    /// Lists who was not there at the earlier moment and is at the later.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn nodes_entered(
        &self,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<StructureNode>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(self.nodes(paging, &self.answer.nodes_entered)?))
    }

    /// Lists who was there at the earlier moment and is not at the later.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn nodes_left(
        &self,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<StructureNode>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(self.nodes(paging, &self.answer.nodes_left)?))
    }

    /// Lists the edges that formed.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn edges_formed(
        &self,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<StructureEdge>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(self.edges(paging, &self.answer.edges_formed)?))
    }

    /// Lists the edges that ended.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn edges_ended(
        &self,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<StructureEdge>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(self.edges(paging, &self.answer.edges_ended)?))
    }
}

impl StructureComparison {
    fn nodes(&self, paging: Paging, ids: &[String]) -> Result<List<StructureNode>, Status> {
        let layer = self.layer;
        let node = |id| Ok(StructureNode { layer, id });
        connection::slice(paging, ids, self.later.position.0, node)
    }

    fn edges(
        &self,
        paging: Paging,
        edges: &[message::Edge],
    ) -> Result<List<StructureEdge>, Status> {
        let layer = self.layer;
        let node = |edge| Ok(StructureEdge { layer, edge });
        connection::slice(paging, edges, self.later.position.0, node)
    }
}

/// The structure of a network.
pub(crate) struct NetworkStructure(pub(crate) NetworkId);

#[Object]
impl NetworkStructure {
    /// Measures the structure at a moment.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn structure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which kind of relation.")] layer: Layer,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
    ) -> Result<Option<Structure>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::GetStructureRequest {
            network_id: self.0.to_string(),
            layer: layer.into(),
            as_of: Some(as_of.unwrap_or_default().message()?),
            min_position: call.min_position(),
        });
        let answer = call.structures().get_structure(request).await?.into_inner();
        Ok(Some(Structure::of(answer.structure)?))
    }

    /// Says who and what entered, left, formed and ended between two moments.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn structure_comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which kind of relation.")] layer: Layer,
        #[graphql(desc = "The moment to compare with.")] earlier: AsOfInput,
        #[graphql(
            name = "later",
            desc = "The moment to compare; now, as far as recorded, when left out."
        )]
        compared: Option<AsOfInput>,
    ) -> Result<Option<StructureComparison>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::CompareStructureRequest {
            network_id: self.0.to_string(),
            layer: layer.into(),
            earlier: Some(earlier.message()?),
            later: Some(compared.unwrap_or_default().message()?),
            min_position: call.min_position(),
        });
        let answer = call.structures().compare_structure(request).await?.into_inner();
        Ok(Some(StructureComparison {
            layer,
            earlier: Structure::of(answer.earlier)?,
            later: Structure::of(answer.later)?,
            answer,
        }))
    }

    /// Measures the structure at regular intervals, at most 1,000 times.
    #[graphql(
        complexity = "call::COST + points(&from, &to, interval).min(POINTS_MAX) * child_complexity"
    )]
    async fn structure_series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which kind of relation.")] layer: Layer,
        #[graphql(desc = "The first moment.")] from: Moment,
        #[graphql(desc = "The last moment, inclusive.")] to: Moment,
        #[graphql(desc = "How far the moments lie apart.")] interval: Interval,
        #[graphql(desc = "What counts as known at every point; everything when left out.")]
        known_by: Option<KnownByInput>,
    ) -> Result<Option<Vec<Structure>>> {
        let call = Call::of(ctx)?;
        let mut request = message::ListStructureSeriesRequest {
            network_id: self.0.to_string(),
            layer: layer.into(),
            from: Some(from.message()),
            to: Some(to.message()),
            interval: interval.into(),
            known_by: known_by.map(KnownByInput::message).transpose()?,
            min_position: call.min_position(),
            page: None,
        };
        let mut series = Vec::new();
        let mut page_token = String::new();
        while series.len() < POINTS_MAX {
            let page_size = u32::try_from(PAGE_MAX).unwrap_or(u32::MAX);
            request.page = Some(common::PageRequest { page_size, page_token, skip: 0 });
            let upstream = call.request(request.clone());
            let answer = call.structures().list_structure_series(upstream).await?.into_inner();
            for point in answer.points {
                series.push(Structure::of(Some(point))?);
            }
            page_token = answer.page.map(|page| page.next_page_token).unwrap_or_default();
            if page_token.is_empty() {
                return Ok(Some(series));
            }
        }
        let message = format!("a series has at most {POINTS_MAX} points; take a longer interval");
        Err(wire::status(ErrorCode::Invalid, "SERIES_TOO_LONG", Some("interval"), &message).into())
    }
}

/// How many points a series has, roughly: for the cost of an operation.
fn points(from: &Moment, to: &Moment, interval: Interval) -> usize {
    let days = match interval {
        Interval::Day => 1,
        Interval::Week => 7,
        Interval::Month => 28,
        Interval::Quarter => 90,
        Interval::Year => 365,
    };
    let seconds = to.0.as_second().saturating_sub(from.0.as_second()).max(0);
    usize::try_from(seconds / (days * DAY_SECONDS) + 1).unwrap_or(usize::MAX)
}
