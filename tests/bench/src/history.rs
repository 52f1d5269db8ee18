//! Synthetic events: ten years of a network, the same ones every time.
//!
//! About 70 % of the events are ties that begin and end, 30 % attendance, some of it corrected
//! later; the rest is members who come and go. Most of what happens is entered days or weeks after
//! it was true. People know and meet those near them more often than others.

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use eventlog::{Append, EventLog as _, Fingerprint, Metadata, NewEvent, StreamId};
use eventlog_sqlite::{Options, SqliteLog};
use events::{
    AttendanceMode, AttendanceSource, CorrectionReason, GatheringEvent, MembershipClass,
    MembershipEvent, TieBasis, TieEvent, TieKind, TieVisibility,
};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, Clock, CommandId, Event, GatheringId, MembershipId, NetworkId, Party,
    PersonId, TieId, codec,
};
use uuid::Uuid;

use crate::{Failure, out};

/// When the history begins: 2016-01-01, in microseconds since 1970.
pub(crate) const BEGINS_US: i64 = 1_451_606_400_000_000;

/// How long it lasts: ten years.
pub(crate) const LASTS_US: i64 = 3_652 * DAY_US;

const DAY_US: i64 = 86_400_000_000;

/// How late something is entered at most.
const LATE_DAYS: i64 = 90;

/// How many open ties each member has, about.
const TIES_PER_MEMBER: usize = 10;

/// How far "near" is, in numbers of members, to both sides.
const NEAR: usize = 60;

/// How many people are at a gathering at least, and how many more there can be.
const ATTENDANCE_MIN: usize = 8;
const ATTENDANCE_SPREAD: usize = 33;

/// How many appends wait for the log at most.
const WAITING_MAX: usize = 2_048;

/// After how many events progress is shown.
const PROGRESS_EVENTS: u64 = 250_000;

/// Numbers that look random and are the same every time (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(u64);

impl SplitMix {
    /// Begins a sequence; other seeds give other ones.
    pub(crate) fn new(seed: u64) -> SplitMix {
        SplitMix(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5dee_ce66_d1ce_4e5b)
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Uneven by less than one in 2^40 for every bound used here.
        self.number() % bound
    }

    /// A place in something that has `length` of them, at least one.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(length)).unwrap_or_default()
    }

    /// True so many times out of a thousand.
    fn chance(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// An identity of the kind that is random (UUID version 4).
    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.number()) << 64 | u128::from(self.number());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

/// How much happens, and to how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// How many events there are.
    pub(crate) events: u64,
    /// How many people ever are members.
    pub(crate) members: usize,
}

impl Shape {
    /// How far one append is from the next, in microseconds.
    fn step_us(self) -> i64 {
        // Of ten events seven are ties, one to an append; the others share some.
        let appends = i64::try_from(self.events).unwrap_or(i64::MAX) / 100 * 72;
        LASTS_US / appends.max(1)
    }
}

/// The clock of the history: each append comes a step after the last.
#[derive(Debug)]
struct SteppingClock {
    next_us: AtomicI64,
    step_us: i64,
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        instant(self.next_us.fetch_add(self.step_us, Ordering::Relaxed))
    }
}

/// A history in a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded {
    /// The network that all of it is about.
    pub(crate) network: NetworkId,
    /// How many events there are; also the last position.
    pub(crate) events: u64,
}

/// Records a history in a new log in `folder`.
pub(crate) async fn record(folder: &Path, shape: Shape) -> Result<Recorded, Failure> {
    let clock = SteppingClock { next_us: AtomicI64::new(BEGINS_US), step_us: shape.step_us() };
    let log = SqliteLog::open(folder, Options::default(), Arc::new(clock))?;
    let history = History::new(shape);
    let network = history.network;
    out::note(format_args!("recording {} events of {} members", shape.events, shape.members));
    let mut waiting = VecDeque::new();
    let (mut events, mut shown) = (0, 0);
    for append in history {
        waiting.push_back(log.append(append?));
        if WAITING_MAX <= waiting.len()
            && let Some(oldest) = waiting.pop_front()
        {
            events += u64::from(oldest.await?.events);
        }
        if shown + PROGRESS_EVENTS <= events {
            shown = events;
            out::note(format_args!("  {events} events"));
        }
    }
    for left in waiting {
        events += u64::from(left.await?.events);
    }
    Ok(Recorded { network, events })
}

/// The bytes of metadata and data that an event has in the log.
pub(crate) fn recorded_bytes<E: Event>(event: &E) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let person = PersonId::new(Uuid::from_u128(1));
    let new = new_event((CommandId::new(Uuid::from_u128(2)), 0), person, event, 0)?;
    Ok((new.metadata, new.data))
}

fn new_event<E: Event>(
    (command_id, index): (CommandId, usize),
    actor: PersonId,
    event: &E,
    effective_us: i64,
) -> Result<NewEvent, Failure> {
    let metadata = Metadata {
        actor: Actor::Person(actor),
        on_behalf_of: None,
        capacity: Capacity::Own,
        authority: None,
        command_id,
        causation_id: None,
        correlation_id: command_id,
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned()),
        visibility: event.visibility(),
    };
    let encoded = codec::encode(event)?;
    Ok(NewEvent {
        event_id: command_id.event_id(index),
        name: encoded.name,
        schema: event.schema(),
        effective_at: Some(instant(effective_us)),
        metadata: serde_json::to_vec(&metadata)?,
        data: encoded.data,
    })
}

fn instant(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A member, or who was one.
#[derive(Debug)]
struct Person {
    id: PersonId,
    active: bool,
    /// How many events their membership has.
    length: u64,
    /// When they last came or left.
    changed_us: i64,
}

/// What is known of one tie's stream.
#[derive(Clone, Copy, Default, Debug)]
struct TieStream {
    length: u64,
    open: bool,
    changed_us: i64,
}

/// A tie that can be withdrawn.
#[derive(Clone, Copy, Debug)]
struct OpenTie {
    id: TieId,
    source: usize,
    target: usize,
    visibility: TieVisibility,
}

/// Attendance that will turn out to be wrong.
#[derive(Debug)]
struct Mistake {
    gathering: GatheringId,
    length: u64,
    starts_us: i64,
    people: Vec<(usize, u64)>,
}

/// Makes the appends of a history, in order.
#[derive(Debug)]
struct History {
    shape: Shape,
    random: SplitMix,
    network: NetworkId,
    now_us: i64,
    written: u64,
    ties_written: u64,
    people: Vec<Person>,
    ties: HashMap<TieId, TieStream>,
    open: Vec<OpenTie>,
    mistakes: VecDeque<Mistake>,
}

/// Where events go, and what they are.
type Made = Result<(StreamId, u64, Vec<NewEvent>), Failure>;

impl Iterator for History {
    type Item = Result<Append, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.shape.events.saturating_sub(self.written);
        if left == 0 {
            return None;
        }
        let command_id = CommandId::new(self.random.uuid());
        let made = self.step(command_id);
        self.now_us += self.shape.step_us();
        Some(made.map(|(stream, expected, mut events)| {
            events.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            self.written += u64::try_from(events.len()).unwrap_or(u64::MAX);
            let (network_id, fingerprint) = (Some(self.network), Fingerprint(0));
            Append { command_id, fingerprint, stream, expected, network_id, events }
        }))
    }
}

impl History {
    fn new(shape: Shape) -> History {
        History {
            shape,
            random: SplitMix::new(1936),
            network: NetworkId::named("Synthetic"),
            now_us: BEGINS_US,
            written: 0,
            ties_written: 0,
            people: Vec::new(),
            ties: HashMap::new(),
            open: Vec::new(),
            mistakes: VecDeque::new(),
        }
    }

    /// Chooses what happens next.
    fn step(&mut self, command: CommandId) -> Made {
        if self.people.len() < self.members_due() {
            return self.admit(command, self.people.len());
        }
        if self.random.chance(2) {
            let person = self.random.index(self.people.len());
            return if self.people[person].active {
                self.resign(command, person)
            } else {
                self.admit(command, person)
            };
        }
        if self.ties_written * 10 < self.written * 7 {
            self.ties_written += 1;
            let enough = TIES_PER_MEMBER * self.people.len() < self.open.len();
            let withdraw = self.random.chance(if enough { 750 } else { 250 });
            return match self.open.len() {
                1.. if withdraw => self.withdraw(command),
                _ => self.declare(command),
            };
        }
        if self.random.chance(300)
            && let Some(mistake) = self.mistakes.pop_front()
        {
            return self.correct(command, &mistake);
        }
        self.gather(command)
    }

    /// How many people have come by now: all of them after three years.
    fn members_due(&self) -> usize {
        let all = u64::try_from(self.shape.members).unwrap_or(u64::MAX);
        let due = all * self.written / (self.shape.events * 3 / 10).max(1);
        usize::try_from(due.min(all)).unwrap_or(usize::MAX).max(2 * ATTENDANCE_MIN)
    }

    /// When something that is entered now was true: mostly lately, and not before `least_us`.
    fn some_time_ago(&mut self, least_us: i64) -> i64 {
        let share = i64::try_from(self.random.below(1_000)).unwrap_or_default();
        let ago = LATE_DAYS * DAY_US / 1_000_000 * share * share;
        (self.now_us - ago).max(least_us).min(self.now_us)
    }

    /// A person near another one, mostly; may be the same one.
    fn near(&mut self, person: usize) -> usize {
        let count = self.people.len();
        if self.random.chance(300) {
            return self.random.index(count);
        }
        (person + count + self.random.index(2 * NEAR + 1) - NEAR.min(count)) % count
    }

    fn admit(&mut self, command: CommandId, person: usize) -> Made {
        if person == self.people.len() {
            let id = PersonId::new(self.random.uuid());
            self.people.push(Person { id, active: false, length: 0, changed_us: BEGINS_US });
        }
        let since_us = self.some_time_ago(self.people[person].changed_us);
        let event = |network, party| MembershipEvent::MemberAdmitted {
            network,
            party,
            class: MembershipClass::Member,
            since: instant(since_us),
        };
        self.membership(command, person, since_us, event)
    }

    fn resign(&mut self, command: CommandId, person: usize) -> Made {
        let until_us = self.some_time_ago(self.people[person].changed_us);
        let until = instant(until_us);
        let event = |network, party| MembershipEvent::MemberResigned { network, party, until };
        self.membership(command, person, until_us, event)
    }

    fn membership(
        &mut self,
        command: CommandId,
        person: usize,
        at_us: i64,
        event: impl FnOnce(NetworkId, Party) -> MembershipEvent,
    ) -> Made {
        let Person { id, active, length, changed_us } = &mut self.people[person];
        let (party, expected) = (Party::Person(*id), *length);
        (*active, *length, *changed_us) = (!*active, expected + 1, at_us);
        let event = new_event((command, 0), *id, &event(self.network, party), at_us)?;
        let stream = MembershipId::between(self.network, party);
        Ok((StreamId::of::<MembershipEvent>(stream.uuid()), expected, vec![event]))
    }

    fn declare(&mut self, command: CommandId) -> Made {
        // Of so many tries one finds two people without such a tie.
        let mut found = None;
        while found.is_none() {
            let source = self.random.index(self.people.len());
            let target = self.near(source);
            let kind = TieKind::ALL[self.random.index(TieKind::ALL.len())];
            let parties = [source, target].map(|person| Party::Person(self.people[person].id));
            let id = TieId::between(self.network, parties[0], parties[1], kind.name());
            let stream = self.ties.get(&id).copied().unwrap_or_default();
            if source != target && !stream.open {
                found = Some((id, (source, target), parties, kind, stream));
            }
        }
        let Some((id, (source, target), parties, kind, stream)) = found else {
            return Err("no two people without a tie".into());
        };
        let since_us = self.some_time_ago(stream.changed_us.max(BEGINS_US));
        let visibility = [TieVisibility::Parties, TieVisibility::Network][self.random.index(2)];
        let event = TieEvent::TieDeclared {
            network: self.network,
            source: parties[0],
            target: parties[1],
            kind,
            basis: TieBasis::WorkedTogether,
            visibility,
            since: instant(since_us),
            note: None,
        };
        let length = stream.length + 1;
        self.ties.insert(id, TieStream { length, open: true, changed_us: since_us });
        self.open.push(OpenTie { id, source, target, visibility });
        let event = new_event((command, 0), self.people[source].id, &event, since_us)?;
        Ok((StreamId::of::<TieEvent>(id.uuid()), stream.length, vec![event]))
    }

    fn withdraw(&mut self, command: CommandId) -> Made {
        let chosen = self.random.index(self.open.len());
        let OpenTie { id, source, target, visibility } = self.open.swap_remove(chosen);
        let stream = self.ties.get(&id).copied().unwrap_or_default();
        let until_us = self.some_time_ago(stream.changed_us);
        let event = TieEvent::TieWithdrawn {
            source: Party::Person(self.people[source].id),
            target: Party::Person(self.people[target].id),
            visibility,
            until: instant(until_us),
        };
        let length = stream.length + 1;
        self.ties.insert(id, TieStream { length, open: false, changed_us: until_us });
        let event = new_event((command, 0), self.people[source].id, &event, until_us)?;
        Ok((StreamId::of::<TieEvent>(id.uuid()), stream.length, vec![event]))
    }

    /// A gathering, entered afterwards with everybody who was there.
    fn gather(&mut self, command: CommandId) -> Made {
        let starts_us = self.some_time_ago(BEGINS_US);
        let centre = self.random.index(self.people.len());
        let wanted = ATTENDANCE_MIN + self.random.index(ATTENDANCE_SPREAD);
        let mut there: Vec<_> = (0..wanted).map(|_| self.near(centre)).collect();
        there.sort_unstable();
        there.dedup();
        let host = self.people[centre].id;
        let planned = GatheringEvent::GatheringPlanned {
            network: self.network,
            title: format!("Gathering {}", self.written),
            starts_at: instant(starts_us),
        };
        let mut events = vec![new_event((command, 0), host, &planned, starts_us)?];
        let mut mistaken = Vec::new();
        for person in there {
            let recorded = GatheringEvent::AttendanceRecorded {
                person: self.people[person].id,
                mode: AttendanceMode::InPerson,
                source: AttendanceSource::Host,
            };
            let revision = u64::try_from(events.len()).unwrap_or(u64::MAX);
            events.push(new_event((command, events.len()), host, &recorded, starts_us)?);
            if self.random.chance(30) {
                mistaken.push((person, revision));
            }
        }
        let gathering = command.creates();
        let length = u64::try_from(events.len()).unwrap_or(u64::MAX);
        if !mistaken.is_empty() {
            let people = mistaken;
            self.mistakes.push_back(Mistake { gathering, length, starts_us, people });
        }
        Ok((StreamId::of::<GatheringEvent>(gathering.uuid()), 0, events))
    }

    fn correct(&mut self, command: CommandId, mistake: &Mistake) -> Made {
        let mut events = Vec::new();
        for (person, revision) in &mistake.people {
            let person = self.people[*person].id;
            let (mode, reason) = if self.random.chance(700) {
                (None, CorrectionReason::WasAbsent)
            } else {
                (Some(AttendanceMode::Online), CorrectionReason::WrongMode)
            };
            let corrected = GatheringEvent::AttendanceCorrected {
                person,
                corrects_revision: *revision,
                mode,
                reason,
            };
            let index = events.len();
            events.push(new_event((command, index), person, &corrected, mistake.starts_us)?);
        }
        let stream = StreamId::of::<GatheringEvent>(mistake.gathering.uuid());
        Ok((stream, mistake.length, events))
    }
}
