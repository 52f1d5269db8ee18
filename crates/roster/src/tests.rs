//! The roster answers for now, for then, and for what was known then.

use std::sync::{Arc, Mutex};

use eventlog::{Append, EventLog, Fingerprint, MemoryLog, NewEvent, Position, StreamId};
use events::{MembershipClass, MembershipEvent};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use kernel::{
    Clock, CommandId, Event as _, MembershipId, NetworkId, OrganisationId, Party, PersonId, codec,
};
use projector::{AsOf, Store};
use uuid::Uuid;

use super::{Among, Following, MemberCursor, NETWORKS_MAX, Roster, Status};

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0x01d));
const HARBOUR: NetworkId = NetworkId::new(Uuid::from_u128(0x4a2));
const ANNA: Party = Party::Person(PersonId::new(Uuid::from_u128(0xa)));
const BEN: Party = Party::Person(PersonId::new(Uuid::from_u128(0xb)));
const CHLOE: Party = Party::Person(PersonId::new(Uuid::from_u128(0xc)));
/// An organisation with the very id of Anna.
const BAKERY: Party = Party::Organisation(OrganisationId::new(Uuid::from_u128(0xa)));

fn day(month: i8, day: i8) -> Timestamp {
    date(2025, month, day).to_zoned(TimeZone::UTC).unwrap().timestamp()
}

#[derive(Debug)]
struct Calendar(Mutex<Timestamp>);

impl Clock for Calendar {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A log, its clock, and the roster that follows it.
struct Record {
    log: Arc<dyn EventLog>,
    calendar: Arc<Calendar>,
    roster: Roster,
}

impl Record {
    async fn new() -> Record {
        let calendar = Arc::new(Calendar(Mutex::new(day(1, 1))));
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Arc::<Calendar>::clone(&calendar)));
        let roster = Roster::open(Arc::clone(&log), &Store::Memory).await.unwrap();
        Record { log, calendar, roster }
    }

    /// Records that something became true on `effective`, on the day `today`.
    async fn enter(
        &self,
        today: Timestamp,
        effective: Timestamp,
        (network, party): (NetworkId, Party),
        event: MembershipEvent,
    ) -> Position {
        *self.calendar.0.lock().unwrap() = today;
        let head = self.log.head().borrow().0;
        let command_id = CommandId::derived(Uuid::nil(), &head.to_string());
        let id = MembershipId::between(network, party).uuid();
        let stream = StreamId::of::<MembershipEvent>(id);
        let earlier = self.log.read_stream(stream.clone(), 0, 100).await.unwrap();
        let encoded = codec::encode(&event).unwrap();
        let new = NewEvent {
            event_id: command_id.event_id(0),
            name: encoded.name,
            schema: event.schema(),
            effective_at: Some(effective),
            metadata: b"{}".to_vec(),
            data: encoded.data,
        };
        let append = Append {
            command_id,
            fingerprint: Fingerprint::of(&[]),
            stream,
            expected: u64::try_from(earlier.len()).unwrap(),
            network_id: Some(network),
            events: vec![new],
        };
        self.log.append(append).await.unwrap().position
    }

    async fn admit(&self, today: Timestamp, effective: Timestamp, party: Party) -> Position {
        self.admit_to(OLD_CITY, today, effective, party).await
    }

    async fn admit_to(
        &self,
        network: NetworkId,
        today: Timestamp,
        effective: Timestamp,
        party: Party,
    ) -> Position {
        let class = MembershipClass::Member;
        let since = effective;
        let admitted = MembershipEvent::MemberAdmitted { network, party, class, since };
        self.enter(today, effective, (network, party), admitted).await
    }

    async fn resign(&self, today: Timestamp, effective: Timestamp, party: Party) -> Position {
        let (network, until) = (OLD_CITY, effective);
        let resigned = MembershipEvent::MemberResigned { network, party, until };
        self.enter(today, effective, (network, party), resigned).await
    }

    /// The members of the Old City on `effective` as known on `known`, and their number.
    async fn members(&self, effective: Timestamp, known: Timestamp) -> Vec<Party> {
        self.roster.view().reach(Position(0)).await.unwrap();
        let known = self.log.position_at(known).await.unwrap();
        let as_of = AsOf { effective, known };
        let found = self.roster.members(OLD_CITY, as_of, None, 100).await.unwrap().value;
        assert_eq!(found.total, u64::try_from(found.members.len()).unwrap());
        found.members.iter().map(|member| member.party).collect()
    }
}

#[tokio::test]
async fn an_admission_recorded_late_changes_what_is_known_now_and_not_what_was_known_then() {
    let record = Record::new().await;
    record.admit(day(2, 1), day(2, 1), ANNA).await;
    record.admit(day(6, 1), day(3, 1), BEN).await;
    assert_eq!(record.members(day(3, 15), day(6, 2)).await, [ANNA, BEN]);
    assert_eq!(record.members(day(3, 15), day(3, 15)).await, [ANNA]);
    assert_eq!(record.members(day(2, 15), day(6, 2)).await, [ANNA]);
    assert_eq!(record.members(day(1, 15), day(6, 2)).await, []);
    assert_eq!(record.members(day(3, 15), day(1, 15)).await, []);
}

#[tokio::test]
async fn a_member_who_resigned_is_one_no_more_and_was_one_before() {
    let record = Record::new().await;
    record.admit(day(2, 1), day(2, 1), ANNA).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, ANNA).await.unwrap(), Some(MEMBER));
    assert_eq!(record.roster.standing(OLD_CITY, ANNA).unwrap(), Some(MEMBER));
    let resigned = record.resign(day(5, 1), day(4, 1), ANNA).await;
    record.roster.view().reach(resigned).await.unwrap();
    assert_eq!(record.roster.standing(OLD_CITY, ANNA).unwrap(), None);
    assert_eq!(record.members(day(3, 31), day(5, 2)).await, [ANNA]);
    assert_eq!(record.members(day(4, 1), day(5, 2)).await, []);
    assert_eq!(record.members(day(4, 15), day(4, 15)).await, [ANNA]);
}

const MEMBER: MembershipClass = MembershipClass::Member;

#[tokio::test]
async fn a_member_who_enters_again_keeps_the_join_date_and_begins_a_new_period() {
    let record = Record::new().await;
    record.admit(day(2, 1), day(2, 1), ANNA).await;
    record.admit(day(2, 1), day(3, 1), BEN).await;
    record.resign(day(4, 1), day(4, 1), ANNA).await;
    record.admit(day(6, 1), day(6, 1), ANNA).await;
    assert_eq!(record.members(day(5, 1), day(7, 1)).await, [BEN]);
    assert_eq!(record.members(day(6, 1), day(7, 1)).await, [ANNA, BEN]);
    assert_eq!(record.members(day(3, 15), day(7, 1)).await, [ANNA, BEN]);
    let now = AsOf::known_now(day(7, 1));
    let found = record.roster.members(OLD_CITY, now, None, 1).await.unwrap().value;
    assert_eq!((found.members[0].joined_at, found.members[0].since), (day(2, 1), day(6, 1)));
    assert_eq!(record.roster.standing(OLD_CITY, ANNA).unwrap(), Some(MEMBER));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let record = Record::new().await;
    // Some joined on the same day, and are in order of their ids.
    let mut expected = Vec::new();
    for number in 0..25_u8 {
        let joined = day(1, i8::try_from(1 + number / 4).unwrap());
        let party = Party::Person(PersonId::new(Uuid::from_u128(1_000 - u128::from(number))));
        record.admit(day(3, 1), joined, party).await;
        expected.push((joined, party.uuid(), party));
    }
    expected.sort();
    let head = record.roster.view().reach(Position(0)).await.unwrap();
    let as_of = AsOf::known_now(day(3, 1));
    let (mut listed, mut after, mut pages) = (Vec::new(), None::<MemberCursor>, 0);
    loop {
        let page = record.roster.members(OLD_CITY, as_of, after, 5).await.unwrap();
        assert_eq!((page.position, page.value.total), (head, 25));
        assert_eq!(page.value.members.len(), 5);
        pages += 1;
        listed.extend(page.value.members.iter().map(|member| member.party));
        after = page.value.members.last().map(super::Member::cursor);
        if page.value.following == Following::Nothing {
            break;
        }
    }
    assert_eq!(pages, 5);
    assert_eq!(listed, expected.into_iter().map(|(_, _, party)| party).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_fresh_standing_sees_an_admission_made_just_before() {
    let record = Record::new().await;
    for number in 0..50_u128 {
        let party = Party::Person(PersonId::new(Uuid::from_u128(number)));
        assert_eq!(record.roster.standing_fresh(OLD_CITY, party).await.unwrap(), None);
        record.admit(day(3, 1), day(3, 1), party).await;
        assert_eq!(record.roster.standing_fresh(OLD_CITY, party).await.unwrap(), Some(MEMBER));
    }
}

#[tokio::test]
async fn a_member_of_one_network_is_a_stranger_to_another_and_not_its_namesake() {
    let record = Record::new().await;
    let founder = MembershipClass::Founder;
    let (network, party, class, since) = (OLD_CITY, ANNA, founder, day(2, 1));
    let joined = MembershipEvent::MemberAdmitted { network, party, class, since };
    record.enter(day(2, 1), day(2, 1), (network, party), joined).await;
    record.admit_to(HARBOUR, day(2, 2), day(2, 2), ANNA).await;
    record.admit_to(HARBOUR, day(2, 2), day(2, 2), BEN).await;
    let roster = &record.roster;
    assert_eq!(roster.standing_fresh(OLD_CITY, ANNA).await.unwrap(), Some(founder));
    assert_eq!(roster.standing_fresh(HARBOUR, BEN).await.unwrap(), Some(MEMBER));
    assert_eq!(roster.standing_fresh(OLD_CITY, BEN).await.unwrap(), None);
    assert_eq!(roster.standing_fresh(OLD_CITY, BAKERY).await.unwrap(), None);
    let networks = roster.networks_of(ANNA).await.unwrap();
    assert_eq!(networks.value, [(OLD_CITY, founder), (HARBOUR, MEMBER)]);
    assert_eq!(networks.position, Position(3));
    assert_eq!(roster.networks_of(CHLOE).await.unwrap().value, []);
    assert!(networks.value.len() < usize::try_from(NETWORKS_MAX).unwrap());
}

#[tokio::test]
async fn an_invitation_makes_nobody_a_member() {
    let record = Record::new().await;
    let (network, party) = (OLD_CITY, CHLOE);
    let invited = MembershipEvent::PartyInvited { network, party, message: None };
    record.enter(day(2, 1), day(2, 1), (network, party), invited).await;
    let accepted = MembershipEvent::InvitationAccepted {};
    record.enter(day(2, 2), day(2, 2), (network, party), accepted).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, CHLOE).await.unwrap(), None);
    record.admit(day(2, 3), day(2, 3), CHLOE).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, CHLOE).await.unwrap(), Some(MEMBER));
}

#[tokio::test]
async fn a_suspended_member_takes_no_part_and_stays_a_member_since_the_same_day() {
    let record = Record::new().await;
    let (network, party) = (OLD_CITY, ANNA);
    record.admit(day(2, 1), day(2, 1), ANNA).await;
    record.admit(day(2, 1), day(2, 2), BEN).await;
    let suspended = MembershipEvent::MemberSuspended { network, party };
    record.enter(day(4, 1), day(4, 1), (network, party), suspended).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, ANNA).await.unwrap(), None);
    assert_eq!(record.roster.networks_of(ANNA).await.unwrap().value, []);
    assert!(record.roster.belongs(OLD_CITY, ANNA).unwrap());
    assert!(!record.roster.belongs(OLD_CITY, CHLOE).unwrap());
    assert_eq!(record.members(day(4, 1), day(4, 2)).await, [BEN]);
    assert_eq!(record.members(day(3, 31), day(4, 2)).await, [ANNA, BEN]);

    let reinstated = MembershipEvent::MemberReinstated { network, party };
    record.enter(day(5, 1), day(5, 1), (network, party), reinstated).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, ANNA).await.unwrap(), Some(MEMBER));
    assert_eq!(record.members(day(5, 1), day(5, 2)).await, [ANNA, BEN]);
    assert_eq!(record.members(day(4, 15), day(5, 2)).await, [BEN]);
    let statuses = async |at| {
        let as_of = AsOf::known_now(at);
        let everybody = Among::Everybody;
        let found = record.roster.members_among(everybody, OLD_CITY, as_of, (None, 10)).await;
        let found = found.unwrap().value;
        assert_eq!(found.total, 2);
        let anna = found.members[0];
        (anna.party, anna.status, anna.joined_at, anna.since)
    };
    let (joined, since) = (day(2, 1), day(2, 1));
    assert_eq!(statuses(day(4, 15)).await, (ANNA, Status::Suspended, joined, since));
    assert_eq!(statuses(day(5, 15)).await, (ANNA, Status::Active, joined, since));
}

#[tokio::test]
async fn an_expelled_member_is_one_no_more() {
    let record = Record::new().await;
    let (network, party, until) = (OLD_CITY, ANNA, day(4, 1));
    record.admit(day(2, 1), day(2, 1), ANNA).await;
    let suspended = MembershipEvent::MemberSuspended { network, party };
    record.enter(day(3, 1), day(3, 1), (network, party), suspended).await;
    let expelled = MembershipEvent::MemberExpelled { network, party, until };
    record.enter(day(4, 2), day(4, 1), (network, party), expelled).await;
    assert_eq!(record.roster.standing_fresh(OLD_CITY, ANNA).await.unwrap(), None);
    let as_of = AsOf::known_now(day(4, 1));
    let everybody = Among::Everybody;
    let found = record.roster.members_among(everybody, OLD_CITY, as_of, (None, 10)).await;
    assert_eq!(found.unwrap().value.members, []);
    assert_eq!(record.members(day(2, 15), day(4, 3)).await, [ANNA]);
}
