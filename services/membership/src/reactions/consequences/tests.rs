//! Decisions and charters have their consequences here, once.

use std::{collections::BTreeSet, sync::Arc};

use eventlog::{
    Append, EventLog, Filter, MemoryLog, Metadata, NewEvent, Position, StreamId, Writer,
};
use events::{
    EffectEvent, MembershipClass, NetworkEvent, NetworkType, OrganisationEvent, RepresentationScope,
};
use kernel::{AffiliationId, CharterId, Clock, Event, PersonId, ResolutionId, Visibility, codec};
use testkit::{FixedClock, PlainSealer};
use uuid::Uuid;

use super::*;

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
const GUILD: OrganisationId = OrganisationId::new(Uuid::from_u128(0x91d));
const DECISION: DecisionId = DecisionId::new(Uuid::from_u128(0xdec));
/// When decisions were final; the reaction comes an hour later.
const DUE: &str = "2026-11-22T12:00:00Z";

/// A log with what membership rests on, and the reaction to it.
struct Scene {
    log: Arc<dyn EventLog>,
    clock: Arc<FixedClock>,
    consequences: Consequences,
}

impl Scene {
    /// The network of Anna and Ben, to which Chloe applied.
    async fn forming() -> Scene {
        let clock = Arc::new(FixedClock::at("2026-11-22T13:00:00Z"));
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Arc::<FixedClock>::clone(&clock)));
        let scene = Scene { consequences: consequences(&log, &clock), log, clock };
        let founded = NetworkEvent::NetworkFounded {
            name: "Old City".to_owned(),
            purpose: String::new(),
            founders: vec![ANNA, BEN],
        };
        scene.record(OLD_CITY.uuid(), founded).await;
        for person in [ANNA, BEN] {
            let party = Party::Person(person);
            scene.record(OLD_CITY.uuid(), NetworkEvent::FounderJoined { person }).await;
            scene.admitted(party, MembershipClass::Founder).await;
        }
        let (network, party) = (OLD_CITY, Party::Person(CHLOE));
        let applied = MembershipEvent::MembershipApplied { network, party, statement: None };
        scene.record(membership(party), applied).await;
        scene
    }

    /// As [`Scene::forming`], with a charter.
    async fn active() -> Scene {
        let scene = Scene::forming().await;
        let ratified = scene.ratified().await;
        scene.react(&ratified).await;
        scene
    }

    async fn admitted(&self, party: Party, class: MembershipClass) {
        let since = "2026-01-01T00:00:00Z".parse().unwrap();
        let admitted = MembershipEvent::MemberAdmitted { network: OLD_CITY, party, class, since };
        self.record(membership(party), admitted).await;
    }

    async fn ratified(&self) -> Recorded {
        let ratified = CharterEvent::CharterRatified {
            network: OLD_CITY,
            version: 1,
            snapshot_hash: String::new(),
            effective_from: DUE.parse().unwrap(),
        };
        self.record(CharterId::of(OLD_CITY).uuid(), ratified).await
    }

    async fn issued(&self, index: u32, effect: Effect) -> Recorded {
        let (network, decision) = (OLD_CITY, DECISION);
        let issued = ResolutionEvent::EffectIssued { network, decision, index, effect };
        self.record(ResolutionId::of(DECISION).uuid(), issued).await
    }

    /// Records an event as another service would.
    async fn record<E: Event>(&self, id: Uuid, event: E) -> Recorded {
        let before = *self.log.head().borrow();
        let stream = StreamId::of::<E>(id);
        let length = self.log.read_stream(stream.clone(), 0, 1_000).await.unwrap().len();
        let command_id = CommandId::derived(Uuid::nil(), &before.to_string());
        let metadata = Metadata {
            actor: Actor::System,
            on_behalf_of: None,
            capacity: Capacity::Scheduler,
            authority: None,
            command_id,
            causation_id: None,
            correlation_id: command_id,
            traceparent: None,
            visibility: Visibility::Network,
        };
        let encoded = codec::encode(&event).unwrap();
        let new = NewEvent {
            event_id: command_id.event_id(0),
            name: encoded.name,
            schema: event.schema(),
            effective_at: Some(DUE.parse().unwrap()),
            metadata: serde_json::to_vec(&metadata).unwrap(),
            data: encoded.data,
        };
        let append = Append {
            command_id,
            fingerprint: Fingerprint(0),
            stream,
            expected: u64::try_from(length).unwrap(),
            network_id: Some(OLD_CITY),
            events: vec![new],
        };
        self.log.append(append).await.unwrap();
        self.since(before).await.remove(0)
    }

    async fn since(&self, position: Position) -> Vec<Recorded> {
        let everything = Filter { network: None, categories: &[] };
        self.log.read_all(position, everything, 1_000).await.unwrap().events
    }

    /// Reacts, and gives what was recorded by it. Reacting again records nothing, also by a process
    /// that remembers nothing.
    async fn react(&self, event: &Recorded) -> Vec<Recorded> {
        let before = *self.log.head().borrow();
        self.consequences.react(event).await.unwrap();
        let led_to = self.since(before).await;
        for reaction in [&self.consequences, &consequences(&self.log, &self.clock)] {
            reaction.react(event).await.unwrap();
        }
        assert_eq!(self.since(before).await, led_to, "it was done twice");
        for recorded in &led_to {
            assert_eq!(recorded.metadata().unwrap().causation_id, Some(event.event_id));
            assert_eq!(recorded.effective_at, event.effective_at, "it is so since the event is");
        }
        led_to
    }

    /// What came of an effect, besides the last event, which notes it.
    async fn came_of(&self, index: u32, effect: Effect) -> (Vec<Recorded>, EffectEvent) {
        let issued = self.issued(index, effect).await;
        let mut led_to = self.react(&issued).await;
        let authority = Some(format!("decision/{DECISION}"));
        for recorded in &led_to {
            assert_eq!(recorded.metadata().unwrap().authority, authority);
        }
        let noted = led_to.pop().unwrap();
        assert_eq!(noted.stream.id(), EffectId::of(DECISION, index).uuid());
        (led_to, noted.decode().unwrap().unwrap())
    }
}

fn consequences(log: &Arc<dyn EventLog>, clock: &Arc<FixedClock>) -> Consequences {
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
    let writer = Writer::new(Arc::clone(log), Arc::new(PlainSealer), Arc::clone(&clock));
    Consequences::new(Commands::new(writer, clock))
}

fn membership(party: Party) -> Uuid {
    MembershipId::between(OLD_CITY, party).uuid()
}

fn applied(index: u32) -> EffectEvent {
    EffectEvent::EffectApplied { network: OLD_CITY, decision: DECISION, index }
}

fn refused(index: u32, reason: &str) -> EffectEvent {
    let reason = reason.to_owned();
    EffectEvent::EffectRefused { network: OLD_CITY, decision: DECISION, index, reason }
}

fn names(recorded: &[Recorded]) -> Vec<&str> {
    recorded.iter().map(|recorded| recorded.name.as_str()).collect()
}

#[tokio::test]
async fn a_ratified_charter_makes_its_network_active() {
    let scene = Scene::forming().await;
    let ratified = scene.ratified().await;
    let led_to = scene.react(&ratified).await;
    assert_eq!(names(&led_to), ["NetworkActivated"]);
    let metadata = led_to[0].metadata().unwrap();
    assert_eq!(metadata.authority, Some(format!("founders/{OLD_CITY}")));
    assert_eq!((metadata.actor, led_to[0].network_id), (Actor::System, Some(OLD_CITY)));
}

#[tokio::test]
async fn every_effect_that_concerns_members_or_the_network_is_carried_out_and_noted() {
    let scene = Scene::active().await;
    let party = Party::Person(CHLOE);
    let types = BTreeSet::from([NetworkType::Alignment]);
    let effects = [
        (Effect::DeclareNetworkType { types }, "NetworkTypeDeclared"),
        (Effect::OpenMembership {}, "MembershipOpened"),
        (Effect::CloseMembership {}, "MembershipClosed"),
        (Effect::AdmitMember { party }, "MemberAdmitted"),
        (Effect::SuspendMember { party }, "MemberSuspended"),
        (Effect::ReinstateMember { party }, "MemberReinstated"),
        (Effect::ExpelMember { party }, "MemberExpelled"),
        (Effect::PauseNetwork {}, "NetworkPaused"),
        (Effect::ResumeNetwork {}, "NetworkResumed"),
        (Effect::DissolveNetwork {}, "NetworkDissolved"),
    ];
    for (index, (effect, expected)) in (0..).zip(effects) {
        let (led_to, noted) = scene.came_of(index, effect).await;
        assert_eq!((names(&led_to), noted), (vec![expected], applied(index)));
    }
}

#[tokio::test]
async fn an_application_is_declined_by_decision() {
    let scene = Scene::active().await;
    let party = Party::Person(CHLOE);
    let (led_to, noted) = scene.came_of(0, Effect::DeclineApplication { party }).await;
    assert_eq!((names(&led_to), noted), (vec!["ApplicationDeclined"], applied(0)));
    let again = scene.came_of(1, Effect::DeclineApplication { party }).await;
    assert_eq!(again.1, refused(1, "NOT_APPLIED"));
}

#[tokio::test]
async fn what_a_rule_forbids_is_noted_as_refused() {
    let scene = Scene::active().await;
    let stranger = Party::Person(PersonId::new(Uuid::from_u128(0xe)));
    for (index, (effect, reason)) in (0..).zip([
        (Effect::AdmitMember { party: stranger }, "NOT_APPLIED"),
        (Effect::AdmitMember { party: Party::Person(ANNA) }, "ALREADY_A_MEMBER"),
        (Effect::SuspendMember { party: stranger }, "NOT_A_MEMBER"),
        (Effect::ExpelMember { party: Party::Person(CHLOE) }, "NOT_A_MEMBER"),
        (Effect::DeclareNetworkType { types: BTreeSet::new() }, "NETWORK_TYPES_EMPTY"),
    ]) {
        let (led_to, noted) = scene.came_of(index, effect).await;
        assert_eq!((names(&led_to), noted), (vec![], refused(index, reason)));
    }
    scene.came_of(10, Effect::DissolveNetwork {}).await;
    let late = Effect::AdmitMember { party: Party::Person(CHLOE) };
    assert_eq!(scene.came_of(11, late).await.1, refused(11, "NETWORK_DISSOLVED"));
}

#[tokio::test]
async fn effects_without_a_charter_are_refused() {
    let scene = Scene::forming().await;
    let admit = Effect::AdmitMember { party: Party::Person(CHLOE) };
    assert_eq!(scene.came_of(0, admit).await.1, refused(0, "NETWORK_NOT_ACTIVE"));
}

#[tokio::test]
async fn effects_that_concern_others_are_left_to_them() {
    let scene = Scene::active().await;
    let goal = kernel::GoalId::new(Uuid::nil());
    let issued = scene.issued(0, Effect::AdoptGoal { goal }).await;
    assert_eq!(names(&scene.react(&issued).await), Vec::<&str>::new());
}

#[tokio::test]
async fn a_kill_between_an_effect_and_its_note_neither_loses_nor_repeats_it() {
    let scene = Scene::active().await;
    let issued = scene.issued(0, Effect::AdmitMember { party: Party::Person(CHLOE) }).await;
    let before = *scene.log.head().borrow();
    // Carried out, and then the process died before it noted so.
    let effect = (OLD_CITY, DECISION, 0);
    let asked = Effect::AdmitMember { party: Party::Person(CHLOE) };
    let outcome = scene.consequences.carry_out(&issued, effect, &asked).await.unwrap();
    assert!(outcome.unwrap().is_ok());
    // Chloe leaves before the process is there again; she is not admitted a second time.
    let (network, party) = (OLD_CITY, Party::Person(CHLOE));
    let until = "2026-11-22T12:30:00Z".parse().unwrap();
    let resigned = MembershipEvent::MemberResigned { network, party, until };
    scene.record(membership(party), resigned).await;
    consequences(&scene.log, &scene.clock).react(&issued).await.unwrap();
    let recorded = scene.since(before).await;
    assert_eq!(names(&recorded), ["MemberAdmitted", "MemberResigned", "EffectApplied"]);
}

#[tokio::test]
async fn a_clock_that_went_back_does_not_forbid_an_effect() {
    let scene = Scene::active().await;
    let issued = scene.issued(0, Effect::PauseNetwork {}).await;
    scene.clock.advance(jiff::SignedDuration::from_hours(-2));
    let before = *scene.log.head().borrow();
    scene.consequences.react(&issued).await.unwrap();
    let recorded = scene.since(before).await;
    assert_eq!(names(&recorded), ["NetworkPaused", "EffectApplied"]);
}

/// The guild, a member, of which Anna is steward; Ben belongs to it and votes for it.
async fn represented() -> Scene {
    let scene = Scene::active().await;
    let name = "Guild".to_owned();
    let registered = OrganisationEvent::OrganisationRegistered { name, steward: ANNA };
    scene.record(GUILD.uuid(), registered).await;
    scene.admitted(Party::Organisation(GUILD), MembershipClass::Member).await;
    let affiliation = AffiliationId::between(BEN, GUILD).uuid();
    let (person, organisation) = (BEN, GUILD);
    let claimed = AffiliationEvent::AffiliationClaimed { person, organisation, role: None };
    scene.record(affiliation, claimed).await;
    let confirmed = AffiliationEvent::AffiliationConfirmed { steward: ANNA };
    scene.record(affiliation, confirmed).await;
    let scopes = BTreeSet::from([RepresentationScope::Vote]);
    let authorised =
        OrganisationEvent::RepresentationAuthorised { person, network: OLD_CITY, scopes };
    scene.record(GUILD.uuid(), authorised).await;
    scene
}

#[tokio::test]
async fn a_representation_ends_with_the_affiliation() {
    let scene = represented().await;
    let affiliation = AffiliationId::between(BEN, GUILD).uuid();
    let ended = scene.record(affiliation, AffiliationEvent::AffiliationEnded {}).await;
    let led_to = scene.react(&ended).await;
    assert_eq!(names(&led_to), ["RepresentationWithdrawn"]);
    assert_eq!(led_to[0].network_id, Some(OLD_CITY));
}

#[tokio::test]
async fn a_representation_ends_with_the_organisations_membership() {
    let scene = represented().await;
    let party = Party::Organisation(GUILD);
    let issued = scene.issued(0, Effect::ExpelMember { party }).await;
    let expelled = scene.react(&issued).await.remove(0);
    assert_eq!(names(&scene.react(&expelled).await), ["RepresentationWithdrawn"]);
}
