//! The view of deadlines: what falls due, when, and for what. A row is there as long as it stands.

use eventlog::{Position, Recorded};
use events::{
    DecisionEvent, DelegationEvent, MandateEvent, ProposalEvent, ResolutionEvent, RollMoment,
};
use jiff::Timestamp;
use kernel::NetworkId;
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params, types::Type};
use uuid::Uuid;

use super::DeadlineKind;
use crate::{
    decision::{reminder_at, report_until},
    proposal::lapses_at,
};

/// Keeps the deadlines of decisions, mandates, delegations, resolutions and proposals.
#[derive(Debug)]
pub struct DeadlinesView;

/// Something that falls due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeadlineRow {
    /// When.
    pub due_at: Timestamp,
    /// What is to be done then.
    pub kind: DeadlineKind,
    /// The id of the decision, mandate, delegation, resolution or proposal.
    pub subject: Uuid,
    /// The network.
    pub network: NetworkId,
    /// The event that set it.
    pub set_at: Position,
}

impl Projection for DeadlinesView {
    const NAME: &'static str = "deadlines_5";
    const SCHEMA: &'static str = "
        create table deadlines (
            kind    integer not null, -- its place in DeadlineKind::ALL
            subject blob    not null,
            network blob    not null,
            due_at  integer not null, -- nanoseconds since 1970
            set_at  integer not null, -- the position of the event that set it
            primary key (kind, subject)
        ) strict, without rowid;
        create index deadlines_in_order on deadlines (due_at, kind, subject);
        create index deadlines_of_subject on deadlines (subject);
        create table subjects (
            subject          blob not null primary key,
            network          blob not null,
            challenges_until integer -- nanoseconds since 1970
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] =
        &["decision", "delegation", "mandate", "proposal", "resolution"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let rows = Rows { tx, event, subject: event.stream.id() };
        if let Some(decision) = event.decode::<DecisionEvent>()? {
            return Ok(rows.decision(decision)?);
        }
        if let Some(delegation) = event.decode::<DelegationEvent>()? {
            return Ok(rows.delegation(&delegation)?);
        }
        if let Some(mandate) = event.decode::<MandateEvent>()? {
            return Ok(rows.mandate(&mandate)?);
        }
        if let Some(resolution) = event.decode::<ResolutionEvent>()? {
            return Ok(rows.resolution(&resolution)?);
        }
        if let Some(proposal) = event.decode::<ProposalEvent>()? {
            return Ok(rows.proposal(&proposal)?);
        }
        Ok(())
    }
}

/// The rows that one event may change: those of its stream.
struct Rows<'a> {
    tx: &'a Transaction<'a>,
    event: &'a Recorded,
    subject: Uuid,
}

impl Rows<'_> {
    fn decision(&self, event: DecisionEvent) -> rusqlite::Result<()> {
        match event {
            DecisionEvent::DecisionScheduled { terms } => {
                self.belongs_to(terms.network)?;
                // A roll that is frozen at the call is frozen by the call itself; what a crash left
                // undone is made good at once.
                let freeze_at = match terms.policy.roll_moment {
                    RollMoment::Call => self.event.effective_at,
                    RollMoment::Opening => terms.opens_at,
                };
                self.set(DeadlineKind::FreezeRoll, freeze_at)?;
                self.set(DeadlineKind::OpenDecision, terms.opens_at)?;
                self.set(DeadlineKind::RemindVoters, reminder_at(&terms))?;
                self.set_if(DeadlineKind::GiveUpResult, report_until(&terms))
            }
            DecisionEvent::RollFrozen { .. } => self.clear(DeadlineKind::FreezeRoll),
            DecisionEvent::DecisionOpened { closes_at, .. } => {
                self.clear(DeadlineKind::FreezeRoll)?;
                self.clear(DeadlineKind::OpenDecision)?;
                self.set(DeadlineKind::CloseDecision, closes_at)
            }
            DecisionEvent::VotersReminded {} => self.clear(DeadlineKind::RemindVoters),
            DecisionEvent::DecisionExtended { closes_at, .. } => {
                self.set(DeadlineKind::CloseDecision, closes_at)
            }
            DecisionEvent::DecisionClosed { .. } => {
                self.clear(DeadlineKind::RemindVoters)?;
                self.clear(DeadlineKind::CloseDecision)
            }
            DecisionEvent::ExternalResultRecorded { .. } => self.clear(DeadlineKind::GiveUpResult),
            DecisionEvent::DecisionCertified { challenges_until, .. } => {
                // Without challenges it is final at once; what a crash left undone is made good.
                let until = challenges_until.unwrap_or(self.event.effective_at);
                self.clear_all()?;
                self.note_challenges_until(until)?;
                self.set(DeadlineKind::FinaliseDecision, until)
            }
            DecisionEvent::ResultChallenged { .. } => self.clear(DeadlineKind::FinaliseDecision),
            DecisionEvent::ChallengeDismissed { .. } => {
                let until = self.challenges_until()?.unwrap_or(self.event.effective_at);
                self.set(DeadlineKind::FinaliseDecision, until.max(self.event.effective_at))
            }
            DecisionEvent::ChallengeUpheld { .. }
            | DecisionEvent::DecisionAnnulled {}
            | DecisionEvent::DecisionCancelled { .. }
            | DecisionEvent::DecisionFinalised { .. } => self.forget(),
            DecisionEvent::RollContested { .. }
            | DecisionEvent::BallotCast { .. }
            | DecisionEvent::BallotChanged { .. }
            | DecisionEvent::BallotWithdrawn { .. }
            | DecisionEvent::BallotRecordedOnBehalf { .. }
            | DecisionEvent::RecordedBallotConfirmed { .. }
            | DecisionEvent::RecordedBallotRepudiated { .. }
            | DecisionEvent::ObjectionRaised { .. }
            | DecisionEvent::ObjectionAnswered { .. }
            | DecisionEvent::ObjectionJudged { .. }
            | DecisionEvent::ObjectionWithdrawn { .. }
            | DecisionEvent::ConflictOfInterestDeclared { .. }
            | DecisionEvent::LeaverKept { .. }
            | DecisionEvent::LeaverVoided { .. }
            | DecisionEvent::RepresentativeReplaced { .. }
            | DecisionEvent::DecisionTallied { .. }
            | DecisionEvent::TieBroken { .. } => Ok(()),
        }
    }

    fn delegation(&self, event: &DelegationEvent) -> rusqlite::Result<()> {
        match event {
            DelegationEvent::DelegationGranted { network, until, .. } => {
                self.forget()?;
                self.belongs_to(*network)?;
                self.set_if(DeadlineKind::ExpireDelegation, *until)
            }
            DelegationEvent::DelegationDeclined { .. }
            | DelegationEvent::DelegationRevoked {}
            | DelegationEvent::DelegationExpired {} => self.forget(),
            DelegationEvent::DelegationAccepted { .. }
            | DelegationEvent::DelegationSuspended {}
            | DelegationEvent::DelegationResumed {} => Ok(()),
        }
    }

    fn mandate(&self, event: &MandateEvent) -> rusqlite::Result<()> {
        match event {
            MandateEvent::MandateConferred { network, until, .. } => {
                self.belongs_to(*network)?;
                self.set(DeadlineKind::ExpireMandate, *until)
            }
            MandateEvent::MandateDeclined {}
            | MandateEvent::MandateResigned {}
            | MandateEvent::MandateExpired {}
            | MandateEvent::MandateRecalled { .. } => self.forget(),
            MandateEvent::MandateAccepted {} | MandateEvent::MandateHandedOver { .. } => Ok(()),
        }
    }

    fn resolution(&self, event: &ResolutionEvent) -> rusqlite::Result<()> {
        match event {
            ResolutionEvent::ResolutionEntered { network, review_at, expires_at, .. } => {
                self.belongs_to(*network)?;
                self.set_if(DeadlineKind::ReviewResolution, *review_at)?;
                self.set_if(DeadlineKind::ExpireResolution, *expires_at)
            }
            ResolutionEvent::ReviewScheduled { review_at } => {
                self.set(DeadlineKind::ReviewResolution, *review_at)
            }
            ResolutionEvent::ReviewFellDue {} => self.clear(DeadlineKind::ReviewResolution),
            ResolutionEvent::ResolutionSuperseded { .. }
            | ResolutionEvent::ResolutionRepealed { .. }
            | ResolutionEvent::ResolutionExpired {} => self.forget(),
            ResolutionEvent::EffectIssued { .. }
            | ResolutionEvent::EffectConfirmed { .. }
            | ResolutionEvent::EffectFailed { .. }
            | ResolutionEvent::ImplementationReported { .. }
            | ResolutionEvent::ReviewHeld { .. }
            | ResolutionEvent::ResolutionAmended { .. } => Ok(()),
        }
    }

    fn proposal(&self, event: &ProposalEvent) -> rusqlite::Result<()> {
        match event {
            ProposalEvent::ProposalDrafted { network, .. } => {
                self.belongs_to(*network)?;
                self.set(DeadlineKind::LapseProposal, lapses_at(self.event.effective_at))
            }
            // Whatever happens to it, it is not forgotten.
            ProposalEvent::CoAuthorInvited { .. }
            | ProposalEvent::CoAuthorJoined { .. }
            | ProposalEvent::ProposalSponsored { .. }
            | ProposalEvent::SponsorshipWithdrawn { .. }
            | ProposalEvent::ProposalSubmitted {}
            | ProposalEvent::DiscussionOpened { .. }
            | ProposalEvent::ConcernRaised { .. }
            | ProposalEvent::ConcernAnswered { .. }
            | ProposalEvent::ConcernWithdrawn { .. }
            | ProposalEvent::AmendmentOffered { .. }
            | ProposalEvent::AmendmentAccepted { .. }
            | ProposalEvent::AmendmentRejected { .. }
            | ProposalEvent::AmendmentPromoted { .. }
            | ProposalEvent::ProposalRevised { .. } => {
                self.set(DeadlineKind::LapseProposal, lapses_at(self.event.effective_at))
            }
            ProposalEvent::DecisionCalled { .. }
            | ProposalEvent::ProposalMerged { .. }
            | ProposalEvent::ProposalWithdrawn {}
            | ProposalEvent::ProposalLapsed {}
            | ProposalEvent::ProposalDecided { .. } => self.forget(),
        }
    }

    fn belongs_to(&self, network: NetworkId) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("insert or replace into subjects values (?1, ?2, null)")?
            .execute(params![self.subject.as_bytes(), network.uuid().as_bytes()])?;
        Ok(())
    }

    /// Sets a deadline, or moves it.
    fn set(&self, kind: DeadlineKind, due_at: Timestamp) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "insert or replace into deadlines (kind, subject, network, due_at, set_at)
                 select ?1, subject, network, ?3, ?4 from subjects where subject = ?2",
            )?
            .execute(params![
                kind.rank(),
                self.subject.as_bytes(),
                nanoseconds(due_at),
                self.event.position.0
            ])?;
        Ok(())
    }

    fn set_if(&self, kind: DeadlineKind, due_at: Option<Timestamp>) -> rusqlite::Result<()> {
        due_at.map_or(Ok(()), |due_at| self.set(kind, due_at))
    }

    fn clear(&self, kind: DeadlineKind) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("delete from deadlines where kind = ?1 and subject = ?2")?
            .execute(params![kind.rank(), self.subject.as_bytes()])?;
        Ok(())
    }

    fn clear_all(&self) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("delete from deadlines where subject = ?1")?
            .execute([self.subject.as_bytes()])?;
        Ok(())
    }

    /// Nothing falls due for it any more.
    fn forget(&self) -> rusqlite::Result<()> {
        self.clear_all()?;
        self.tx
            .prepare_cached("delete from subjects where subject = ?1")?
            .execute([self.subject.as_bytes()])?;
        Ok(())
    }

    fn note_challenges_until(&self, until: Timestamp) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("update subjects set challenges_until = ?2 where subject = ?1")?
            .execute(params![self.subject.as_bytes(), nanoseconds(until)])?;
        Ok(())
    }

    fn challenges_until(&self) -> rusqlite::Result<Option<Timestamp>> {
        let until: Option<Option<i64>> = self
            .tx
            .prepare_cached("select challenges_until from subjects where subject = ?1")?
            .query_row([self.subject.as_bytes()], |row| row.get(0))
            .optional()?;
        until.flatten().map(instant).transpose()
    }
}

/// Lists deadlines that are due by `now`, in the order in which they are due, after the row `after`;
/// `None` is from the first on. At most `limit`.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn due(
    connection: &Connection,
    now: Timestamp,
    after: Option<&DeadlineRow>,
    limit: u32,
) -> rusqlite::Result<Vec<DeadlineRow>> {
    let mut statement = connection.prepare_cached(
        "select due_at, kind, subject, network, set_at from deadlines
         where due_at <= ?1 and (due_at, kind, subject) > (?2, ?3, ?4)
         order by due_at, kind, subject limit ?5",
    )?;
    let (due_at, kind, subject) = match after {
        Some(row) => (nanoseconds(row.due_at), row.kind.rank(), row.subject.as_bytes().to_vec()),
        None => (i64::MIN, 0, Vec::new()),
    };
    statement.query_map(params![nanoseconds(now), due_at, kind, subject, limit], row)?.collect()
}

/// When the next deadline after `now` falls due; `None` when none does.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn next_due(connection: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let mut statement =
        connection.prepare_cached("select min(due_at) from deadlines where due_at > ?1")?;
    let next: Option<i64> = statement.query_row([nanoseconds(now)], |row| row.get(0))?;
    next.map(instant).transpose()
}

/// Tells whether `deadline` still stands as it was read.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn stands(
    connection: &Connection,
    kind: DeadlineKind,
    subject: Uuid,
    set_at: Position,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select count(*) from deadlines where kind = ?1 and subject = ?2 and set_at = ?3",
        )?
        .query_row(params![kind.rank(), subject.as_bytes(), set_at.0], |row| row.get(0))
}

/// How many deadlines are due by `now`, and since when the oldest has been; `None` when none is.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn overdue(
    connection: &Connection,
    now: Timestamp,
) -> rusqlite::Result<(u64, Option<Timestamp>)> {
    let sql = "select count(*), min(due_at) from deadlines where due_at <= ?1";
    let (count, oldest): (u64, Option<i64>) = connection
        .prepare_cached(sql)?
        .query_row([nanoseconds(now)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((count, oldest.map(instant).transpose()?))
}

fn row(row: &Row<'_>) -> rusqlite::Result<DeadlineRow> {
    let rank: usize = row.get(1)?;
    let kind = DeadlineKind::ALL.get(rank).copied();
    Ok(DeadlineRow {
        due_at: instant(row.get(0)?)?,
        kind: kind.ok_or(rusqlite::Error::IntegralValueOutOfRange(1, 0))?,
        subject: Uuid::from_bytes(row.get(2)?),
        network: NetworkId::new(Uuid::from_bytes(row.get(3)?)),
        set_at: Position(row.get(4)?),
    })
}

/// To the nanosecond, so that a deadline is never rounded to before its time. What lies beyond the
/// year 2262 falls due then.
fn nanoseconds(instant: Timestamp) -> i64 {
    let nanoseconds = instant.as_nanosecond();
    let bound = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(nanoseconds).unwrap_or(bound)
}

fn instant(nanoseconds: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_nanosecond(nanoseconds.into())
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, error.into()))
}
