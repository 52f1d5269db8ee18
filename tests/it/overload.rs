//! When there is no more room, nothing is promised and nothing is lost.

use stories::{Moment, OldCity, World, life, refusal};

/// How large the log may grow: room for some dozens of commands.
const LOG_BYTES_MAX: u64 = 256 * 1024;

/// After how many commands there must be no more room.
const COMMANDS_MAX: u32 = 5_000;

#[test]
fn a_full_log_refuses_commands_keeps_what_it_acknowledged_and_answers_questions() {
    let folder = tempfile::tempdir().unwrap();
    let no_room = refusal("UNAVAILABLE", "LOG_UNAVAILABLE");
    let start = "2026-11-20T19:00:00Z";

    let (cast, acknowledged) = life(async {
        let world = World::open_limited(folder.path(), 0, LOG_BYTES_MAX).await;
        let cast = OldCity::found(&world).await;
        let anna = world.person(cast.anna);
        let mut acknowledged = Vec::new();
        let refused = loop {
            let title = format!("Supper {}", "of many courses ".repeat(60));
            match anna.plan(cast.network, &title, start).await {
                Ok((gathering, _)) => acknowledged.push(gathering),
                Err(refused) => break refused,
            }
            assert!(acknowledged.len() < COMMANDS_MAX as usize, "there is always room");
        };
        assert_eq!(refused, no_room);
        assert!(!acknowledged.is_empty());
        for _ in 0..3 {
            let title = "Supper ".repeat(500);
            let again = anna.plan(cast.network, &title, start).await;
            assert_eq!(again.unwrap_err(), no_room);
        }
        // Reads go on, and show exactly what was acknowledged.
        for gathering in &acknowledged {
            assert_eq!(anna.gathering(*gathering).await.unwrap().gathering, *gathering);
        }
        assert_eq!(anna.members(cast.network, Moment::NOW).await.unwrap().len(), 3);
        let planned = anna.events(cast.network, 0).await.unwrap();
        let planned = planned.iter().filter(|event| event.r#type == "GatheringPlanned").count();
        assert_eq!(planned, acknowledged.len());
        (cast, acknowledged)
    });

    life(async {
        let world = World::open(folder.path(), 1).await;
        let anna = world.person(cast.anna);
        let planned = anna.events(cast.network, 0).await.unwrap();
        let planned = planned.iter().filter(|event| event.r#type == "GatheringPlanned").count();
        assert_eq!(planned, acknowledged.len(), "nothing is lost and nothing came of refusals");
        anna.plan(cast.network, "Supper at last", start).await.unwrap();
    });
}
