//! Messages to questions about structure, and back. No rules.

use std::pin::Pin;

use access::Access;
use futures::{Stream, stream};
use kernel::{NetworkId, Rejection};
use netgraph::Metrics;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use wire::{
    Outcome, page, read,
    weft::assessment::v1::{self as message, structure_service_server::StructureService},
};

use crate::{
    index::Layer,
    queries::{Interval, Queries, Question, Structure},
};

/// How many edges of a comparison are listed in one answer.
const EDGES_MAX: usize = 10_000;

/// How many nodes or edges one message of an export carries.
const EXPORT_CHUNK: usize = 1_000;

/// The gRPC face of assessment.
#[derive(Clone, Debug)]
pub struct StructureGrpc {
    access: Access,
    queries: Queries,
}

impl StructureGrpc {
    /// Answers whom `access` admits.
    pub fn new(access: Access, queries: Queries) -> StructureGrpc {
        StructureGrpc { access, queries }
    }
}

#[tonic::async_trait]
impl StructureService for StructureGrpc {
    async fn get_structure(
        &self,
        request: Request<message::GetStructureRequest>,
    ) -> Outcome<message::GetStructureResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let layer = layer(message.layer)?;
        let question = Question { network, layer, caller, min_position: message.min_position };
        let found = self.queries.structure(question, moment).await;
        let structure = Some(structure_message(&found.map_err(to_status)?));
        Ok(Response::new(message::GetStructureResponse { structure }))
    }

    async fn compare_structure(
        &self,
        request: Request<message::CompareStructureRequest>,
    ) -> Outcome<message::CompareStructureResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let first = read::as_of(message.earlier.as_ref(), "earlier")?;
        let second = read::as_of(message.later.as_ref(), "later")?;
        let layer = layer(message.layer)?;
        let question = Question { network, layer, caller, min_position: message.min_position };
        let compared = self.queries.compare(question, (first, second)).await.map_err(to_status)?;
        Ok(Response::new(message::CompareStructureResponse {
            earlier: Some(structure_message(&compared.earlier)),
            later: Some(structure_message(&compared.later)),
            nodes_entered: compared.nodes_entered.iter().map(Uuid::to_string).collect(),
            nodes_left: compared.nodes_left.iter().map(Uuid::to_string).collect(),
            edges_formed: compared.edges_formed.iter().take(EDGES_MAX).map(edge).collect(),
            edges_ended: compared.edges_ended.iter().take(EDGES_MAX).map(edge).collect(),
            edges_formed_count: count(compared.edges_formed_count),
            edges_ended_count: count(compared.edges_ended_count),
        }))
    }

    async fn list_structure_series(
        &self,
        request: Request<message::ListStructureSeriesRequest>,
    ) -> Outcome<message::ListStructureSeriesResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let from = read::instant(message.from, "from")?.ok_or_else(|| read::missing("from"))?;
        let to = read::instant(message.to, "to")?.ok_or_else(|| read::missing("to"))?;
        let span = (from, to, interval(message.interval)?);
        let (_, known) = read::as_of(message.known_by.as_ref(), "known_by")?;
        let layer = layer(message.layer)?;
        let asked = format!("series {network} {layer:?} {span:?} {known:?}");
        let page = page::page(message.page.as_ref(), &asked)?;
        let known = match (known, page.known) {
            (kernel::Known::Now, Some(position)) => kernel::Known::Position(position),
            (known, _) => known,
        };
        let part = (page.offset, page.limit);
        let question = Question { network, layer, caller, min_position: message.min_position };
        let series = self.queries.series(question, span, known, part).await;
        let (points, total, position) = series.map_err(to_status)?;
        let info = page.info(points.len(), count(total), position.0);
        let points = points.iter().map(structure_message).collect();
        Ok(Response::new(message::ListStructureSeriesResponse { points, page: Some(info) }))
    }

    type ExportStructureStream =
        Pin<Box<dyn Stream<Item = Result<message::ExportStructureResponse, Status>> + Send>>;

    async fn export_structure(
        &self,
        request: Request<message::ExportStructureRequest>,
    ) -> Outcome<Self::ExportStructureStream> {
        let network = network_id(&request.get_ref().network_id)?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let layer = layer(message.layer)?;
        let question = Question { network, layer, caller, min_position: message.min_position };
        let exported = self.queries.export(question, moment).await;
        let (nodes, edges, position) = exported.map_err(to_status)?;
        let mut chunks: Vec<message::ExportStructureResponse> = nodes
            .chunks(EXPORT_CHUNK)
            .map(|chunk| message::ExportStructureResponse {
                node_ids: chunk.iter().map(Uuid::to_string).collect(),
                edges: vec![],
                position: position.0,
            })
            .collect();
        if chunks.is_empty() {
            let position = position.0;
            chunks.push(message::ExportStructureResponse { position, ..Default::default() });
        }
        // Edges are written out only as the reader takes them: there may be millions.
        let rest = (0..edges.len().div_ceil(EXPORT_CHUNK)).map(move |chunk| {
            let start = chunk * EXPORT_CHUNK;
            let end = edges.len().min(start + EXPORT_CHUNK);
            message::ExportStructureResponse {
                node_ids: vec![],
                edges: edges[start..end].iter().map(edge).collect(),
                position: position.0,
            }
        });
        Ok(Response::new(Box::pin(stream::iter(chunks.into_iter().chain(rest).map(Ok)))))
    }
}

fn layer(value: i32) -> Result<Layer, Status> {
    match message::Layer::try_from(value) {
        Ok(message::Layer::CoAttendance) => Ok(Layer::CoAttendance),
        Ok(message::Layer::Ties) => Ok(Layer::Ties),
        Ok(message::Layer::Unspecified) | Err(_) => Err(read::missing("layer")),
    }
}

fn interval(value: i32) -> Result<Interval, Status> {
    match message::Interval::try_from(value) {
        Ok(message::Interval::Day) => Ok(Interval::Day),
        Ok(message::Interval::Week) => Ok(Interval::Week),
        Ok(message::Interval::Month) => Ok(Interval::Month),
        Ok(message::Interval::Quarter) => Ok(Interval::Quarter),
        Ok(message::Interval::Year) => Ok(Interval::Year),
        Ok(message::Interval::Unspecified) | Err(_) => Err(read::missing("interval")),
    }
}

fn structure_message(structure: &Structure) -> message::Structure {
    let Metrics {
        nodes,
        edges,
        density,
        reciprocity,
        components,
        isolates,
        largest_component_share,
        average_degree,
        degree_centralisation,
        transitivity,
        mean_local_clustering,
        average_path_length,
        diameter,
    } = structure.metrics;
    let layer = match structure.layer {
        Layer::CoAttendance => message::Layer::CoAttendance,
        Layer::Ties => message::Layer::Ties,
    };
    message::Structure {
        as_of: Some(read::timestamp(structure.as_of)),
        known_by: structure.known_by.0,
        position: structure.position.0,
        layer: layer.into(),
        nodes,
        edges,
        density,
        components,
        isolates,
        largest_component_share,
        average_degree,
        degree_centralisation,
        transitivity,
        mean_local_clustering,
        average_path_length,
        diameter,
        reciprocity,
    }
}

fn edge((source, target): &(Uuid, Uuid)) -> message::Edge {
    message::Edge { source_id: source.to_string(), target_id: target.to_string() }
}

fn network_id(text: &str) -> Result<NetworkId, Status> {
    read::id(text, "network_id")
}

fn to_status(error: impl Rejection) -> Status {
    wire::refuse(&error)
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
