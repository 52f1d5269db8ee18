//! The decisions there are: terms, roll, ballots, objections, and what each came to. The view keeps
//! delegations too.
//!
//! Everything is kept that the log says; what a viewer may see of it is for [`super::sight`] to say,
//! and queries ask there before they hand anything out.

use eventlog::Recorded;
use events::{
    AlikeBallots, BallotBoxEvent, CancelledBecause, Choice, ClosedBecause, Constituency,
    ConstituencyTurnout, ContestGround, DecisionEvent, DecisionTerms, DelegationEvent,
    ExtendedBecause, ExternalResult, Figures, OptionKey, Outcome, ResolvedDelegation, RollEntry,
    Secrecy, TieBreak, TurnoutEvent, Validity,
};
use jiff::Timestamp;
use kernel::{DecisionId, NetworkId, Party, PersonId, Personal, ProposalId};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{
    Kept, Listed, Part, Text, Tracked, delegations, effective_us, id, instant, key, listed,
    optional_id, optional_instant, optional_word, party,
    proposals::{AnswerRow, answer_row},
    rows, run,
    sight::{Circumstances, Involvement, Stage},
    word, worded,
};

#[cfg(test)]
mod tests;

/// Keeps decisions and delegations.
#[derive(Debug)]
pub struct DecisionsView;

/// How far a decision is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionPhase {
    /// It was called; voting has not begun.
    Scheduled,
    /// Voting goes on.
    Open,
    /// Voting is over.
    Closed,
    /// The votes are counted.
    Tallied,
    /// It is said what it came to.
    Certified,
    /// Somebody doubts the result.
    Challenged,
    /// What it came to counts for good.
    Final,
    /// The result does not count.
    Annulled,
    /// It came to nothing.
    Cancelled,
}

impl DecisionPhase {
    /// How far the vote is, as far as seeing it is concerned.
    pub fn stage(self) -> Stage {
        match self {
            DecisionPhase::Scheduled => Stage::Before,
            DecisionPhase::Open => Stage::Open,
            DecisionPhase::Closed
            | DecisionPhase::Tallied
            | DecisionPhase::Certified
            | DecisionPhase::Challenged
            | DecisionPhase::Final
            | DecisionPhase::Annulled => Stage::Over,
            DecisionPhase::Cancelled => Stage::Cancelled,
        }
    }
}

/// One decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecisionRow {
    /// Which one.
    pub decision: DecisionId,
    /// How far it is.
    pub phase: DecisionPhase,
    /// What it was called with.
    pub terms: DecisionTerms,
    /// When voting ends, or ended: extensions and an early end included.
    pub closes_at: Timestamp,
    /// The roll; `None` before it is frozen.
    pub roll: Option<RollRow>,
    /// The SHA-256 of the seed for lots, in hexadecimal; `None` before voting begins.
    pub seed_hash: Option<String>,
    /// Why voting ended; `None` while it has not.
    pub closed: Option<ClosedBecause>,
    /// Why it came to nothing; `None` when it did not.
    pub cancelled: Option<CancelledBecause>,
    /// When everyone on the roll was reminded; `None` when they were not, or not yet.
    pub reminded_at: Option<Timestamp>,
    /// How often voting went on longer, in order of time.
    pub extensions: Vec<ExtensionRow>,
    /// What was reported of a vote that is held elsewhere; `None` before, and where it is held here.
    pub external: Option<ExternalRow>,
    /// What it came to; `None` before the count.
    pub certificate: Option<CertificateRow>,
}

impl DecisionRow {
    /// What the rule of sight says depends on, for a viewer with this part in the vote.
    pub fn circumstances(&self, involvement: Involvement) -> Circumstances {
        let policy = &self.terms.policy;
        let (secrecy, results) = (policy.secrecy, policy.results);
        Circumstances { stage: self.phase.stage(), secrecy, results, involvement }
    }
}

/// A frozen roll, as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollRow {
    /// The position of the log that the roster was read at.
    pub position: u64,
    /// The SHA-256 of the canonical JSON of the entries, in hexadecimal.
    pub hash: String,
    /// How many entries were frozen.
    pub units: u32,
    /// How many of them count: neither void nor in conflict.
    pub counting_units: u32,
}

/// Whether an entry of a roll counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// It does.
    Counts,
    /// It does, though its party left the network.
    Kept,
    /// It does not: its party declared a conflict of interest.
    InConflict,
    /// It does not: its party left the network.
    Void,
}

/// One entry of a frozen roll.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryRow {
    /// Of which decision.
    pub decision: DecisionId,
    /// The entry, as it was frozen.
    pub entry: RollEntry,
    /// Whether it counts.
    pub status: EntryStatus,
}

/// How a ballot came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BallotStatus {
    /// Whoever it belongs to cast it.
    Cast,
    /// Somebody else wrote it down; it counts.
    Recorded,
    /// Somebody else wrote it down, and whoever it belongs to says that it was so.
    Confirmed,
    /// Somebody else wrote it down, and whoever it belongs to says that it was not so.
    Repudiated,
}

/// One ballot of a decision that is not secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BallotRow {
    /// Of which decision.
    pub decision: DecisionId,
    /// For whom.
    pub voter: Party,
    /// What it says.
    pub choice: Choice,
    /// How it came to be.
    pub status: BallotStatus,
    /// Who wrote it down for the voter; `None` when the voter cast it.
    pub recorded_by: Option<PersonId>,
    /// Why (field `reason`), or how it is known (field `evidence`).
    pub text: Option<Text>,
    /// When it was cast, or changed last.
    pub at: Timestamp,
}

/// How many took part, and who.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TurnoutRow {
    /// How many voted; `None` when that is not known here, or not to be told.
    pub voted: Option<u32>,
    /// Who voted, in order; `None` when that is not known here, or not to be told.
    pub voters: Option<Vec<Party>>,
    /// What was recorded of the constituencies in a secret decision; empty in any other, before the
    /// box is opened, and where the quorum is not of each.
    pub constituencies: Vec<ConstituencyTurnout>,
}

/// Who reported the result of a vote that was held elsewhere, and where it can be checked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExternalRow {
    /// Who reported it.
    pub reported_by: PersonId,
    /// The address of the election there.
    pub address: String,
    /// The SHA-256 of what was published there to check the result by, in hexadecimal.
    pub sha256: String,
    /// When it was reported.
    pub at: Timestamp,
}

/// One time that voting went on longer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExtensionRow {
    /// How often it was extended by then.
    pub number: u32,
    /// When voting ended before.
    pub closed_at: Timestamp,
    /// When it ended from then on.
    pub closes_at: Timestamp,
    /// Why.
    pub because: ExtendedBecause,
}

/// How far an objection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionStatus {
    /// Nobody judged it; it counts as valid.
    Raised,
    /// It stands.
    Valid,
    /// It does not stand.
    NotValid,
    /// Whoever objected does so no longer.
    Withdrawn,
}

impl ObjectionStatus {
    /// Whether the objection is in the way of the decision.
    pub fn stands(self) -> bool {
        match self {
            ObjectionStatus::Raised | ObjectionStatus::Valid => true,
            ObjectionStatus::NotValid | ObjectionStatus::Withdrawn => false,
        }
    }
}

/// One objection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectionRow {
    /// To which decision.
    pub decision: DecisionId,
    /// Its number in the decision, from 1.
    pub number: u32,
    /// Who objects.
    pub by: Party,
    /// Why.
    pub argument: Text,
    /// How far it is.
    pub status: ObjectionStatus,
    /// Who judged it.
    pub judged_by: Option<PersonId>,
    /// When it was raised.
    pub at: Timestamp,
    /// The answers, in order of time.
    pub answers: Vec<AnswerRow>,
}

impl ObjectionRow {
    /// Every text in it.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut Text> {
        let answers = self.answers.iter_mut().map(|answer| &mut answer.text);
        std::iter::once(&mut self.argument).chain(answers)
    }
}

/// What was found of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeStatus {
    /// Nothing yet.
    Raised,
    /// It was without ground.
    Dismissed,
    /// It was right.
    Upheld,
}

/// One challenge of a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChallengeRow {
    /// Who doubts the result.
    pub by: Party,
    /// Why.
    pub grounds: Text,
    /// What was found.
    pub status: ChallengeStatus,
    /// Who found so.
    pub judged_by: Option<PersonId>,
    /// When it was raised.
    pub at: Timestamp,
}

/// What somebody says is wrong with a roll.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContestRow {
    /// Who says so.
    pub by: Party,
    /// About which party.
    pub about: Party,
    /// What is wrong.
    pub ground: ContestGround,
    /// How it is known.
    pub reason: Text,
    /// When it was said.
    pub at: Timestamp,
}

/// A tie that mattered, and how it was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TieRow {
    /// Between whom.
    pub between: Vec<OptionKey>,
    /// Who came first, or stayed.
    pub chosen: Vec<OptionKey>,
    /// How.
    pub by: TieBreak,
}

/// What a decision came to, and how that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateRow {
    /// The counting rules that were used, with their version.
    pub algorithm: String,
    /// The SHA-256 of the canonical JSON of everything that was counted, in hexadecimal.
    pub inputs_hash: String,
    /// Where lent votes went.
    pub delegations: Vec<ResolvedDelegation>,
    /// The figures.
    pub figures: Figures,
    /// The ties that were broken, in order.
    pub ties: Vec<TieRow>,
    /// What it came to; `None` while a tie waits for a casting vote.
    pub outcome: Option<Outcome>,
    /// When that was certified.
    pub certified_at: Option<Timestamp>,
    /// Until when it can be challenged; `None` when it was final at once.
    pub challenges_until: Option<Timestamp>,
    /// Since when it counts for good.
    pub final_from: Option<Timestamp>,
}

impl Projection for DecisionsView {
    const NAME: &'static str = "decisions_3";
    const SCHEMA: &'static str = "
        create table decisions (
            decision blob primary key, network blob not null, proposal blob not null,
            phase text not null, secrecy text not null, terms text not null,
            opens_at integer not null, closes_at integer not null, seed_hash text,
            closed text, cancelled text, reminded_at integer, external text
        ) strict;
        create index decisions_network on decisions (network, phase, opens_at);
        create table rolls (
            decision blob primary key, position integer not null, hash text not null
        ) strict;
        create table entries (
            decision blob not null, party text not null, weight integer not null,
            representative blob, constituency text, status text not null,
            primary key (decision, party)
        ) strict, without rowid;
        create index entries_party on entries (party);
        create index entries_representative on entries (representative)
            where representative is not null;
        create table ballots (
            decision blob not null, voter text not null, choice text not null,
            status text not null, recorded_by blob,
            subject blob, event_id blob, sealed blob, at integer not null,
            primary key (decision, voter)
        ) strict, without rowid;
        create table boxes (decision blob primary key, ballots text not null) strict;
        create table turnouts (
            decision blob primary key, voted integer not null, voters text,
            constituencies text not null
        ) strict;
        create table contests (
            decision blob not null, position integer not null, raised_by text not null,
            about text not null, ground text not null,
            subject blob not null, event_id blob not null, sealed blob not null,
            at integer not null, primary key (decision, position)
        ) strict, without rowid;
        create table extensions (
            decision blob not null, number integer not null, closed_at integer not null,
            closes_at integer not null, because text not null, primary key (decision, number)
        ) strict, without rowid;
        create table objections (
            decision blob not null, number integer not null, raised_by text not null,
            status text not null, judged_by blob,
            subject blob not null, event_id blob not null, sealed blob not null,
            at integer not null, primary key (decision, number)
        ) strict, without rowid;
        create table answers (
            decision blob not null, number integer not null, position integer not null,
            answered_by blob not null, subject blob not null, event_id blob not null,
            sealed blob not null, at integer not null, primary key (decision, number, position)
        ) strict, without rowid;
        create table certificates (
            decision blob primary key, algorithm text not null, inputs_hash text not null,
            delegations text not null, figures text not null, outcome text, certified_at integer,
            challenges_until integer, final_from integer
        ) strict;
        create table ties (
            decision blob not null, position integer not null, tied text not null,
            chosen text not null, broken_by text not null, primary key (decision, position)
        ) strict, without rowid;
        create table challenges (
            decision blob not null, position integer not null, raised_by text not null,
            status text not null, judged_by blob,
            subject blob not null, event_id blob not null, sealed blob not null,
            at integer not null, primary key (decision, position)
        ) strict, without rowid;
        create table delegations (
            delegation blob primary key, network blob not null, delegator text not null,
            delegate text not null, scope text not null, shown text not null,
            status text not null, granted integer not null, granted_at integer not null,
            until integer
        ) strict;
        create table lent (
            delegation blob not null, network blob not null, delegator text not null,
            delegate text not null, scope text not null, shown text not null,
            status text not null, granted integer not null, granted_at integer not null,
            until integer,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (delegation, valid_from, known_from)
        ) strict, without rowid;
        create index lent_network on lent (network);";
    const CATEGORIES: &'static [&'static str] =
        &["decision", "ballot_box", "turnout", "delegation"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        if let Some(change) = event.decode::<DecisionEvent>()? {
            changed(tx, event, change)?;
        }
        if let Some(BallotBoxEvent::BallotBoxSealed { decision, ballots }) = event.decode()? {
            put_opened(tx, key(decision), &ballots)?;
        }
        if let Some(TurnoutEvent::TurnoutRecorded { decision, voted, voters, constituencies }) =
            event.decode()?
        {
            put_turnout(tx, key(decision), (voted, voters.as_deref()), &constituencies)?;
        }
        if let Some(change) = event.decode::<DelegationEvent>()? {
            delegations::changed(tx, event, change)?;
        }
        Ok(())
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of event reads as a table")]
fn changed(tx: &Connection, event: &Recorded, change: DecisionEvent) -> rusqlite::Result<()> {
    let decision = event.stream.id().into_bytes();
    let at = effective_us(event);
    let enter = |phase| set_phase(tx, decision, phase);
    let entry = |voter, status| set_entry(tx, decision, voter, status);
    match change {
        DecisionEvent::DecisionScheduled { terms } => run(
            tx,
            "insert into decisions values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, null, null, null, null,
             null)",
            params![
                decision,
                key(terms.network),
                key(terms.proposal),
                worded(&DecisionPhase::Scheduled)?,
                worded(&terms.policy.secrecy)?,
                worded(&terms)?,
                terms.opens_at.as_microsecond(),
                terms.closes_at.as_microsecond()
            ],
        ),
        DecisionEvent::RollFrozen { position, entries, hash } => {
            let sql = "insert or replace into rolls values (?1, ?2, ?3)";
            run(tx, sql, params![decision, position, hash])?;
            freeze(tx, decision, &entries)
        }
        DecisionEvent::RollContested { by, about, ground, reason } => {
            let kept = Kept::of(event, &reason);
            run(
                tx,
                "insert into contests values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    decision,
                    event.position.0,
                    by.to_string(),
                    about.to_string(),
                    worded(&ground)?,
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    at
                ],
            )
        }
        DecisionEvent::DecisionOpened { closes_at, seed_hash } => {
            let sql = "update decisions set closes_at = ?2, seed_hash = ?3 where decision = ?1";
            run(tx, sql, params![decision, closes_at.as_microsecond(), seed_hash])?;
            enter(DecisionPhase::Open)
        }
        DecisionEvent::BallotCast { voter, choice, reason, .. }
        | DecisionEvent::BallotChanged { voter, choice, reason, .. } => {
            put(tx, event, (voter, &choice), (BallotStatus::Cast, None), reason.as_ref())
        }
        DecisionEvent::BallotWithdrawn { voter, .. } => {
            let sql = "delete from ballots where decision = ?1 and voter = ?2";
            run(tx, sql, params![decision, voter.to_string()])
        }
        DecisionEvent::BallotRecordedOnBehalf { voter, by, choice, evidence, .. } => {
            let how = (BallotStatus::Recorded, Some(by));
            put(tx, event, (voter, &choice), how, Some(&evidence))
        }
        DecisionEvent::RecordedBallotConfirmed { voter } => {
            set_ballot(tx, decision, voter, BallotStatus::Confirmed)
        }
        DecisionEvent::RecordedBallotRepudiated { voter } => {
            set_ballot(tx, decision, voter, BallotStatus::Repudiated)
        }
        DecisionEvent::ObjectionRaised { number, by, argument } => {
            let kept = Kept::of(event, &argument);
            let status = worded(&ObjectionStatus::Raised)?;
            run(
                tx,
                "insert into objections values (?1, ?2, ?3, ?4, null, ?5, ?6, ?7, ?8)",
                params![
                    decision,
                    number,
                    by.to_string(),
                    status,
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    at
                ],
            )
        }
        DecisionEvent::ObjectionAnswered { number, by, answer } => {
            let kept = Kept::of(event, &answer);
            run(
                tx,
                "insert into answers values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    decision,
                    number,
                    event.position.0,
                    key(by),
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    at
                ],
            )
        }
        DecisionEvent::ObjectionJudged { number, by, validity } => {
            let status = match validity {
                Validity::Valid => ObjectionStatus::Valid,
                Validity::NotValid => ObjectionStatus::NotValid,
            };
            let sql = "update objections set status = ?3, judged_by = ?4
                where decision = ?1 and number = ?2";
            run(tx, sql, params![decision, number, worded(&status)?, key(by)])
        }
        DecisionEvent::ObjectionWithdrawn { number } => {
            let status = worded(&ObjectionStatus::Withdrawn)?;
            let sql = "update objections set status = ?3 where decision = ?1 and number = ?2";
            run(tx, sql, params![decision, number, status])
        }
        DecisionEvent::ConflictOfInterestDeclared { voter } => {
            entry(voter, EntryStatus::InConflict)
        }
        DecisionEvent::LeaverKept { voter } => {
            // Whoever left with a conflict of interest still has it.
            let sql = "update entries set status = ?3
                where decision = ?1 and party = ?2 and status = ?4";
            let (kept, counts) = (worded(&EntryStatus::Kept)?, worded(&EntryStatus::Counts)?);
            run(tx, sql, params![decision, voter.to_string(), kept, counts])
        }
        DecisionEvent::LeaverVoided { voter } => entry(voter, EntryStatus::Void),
        DecisionEvent::RepresentativeReplaced { voter, representative } => {
            let sql = "update entries set representative = ?3 where decision = ?1 and party = ?2";
            run(tx, sql, params![decision, voter.to_string(), representative.map(key)])
        }
        DecisionEvent::VotersReminded {} => {
            let sql = "update decisions set reminded_at = ?2 where decision = ?1";
            run(tx, sql, params![decision, at])
        }
        DecisionEvent::DecisionExtended { number, closes_at, because } => {
            let (closes_at, because) = (closes_at.as_microsecond(), worded(&because)?);
            let sql = "insert or replace into extensions
                select decision, ?2, closes_at, ?3, ?4 from decisions where decision = ?1";
            run(tx, sql, params![decision, number, closes_at, because])?;
            let sql = "update decisions set closes_at = ?2 where decision = ?1";
            run(tx, sql, params![decision, closes_at])
        }
        DecisionEvent::DecisionClosed { because } => {
            let sql = "update decisions set closes_at = min(closes_at, ?2), closed = ?3
                where decision = ?1";
            run(tx, sql, params![decision, at, worded(&because)?])?;
            enter(DecisionPhase::Closed)
        }
        DecisionEvent::ExternalResultRecorded { by, result } => {
            let voted = result.ballots.iter().map(|alike| alike.count).sum();
            put_opened(tx, decision, &result.ballots)?;
            put_turnout(tx, decision, (voted, None), &[])?;
            let ExternalResult { address, sha256, ballots: _ } = result;
            let external = ExternalRow { reported_by: by, address, sha256, at: event.effective_at };
            let sql = "update decisions set external = ?2 where decision = ?1";
            run(tx, sql, params![decision, worded(&external)?])
        }
        DecisionEvent::DecisionTallied { algorithm, inputs_hash, delegations, figures } => {
            run(
                tx,
                "insert or replace into certificates
                 values (?1, ?2, ?3, ?4, ?5, null, null, null, null)",
                params![decision, algorithm, inputs_hash, worded(&delegations)?, worded(&figures)?],
            )?;
            enter(DecisionPhase::Tallied)
        }
        DecisionEvent::TieBroken { between, chosen, by } => run(
            tx,
            "insert into ties values (?1, ?2, ?3, ?4, ?5)",
            params![decision, event.position.0, worded(&between)?, worded(&chosen)?, worded(&by)?],
        ),
        DecisionEvent::DecisionCertified { outcome, challenges_until } => {
            let sql = "update certificates
                set outcome = ?2, certified_at = ?3, challenges_until = ?4 where decision = ?1";
            let until = challenges_until.map(Timestamp::as_microsecond);
            run(tx, sql, params![decision, worded(&outcome)?, at, until])?;
            enter(DecisionPhase::Certified)
        }
        DecisionEvent::ResultChallenged { by, grounds } => {
            let kept = Kept::of(event, &grounds);
            let status = worded(&ChallengeStatus::Raised)?;
            run(
                tx,
                "insert into challenges values (?1, ?2, ?3, ?4, null, ?5, ?6, ?7, ?8)",
                params![
                    decision,
                    event.position.0,
                    by.to_string(),
                    status,
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    at
                ],
            )?;
            enter(DecisionPhase::Challenged)
        }
        DecisionEvent::ChallengeDismissed { by } => {
            judge(tx, decision, by, ChallengeStatus::Dismissed)?;
            enter(DecisionPhase::Certified)
        }
        DecisionEvent::ChallengeUpheld { by } => judge(tx, decision, by, ChallengeStatus::Upheld),
        DecisionEvent::DecisionAnnulled {} => enter(DecisionPhase::Annulled),
        DecisionEvent::DecisionCancelled { because } => {
            let sql = "update decisions set cancelled = ?2 where decision = ?1";
            run(tx, sql, params![decision, worded(&because)?])?;
            enter(DecisionPhase::Cancelled)
        }
        DecisionEvent::DecisionFinalised { .. } => {
            let sql = "update certificates set final_from = ?2 where decision = ?1";
            run(tx, sql, params![decision, at])?;
            enter(DecisionPhase::Final)
        }
    }
}

/// Puts down what a vote held that is secret, and over.
fn put_opened(
    tx: &Connection,
    decision: [u8; 16],
    ballots: &[AlikeBallots],
) -> rusqlite::Result<()> {
    let sql = "insert or replace into boxes values (?1, ?2)";
    run(tx, sql, params![decision, worded(&ballots)?])
}

/// Puts down how many took part in it, and who, as far as that is told.
fn put_turnout(
    tx: &Connection,
    decision: [u8; 16],
    (voted, voters): (u32, Option<&[Party]>),
    constituencies: &[ConstituencyTurnout],
) -> rusqlite::Result<()> {
    let voters = voters.map(|voters| worded(&voters)).transpose()?;
    let sql = "insert or replace into turnouts values (?1, ?2, ?3, ?4)";
    run(tx, sql, params![decision, voted, voters, worded(&constituencies)?])
}

fn set_phase(tx: &Connection, decision: [u8; 16], phase: DecisionPhase) -> rusqlite::Result<()> {
    let sql = "update decisions set phase = ?2 where decision = ?1";
    run(tx, sql, params![decision, worded(&phase)?])
}

fn freeze(tx: &Connection, decision: [u8; 16], entries: &[RollEntry]) -> rusqlite::Result<()> {
    run(tx, "delete from entries where decision = ?1", [decision])?;
    let counts = worded(&EntryStatus::Counts)?;
    for RollEntry { party, weight, representative, constituency } in entries {
        let sql = "insert into entries values (?1, ?2, ?3, ?4, ?5, ?6)";
        let (party, representative) = (party.to_string(), representative.map(key));
        let constituency = constituency.as_ref().map(|it| it.0.as_str());
        run(tx, sql, params![decision, party, weight, representative, constituency, counts])?;
    }
    Ok(())
}

fn set_entry(
    tx: &Connection,
    decision: [u8; 16],
    voter: Party,
    status: EntryStatus,
) -> rusqlite::Result<()> {
    let sql = "update entries set status = ?3 where decision = ?1 and party = ?2";
    run(tx, sql, params![decision, voter.to_string(), worded(&status)?])
}

/// Puts a ballot in the place of any earlier one of the same voter.
fn put(
    tx: &Connection,
    event: &Recorded,
    (voter, choice): (Party, &Choice),
    (status, recorded_by): (BallotStatus, Option<PersonId>),
    text: Option<&Personal<String>>,
) -> rusqlite::Result<()> {
    let kept = text.map(|text| Kept::of(event, text));
    let kept = kept.as_ref();
    run(
        tx,
        "insert or replace into ballots values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.stream.id().into_bytes(),
            voter.to_string(),
            worded(choice)?,
            worded(&status)?,
            recorded_by.map(key),
            kept.map(|kept| kept.subject),
            kept.map(|kept| kept.event_id),
            kept.map(|kept| kept.sealed),
            effective_us(event)
        ],
    )
}

fn set_ballot(
    tx: &Connection,
    decision: [u8; 16],
    voter: Party,
    status: BallotStatus,
) -> rusqlite::Result<()> {
    let sql = "update ballots set status = ?3 where decision = ?1 and voter = ?2";
    run(tx, sql, params![decision, voter.to_string(), worded(&status)?])
}

/// Says what was found of the challenge that nothing was found of yet.
fn judge(
    tx: &Connection,
    decision: [u8; 16],
    by: PersonId,
    status: ChallengeStatus,
) -> rusqlite::Result<()> {
    let sql = "update challenges set status = ?2, judged_by = ?3
        where decision = ?1 and status = ?4";
    let raised = worded(&ChallengeStatus::Raised)?;
    run(tx, sql, params![decision, worded(&status)?, key(by), raised])
}

/// An entry that counts, for use after `where`.
const COUNTS: &str = "entries.status in ('\"counts\"', '\"kept\"')";

/// A ballot that counts if its entry does, for use after `where`.
const STANDS: &str = "ballots.status <> '\"repudiated\"'";

const DECISION: &str = "select decisions.*, rolls.position as roll_position,
    rolls.hash as roll_hash, certificates.algorithm, certificates.inputs_hash,
    certificates.delegations, certificates.figures, certificates.outcome,
    certificates.certified_at, certificates.challenges_until, certificates.final_from
    from decisions left join rolls using (decision) left join certificates using (decision)";

/// Reads one decision; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn decision(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Option<DecisionRow>> {
    let found = connection
        .prepare_cached(&format!("{DECISION} where decisions.decision = ?1"))?
        .query_row([key(decision)], row)
        .optional()?;
    found.map(|found| with_details(connection, found)).transpose()
}

/// Lists a network's decisions, those in one phase when it is named, the last to open first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn decisions(
    connection: &Connection,
    (network, phase): (NetworkId, Option<DecisionPhase>),
    part: Part,
) -> rusqlite::Result<Listed<DecisionRow>> {
    let network = key(network);
    let phase = phase.map(|phase| worded(&phase)).transpose()?;
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":phase", &phase)];
    let among = "decisions.network = :network and (:phase is null or decisions.phase = :phase)";
    let list = format!(
        "{DECISION} where {among} order by opens_at desc, decisions.decision
         limit :limit offset :offset"
    );
    let total = format!("select count(*) from decisions where {among}");
    detailed(connection, (&list, &total), &about, part)
}

/// Lists the decisions of a network in which a person may vote, for themselves or as a representative, and has
/// not; those that close soonest first. Secret ones among `voted_in_secret` are left out: only the
/// box knows who voted in them.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn open_for(
    connection: &Connection,
    (network, person): (NetworkId, PersonId),
    voted_in_secret: &[DecisionId],
    part: Part,
) -> rusqlite::Result<Listed<DecisionRow>> {
    let party = Party::Person(person).to_string();
    let representative = key(person);
    let voted: Vec<String> =
        voted_in_secret.iter().map(|decision| decision.uuid().simple().to_string()).collect();
    let voted = worded(&voted)?;
    let network = key(network);
    let about: [(&str, &dyn ToSql); 4] = [
        (":network", &network),
        (":party", &party),
        (":representative", &representative),
        (":voted", &voted),
    ];
    let among = format!(
        "decisions.network = :network and decisions.phase = '\"open\"'
         and lower(hex(decisions.decision)) not in (select value from json_each(:voted))
         and decisions.decision in (
            select entries.decision from entries
            where (entries.party = :party or entries.representative = :representative)
            and {COUNTS} and not exists (
                select 1 from ballots where ballots.decision = entries.decision
                and ballots.voter = entries.party and {STANDS}))"
    );
    let list = format!(
        "{DECISION} where {among} order by closes_at, decisions.decision
         limit :limit offset :offset"
    );
    let total = format!("select count(*) from decisions where {among}");
    detailed(connection, (&list, &total), &about, part)
}

/// The secret decisions that are open and in which a person may vote, whether they have or not.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn secret_open_for(
    connection: &Connection,
    person: PersonId,
) -> rusqlite::Result<Vec<DecisionId>> {
    let sql = format!(
        "select distinct decision from entries join decisions using (decision)
         where (party = ?1 or representative = ?2) and {COUNTS}
         and phase = '\"open\"' and secrecy = '\"secret\"' order by decision"
    );
    let party = Party::Person(person).to_string();
    rows(connection, &sql, params![party, key(person)], |row| id(row, "decision"))
}

/// The decisions of a network that are called or open and have `party` on their roll.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn running_with(
    connection: &Connection,
    network: NetworkId,
    party: Party,
) -> rusqlite::Result<Vec<DecisionId>> {
    let sql = "select decision from entries join decisions using (decision)
        where party = ?1 and network = ?2 and phase in ('\"scheduled\"', '\"open\"')
        order by decision";
    rows(connection, sql, params![party.to_string(), key(network)], |row| id(row, "decision"))
}

/// The network and the proposal of a decision; `None` when there is no such decision.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn subject_of(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Option<(NetworkId, ProposalId)>> {
    connection
        .prepare_cached("select network, proposal from decisions where decision = ?1")?
        .query_row([key(decision)], |row| Ok((id(row, "network")?, id(row, "proposal")?)))
        .optional()
}

/// Lists the entries of a decision's roll, in order of their parties.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn entries(
    connection: &Connection,
    decision: DecisionId,
    part: Part,
) -> rusqlite::Result<Listed<EntryRow>> {
    let decision = key(decision);
    let about: [(&str, &dyn ToSql); 1] = [(":decision", &decision)];
    let list = "select * from entries where decision = :decision order by party
        limit :limit offset :offset";
    let total = "select count(*) from entries where decision = :decision";
    listed(connection, (list, total), &about, part, entry_row)
}

/// Reads the entries of a decision's roll for which a person may vote, their own one first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn entries_of(
    connection: &Connection,
    decision: DecisionId,
    person: PersonId,
) -> rusqlite::Result<Vec<EntryRow>> {
    let sql = "select * from entries
        where decision = ?1 and (party = ?2 or representative = ?3) order by party = ?2 desc, party";
    let party = Party::Person(person).to_string();
    rows(connection, sql, params![key(decision), party, key(person)], entry_row)
}

/// Lists the ballots of a decision that is not secret, in order of their voters.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn ballots(
    connection: &Connection,
    decision: DecisionId,
    part: Part,
) -> rusqlite::Result<Listed<BallotRow>> {
    let decision = key(decision);
    let about: [(&str, &dyn ToSql); 1] = [(":decision", &decision)];
    let list = "select * from ballots where decision = :decision order by voter
        limit :limit offset :offset";
    let total = "select count(*) from ballots where decision = :decision";
    listed(connection, (list, total), &about, part, ballot_row)
}

/// Reads the ballot of one entry; `None` when there is none, or the decision is secret.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn ballot_of(
    connection: &Connection,
    decision: DecisionId,
    voter: Party,
) -> rusqlite::Result<Option<BallotRow>> {
    connection
        .prepare_cached("select * from ballots where decision = ?1 and voter = ?2")?
        .query_row(params![key(decision), voter.to_string()], ballot_row)
        .optional()
}

/// Reads what was in the box of a secret decision; `None` before it was opened.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn opened_box(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Option<Vec<AlikeBallots>>> {
    connection
        .prepare_cached("select ballots from boxes where decision = ?1")?
        .query_row([key(decision)], |row| word(row, "ballots"))
        .optional()
}

/// Reads how many took part in a decision, and who: from the ballots that count, or for a secret
/// decision from what was recorded of its turnout.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn turnout(
    connection: &Connection,
    decision: DecisionId,
    secrecy: Secrecy,
) -> rusqlite::Result<TurnoutRow> {
    match secrecy {
        Secrecy::Secret => {
            let recorded = connection
                .prepare_cached("select * from turnouts where decision = ?1")?
                .query_row([key(decision)], |row| {
                    let voters = optional_word(row, "voters")?;
                    let constituencies = word(row, "constituencies")?;
                    Ok(TurnoutRow { voted: Some(row.get("voted")?), voters, constituencies })
                })
                .optional()?;
            let unknown = TurnoutRow { voted: None, voters: None, constituencies: Vec::new() };
            Ok(recorded.unwrap_or(unknown))
        }
        Secrecy::Open | Secrecy::OpenAfterClose => {
            let sql = format!(
                "select voter from ballots
                 join entries on entries.decision = ballots.decision and party = voter
                 where ballots.decision = ?1 and {COUNTS} and {STANDS} order by voter"
            );
            let voters = rows(connection, &sql, [key(decision)], |row| party(row, "voter"))?;
            let voted = Some(u32::try_from(voters.len()).unwrap_or(u32::MAX));
            Ok(TurnoutRow { voted, voters: Some(voters), constituencies: Vec::new() })
        }
    }
}

/// Reads the objections to a decision, by number.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn objections(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Vec<ObjectionRow>> {
    let sql = "select * from objections where decision = ?1 order by number";
    with_answers(connection, rows(connection, sql, [key(decision)], objection_row)?)
}

/// Lists the objections to a network's decisions, the longest raised first; those that wait stand in
/// the way of a decision that is voted on.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn objections_in(
    connection: &Connection,
    (network, tracked): (NetworkId, Tracked),
    part: Part,
) -> rusqlite::Result<Listed<ObjectionRow>> {
    let network = key(network);
    let open = worded(&DecisionPhase::Open)?;
    let (raised, valid) = (worded(&ObjectionStatus::Raised)?, worded(&ObjectionStatus::Valid)?);
    let all = tracked == Tracked::All;
    let about: [(&str, &dyn ToSql); 5] = [
        (":network", &network),
        (":all", &all),
        (":open", &open),
        (":raised", &raised),
        (":valid", &valid),
    ];
    let among = "objections join decisions using (decision) where network = :network
        and (:all or (status in (:raised, :valid) and phase = :open))";
    let list = format!(
        "select objections.* from {among} order by at, decision, number
         limit :limit offset :offset"
    );
    let total = format!("select count(*) from {among}");
    let Listed { items, total } = listed(connection, (&list, &total), &about, part, objection_row)?;
    Ok(Listed { items: with_answers(connection, items)?, total })
}

fn with_answers(
    connection: &Connection,
    mut objections: Vec<ObjectionRow>,
) -> rusqlite::Result<Vec<ObjectionRow>> {
    for objection in &mut objections {
        let sql = "select * from answers where decision = ?1 and number = ?2 order by position";
        let of = params![key(objection.decision), objection.number];
        objection.answers = rows(connection, sql, of, |row| answer_row(row, "answer"))?;
    }
    Ok(objections)
}

fn objection_row(row: &Row<'_>) -> rusqlite::Result<ObjectionRow> {
    Ok(ObjectionRow {
        decision: id(row, "decision")?,
        number: row.get("number")?,
        by: party(row, "raised_by")?,
        argument: Text::required(row, "argument")?,
        status: word(row, "status")?,
        judged_by: optional_id(row, "judged_by")?,
        at: instant(row, "at")?,
        answers: Vec::new(),
    })
}

/// Reads the challenges of a decision's result, in order of time.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn challenges(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Vec<ChallengeRow>> {
    let sql = "select * from challenges where decision = ?1 order by position";
    rows(connection, sql, [key(decision)], |row| {
        Ok(ChallengeRow {
            by: party(row, "raised_by")?,
            grounds: Text::required(row, "grounds")?,
            status: word(row, "status")?,
            judged_by: optional_id(row, "judged_by")?,
            at: instant(row, "at")?,
        })
    })
}

/// Reads what was said to be wrong with the roll of a decision, in order of time.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn contests(
    connection: &Connection,
    decision: DecisionId,
) -> rusqlite::Result<Vec<ContestRow>> {
    let sql = "select * from contests where decision = ?1 order by position";
    rows(connection, sql, [key(decision)], |row| {
        Ok(ContestRow {
            by: party(row, "raised_by")?,
            about: party(row, "about")?,
            ground: word(row, "ground")?,
            reason: Text::required(row, "reason")?,
            at: instant(row, "at")?,
        })
    })
}

/// A person's part in a decision that is not secret; in a secret one, a person who may vote is
/// entitled whether they voted or not.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn involvement(
    connection: &Connection,
    decision: DecisionId,
    person: PersonId,
) -> rusqlite::Result<Involvement> {
    let sql = format!(
        "select exists (select 1 from ballots where ballots.decision = entries.decision
            and ballots.voter = entries.party and {STANDS})
         from entries where decision = ?1 and (party = ?2 or representative = ?3) and {COUNTS}"
    );
    let party = Party::Person(person).to_string();
    let of = params![key(decision), party, key(person)];
    let voted: Vec<bool> = rows(connection, &sql, of, |row| row.get(0))?;
    Ok(match (voted.is_empty(), voted.contains(&true)) {
        (true, _) => Involvement::Outside,
        (false, false) => Involvement::Entitled,
        (false, true) => Involvement::Voted,
    })
}

fn detailed(
    connection: &Connection,
    statements: (&str, &str),
    about: &[(&str, &dyn ToSql)],
    part: Part,
) -> rusqlite::Result<Listed<DecisionRow>> {
    let Listed { items, total } = listed(connection, statements, about, part, row)?;
    let items = items.into_iter().map(|decision| with_details(connection, decision));
    Ok(Listed { items: items.collect::<Result<_, _>>()?, total })
}

fn with_details(connection: &Connection, mut of: DecisionRow) -> rusqlite::Result<DecisionRow> {
    let decision = key(of.decision);
    let sql = "select * from extensions where decision = ?1 order by number";
    of.extensions = rows(connection, sql, [decision], |row| {
        Ok(ExtensionRow {
            number: row.get("number")?,
            closed_at: instant(row, "closed_at")?,
            closes_at: instant(row, "closes_at")?,
            because: word(row, "because")?,
        })
    })?;
    if let Some(roll) = &mut of.roll {
        let sql =
            format!("select count(*), coalesce(sum({COUNTS}), 0) from entries where decision = ?1");
        (roll.units, roll.counting_units) = connection
            .prepare_cached(&sql)?
            .query_row([decision], |row| Ok((row.get(0)?, row.get(1)?)))?;
    }
    if let Some(certificate) = &mut of.certificate {
        let sql = "select * from ties where decision = ?1 order by position";
        certificate.ties = rows(connection, sql, [decision], |row| {
            Ok(TieRow {
                between: word(row, "tied")?,
                chosen: word(row, "chosen")?,
                by: word(row, "broken_by")?,
            })
        })?;
    }
    Ok(of)
}

fn row(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    Ok(DecisionRow {
        decision: id(row, "decision")?,
        phase: word(row, "phase")?,
        terms: word(row, "terms")?,
        closes_at: instant(row, "closes_at")?,
        roll: roll_row(row)?,
        seed_hash: row.get("seed_hash")?,
        closed: optional_word(row, "closed")?,
        reminded_at: optional_instant(row, "reminded_at")?,
        external: optional_word(row, "external")?,
        cancelled: optional_word(row, "cancelled")?,
        extensions: Vec::new(),
        certificate: certificate_row(row)?,
    })
}

fn roll_row(row: &Row<'_>) -> rusqlite::Result<Option<RollRow>> {
    let Some(hash) = row.get("roll_hash")? else { return Ok(None) };
    let position = row.get("roll_position")?;
    Ok(Some(RollRow { position, hash, units: 0, counting_units: 0 }))
}

fn certificate_row(row: &Row<'_>) -> rusqlite::Result<Option<CertificateRow>> {
    let Some(algorithm) = row.get("algorithm")? else { return Ok(None) };
    Ok(Some(CertificateRow {
        algorithm,
        inputs_hash: row.get("inputs_hash")?,
        delegations: word(row, "delegations")?,
        figures: word(row, "figures")?,
        ties: Vec::new(),
        outcome: optional_word(row, "outcome")?,
        certified_at: optional_instant(row, "certified_at")?,
        challenges_until: optional_instant(row, "challenges_until")?,
        final_from: optional_instant(row, "final_from")?,
    }))
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    Ok(EntryRow {
        decision: id(row, "decision")?,
        entry: RollEntry {
            party: party(row, "party")?,
            weight: row.get("weight")?,
            representative: optional_id(row, "representative")?,
            constituency: row.get::<_, Option<String>>("constituency")?.map(Constituency),
        },
        status: word(row, "status")?,
    })
}

fn ballot_row(row: &Row<'_>) -> rusqlite::Result<BallotRow> {
    let status = word(row, "status")?;
    let field = match status {
        BallotStatus::Cast => "reason",
        BallotStatus::Recorded | BallotStatus::Confirmed | BallotStatus::Repudiated => "evidence",
    };
    Ok(BallotRow {
        decision: id(row, "decision")?,
        voter: party(row, "voter")?,
        choice: word(row, "choice")?,
        status,
        recorded_by: optional_id(row, "recorded_by")?,
        text: Text::stored(row, field)?,
        at: instant(row, "at")?,
    })
}
