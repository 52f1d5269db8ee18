//! Puts the fields of an answer into the order of the document.
//!
//! The library answers fields in the order in which they were resolved; the specification wants
//! that of the selection, and so do people who compare answers.

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// The fields of a selection by their keys in the answer, each with its own selection.
#[derive(Default, Debug)]
pub(crate) struct Order(IndexMap<Name, Order>);

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

impl Order {
    /// The order of the operation called `name`, or of the only one.
    ///
    /// The document must have passed validation: fragments that contain themselves never end.
    pub(crate) fn of(document: &ExecutableDocument, name: Option<&str>) -> Order {
        let mut order = Order::default();
        let mut operations = document.operations.iter();
        let asked = |(found, _): &(Option<&Name>, _)| match (name, found) {
            (Some(name), Some(found)) => found.as_str() == name,
            (Some(_), None) => false,
            (None, _) => true,
        };
        if let Some((_, operation)) = operations.find(asked) {
            order.add(&operation.node.selection_set.node, &document.fragments);
        }
        order
    }

    fn add(&mut self, selected: &SelectionSet, fragments: &Fragments) {
        for selection in &selected.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.clone();
                    let inner = self.0.entry(key).or_default();
                    inner.add(&field.node.selection_set.node, fragments);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, fragments);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.add(&fragment.node.selection_set.node, fragments);
                }
            }
        }
    }

    /// Arranges an answer.
    pub(crate) fn arrange(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let mut found = std::mem::take(fields);
                for (key, inner) in &self.0 {
                    if let Some(mut field) = found.swap_remove(key) {
                        inner.arrange(&mut field);
                        fields.insert(key.clone(), field);
                    }
                }
                // Nothing is left of an answer to this document; a scalar's own fields are.
                fields.extend(found);
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_) => {}
        }
    }
}
