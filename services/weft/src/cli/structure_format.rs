//! The forms in which a structure is printed: JSON, a table for people, CSV and GraphML.

use serde::Serialize;
use wire::weft::assessment::v1::{CompareStructureResponse, Edge, Layer, Structure};

use super::Failure;

#[cfg(test)]
mod tests;

/// What stands where a figure is undefined.
const UNDEFINED: &str = "-";

/// The first line of a list of edges.
pub(crate) const CSV_HEADER: &str = "source,target\n";

/// The last lines of a GraphML document.
pub(crate) const GRAPHML_END: &str = "  </graph>\n</graphml>\n";

/// A structure as JSON, with the figures in full precision and `null` where one is undefined.
#[derive(Serialize, Debug)]
pub(crate) struct Figures {
    as_of: Option<String>,
    known_by: u64,
    position: u64,
    layer: &'static str,
    nodes: u64,
    edges: u64,
    density: Option<f64>,
    components: u64,
    isolates: u64,
    largest_component_share: Option<f64>,
    average_degree: Option<f64>,
    degree_centralisation: Option<f64>,
    transitivity: Option<f64>,
    mean_local_clustering: Option<f64>,
    average_path_length: Option<f64>,
    diameter: Option<u64>,
    reciprocity: Option<f64>,
}

/// An edge as JSON.
#[derive(Serialize, Debug)]
struct EdgeFigures<'a> {
    source: &'a str,
    target: &'a str,
}

/// A comparison as JSON.
#[derive(Serialize, Debug)]
struct Comparison<'a> {
    earlier: Figures,
    later: Figures,
    entered: &'a [String],
    left: &'a [String],
    formed: Vec<EdgeFigures<'a>>,
    ended: Vec<EdgeFigures<'a>>,
    formed_count: u64,
    ended_count: u64,
}

impl Figures {
    /// Takes the figures of a message.
    ///
    /// # Errors
    ///
    /// Says that the message has a time that is none.
    pub(crate) fn of(structure: &Structure) -> Result<Figures, Failure> {
        let as_of = wire::read::instant(structure.as_of, "as_of").map_err(Failure::of)?;
        Ok(Figures {
            as_of: as_of.map(|as_of| as_of.to_string()),
            known_by: structure.known_by,
            position: structure.position,
            layer: layer_name(structure.layer()),
            nodes: structure.nodes,
            edges: structure.edges,
            density: structure.density,
            components: structure.components,
            isolates: structure.isolates,
            largest_component_share: structure.largest_component_share,
            average_degree: structure.average_degree,
            degree_centralisation: structure.degree_centralisation,
            transitivity: structure.transitivity,
            mean_local_clustering: structure.mean_local_clustering,
            average_path_length: structure.average_path_length,
            diameter: structure.diameter,
            reciprocity: structure.reciprocity,
        })
    }

    /// One cell for each row of a table, as a name and a value.
    fn cells(&self) -> Vec<(&'static str, String)> {
        let share = |value: Option<f64>| {
            value.map_or_else(|| UNDEFINED.to_owned(), |value| format!("{value:.4}"))
        };
        let whole = |value: Option<u64>| {
            value.map_or_else(|| UNDEFINED.to_owned(), |value| value.to_string())
        };
        let mut cells = vec![
            ("as of", self.as_of.clone().unwrap_or_else(|| UNDEFINED.to_owned())),
            ("known by position", self.known_by.to_string()),
            ("layer", self.layer.to_owned()),
            ("nodes", self.nodes.to_string()),
            ("edges", self.edges.to_string()),
            ("density", share(self.density)),
            ("components", self.components.to_string()),
            ("isolates", self.isolates.to_string()),
            ("largest component share", share(self.largest_component_share)),
            ("average degree", share(self.average_degree)),
            ("degree centralisation", share(self.degree_centralisation)),
            ("transitivity", share(self.transitivity)),
            ("mean local clustering", share(self.mean_local_clustering)),
            ("average path length", share(self.average_path_length)),
            ("diameter", whole(self.diameter)),
        ];
        if self.reciprocity.is_some() || self.layer == layer_name(Layer::Ties) {
            cells.push(("reciprocity", share(self.reciprocity)));
        }
        cells
    }
}

/// The name of a layer on the command line.
pub(crate) fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::CoAttendance => "co-attendance",
        Layer::Ties => "ties",
        Layer::Unspecified => "unspecified",
    }
}

/// Writes a structure as one JSON object on one line.
///
/// # Errors
///
/// Says that the server's answer cannot be written.
pub(crate) fn json(structure: &Structure) -> Result<String, Failure> {
    written(&Figures::of(structure)?)
}

/// Writes a comparison as one JSON object on one line.
///
/// # Errors
///
/// Says that the server's answer cannot be written.
pub(crate) fn comparison_json(comparison: &CompareStructureResponse) -> Result<String, Failure> {
    let (earlier, later) = both(comparison)?;
    written(&Comparison {
        earlier,
        later,
        entered: &comparison.nodes_entered,
        left: &comparison.nodes_left,
        formed: edges(&comparison.edges_formed),
        ended: edges(&comparison.edges_ended),
        formed_count: comparison.edges_formed_count,
        ended_count: comparison.edges_ended_count,
    })
}

fn written(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::said(format!("the answer cannot be written as JSON: {error}")))
}

fn edges<'a>(edges: &'a [Edge]) -> Vec<EdgeFigures<'a>> {
    let figures = |edge: &'a Edge| EdgeFigures { source: &edge.source_id, target: &edge.target_id };
    edges.iter().map(figures).collect()
}

fn both(comparison: &CompareStructureResponse) -> Result<(Figures, Figures), Failure> {
    match (&comparison.earlier, &comparison.later) {
        (Some(earlier), Some(later)) => Ok((Figures::of(earlier)?, Figures::of(later)?)),
        (None, _) | (_, None) => Err(Failure::said("the server answered without a structure")),
    }
}

/// Writes structures side by side, one a column.
///
/// # Errors
///
/// Says that the server's answer cannot be written.
pub(crate) fn table(structures: &[Structure]) -> Result<String, Failure> {
    let columns = structures.iter().map(Figures::of).collect::<Result<Vec<_>, _>>()?;
    Ok(aligned(&columns))
}

/// Writes a comparison for people; `called` gives what to call a node by its id.
///
/// # Errors
///
/// Says that the server's answer cannot be written.
pub(crate) fn comparison_table(
    comparison: &CompareStructureResponse,
    called: &dyn Fn(&str) -> String,
) -> Result<String, Failure> {
    let (earlier, later) = both(comparison)?;
    let arrow = if later.layer == layer_name(Layer::Ties) { "->" } else { "--" };
    let mut lines = vec![aligned(&[earlier, later])];
    for (what, nodes) in [("entered", &comparison.nodes_entered), ("left", &comparison.nodes_left)]
    {
        lines.push(format!("\n{what}: {}", nodes.len()));
        lines.extend(nodes.iter().map(|node| format!("  {}", called(node))));
    }
    for (what, edges, count) in [
        ("formed", &comparison.edges_formed, comparison.edges_formed_count),
        ("ended", &comparison.edges_ended, comparison.edges_ended_count),
    ] {
        lines.push(format!("\n{what}: {count}"));
        lines.extend(edges.iter().map(|edge| {
            format!("  {} {arrow} {}", called(&edge.source_id), called(&edge.target_id))
        }));
        let hidden = count.saturating_sub(edges.len() as u64);
        if hidden > 0 {
            lines.push(format!("  and {hidden} that are not listed"));
        }
    }
    Ok(lines.join("\n"))
}

/// Writes figures in aligned columns, names first.
fn aligned(columns: &[Figures]) -> String {
    let columns = columns.iter().map(Figures::cells).collect::<Vec<_>>();
    let Some(longest) = columns.iter().max_by_key(|cells| cells.len()) else {
        return String::new();
    };
    let names = longest.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let name_width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let width = |cells: &Vec<(&str, String)>| cells.iter().map(|(_, value)| value.len()).max();
    let widths = columns.iter().map(|cells| width(cells).unwrap_or(0)).collect::<Vec<_>>();
    let line = |(index, name): (usize, &&str)| {
        let values = columns.iter().zip(&widths).map(|(cells, width)| {
            let value = cells.get(index).map_or(UNDEFINED, |(_, value)| value);
            format!("{value:>width$}")
        });
        let values = values.collect::<Vec<_>>().join("  ");
        format!("{name:name_width$}  {values}")
    };
    names.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Writes edges as lines of CSV, source first.
pub(crate) fn csv(edges: &[Edge]) -> String {
    // Ids are UUIDs: nothing in them needs quotes.
    edges.iter().flat_map(|edge| [&edge.source_id, ",", &edge.target_id, "\n"]).collect()
}

/// What a GraphML document says of itself.
#[derive(Debug)]
pub(crate) struct GraphmlHead<'a> {
    /// The network's name.
    pub(crate) network: &'a str,
    /// The layer.
    pub(crate) layer: Layer,
    /// The moment; `None` is when the server was asked.
    pub(crate) as_of: Option<String>,
    /// The position of the log that the graph reflects.
    pub(crate) position: u64,
}

/// Writes the first lines of a GraphML document.
pub(crate) fn graphml_begin(head: &GraphmlHead<'_>) -> String {
    let directed = match head.layer {
        Layer::Ties => "directed",
        Layer::CoAttendance | Layer::Unspecified => "undirected",
    };
    let as_of = head.as_of.as_ref().map_or_else(String::new, |as_of| {
        format!("    <data key=\"as_of\">{}</data>\n", escaped(as_of))
    });
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="network" for="graph" attr.name="network" attr.type="string"/>
  <key id="layer" for="graph" attr.name="layer" attr.type="string"/>
  <key id="as_of" for="graph" attr.name="as_of" attr.type="string"/>
  <key id="position" for="graph" attr.name="position" attr.type="long"/>
  <graph id="structure" edgedefault="{directed}">
    <data key="network">{}</data>
    <data key="layer">{}</data>
{as_of}    <data key="position">{}</data>
"#,
        escaped(head.network),
        layer_name(head.layer),
        head.position,
    )
}

/// Writes nodes and edges of a GraphML document.
pub(crate) fn graphml_part(nodes: &[String], edges: &[Edge]) -> String {
    let nodes = nodes.iter().map(|node| format!("    <node id=\"{}\"/>\n", escaped(node)));
    let edges = edges.iter().map(|edge| {
        let (source, target) = (escaped(&edge.source_id), escaped(&edge.target_id));
        format!("    <edge source=\"{source}\" target=\"{target}\"/>\n")
    });
    nodes.chain(edges).collect()
}

/// Makes a text fit to stand in an XML document, in an element or an attribute. Characters that
/// XML cannot hold at all become question marks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            _ => escaped.push(character),
        }
    }
    escaped
}
