//! `weft structure`: what the network's structure was at a moment, and how it changed.

use std::collections::HashMap;

use clap::ValueEnum;
use jiff::Timestamp;
use wire::weft::{
    assessment::v1::{
        CompareStructureRequest, CompareStructureResponse, ExportStructureRequest,
        GetStructureRequest, Layer, Structure,
    },
    common::v1::{AsOf, as_of::Known},
    membership::v1::{BatchGetPersonsRequest, ProfileField},
};

use super::{
    Failure,
    client::{Server, ServerArgs},
    moment::{self, KnownBy},
    out,
    structure_format::{self, GraphmlHead},
};

/// How many people one request may ask for.
const PERSONS_MAX: usize = 100;

/// Prints the network's structure as of a moment, or how it changed between two.
///
/// In the layer co-attendance, the nodes are the people who attended at least one gathering on or
/// before the date, and an edge joins two who attended one together. In the layer ties, the nodes
/// are the active members, and an edge leads from who declared a tie to whom it is with.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft structure --network \"Old City\" --as-of 1936-05-01 --format json
  weft structure --network \"Old City\" --as-of 1936-05-01 --known-by 2026-01-31
  weft structure --network \"Old City\" --compare 1936-03-01 1936-11-30
  weft structure --network \"Old City\" --format graphml > old-city.graphml")]
pub(crate) struct Args {
    /// The network's name.
    #[arg(long, value_name = "NAME")]
    network: String,
    /// The moment: a date, which counts to its end (UTC), or a time such as 1936-05-01T18:30:00Z;
    /// now when it is not given.
    #[arg(long, value_name = "DATE|TIME", value_parser = moment::as_of)]
    as_of: Option<Timestamp>,
    /// Counts only what was recorded by then: a position of the log, a date or a time.
    #[arg(long, value_name = "TIME|POSITION", value_parser = moment::known_by)]
    known_by: Option<KnownBy>,
    /// The kind of relation.
    #[arg(long, value_enum, default_value_t = LayerName::CoAttendance)]
    layer: LayerName,
    /// The form: a table for people; one JSON object; csv, a list of edges (so without isolated
    /// nodes); or graphml, all nodes and edges.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Tells who and what entered, left, formed and ended between two moments.
    #[arg(
        long,
        num_args = 2,
        value_names = ["EARLIER", "LATER"],
        value_parser = moment::as_of,
        conflicts_with = "as_of"
    )]
    compare: Option<Vec<Timestamp>>,
    #[command(flatten)]
    server: ServerArgs,
}

/// A layer as it is called on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum LayerName {
    CoAttendance,
    Ties,
}

/// A form of the result.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    Json,
    Table,
    Csv,
    Graphml,
}

impl LayerName {
    fn layer(self) -> Layer {
        match self {
            LayerName::CoAttendance => Layer::CoAttendance,
            LayerName::Ties => Layer::Ties,
        }
    }
}

/// Asks the server and prints the answer.
///
/// # Errors
///
/// Says what cannot be combined, or what the server refused.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    match (args.compare.as_deref(), args.format) {
        (Some([earlier, later]), Format::Json | Format::Table) => {
            compare(&args, *earlier, *later).await
        }
        (Some(_), Format::Csv | Format::Graphml) => Err(Failure::said(
            "--compare prints a table or json; for csv or graphml ask for one date with --as-of",
        )),
        (Some(_), Format::Json | Format::Table) => {
            Err(Failure::said("--compare takes two dates, the earlier one first"))
        }
        (None, Format::Json) => out::line(structure_format::json(&measured(&args).await?)?),
        (None, Format::Table) => out::line(structure_format::table(&[measured(&args).await?])?),
        (None, Format::Csv) => export(&args, Export::Csv).await,
        (None, Format::Graphml) => export(&args, Export::Graphml).await,
    }
}

/// What to ask about the past: one moment on both clocks.
fn as_of(effective: Option<Timestamp>, known_by: Option<KnownBy>) -> AsOf {
    let known = known_by.map(|known_by| match known_by {
        KnownBy::Position(position) => Known::KnownPosition(position),
        KnownBy::Time(time) => Known::KnownTime(wire::read::timestamp(time)),
    });
    AsOf { effective: effective.map(wire::read::timestamp), known }
}

async fn measured(args: &Args) -> Result<Structure, Failure> {
    let server = Server::connect(&args.server).await?;
    let network_id = server.network_id(&args.network).await?;
    structure(&server, network_id, args.layer.layer(), as_of(args.as_of, args.known_by)).await
}

/// Measures one layer of a network at a moment.
///
/// # Errors
///
/// Says what the server refused.
pub(crate) async fn structure(
    server: &Server,
    network_id: String,
    layer: Layer,
    as_of: AsOf,
) -> Result<Structure, Failure> {
    let request = GetStructureRequest {
        network_id,
        layer: layer.into(),
        as_of: Some(as_of),
        min_position: 0,
    };
    let answer = server.structures().get_structure(request).await.map_err(Failure::of)?;
    answer
        .into_inner()
        .structure
        .ok_or_else(|| Failure::said("the server answered without a structure"))
}

async fn compare(args: &Args, earlier: Timestamp, later: Timestamp) -> Result<(), Failure> {
    if earlier > later {
        return Err(Failure::said("--compare takes the earlier date first"));
    }
    let server = Server::connect(&args.server).await?;
    let request = CompareStructureRequest {
        network_id: server.network_id(&args.network).await?,
        layer: args.layer.layer().into(),
        earlier: Some(as_of(Some(earlier), args.known_by)),
        later: Some(as_of(Some(later), args.known_by)),
        min_position: 0,
    };
    let answer = server.structures().compare_structure(request).await.map_err(Failure::of)?;
    let comparison = answer.into_inner();
    if args.format == Format::Json {
        return out::line(structure_format::comparison_json(&comparison)?);
    }
    let names = names(&server, &comparison).await?;
    let called =
        |id: &str| names.get(id).map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
    out::line(structure_format::comparison_table(&comparison, &called)?)
}

/// Finds the names of the people in a comparison, where the token may read them.
async fn names(
    server: &Server,
    comparison: &CompareStructureResponse,
) -> Result<HashMap<String, String>, Failure> {
    let edges = comparison.edges_formed.iter().chain(&comparison.edges_ended);
    let ends = edges.flat_map(|edge| [&edge.source_id, &edge.target_id]);
    let nodes = comparison.nodes_entered.iter().chain(&comparison.nodes_left);
    let mut ids = nodes.chain(ends).cloned().collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for group in ids.chunks(PERSONS_MAX) {
        let request = BatchGetPersonsRequest { person_ids: group.to_vec(), min_position: 0 };
        let answer = server.persons().batch_get_persons(request).await.map_err(Failure::of)?;
        for mut person in answer.into_inner().persons {
            let name = person.profile.iter().position(|entry| entry.field() == ProfileField::Name);
            if let Some(index) = name {
                // A name is somebody else's text: it must not steer the terminal.
                let name = person.profile.swap_remove(index).value;
                let name = name.chars().filter(|character| !character.is_control()).collect();
                names.insert(person.person_id, name);
            }
        }
    }
    Ok(names)
}

/// A form that lists nodes or edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Export {
    Csv,
    Graphml,
}

/// Prints nodes and edges as they come: there may be millions.
async fn export(args: &Args, form: Export) -> Result<(), Failure> {
    let server = Server::connect(&args.server).await?;
    let layer = args.layer.layer();
    let request = ExportStructureRequest {
        network_id: server.network_id(&args.network).await?,
        layer: layer.into(),
        as_of: Some(as_of(args.as_of, args.known_by)),
        min_position: 0,
    };
    let answer = server.structures().export_structure(request).await.map_err(Failure::of)?;
    let mut parts = answer.into_inner();
    let mut part = parts.message().await.map_err(Failure::of)?;
    let mut results = out::Results::begin();
    match form {
        Export::Csv => results.text(structure_format::CSV_HEADER)?,
        Export::Graphml => results.text(&structure_format::graphml_begin(&GraphmlHead {
            network: &args.network,
            layer,
            as_of: args.as_of.map(|as_of| as_of.to_string()),
            position: part.as_ref().map_or(0, |part| part.position),
        }))?,
    }
    while let Some(some) = part {
        results.text(&match form {
            Export::Csv => structure_format::csv(&some.edges),
            Export::Graphml => structure_format::graphml_part(&some.node_ids, &some.edges),
        })?;
        part = parts.message().await.map_err(Failure::of)?;
    }
    if form == Export::Graphml {
        results.text(structure_format::GRAPHML_END)?;
    }
    results.flush()
}
