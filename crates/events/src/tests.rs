//! Recorded events decode for ever, and the published schemas are those of the code.

use std::{collections::BTreeSet, fs, path::PathBuf};

use kernel::{Event, PersonalField, codec};
use serde_json::Value;

use super::{
    AffiliationEvent, AgendaEvent, BallotBoxEvent, CharterEvent, DecisionEvent, DelegationEvent,
    EffectEvent, GatheringEvent, GoalEvent, MandateEvent, MembershipEvent, NetworkEvent,
    OrganisationEvent, PersonEvent, ProposalEvent, ResolutionEvent, TieEvent, TurnoutEvent,
    catalogue,
};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The recorded examples as (category, type, schema version, data).
fn fixtures() -> Vec<(String, String, u16, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder("fixtures")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let parts: Vec<&str> = stem.split('.').collect();
        let [category, name, schema] = parts[..] else { panic!("{stem} is not category.Type.1") };
        let data = fs::read(&path).unwrap();
        found.push((category.to_owned(), name.to_owned(), schema.parse().unwrap(), data));
    }
    found.sort();
    found
}

fn decodes_and_encodes_the_same<E: Event>(name: &str, schema: u16, data: &[u8]) {
    let mut event: E = codec::decode(name, data).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(event.schema(), schema, "{name} has a newer shape: add its fixture");
    let encoded = codec::encode(&event).unwrap();
    assert_eq!(encoded.name, name);
    let recorded: Value = serde_json::from_slice(data).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&encoded.data).unwrap(), recorded, "{name}");

    // The writer seals by the names it is shown, readers open by where they find sealed values.
    let mut shown = BTreeSet::new();
    event.personal(&mut |field, _: &mut dyn PersonalField| {
        shown.insert(field.to_owned());
    });
    let mut found = BTreeSet::new();
    for (key, value) in recorded.as_object().unwrap() {
        if value.get("sealed").is_some() {
            found.insert(key.clone());
        }
    }
    assert_eq!(shown, found, "{name} does not show every personal field");
}

#[test]
fn every_recorded_event_decodes_and_encodes_to_the_same_json() {
    for (category, name, schema, data) in fixtures() {
        let check = match category.as_str() {
            AffiliationEvent::CATEGORY => decodes_and_encodes_the_same::<AffiliationEvent>,
            AgendaEvent::CATEGORY => decodes_and_encodes_the_same::<AgendaEvent>,
            BallotBoxEvent::CATEGORY => decodes_and_encodes_the_same::<BallotBoxEvent>,
            CharterEvent::CATEGORY => decodes_and_encodes_the_same::<CharterEvent>,
            DecisionEvent::CATEGORY => decodes_and_encodes_the_same::<DecisionEvent>,
            DelegationEvent::CATEGORY => decodes_and_encodes_the_same::<DelegationEvent>,
            EffectEvent::CATEGORY => decodes_and_encodes_the_same::<EffectEvent>,
            GatheringEvent::CATEGORY => decodes_and_encodes_the_same::<GatheringEvent>,
            GoalEvent::CATEGORY => decodes_and_encodes_the_same::<GoalEvent>,
            MandateEvent::CATEGORY => decodes_and_encodes_the_same::<MandateEvent>,
            MembershipEvent::CATEGORY => decodes_and_encodes_the_same::<MembershipEvent>,
            NetworkEvent::CATEGORY => decodes_and_encodes_the_same::<NetworkEvent>,
            OrganisationEvent::CATEGORY => decodes_and_encodes_the_same::<OrganisationEvent>,
            PersonEvent::CATEGORY => decodes_and_encodes_the_same::<PersonEvent>,
            ProposalEvent::CATEGORY => decodes_and_encodes_the_same::<ProposalEvent>,
            ResolutionEvent::CATEGORY => decodes_and_encodes_the_same::<ResolutionEvent>,
            TieEvent::CATEGORY => decodes_and_encodes_the_same::<TieEvent>,
            TurnoutEvent::CATEGORY => decodes_and_encodes_the_same::<TurnoutEvent>,
            other => panic!("a fixture of the unknown category {other}"),
        };
        check(&name, schema, &data);
    }
}

#[test]
fn every_type_of_event_has_a_recorded_example() {
    let recorded: BTreeSet<(String, String)> =
        fixtures().into_iter().map(|(category, name, _, _)| (category, name)).collect();
    let mut known = BTreeSet::new();
    for kind in catalogue() {
        for alternative in kind.schema.get("oneOf").unwrap().as_array().unwrap() {
            let name = alternative["required"][0].as_str().unwrap();
            known.insert((kind.category.to_owned(), name.to_owned()));
        }
    }
    assert_eq!(recorded, known);
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    let mut differing = Vec::new();
    for kind in catalogue() {
        let path = folder("schemas").join(format!("{}.json", kind.category));
        let generated = serde_json::to_string_pretty(&kind.schema).unwrap() + "\n";
        if fs::read_to_string(&path).unwrap_or_default() != generated {
            fs::write(path.with_extension("json.new"), &generated).unwrap();
            differing.push(kind.category);
        }
    }
    assert!(differing.is_empty(), "review schemas/*.json.new and take them over: {differing:?}");
}
