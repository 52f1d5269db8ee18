//! The changes of one network, in memory, arranged so that any moment can be cut out.

use std::collections::HashMap;

use eventlog::Position;
use events::TieVisibility;
use netgraph::{Graph, Moment, Timeline};
use uuid::Uuid;

use crate::views::structure::{Change, What};

#[cfg(test)]
mod tests;

/// A kind of relation, kept apart from the others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Layer {
    /// Who was at a gathering together.
    CoAttendance,
    /// Who declared a tie to whom.
    Ties,
}

/// One network's changes. Nodes are numbered in the order in which they were first heard of.
#[derive(Debug, Default)]
pub struct StructureIndex {
    parties: Numbered,
    gatherings: Numbered,
    members: Timeline<u32, u32>,
    ties: Timeline<Uuid, TieEdge>,
    attendance: Timeline<(u32, u32), (u32, u32)>,
    position: Position,
}

/// An open tie between two numbered parties.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct TieEdge {
    source: u32,
    target: u32,
    visibility: TieVisibility,
}

/// Ids as small numbers.
#[derive(Debug, Default)]
struct Numbered {
    numbers: HashMap<Uuid, u32>,
    ids: Vec<Uuid>,
}

impl Numbered {
    fn number(&mut self, id: Uuid) -> u32 {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            next
        })
    }
}

impl StructureIndex {
    /// Takes in a change; changes come in order of position.
    pub fn push(&mut self, change: &Change) {
        let Change { position, effective_us, what } = *change;
        let known = position.0;
        match what {
            What::Joined(party) => {
                let party = self.parties.number(party);
                self.members.begin(party, party, effective_us, known);
            }
            What::Left(party) => {
                let party = self.parties.number(party);
                self.members.end(party, effective_us, known);
            }
            What::Tied { tie, source, target, visibility } => {
                let (source, target) = (self.parties.number(source), self.parties.number(target));
                let edge = TieEdge { source, target, visibility };
                self.ties.begin(tie, edge, effective_us, known);
            }
            What::Untied(tie) => self.ties.end(tie, effective_us, known),
            What::Attended { gathering, person } => {
                let pair = (self.gatherings.number(gathering), self.parties.number(person));
                self.attendance.begin(pair, pair, effective_us, known);
            }
            What::NotAttended { gathering, person } => {
                let pair = (self.gatherings.number(gathering), self.parties.number(person));
                self.attendance.retract(pair, known);
            }
        }
        self.position = position;
    }

    /// The position of the last change taken in.
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many changes it holds, roughly, for bounding memory.
    pub fn size(&self) -> usize {
        self.members.len() + self.ties.len() + self.attendance.len()
    }

    /// Cuts out the graph of `layer` at a moment.
    pub fn graph(&self, layer: Layer, moment: Moment) -> Graph {
        match layer {
            Layer::CoAttendance => {
                Graph::co_attendance(&self.attendance.at(moment).collect::<Vec<_>>())
            }
            Layer::Ties => {
                let arcs: Vec<_> =
                    self.ties.at(moment).map(|edge| (edge.source, edge.target)).collect();
                Graph::directed(self.members.at(moment).collect(), &arcs)
            }
        }
    }

    /// The id behind a node's number.
    ///
    /// # Panics
    ///
    /// Panics when the number is none that a graph of this index has.
    pub fn id(&self, node: u32) -> Uuid {
        self.parties.ids[node as usize]
    }

    /// The pairs of `layer` at a moment that `viewer` may see; `None` stands for all of them, in a
    /// layer that every member may see.
    ///
    /// A viewer who is nobody (the operator) sees the ties that all members see.
    pub fn visible_ties(&self, moment: Moment, viewer: Option<Uuid>) -> Vec<(u32, u32)> {
        let viewer = viewer.and_then(|viewer| self.parties.numbers.get(&viewer).copied());
        let mut visible: Vec<_> = self
            .ties
            .at(moment)
            .filter(|edge| match edge.visibility {
                TieVisibility::Network => true,
                TieVisibility::Parties => {
                    viewer == Some(edge.source) || viewer == Some(edge.target)
                }
                TieVisibility::Source => viewer == Some(edge.source),
            })
            .map(|edge| (edge.source, edge.target))
            .collect();
        visible.sort_unstable();
        visible.dedup();
        visible
    }
}
