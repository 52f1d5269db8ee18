//! Deadlines come in order, at their time and once, whoever was asleep.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use eventlog::{Append, EventLog, Fingerprint, MemoryLog, NewEvent, Position, StreamId};
use events::{
    BallotChange, CancelledBecause, ClosedBecause, DecisionEvent, DecisionPolicy, DecisionTerms,
    DelegationEvent, DelegationRule, DelegationScope, DelegatorShown, EarlyClose, Electorate,
    ExtendedBecause, ExternalResult, HeldElsewhere, Leavers, MandateEvent, MembershipClass, Method,
    Outcome, PolicyName, ProposalContent, ProposalEvent, Reasons, ResolutionEvent, ResultsShown,
    RoleName, RollMoment, RollUnit, Secrecy, Subject, TieRule, VotingWindow,
};
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use kernel::{
    Clock, CommandId, DecisionId, ErrorCode, Event, NetworkId, Party, PersonId, ProposalId,
    Rejection, codec,
};
use projector::Store;
use testkit::FixedClock;
use uuid::Uuid;

use crate::proposal::LAPSES_AFTER_DAYS;

use super::{DeadlineCommand, DeadlineKind, NotCarriedOut, RETRY_MIN, SLEEP_MAX, Scheduler};

const NETWORK: NetworkId = NetworkId::new(Uuid::from_u128(1));
const ANNA: PersonId = PersonId::new(Uuid::from_u128(2));
const BEN: PersonId = PersonId::new(Uuid::from_u128(3));
const FIRST: Uuid = Uuid::from_u128(10);
const SECOND: Uuid = Uuid::from_u128(11);

/// Some seconds of a paused clock, in steps of the fiftieth part of the scheduler's sleep.
const TICKS: u32 = 200;

use DeadlineKind::{
    CloseDecision, ExpireDelegation, ExpireMandate, ExpireResolution, FinaliseDecision, FreezeRoll,
    GiveUpResult, LapseProposal, OpenDecision, RemindVoters, ReviewResolution,
};

/// An hour of one day, when things fall due.
fn hour(hour: i64) -> Timestamp {
    "2026-11-22T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour)
}

/// A log, a clock, and a service that carries deadlines out as the deciders would.
#[derive(Debug)]
struct World {
    log: Arc<dyn EventLog>,
    clock: FixedClock,
    carried_out: Mutex<Vec<(DeadlineKind, Uuid, Timestamp)>>,
    /// How the next attempts on a subject fail.
    failures: Mutex<HashMap<Uuid, Vec<Failure>>>,
    /// The decisions that are extended by this many hours when they would close.
    extended: Mutex<HashMap<Uuid, i64>>,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Later,
    Refused,
    Panic,
}

#[derive(Debug, thiserror::Error)]
#[error("a rule forbids it")]
struct Forbidden(ErrorCode);

impl Forbidden {
    fn not_carried_out(&self) -> NotCarriedOut {
        NotCarriedOut::of(self)
    }
}

impl Rejection for Forbidden {
    fn code(&self) -> ErrorCode {
        self.0
    }

    fn reason(&self) -> &'static str {
        "FORBIDDEN_HERE"
    }
}

/// A network at midnight.
fn world() -> Arc<World> {
    let now = Arc::new(FixedClock::at("2026-11-25T00:00:00Z"));
    Arc::new(World {
        // The log's own clock is past everything: it does not matter here.
        log: Arc::new(MemoryLog::new(now)),
        clock: FixedClock::at("2026-11-22T00:00:00Z"),
        carried_out: Mutex::default(),
        failures: Mutex::default(),
        extended: Mutex::default(),
    })
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl World {
    async fn record<E: Event>(&self, subject: Uuid, at: Timestamp, events: &[E]) -> Position {
        let head = self.log.head().borrow().0;
        let command = CommandId::derived(subject, &format!("test/{head}"));
        self.append(command, subject, at, events).await
    }

    async fn append<E: Event>(
        &self,
        command_id: CommandId,
        subject: Uuid,
        at: Timestamp,
        events: &[E],
    ) -> Position {
        let stream = StreamId::of::<E>(subject);
        let expected = self.log.read_stream(stream.clone(), 0, 100).await.unwrap().len();
        let new = |(index, event): (usize, &E)| {
            let encoded = codec::encode(event).unwrap();
            NewEvent {
                event_id: command_id.event_id(index),
                name: encoded.name,
                schema: 1,
                effective_at: Some(at),
                metadata: b"{}".to_vec(),
                data: encoded.data,
            }
        };
        let append = Append {
            command_id,
            fingerprint: Fingerprint::of(&[]),
            stream,
            expected: u64::try_from(expected).unwrap(),
            network_id: Some(NETWORK),
            events: events.iter().enumerate().map(new).collect(),
        };
        self.log.append(append).await.unwrap().position
    }

    /// Calls a decision that opens and closes at these hours.
    async fn called(&self, subject: Uuid, moment: RollMoment, opens: i64, closes: i64) {
        let terms = Box::new(terms(moment, hour(opens), hour(closes)));
        self.record(subject, hour(0), &[DecisionEvent::DecisionScheduled { terms }]).await;
    }

    async fn execute(&self, command: DeadlineCommand) -> Result<(), NotCarriedOut> {
        let DeadlineCommand { command_id, kind, subject, due_at, network } = command;
        assert_eq!(network, NETWORK);
        let failure = self.failures.lock().unwrap().get_mut(&subject).and_then(Vec::pop);
        match failure {
            Some(Failure::Later) => return Err(Forbidden(ErrorCode::Unavailable).not_carried_out()),
            Some(Failure::Refused) => {
                return Err(Forbidden(ErrorCode::Precondition).not_carried_out());
            }
            Some(Failure::Panic) => panic!("a handler with a bug"),
            None => {}
        }
        self.carried_out.lock().unwrap().push((kind, subject, due_at));
        let extended = match kind {
            CloseDecision => self.extended.lock().unwrap().remove(&subject),
            FreezeRoll | OpenDecision | RemindVoters | FinaliseDecision | ExpireMandate
            | ExpireDelegation | ReviewResolution | ExpireResolution | LapseProposal
            | GiveUpResult => None,
        };
        let (because, closes_at) = (ExtendedBecause::Inquorate, hour(20));
        let (proposal, outcome) = (ProposalId::new(FIRST), Outcome::Adopted {});
        let decision = match kind {
            FreezeRoll => {
                DecisionEvent::RollFrozen { position: 1, entries: Vec::new(), hash: String::new() }
            }
            OpenDecision => DecisionEvent::DecisionOpened { closes_at, seed_hash: String::new() },
            RemindVoters => DecisionEvent::VotersReminded {},
            CloseDecision => match extended {
                Some(hours) => {
                    let closes_at = due_at + SignedDuration::from_hours(hours);
                    DecisionEvent::DecisionExtended { number: 1, closes_at, because }
                }
                None => DecisionEvent::DecisionClosed { because: ClosedBecause::Deadline },
            },
            GiveUpResult => {
                let because = CancelledBecause::ResultNotReported;
                DecisionEvent::DecisionCancelled { because }
            }
            FinaliseDecision => DecisionEvent::DecisionFinalised { network, proposal, outcome },
            ExpireMandate => return self.ends(command, MandateEvent::MandateExpired {}).await,
            ExpireDelegation => {
                return self.ends(command, DelegationEvent::DelegationExpired {}).await;
            }
            ReviewResolution => return self.ends(command, ResolutionEvent::ReviewFellDue {}).await,
            ExpireResolution => {
                return self.ends(command, ResolutionEvent::ResolutionExpired {}).await;
            }
            LapseProposal => return self.ends(command, ProposalEvent::ProposalLapsed {}).await,
        };
        self.append(command_id, subject, due_at, &[decision]).await;
        Ok(())
    }

    async fn ends<E: Event>(&self, command: DeadlineCommand, e: E) -> Result<(), NotCarriedOut> {
        self.append(command.command_id, command.subject, command.due_at, &[e]).await;
        Ok(())
    }

    async fn scheduler(self: &Arc<World>) -> Scheduler {
        let (log, clock) = (Arc::clone(&self.log), Arc::clone(self) as Arc<dyn Clock>);
        let world = Arc::clone(self);
        let execute = Arc::new(move |command| {
            let world = Arc::clone(&world);
            async move { world.execute(command).await }.boxed()
        });
        Scheduler::open(log, &Store::Memory, clock, execute).await.unwrap()
    }

    fn fail(&self, subject: Uuid, failures: &[Failure]) {
        self.failures.lock().unwrap().insert(subject, failures.to_vec());
    }

    /// What was carried out since the last look.
    fn carried_out(&self) -> Vec<(DeadlineKind, Uuid, Timestamp)> {
        std::mem::take(&mut self.carried_out.lock().unwrap())
    }

    /// How many events the log holds.
    fn events(&self) -> u64 {
        self.log.head().borrow().0
    }
}

fn terms(roll_moment: RollMoment, opens_at: Timestamp, closes_at: Timestamp) -> DecisionTerms {
    let policy = DecisionPolicy {
        name: PolicyName("admission".to_owned()),
        subjects: BTreeSet::from([Subject::Other]),
        method: Method::Consent {},
        proposer_roles: BTreeSet::new(),
        sponsors_min: 0,
        discussion_hours_min: 0,
        window: VotingWindow { hours_min: 1, hours_max: 100 },
        electorate: Electorate {
            classes: BTreeSet::from([MembershipClass::Member]),
            unit: RollUnit::Person {},
        },
        roll_moment,
        quorum: None,
        requirements: Vec::new(),
        objections: None,
        secrecy: Secrecy::Open,
        results: ResultsShown::Live,
        ballot_change: BallotChange::UntilClose,
        reasons: Reasons::Optional,
        delegation: DelegationRule::None {},
        leavers: Leavers::Keep,
        extension: None,
        early_close: EarlyClose::Never,
        tie: TieRule::StatusQuo {},
        challenges: None,
        review_after_days: None,
        sunset_after_days: None,
        repeat_after_days: 0,
        elsewhere: None,
    };
    DecisionTerms {
        network: NETWORK,
        proposal: ProposalId::new(FIRST),
        revision: 1,
        content_hash: String::new(),
        subject: Subject::Other,
        topic: None,
        charter_version: 1,
        policy,
        options: Vec::new(),
        effects: Vec::new(),
        called_by: ANNA,
        opens_at,
        closes_at,
        repeats: None,
        seats: None,
    }
}

fn opened(closes: i64) -> DecisionEvent {
    DecisionEvent::DecisionOpened { closes_at: hour(closes), seed_hash: String::new() }
}

fn certified(until: Option<i64>) -> DecisionEvent {
    let (outcome, challenges_until) = (Outcome::Adopted {}, until.map(hour));
    DecisionEvent::DecisionCertified { outcome, challenges_until }
}

#[tokio::test]
async fn everything_about_a_vote_happens_at_its_time_and_not_before() {
    let world = world();
    world.called(FIRST, RollMoment::Opening, 10, 20).await;
    let scheduler = world.scheduler().await;
    let before = hour(10) - SignedDuration::from_nanos(1);
    assert_eq!(scheduler.run_due(before).await.unwrap(), 0);
    assert_eq!(scheduler.run_due(hour(10)).await.unwrap(), 2);
    assert_eq!(
        world.carried_out(),
        [(FreezeRoll, FIRST, hour(10)), (OpenDecision, FIRST, hour(10))]
    );
    assert_eq!(scheduler.run_due(hour(19)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(RemindVoters, FIRST, hour(15))]);
    // Late, but the command says when it was due.
    assert_eq!(scheduler.run_due(hour(30)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(CloseDecision, FIRST, hour(20))]);
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_result_from_elsewhere_is_waited_for_so_long_and_no_longer() {
    let world = world();
    for subject in [FIRST, SECOND] {
        let mut terms = Box::new(terms(RollMoment::Opening, hour(10), hour(20)));
        let (system, reported_by) = ("proofs".to_owned(), RoleName("officer".to_owned()));
        terms.policy.secrecy = Secrecy::Secret;
        terms.policy.elsewhere = Some(HeldElsewhere { system, reported_by, report_hours: 5 });
        world.record(subject, hour(0), &[DecisionEvent::DecisionScheduled { terms }]).await;
    }
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(24)).await.unwrap(), 8);
    let reported = ExternalResult {
        address: "https://vote.example/7".to_owned(),
        sha256: "0a".repeat(32),
        ballots: Vec::new(),
    };
    let recorded = DecisionEvent::ExternalResultRecorded { by: ANNA, result: reported };
    world.record(FIRST, hour(24), &[recorded]).await;
    world.carried_out();
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(GiveUpResult, SECOND, hour(25))]);
}

#[tokio::test]
async fn a_roll_that_is_frozen_at_the_call_is_frozen_even_if_the_call_was_cut_short() {
    let world = world();
    world.called(FIRST, RollMoment::Call, 10, 20).await;
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(1)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(FreezeRoll, FIRST, hour(0))]);
}

#[tokio::test]
async fn an_extension_moves_the_close_and_reminds_nobody_again() {
    let world = world();
    world.record(FIRST, hour(0), &[opened(5)]).await;
    // Opened without having been called: nobody knows in which network.
    world.called(SECOND, RollMoment::Opening, 1, 20).await;
    world.extended.lock().unwrap().insert(SECOND, 4);
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(20)).await.unwrap(), 4);
    let halfway = hour(10) + SignedDuration::from_mins(30);
    let carried_out = world.carried_out();
    assert_eq!(
        carried_out[2..],
        [(RemindVoters, SECOND, halfway), (CloseDecision, SECOND, hour(20))]
    );
    assert_eq!(scheduler.run_due(hour(23)).await.unwrap(), 0);
    assert_eq!(scheduler.run_due(hour(24)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(CloseDecision, SECOND, hour(24))]);
}

#[tokio::test]
async fn what_is_cancelled_or_closed_early_no_longer_falls_due() {
    let world = world();
    world.called(FIRST, RollMoment::Opening, 1, 5).await;
    let because = CancelledBecause::ProposalWithdrawn;
    world.record(FIRST, hour(0), &[DecisionEvent::DecisionCancelled { because }]).await;
    world.called(SECOND, RollMoment::Opening, 1, 5).await;
    let because = ClosedBecause::AllVoted;
    world.record(SECOND, hour(2), &[opened(5), DecisionEvent::DecisionClosed { because }]).await;
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_result_is_final_when_its_window_has_passed_and_not_while_it_is_challenged() {
    let world = world();
    let scheduler = world.scheduler().await;
    let challenged = || DecisionEvent::ResultChallenged {
        by: Party::Person(ANNA),
        grounds: kernel::Personal::Sealed { subject: ANNA, bytes: Vec::new() },
    };
    for subject in [FIRST, SECOND] {
        world.called(subject, RollMoment::Opening, 0, 1).await;
        let because = ClosedBecause::Deadline;
        let closed = DecisionEvent::DecisionClosed { because };
        world.record(subject, hour(1), &[opened(1), closed, certified(Some(10))]).await;
        world.record(subject, hour(5), &[challenged()]).await;
    }
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 0);
    for (subject, dismissed) in [(FIRST, 8), (SECOND, 15)] {
        let dismissal = DecisionEvent::ChallengeDismissed { by: BEN };
        world.record(subject, hour(dismissed), &[dismissal]).await;
    }
    assert_eq!(scheduler.run_due(hour(9)).await.unwrap(), 0);
    assert_eq!(scheduler.run_due(hour(15)).await.unwrap(), 2);
    assert_eq!(
        world.carried_out(),
        [(FinaliseDecision, FIRST, hour(10)), (FinaliseDecision, SECOND, hour(15))]
    );
}

#[tokio::test]
async fn a_result_without_challenges_is_made_final_if_a_crash_came_between() {
    let world = world();
    world.called(FIRST, RollMoment::Opening, 0, 1).await;
    world.record(FIRST, hour(2), &[certified(None)]).await;
    let upheld = DecisionEvent::ChallengeUpheld { by: BEN };
    world.called(SECOND, RollMoment::Opening, 0, 1).await;
    world.record(SECOND, hour(2), &[certified(Some(3)), upheld]).await;
    let scheduler = world.scheduler().await;
    scheduler.run_due(hour(99)).await.unwrap();
    let last = world.carried_out();
    assert_eq!(last.last(), Some(&(FinaliseDecision, FIRST, hour(2))));
    assert!(!last.iter().any(|(_, subject, _)| *subject == SECOND));
}

fn conferred(until: i64) -> MandateEvent {
    MandateEvent::MandateConferred {
        network: NETWORK,
        decision: DecisionId::new(FIRST),
        role: RoleName("coordinator".to_owned()),
        charter_version: 1,
        holder: ANNA,
        from: hour(0),
        until: hour(until),
        term: 1,
    }
}

fn granted(until: Option<i64>) -> DelegationEvent {
    DelegationEvent::DelegationGranted {
        network: NETWORK,
        delegator: Party::Person(ANNA),
        delegate: Party::Person(BEN),
        scope: DelegationScope::All {},
        until: until.map(hour),
        shown: DelegatorShown::ToNetwork,
    }
}

fn entered(review: Option<i64>, expires: Option<i64>) -> ResolutionEvent {
    ResolutionEvent::ResolutionEntered {
        network: NETWORK,
        decision: DecisionId::new(FIRST),
        proposal: ProposalId::new(FIRST),
        title: "Meet monthly".to_owned(),
        subject: Subject::Other,
        exclusive: None,
        supersedes: None,
        winners: Vec::new(),
        review_at: review.map(hour),
        expires_at: expires.map(hour),
    }
}

#[tokio::test]
async fn terms_delegations_and_resolutions_end_in_order_of_time() {
    let world = world();
    let ids: [Uuid; 3] = [20, 21, 22].map(Uuid::from_u128);
    world.record(ids[0], hour(0), &[conferred(9)]).await;
    world.record(ids[1], hour(0), &[granted(Some(7))]).await;
    world.record(ids[2], hour(0), &[entered(Some(3), Some(8))]).await;
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 4);
    assert_eq!(
        world.carried_out(),
        [
            (ReviewResolution, ids[2], hour(3)),
            (ExpireDelegation, ids[1], hour(7)),
            (ExpireResolution, ids[2], hour(8)),
            (ExpireMandate, ids[0], hour(9)),
        ]
    );
}

#[tokio::test]
async fn what_ended_before_its_time_does_not_end_again() {
    let world = world();
    let ids: [Uuid; 4] = [20, 21, 22, 23].map(Uuid::from_u128);
    world.record(ids[0], hour(0), &[conferred(9), MandateEvent::MandateResigned {}]).await;
    let revoked = DelegationEvent::DelegationRevoked {};
    let regranted = [granted(Some(7)), revoked, granted(Some(8)), granted(None)];
    world.record(ids[1], hour(0), &regranted).await;
    let repealed = ResolutionEvent::ResolutionRepealed { decision: DecisionId::new(FIRST) };
    world.record(ids[2], hour(0), &[entered(Some(3), Some(8)), repealed]).await;
    let again = ResolutionEvent::ReviewScheduled { review_at: hour(6) };
    world.record(ids[3], hour(0), &[entered(Some(3), None), again]).await;
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(99)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(ReviewResolution, ids[3], hour(6))]);
}

#[tokio::test]
async fn after_a_long_stop_everything_is_made_good_in_order_of_time() {
    let world = world();
    // The first closes at 20, whatever was planned: the service says so when it opens.
    world.called(FIRST, RollMoment::Opening, 5, 20).await;
    world.called(SECOND, RollMoment::Opening, 22, 30).await;
    world.record(Uuid::from_u128(20), hour(0), &[conferred(21)]).await;
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(48)).await.unwrap(), 8);
    let carried_out = world.carried_out();
    let kinds: Vec<_> = carried_out.iter().map(|(kind, ..)| *kind).collect();
    // The close of the first was not known before it opened, and yet comes before what was.
    let opening = [FreezeRoll, OpenDecision, RemindVoters, CloseDecision, ExpireMandate];
    assert_eq!(kinds[..5], opening);
    // The second was over when it opened, and nobody is reminded of it.
    assert_eq!(kinds[5..], [FreezeRoll, OpenDecision, CloseDecision]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_schedulers_record_everything_once() {
    let world = world();
    for number in 0..50 {
        let subject = Uuid::from_u128(100 + number);
        world.record(subject, hour(0), &[conferred(1)]).await;
    }
    let (one, two) = (Arc::new(world.scheduler().await), Arc::new(world.scheduler().await));
    let before = world.events();
    let runs = [one, two]
        .map(|scheduler| tokio::spawn(async move { scheduler.run_due(hour(2)).await.unwrap() }));
    for run in runs {
        run.await.unwrap();
    }
    assert_eq!(world.events() - before, 50);
    // A third one, started after that, finds nothing to do.
    world.carried_out();
    let third = world.scheduler().await;
    assert_eq!((third.run_due(hour(99)).await.unwrap(), world.carried_out()), (0, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_tried_again_later_and_holds_nobody_else_up() {
    let world = world();
    world.called(FIRST, RollMoment::Opening, 1, 20).await;
    world.called(SECOND, RollMoment::Opening, 2, 20).await;
    world.fail(FIRST, &[Failure::Later, Failure::Panic]);
    let scheduler = world.scheduler().await;
    // The first one's roll is not frozen, so it is not opened either.
    assert_eq!(scheduler.run_due(hour(3)).await.unwrap(), 2);
    let others = [(FreezeRoll, SECOND, hour(2)), (OpenDecision, SECOND, hour(2))];
    assert_eq!(world.carried_out(), others);
    assert_eq!(scheduler.run_due(hour(3)).await.unwrap(), 0);
    assert_eq!(scheduler.status().unwrap().overdue, 0, "the clock stands at midnight");
    world.clock.advance(SignedDuration::from_hours(3));
    let status = scheduler.status().unwrap();
    assert_eq!((status.overdue, status.oldest), (2, Some(hour(1))));
    tokio::time::advance(RETRY_MIN).await;
    assert_eq!(scheduler.run_due(hour(3)).await.unwrap(), 0);
    tokio::time::advance(RETRY_MIN).await;
    assert_eq!(scheduler.run_due(hour(3)).await.unwrap(), 0, "the wait doubles");
    tokio::time::advance(RETRY_MIN).await;
    assert_eq!(scheduler.run_due(hour(3)).await.unwrap(), 2);
    let made_good = [(FreezeRoll, FIRST, hour(1)), (OpenDecision, FIRST, hour(1))];
    assert_eq!(world.carried_out(), made_good);
}

#[tokio::test(start_paused = true)]
async fn what_a_rule_refused_is_given_up_until_it_is_set_anew() {
    let world = world();
    let (mandate, resolution) = (Uuid::from_u128(20), Uuid::from_u128(21));
    world.record(mandate, hour(0), &[conferred(3)]).await;
    world.record(resolution, hour(0), &[entered(Some(1), None)]).await;
    world.fail(resolution, &[Failure::Refused]);
    let scheduler = world.scheduler().await;
    assert_eq!(scheduler.run_due(hour(5)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(ExpireMandate, mandate, hour(3))]);
    tokio::time::advance(RETRY_MIN * 1_000).await;
    assert_eq!(scheduler.run_due(hour(6)).await.unwrap(), 0);
    let anew = ResolutionEvent::ReviewScheduled { review_at: hour(1) };
    world.record(resolution, hour(5), &[anew]).await;
    assert_eq!(scheduler.run_due(hour(6)).await.unwrap(), 1);
    assert_eq!(world.carried_out(), [(ReviewResolution, resolution, hour(1))]);
    assert!(scheduler.settled.lock().await.len() <= 1, "what is gone is forgotten");
}

#[tokio::test(start_paused = true)]
async fn the_schedule_follows_the_clock_wherever_it_is_set() {
    let world = world();
    let ids: [Uuid; 2] = [20, 21].map(Uuid::from_u128);
    world.record(ids[0], hour(0), &[conferred(2)]).await;
    let scheduler = Arc::new(world.scheduler().await);
    let schedule = Arc::clone(&scheduler).start();
    let mut head = world.log.head();
    let mut tick = async |events| {
        // The view folds on a thread of its own, which no paused clock waits for.
        for _ in 0..TICKS {
            tokio::time::advance(SLEEP_MAX / 50).await;
            tokio::task::yield_now().await;
        }
        while *head.borrow_and_update() < Position(events) {
            tokio::time::advance(SLEEP_MAX / 50).await;
            tokio::task::yield_now().await;
        }
    };
    tick(1).await;
    assert_eq!(world.carried_out(), []);
    world.clock.advance(SignedDuration::from_hours(2));
    tick(2).await;
    assert_eq!(world.carried_out(), [(ExpireMandate, ids[0], hour(2))]);
    // A round that has begun goes by the time at which it began; this one is to be over.
    drop(scheduler.settled.lock().await);
    // Set back by an hour: what falls due at half past one waits for half past one.
    world.clock.advance(SignedDuration::from_hours(-1));
    world.record(ids[1], hour(0), &[conferred(2)]).await;
    tick(3).await;
    assert_eq!(world.carried_out(), []);
    world.clock.advance(SignedDuration::from_hours(40));
    tick(4).await;
    assert_eq!(world.carried_out(), [(ExpireMandate, ids[1], hour(2))]);
    schedule.stop().await;
    world.record(ids[0], hour(0), &[conferred(3)]).await;
    tick(5).await;
    assert_eq!(world.carried_out(), []);
}

#[test]
fn every_kind_stands_at_its_place_and_has_a_name_of_its_own() {
    for (place, kind) in DeadlineKind::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(kind.rank()), place);
    }
    assert_eq!(DeadlineKind::ALL.map(DeadlineKind::name).iter().collect::<BTreeSet<_>>().len(), 11);
}

#[test]
fn a_clock_set_back_between_look_and_command_is_no_refusal() {
    #[derive(Debug, thiserror::Error)]
    #[error("the effective time lies in the future")]
    struct InFuture;
    impl Rejection for InFuture {
        fn code(&self) -> ErrorCode {
            ErrorCode::Invalid
        }
        fn reason(&self) -> &'static str {
            "EFFECTIVE_TIME_IN_FUTURE"
        }
    }
    assert!(matches!(NotCarriedOut::of(&InFuture), NotCarriedOut::Later(_)));
    let refused = NotCarriedOut::Refused("FORBIDDEN_HERE");
    assert_eq!(NotCarriedOut::of(&Forbidden(ErrorCode::Invalid)), refused);
}

/// A proposal that was drafted at this hour.
async fn drafted(world: &World, subject: Uuid, at: i64) {
    let content = ProposalContent {
        title: "An orchard".to_owned(),
        text: "We plant an orchard.".to_owned(),
        subject: Subject::Other,
        topic: None,
        effects: vec![],
        options: vec![],
        goals: vec![],
        exclusive: None,
        supersedes: None,
    };
    let drafted = ProposalEvent::ProposalDrafted { network: NETWORK, author: ANNA, content };
    world.record(subject, hour(at), &[drafted]).await;
}

#[tokio::test]
async fn a_proposal_lapses_when_nothing_happened_to_it_for_long() {
    let world = world();
    let scheduler = world.scheduler().await;
    drafted(&world, FIRST, 0).await;
    drafted(&world, SECOND, 0).await;
    world.record(SECOND, hour(5), &[ProposalEvent::ProposalSponsored { person: BEN }]).await;
    let idle = 24 * i64::from(LAPSES_AFTER_DAYS);
    assert_eq!(scheduler.run_due(hour(idle - 1)).await.unwrap(), 0);
    // However late the scheduler comes, each lapses when it was due, and once.
    scheduler.run_due(hour(idle + 100)).await.unwrap();
    let expected = [(LapseProposal, FIRST, hour(idle)), (LapseProposal, SECOND, hour(idle + 5))];
    assert_eq!(world.carried_out(), expected);
    scheduler.run_due(hour(idle + 200)).await.unwrap();
    assert_eq!(world.carried_out(), []);
}

#[tokio::test]
async fn a_proposal_that_was_called_or_taken_back_does_not_lapse() {
    let world = world();
    let scheduler = world.scheduler().await;
    drafted(&world, FIRST, 0).await;
    world.record(FIRST, hour(1), &[ProposalEvent::ProposalWithdrawn {}]).await;
    drafted(&world, SECOND, 0).await;
    let called = ProposalEvent::DecisionCalled {
        network: NETWORK,
        decision: DecisionId::new(FIRST),
        revision: 1,
        content_hash: String::new(),
        charter_version: 1,
        called_by: ANNA,
        opens_at: hour(1),
        closes_at: hour(2),
        repeats: None,
        seats: None,
    };
    world.record(SECOND, hour(1), &[called]).await;
    scheduler.run_due(hour(48 * i64::from(LAPSES_AFTER_DAYS))).await.unwrap();
    assert_eq!(world.carried_out(), []);
}
