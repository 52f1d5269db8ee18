//! What a line of history looks like.

use super::*;

fn event() -> RecordedEvent {
    let at = Some(wire::read::timestamp("2026-01-01T00:00:00.000001Z".parse().unwrap()));
    RecordedEvent {
        position: 7,
        stream: "gathering-g".to_owned(),
        revision: 0,
        event_id: "e".to_owned(),
        r#type: "GatheringPlanned".to_owned(),
        schema: 1,
        network_id: "n".to_owned(),
        recorded_at: at,
        effective_at: at,
        metadata_json: "{\"b\":1,\"a\":2}".to_owned(),
        data_json: "{\n  \"title\": \"Tea \\n time\"\r\n}".to_owned(),
    }
}

#[test]
fn an_event_is_one_line_with_its_data_embedded_as_it_was_recorded() {
    let text = line(&event()).unwrap();
    assert_eq!(
        text,
        "{\"position\":7,\"stream\":\"gathering-g\",\"revision\":0,\"event_id\":\"e\",\
         \"type\":\"GatheringPlanned\",\"schema\":1,\"network_id\":\"n\",\
         \"recorded_at\":\"2026-01-01T00:00:00.000001Z\",\
         \"effective_at\":\"2026-01-01T00:00:00.000001Z\",\"metadata\":{\"b\":1,\"a\":2},\
         \"data\":{   \"title\": \"Tea \\n time\"  }}\n"
    );
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn data_that_is_no_json_is_told_with_its_position() {
    let event = RecordedEvent { data_json: "{".to_owned(), ..event() };
    let said = line(&event).unwrap_err().to_string();
    assert_eq!(said, "the event at position 7 has data that is no JSON");
}
