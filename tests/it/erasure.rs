//! Who is erased leaves numbers behind and no words.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::PersonId;
use serde_json::Value;
use stories::{Moment, OldCity, Person, World, copy_folder, life, refusal};
use testkit::SeededIdentities;
use vault::Vault;
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{AttendanceMode, ProfileField, TieVisibility},
};

/// What is recorded of Chloe; nobody else says any of it.
const NAME: &str = "Philomena Quackenbush";
const EMAIL: &str = "philomena@quackenbush.example";
const NOTE: &str = "still owes me the ladder";
const STATEMENT: &str = "I have mended chimneys since childhood";
const RATINGS: &str = "\"reliability\":3";

/// What is nobody's; it stays.
const TITLE: &str = "Festival of lanterns";

/// The files below a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}

/// Chloe tells about herself, in the network of Anna and Ben.
async fn told(world: &World) -> OldCity {
    let cast = OldCity::found(world).await;
    let OldCity { network, anna, ben, .. } = cast;
    let chloe = world.operator().register(NAME).await.unwrap();
    let speaking = world.person(chloe);
    speaking.update_profile(chloe, ProfileField::Email, EMAIL).await.unwrap();
    speaking.apply(network, STATEMENT).await.unwrap();
    for founder in [anna, ben] {
        world.person(founder).admit(network, chloe).await.unwrap();
    }
    let shown = TieVisibility::Network;
    let (tie, _) = speaking.declare_trust(network, ben, (shown, NOTE)).await.unwrap();
    speaking.assess(tie, 3, 4).await.unwrap();
    world.person(ben).acknowledge(tie).await.unwrap();
    let start = "2026-11-20T19:00:00Z";
    let (lanterns, _) = world.person(anna).plan(network, TITLE, start).await.unwrap();
    for person in [anna, ben, chloe] {
        world.person(anna).record(lanterns, person, AttendanceMode::InPerson).await.unwrap();
    }
    OldCity { chloe, ..cast }
}

/// Every answer that is not Chloe's own words.
async fn other_answers(world: &World, cast: OldCity) -> String {
    let OldCity { network, anna, ben, .. } = cast;
    let reader = world.person(anna);
    let now = Moment::NOW;
    let gatherings = reader.gatherings(network).await.unwrap();
    let answers = (
        reader.network(network).await.unwrap(),
        reader.members(network, now).await.unwrap(),
        reader.ties(network, now).await.unwrap(),
        reader.attendance(gatherings[0].gathering, now).await.unwrap(),
        reader.structure(network, Layer::CoAttendance, now).await.unwrap(),
        reader.structure(network, Layer::Ties, now).await.unwrap(),
        (reader.profile(anna).await.unwrap(), reader.profile(ben).await.unwrap()),
    );
    format!("{answers:#?} {gatherings:#?}")
}

#[test]
fn after_an_erasure_no_file_holds_the_texts_and_every_other_answer_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cast = life(async {
        let world = World::open(folder.path(), 0).await;
        let cast = told(&world).await;
        let OldCity { network, anna, chloe, .. } = cast;
        let before = other_answers(&world, cast).await;
        let seen = world.person(chloe).profile(chloe).await.unwrap();
        let own = [(ProfileField::Name, NAME.into()), (ProfileField::Email, EMAIL.into())];
        assert_eq!(seen, Person { erased: false, profile: own.into() });
        let own_events = world.person(chloe).events(network, 0).await.unwrap();
        for text in [NOTE, STATEMENT, RATINGS] {
            assert!(own_events.iter().any(|event| event.data_json.contains(text)), "{text}");
        }

        let others = world.person(anna).erase(chloe).await;
        assert_eq!(others, Err(refusal("FORBIDDEN", "NOT_THE_PERSON")));
        world.person(chloe).erase(chloe).await.unwrap();
        let gone = Person { erased: true, profile: vec![] };
        assert_eq!(world.person(anna).profile(chloe).await.unwrap(), gone);
        assert_eq!(world.person(chloe).profile(chloe).await.unwrap(), gone);
        assert_eq!(other_answers(&world, cast).await, before);
        let own_events = world.person(chloe).events(network, 0).await.unwrap();
        for text in [NOTE, STATEMENT, RATINGS] {
            assert!(!own_events.iter().any(|event| event.data_json.contains(text)), "{text}");
        }

        let erased = Err(refusal("PRECONDITION", "PERSON_ERASED"));
        let about = world.person(chloe);
        assert_eq!(about.update_profile(chloe, ProfileField::Place, "Here").await, erased);
        let (walk, _) =
            world.person(anna).plan(network, "Walk", "2026-11-21T10:00:00Z").await.unwrap();
        let recorded = world.person(anna).record(walk, chloe, AttendanceMode::InPerson).await;
        assert_eq!(recorded, erased);
        let note = (TieVisibility::Network, "a new note");
        let noted = world.person(chloe).declare_trust(network, anna, note).await;
        assert_eq!(noted.map(|(_, receipt)| receipt), erased);
        assert_eq!(world.operator().erase(chloe).await.unwrap().events, 0, "once is enough");
        while_it_runs(folder.path());
        cast
    });
    while_it_runs(folder.path());

    life(async {
        let world = World::open(folder.path(), 1).await;
        let seen = world.person(cast.anna).profile(cast.chloe).await.unwrap();
        assert_eq!(seen, Person { erased: true, profile: vec![] });
        let reader = world.person(cast.anna);
        let structure = reader.structure(cast.network, Layer::CoAttendance, Moment::NOW).await;
        assert_eq!(structure.unwrap().nodes, 3, "the node stays under its random id");
    });
    while_it_runs(folder.path());
}

/// No file has a text of Chloe; the title shows that looking for one can find one.
fn while_it_runs(folder: &Path) {
    for text in [NAME, EMAIL, NOTE, STATEMENT, RATINGS, "Philomena", "quackenbush"] {
        assert_eq!(holding(folder, text), [] as [PathBuf; 0], "{text}");
    }
    assert_ne!(holding(folder, TITLE), [] as [PathBuf; 0]);
}

/// Whether the vault in a folder knows that a person was erased.
fn is_erased(folder: &Path, person: PersonId) -> bool {
    let identities = Arc::new(SeededIdentities::from(1));
    let vault = Vault::open(&folder.join("vault.sqlite"), identities).unwrap();
    vault.erased_at(person).unwrap().is_some()
}

#[test]
fn a_crash_between_the_erasure_and_the_destruction_of_the_key_is_healed_at_the_next_start() {
    let folders = tempfile::tempdir().unwrap();
    let (folder, earlier) = (folders.path().join("data"), folders.path().join("earlier"));
    let cast = life(async { told(&World::open(&folder, 0).await).await });
    copy_folder(&folder, &earlier);
    life(async { World::open(&folder, 1).await.operator().erase(cast.chloe).await.unwrap() });
    assert!(is_erased(&folder, cast.chloe));

    // The log knows of the erasure, the vault does not: as if the power had failed in between.
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("vault.sqlite") {
            fs::remove_file(path).unwrap();
        }
    }
    for entry in fs::read_dir(&earlier).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("vault.sqlite") {
            fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
        }
    }
    assert!(!is_erased(&folder, cast.chloe));

    life(async {
        let world = World::open(&folder, 2).await;
        // Asking again waits until what was left undone is done.
        assert_eq!(world.operator().erase(cast.chloe).await.unwrap().events, 0);
        let own = world.person(cast.chloe).events(cast.network, 0).await.unwrap();
        let declared = own.iter().find(|event| event.r#type == "TieDeclared").unwrap();
        let data: Value = serde_json::from_str(&declared.data_json).unwrap();
        assert_eq!(data["note"]["erased"], true);
        let seen = world.person(cast.chloe).profile(cast.chloe).await.unwrap();
        assert_eq!(seen, Person { erased: true, profile: vec![] });
    });
    assert!(is_erased(&folder, cast.chloe));
    while_it_runs(&folder);
}
