//! The rules of one decision: from its call over its ballots to a result that is final.
//!
//! A decision takes its policy, its options and its roll with it; nothing that happens elsewhere
//! changes them. What was voted is counted by [`counting`], never here. Ballots of
//! secret decisions are in no event: [`Decision::admit_secret`] says whether the box may take one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use events::{
    AlikeBallots, BallotChange, BallotsKept, CancelledBecause, Choice, ConstituencyTurnout,
    ContestGround, DecisionEvent, DecisionPolicy, DecisionTerms, ExternalResult, Figures, Icon,
    Judge, Leavers, OptionKey, Outcome, Reasons, ResolvedDelegation, ResultsShown, RoleName,
    RollEntry, Secrecy, Validity,
};
use jiff::{SignedDuration, Timestamp};
use kernel::{Decider, DecisionId, Party, PersonId, Personal};

use crate::{
    canonical,
    counting::{
        self, Broken, Casting, Constituencies, Inputs, Lent, Raised, Seed, Settling, Standing,
        Uncountable, VoterBallot, Votes,
    },
    mandate::HolderStanding,
};

mod closing;
mod elsewhere;
mod rejection;

#[cfg(test)]
pub(crate) mod tests;

pub use elsewhere::{ADDRESS_MAX, report_until};
pub use rejection::DecisionRejection;

use elsewhere::reported;

#[cfg(test)]
pub(crate) use elsewhere::tests as elsewhere_tests;

/// How many entries a roll has at most.
pub const ROLL_MAX: usize = 100_000;

/// How much the entries of a roll weigh together at most, so that every sum stays exact.
pub const ROLL_WEIGHT_MAX: u64 = i32::MAX as u64;

/// How many objections are raised in one decision at most.
pub const OBJECTIONS_MAX: usize = 1_000;

/// How often a roll is contested at most.
pub const CONTESTS_MAX: usize = 1_000;

/// How often the same party contests a roll at most, so that none takes the turns of the others.
pub const CONTESTS_OF_ONE_MAX: usize = 10;

/// How long a reason, an argument, an answer or grounds are at most, in bytes.
pub const TEXT_MAX: usize = 20_000;

/// What is known of the vote from elsewhere when it is closed or counted.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// The id of the decision itself.
    pub decision: DecisionId,
    /// The delegations in force, accepted, of members of the network; those of scopes that do not
    /// apply are passed over.
    pub lent: Vec<Lent>,
    /// What the box of a secret decision holds; [`SecretBox::None`] for any other.
    pub secret: SecretBox,
}

/// What is known of the box of a secret decision.
#[derive(Clone, PartialEq, Debug)]
pub enum SecretBox {
    /// The decision is not secret.
    None,
    /// The box is closed; so many voted.
    Closed {
        /// How many voted.
        voted: u32,
        /// How each constituency took part; empty where the quorum is not of each.
        constituencies: Vec<ConstituencyTurnout>,
    },
    /// The box was opened.
    Opened {
        /// Its ballots, the identical ones together, in the order of what they say.
        ballots: Vec<AlikeBallots>,
        /// How many voted.
        voted: u32,
        /// How each constituency took part, as far as it may be told; empty where the quorum is not
        /// of each.
        constituencies: Vec<ConstituencyTurnout>,
    },
}

/// What can be asked of a decision. Times are those at which it is asked, or due.
#[derive(Clone, PartialEq, Debug)]
pub enum DecisionCommand {
    /// Calls the decision.
    ScheduleDecision {
        /// What it is called with; where the method has options of its own, they may be left out.
        terms: Box<DecisionTerms>,
    },
    /// Settles who may vote.
    FreezeRoll {
        /// The position of the log that the roster was read at.
        position: u64,
        /// The entries, in any order.
        entries: Vec<RollEntry>,
    },
    /// Says that the roll is wrong.
    ContestRoll {
        /// Who says so: a member, or a party that a person speaks for.
        by: Party,
        /// About which party.
        about: Party,
        /// What is wrong.
        ground: ContestGround,
        /// How it is known.
        reason: Personal<String>,
        /// When.
        at: Timestamp,
    },
    /// Begins the voting.
    OpenDecision {
        /// When it begins; the due time, for the scheduler.
        at: Timestamp,
        /// The SHA-256 of the seed for lots, in hexadecimal.
        seed_hash: String,
    },
    /// Votes.
    CastBallot {
        /// For whom.
        voter: Party,
        /// Who casts it.
        by: PersonId,
        /// What the ballot says.
        choice: Choice,
        /// Why, if they say.
        reason: Option<Personal<String>>,
        /// When.
        at: Timestamp,
    },
    /// Votes otherwise than before.
    ChangeBallot {
        /// For whom.
        voter: Party,
        /// Who casts it.
        by: PersonId,
        /// What the ballot says now.
        choice: Choice,
        /// Why, if they say.
        reason: Option<Personal<String>>,
        /// When.
        at: Timestamp,
    },
    /// Takes a ballot back.
    WithdrawBallot {
        /// For whom.
        voter: Party,
        /// Who takes it back.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Writes down how a member voted who could not do so here.
    RecordBallotOnBehalf {
        /// For whom.
        voter: Party,
        /// Who writes it down.
        by: PersonId,
        /// What the ballot says.
        choice: Choice,
        /// How it is known.
        evidence: Personal<String>,
        /// Whether the member is an active one.
        standing: HolderStanding,
        /// When.
        at: Timestamp,
    },
    /// Says that a recorded ballot is right.
    ConfirmRecordedBallot {
        /// Whose ballot.
        voter: Party,
        /// Who says so.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Says that a recorded ballot is wrong.
    RepudiateRecordedBallot {
        /// Whose ballot.
        voter: Party,
        /// Who says so.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Objects.
    RaiseObjection {
        /// For whom.
        voter: Party,
        /// Who objects.
        by: PersonId,
        /// Why.
        argument: Personal<String>,
        /// When.
        at: Timestamp,
    },
    /// Answers an objection.
    AnswerObjection {
        /// Which one.
        number: u32,
        /// Who answers.
        by: PersonId,
        /// How.
        answer: Personal<String>,
        /// When.
        at: Timestamp,
    },
    /// Judges whether an objection is valid.
    JudgeObjection {
        /// Which one.
        number: u32,
        /// Who judges.
        by: PersonId,
        /// The roles for which they hold a mandate.
        holds: BTreeSet<RoleName>,
        /// What they find.
        validity: Validity,
        /// When.
        at: Timestamp,
    },
    /// Objects no longer.
    WithdrawObjection {
        /// Which one.
        number: u32,
        /// Who withdraws it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Says that an entry has a conflict of interest.
    DeclareConflictOfInterest {
        /// Whose entry.
        voter: Party,
        /// Who says so: whoever votes for it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Says that a party of the roll left the network.
    LeaverFound {
        /// Which party.
        voter: Party,
        /// When it left.
        at: Timestamp,
    },
    /// Says who votes for an organisation of the roll by now.
    RepresentativeFound {
        /// Which organisation.
        voter: Party,
        /// Who votes for it; `None` is nobody.
        representative: Option<PersonId>,
        /// When.
        at: Timestamp,
    },
    /// Reminds everyone on the roll, once.
    RemindVoters {
        /// The due time, or any later one.
        at: Timestamp,
    },
    /// Ends the voting at its time, or extends it where the policy says so.
    CloseDecision {
        /// The due time, or any later one.
        at: Timestamp,
        /// What is known of the vote.
        facts: Facts,
    },
    /// Ends the voting before its time.
    CloseEarly {
        /// When.
        at: Timestamp,
        /// What is known of the vote.
        facts: Facts,
    },
    /// Reports what an election system elsewhere says of the vote.
    RecordExternalResult {
        /// Who reports it.
        by: PersonId,
        /// The roles for which they hold a mandate.
        holds: BTreeSet<RoleName>,
        /// The result; its ballots in any order, also the identical ones apart.
        result: ExternalResult,
    },
    /// Counts, certifies, and finalises what nobody can challenge.
    TallyDecision {
        /// When; from then on it can be challenged.
        at: Timestamp,
        /// What is known of the vote.
        facts: Facts,
        /// The seed whose hash was recorded at opening; needed where ties are broken by lot.
        seed: Option<Seed>,
        /// Whether anybody holds the role with the casting vote; not read where there is none.
        office: Office,
    },
    /// Counts and certifies with a casting vote.
    CastTieBreak {
        /// Who has the casting vote.
        by: PersonId,
        /// The roles for which they hold a mandate.
        holds: BTreeSet<RoleName>,
        /// The options, the most favoured first.
        favours: Vec<OptionKey>,
        /// When; from then on it can be challenged.
        at: Timestamp,
        /// What is known of the vote.
        facts: Facts,
    },
    /// Doubts the result.
    ChallengeResult {
        /// For whom.
        voter: Party,
        /// Who doubts it.
        by: PersonId,
        /// Why.
        grounds: Personal<String>,
        /// When.
        at: Timestamp,
    },
    /// Decides on every challenge that is pending; a result that is rightly challenged is annulled.
    DecideChallenge {
        /// Who decides.
        by: PersonId,
        /// The roles for which they hold a mandate.
        holds: BTreeSet<RoleName>,
        /// What they find.
        finding: ChallengeFinding,
    },
    /// Annuls a result whose challenge was upheld.
    AnnulDecision,
    /// Ends the decision without a result.
    CancelDecision {
        /// Why.
        because: CancelledBecause,
        /// When.
        at: Timestamp,
    },
    /// Makes the result count for good, once it can be challenged no longer.
    FinaliseDecision {
        /// The due time, or any later one.
        at: Timestamp,
    },
}

/// Whether somebody holds the role with the casting vote.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Office {
    /// Somebody does, and is asked where there is a tie.
    Held,
    /// Nobody does; a tie changes nothing.
    Vacant,
}

/// What was found of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChallengeFinding {
    /// It is right.
    Upheld,
    /// It is without ground.
    Dismissed,
}

/// Where a decision stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Phase {
    /// It was never called.
    Unknown,
    /// It was called.
    Scheduled,
    /// Who may vote is settled.
    RollFrozen,
    /// Voting goes on.
    Open,
    /// Voting is over, and nothing is counted.
    Closed,
    /// It was counted, and what it came to can be challenged.
    Certified,
    /// A challenge was upheld.
    Upheld,
    /// It came to nothing, before a result.
    Cancelled,
    /// Its result does not count.
    Annulled,
    /// Its result counts for good.
    Final,
}

/// Whether everyone on the roll was reminded that voting goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reminder {
    /// Not yet.
    Due,
    /// They were; there is one reminder.
    Given,
}

/// When everyone on the roll is reminded: halfway from the opening to the end of the voting, as it
/// stood at the call. Source: domain.md, section 3.4.
pub fn reminder_at(terms: &DecisionTerms) -> Timestamp {
    let half = terms.closes_at.duration_since(terms.opens_at) / 2;
    terms.opens_at.checked_add(half).unwrap_or(terms.closes_at)
}

/// Whose ballot it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// The voter cast it.
    Own,
    /// Somebody wrote it down; it counts unless the voter repudiates it.
    Recorded,
    /// Somebody wrote it down, and the voter said that it is right.
    Confirmed,
}

/// A ballot as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ballot {
    /// What it says.
    pub choice: Choice,
    /// Whose it is.
    pub source: Source,
}

/// The frozen roll.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roll {
    /// The position of the log that the roster was read at.
    pub position: u64,
    /// The entries, in order of the parties' ids.
    pub entries: Vec<RollEntry>,
    /// The SHA-256 of the canonical JSON of the entries, in hexadecimal.
    pub hash: String,
    /// Who votes for organisations that somebody else represented when the roll was frozen; `None`
    /// is nobody.
    pub replaced: BTreeMap<Party, Option<PersonId>>,
}

impl Roll {
    /// Tells whether a person votes for an entry: a person for themselves, a representative for
    /// their organisation.
    fn votes_for(&self, entry: &RollEntry, by: PersonId) -> bool {
        match entry.party {
            Party::Person(person) => person == by,
            Party::Organisation(_) => self.representative(entry) == Some(by),
        }
    }

    /// Who votes for the entry of an organisation by now; `None` is nobody.
    fn representative(&self, entry: &RollEntry) -> Option<PersonId> {
        self.replaced.get(&entry.party).copied().unwrap_or(entry.representative)
    }
}

/// What was counted and certified.
#[derive(Clone, PartialEq, Debug)]
pub struct Certified {
    /// The counting rules that were used, with their version.
    pub algorithm: String,
    /// The hash of what was counted.
    pub inputs_hash: String,
    /// Where lent votes went.
    pub delegations: Vec<ResolvedDelegation>,
    /// The figures.
    pub figures: Figures,
    /// The ties that mattered.
    pub ties: Vec<Broken>,
    /// What it came to; `None` only between two events of the same append.
    pub outcome: Option<Outcome>,
    /// Until when it can be challenged; `None` when it cannot.
    pub challenges_until: Option<Timestamp>,
}

/// The state of a decision. Ballots are kept by their place on the roll, so that one more costs as
/// little for a thousand voters as for ten; terms and roll are shared between copies.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// Where it stands.
    pub phase: Phase,
    /// What it was called with; `None` before.
    pub terms: Option<Arc<DecisionTerms>>,
    /// Who may vote; `None` before that is settled.
    pub roll: Option<Arc<Roll>>,
    /// When voting ends, as it stands now; `None` before the call.
    pub closes_at: Option<Timestamp>,
    /// The hash of the seed for lots; empty before opening.
    pub seed_hash: String,
    /// Whether everyone on the roll was reminded.
    pub reminder: Reminder,
    /// How often voting was extended.
    pub extensions: u32,
    /// The result of a vote that was held elsewhere, and who reported it; `None` before, and where
    /// it is held here.
    pub external: Option<Arc<(PersonId, ExternalResult)>>,
    /// Who says of whom that the roll is wrong, and in what.
    pub contests: BTreeMap<(Party, Party), ContestGround>,
    /// The ballots, by index of the roll.
    pub ballots: BTreeMap<u32, Ballot>,
    /// Whose recorded ballot was repudiated, by index of the roll.
    pub repudiated: BTreeSet<u32>,
    /// Whose entry is void, because they left.
    pub void: BTreeSet<u32>,
    /// Who left, and whose entry stays.
    pub kept: BTreeSet<u32>,
    /// Who declared a conflict of interest.
    pub conflicts: BTreeSet<u32>,
    /// The objections, in the order of their numbers.
    pub objections: Vec<Raised>,
    /// What was counted; `None` before.
    pub certified: Option<Arc<Certified>>,
    /// Who challenges the result, while nobody has decided on it.
    pub challengers: BTreeSet<Party>,
}

/// Events, or the rule that forbids them.
type Decided = Result<Vec<DecisionEvent>, DecisionRejection>;

/// What a command about the vote needs: the terms, the roll, and when voting ends.
struct Voting<'a> {
    terms: &'a DecisionTerms,
    roll: &'a Roll,
    closes_at: Timestamp,
}

/// An entry that counts.
struct Entry<'a> {
    index: u32,
    entry: &'a RollEntry,
}

impl Decider for Decision {
    type Command = DecisionCommand;
    type Event = DecisionEvent;
    type Rejection = DecisionRejection;

    fn initial() -> Decision {
        Decision {
            phase: Phase::Unknown,
            terms: None,
            roll: None,
            closes_at: None,
            seed_hash: String::new(),
            reminder: Reminder::Due,
            extensions: 0,
            external: None,
            contests: BTreeMap::new(),
            ballots: BTreeMap::new(),
            repudiated: BTreeSet::new(),
            void: BTreeSet::new(),
            kept: BTreeSet::new(),
            conflicts: BTreeSet::new(),
            objections: Vec::new(),
            certified: None,
            challengers: BTreeSet::new(),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a command")]
    fn decide(&self, command: &DecisionCommand) -> Decided {
        match command {
            DecisionCommand::ScheduleDecision { terms } => self.schedule(terms),
            DecisionCommand::FreezeRoll { position, entries } => self.freeze(*position, entries),
            DecisionCommand::ContestRoll { by, about, ground, reason, at } => {
                self.contest((*by, *about), *ground, reason, *at)
            }
            DecisionCommand::OpenDecision { at, seed_hash } => self.open(*at, seed_hash),
            DecisionCommand::CastBallot { voter, by, choice, reason, at } => {
                self.cast((*voter, *by), choice, reason.as_ref(), *at)
            }
            DecisionCommand::ChangeBallot { voter, by, choice, reason, at } => {
                self.change((*voter, *by), choice, reason.as_ref(), *at)
            }
            DecisionCommand::WithdrawBallot { voter, by, at } => self.withdraw((*voter, *by), *at),
            DecisionCommand::RecordBallotOnBehalf { voter, by, choice, evidence, standing, at } => {
                let recorded = self.record((*voter, *by), choice, evidence, *at)?;
                match standing {
                    HolderStanding::Outsider if !recorded.is_empty() => {
                        Err(DecisionRejection::VoterNotActive)
                    }
                    HolderStanding::Member | HolderStanding::Outsider => Ok(recorded),
                }
            }
            DecisionCommand::ConfirmRecordedBallot { voter, by, at } => {
                self.confirm((*voter, *by), *at)
            }
            DecisionCommand::RepudiateRecordedBallot { voter, by, at } => {
                self.repudiate((*voter, *by), *at)
            }
            DecisionCommand::RaiseObjection { voter, by, argument, at } => {
                self.object((*voter, *by), argument, *at)
            }
            DecisionCommand::AnswerObjection { number, by, answer, at } => {
                let _voting = self.voting(*at)?;
                self.objection(*number)?;
                short(answer)?;
                let (number, by, answer) = (*number, *by, answer.clone());
                Ok(vec![DecisionEvent::ObjectionAnswered { number, by, answer }])
            }
            DecisionCommand::JudgeObjection { number, by, holds, validity, at } => {
                self.judge_objection(*number, (*by, holds), *validity, *at)
            }
            DecisionCommand::WithdrawObjection { number, by, at } => {
                self.withdraw_objection(*number, *by, *at)
            }
            DecisionCommand::DeclareConflictOfInterest { voter, by, at } => {
                self.declare_conflict((*voter, *by), *at)
            }
            DecisionCommand::LeaverFound { voter, at } => self.leaver_found(*voter, *at),
            DecisionCommand::RepresentativeFound { voter, representative, at } => {
                self.representative_found(*voter, *representative, *at)
            }
            DecisionCommand::RemindVoters { at } => self.remind(*at),
            DecisionCommand::CloseDecision { at, facts } => self.close(*at, facts),
            DecisionCommand::CloseEarly { at, facts } => self.close_early(*at, facts),
            DecisionCommand::RecordExternalResult { by, holds, result } => {
                self.record_external((*by, holds), result)
            }
            DecisionCommand::TallyDecision { at, facts, seed, office } => {
                let casting = match office {
                    Office::Held => Casting::Awaited,
                    Office::Vacant => Casting::Vacant,
                };
                self.tally(*at, facts, &Settling { seed: *seed, casting })
            }
            DecisionCommand::CastTieBreak { by, holds, favours, at, facts } => {
                self.cast_tie_break((*by, holds), favours, *at, facts)
            }
            DecisionCommand::ChallengeResult { voter, by, grounds, at } => {
                self.challenge((*voter, *by), grounds, *at)
            }
            DecisionCommand::DecideChallenge { by, holds, finding } => {
                self.decide_challenge((*by, holds), *finding)
            }
            DecisionCommand::AnnulDecision => match self.phase {
                Phase::Upheld => Ok(vec![DecisionEvent::DecisionAnnulled {}]),
                Phase::Annulled => Ok(vec![]),
                Phase::Unknown => Err(DecisionRejection::NotScheduled),
                Phase::Scheduled
                | Phase::RollFrozen
                | Phase::Open
                | Phase::Closed
                | Phase::Certified
                | Phase::Cancelled
                | Phase::Final => Err(DecisionRejection::ChallengeNotUpheld),
            },
            DecisionCommand::CancelDecision { because, at } => self.cancel(*because, *at),
            DecisionCommand::FinaliseDecision { at } => self.finalise(*at),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm an event")]
    fn evolve(mut self, event: &DecisionEvent) -> Decision {
        match event {
            DecisionEvent::DecisionScheduled { terms } => {
                self.phase = Phase::Scheduled;
                self.closes_at = Some(terms.closes_at);
                self.terms = Some(Arc::new((**terms).clone()));
            }
            DecisionEvent::RollFrozen { position, entries, hash } => {
                self.phase = Phase::RollFrozen;
                let (position, entries, hash) = (*position, entries.clone(), hash.clone());
                let replaced = BTreeMap::new();
                self.roll = Some(Arc::new(Roll { position, entries, hash, replaced }));
            }
            DecisionEvent::RollContested { by, about, ground, .. } => {
                self.contests.insert((*by, *about), *ground);
            }
            DecisionEvent::DecisionOpened { closes_at, seed_hash } => {
                self.phase = Phase::Open;
                self.closes_at = Some(*closes_at);
                self.seed_hash.clone_from(seed_hash);
            }
            DecisionEvent::BallotCast { voter, choice, .. }
            | DecisionEvent::BallotChanged { voter, choice, .. } => {
                self.put(*voter, choice, Source::Own);
            }
            DecisionEvent::BallotWithdrawn { voter, .. } => {
                if let Some(index) = self.index_of(*voter) {
                    self.ballots.remove(&index);
                }
            }
            DecisionEvent::BallotRecordedOnBehalf { voter, choice, .. } => {
                self.put(*voter, choice, Source::Recorded);
            }
            DecisionEvent::RecordedBallotConfirmed { voter } => {
                if let Some(index) = self.index_of(*voter)
                    && let Some(ballot) = self.ballots.get_mut(&index)
                {
                    ballot.source = Source::Confirmed;
                }
            }
            DecisionEvent::RecordedBallotRepudiated { voter } => {
                if let Some(index) = self.index_of(*voter) {
                    self.ballots.remove(&index);
                    self.repudiated.insert(index);
                }
            }
            DecisionEvent::ObjectionRaised { number, by, .. } => self.objections.push(Raised {
                number: *number,
                by: *by,
                validity: None,
                standing: Standing::Upheld,
            }),
            DecisionEvent::ObjectionJudged { number, validity, .. } => {
                if let Some(raised) = self.raised_mut(*number) {
                    raised.validity = Some(*validity);
                }
            }
            DecisionEvent::ObjectionWithdrawn { number } => {
                if let Some(raised) = self.raised_mut(*number) {
                    raised.standing = Standing::Withdrawn;
                }
            }
            DecisionEvent::ConflictOfInterestDeclared { voter } => {
                self.conflicts.extend(self.index_of(*voter));
            }
            DecisionEvent::LeaverKept { voter } => self.kept.extend(self.index_of(*voter)),
            DecisionEvent::LeaverVoided { voter } => self.void.extend(self.index_of(*voter)),
            DecisionEvent::RepresentativeReplaced { voter, representative } => {
                if let Some(roll) = &mut self.roll {
                    Arc::make_mut(roll).replaced.insert(*voter, *representative);
                }
            }
            DecisionEvent::VotersReminded {} => self.reminder = Reminder::Given,
            DecisionEvent::DecisionExtended { number, closes_at, .. } => {
                self.extensions = *number;
                self.closes_at = Some(*closes_at);
            }
            DecisionEvent::ExternalResultRecorded { by, result } => {
                self.external = Some(Arc::new((*by, result.clone())));
            }
            DecisionEvent::DecisionClosed { .. } => self.phase = Phase::Closed,
            DecisionEvent::DecisionTallied { algorithm, inputs_hash, delegations, figures } => {
                self.certified = Some(Arc::new(Certified {
                    algorithm: algorithm.clone(),
                    inputs_hash: inputs_hash.clone(),
                    delegations: delegations.clone(),
                    figures: (**figures).clone(),
                    ties: Vec::new(),
                    outcome: None,
                    challenges_until: None,
                }));
            }
            DecisionEvent::TieBroken { between, chosen, by } => {
                let (between, chosen) = (between.clone(), chosen.clone());
                if let Some(certified) = &mut self.certified {
                    let broken = Broken { between, chosen, by: by.clone() };
                    Arc::make_mut(certified).ties.push(broken);
                }
            }
            DecisionEvent::DecisionCertified { outcome, challenges_until } => {
                self.phase = Phase::Certified;
                if let Some(certified) = &mut self.certified {
                    let certified = Arc::make_mut(certified);
                    certified.outcome = Some(outcome.clone());
                    certified.challenges_until = *challenges_until;
                }
            }
            DecisionEvent::ResultChallenged { by, .. } => {
                self.challengers.insert(*by);
            }
            DecisionEvent::ChallengeDismissed { .. } => self.challengers.clear(),
            DecisionEvent::ChallengeUpheld { .. } => {
                self.phase = Phase::Upheld;
                self.challengers.clear();
            }
            DecisionEvent::DecisionAnnulled {} => self.phase = Phase::Annulled,
            DecisionEvent::DecisionCancelled { .. } => self.phase = Phase::Cancelled,
            DecisionEvent::DecisionFinalised { .. } => self.phase = Phase::Final,
            DecisionEvent::ObjectionAnswered { .. } => {}
        }
        self
    }
}

/// What is asked of whom: the entry, and the person who acts for it.
type Acting = (Party, PersonId);

/// Who may know of a ballot as long as it is not counted: where figures wait, so do the ballots that
/// add up to them.
fn known_to(policy: &DecisionPolicy) -> Secrecy {
    match (policy.secrecy, policy.results) {
        (Secrecy::Open, ResultsShown::AfterOwnVote | ResultsShown::AfterClose) => {
            Secrecy::OpenAfterClose
        }
        (secrecy, ResultsShown::Live | ResultsShown::AfterOwnVote | ResultsShown::AfterClose) => {
            secrecy
        }
    }
}

/// Who judges, and the roles that they hold.
type Judging<'a> = (PersonId, &'a BTreeSet<RoleName>);

impl Decision {
    /// What the decision is counted from, as it stands; `None` before its roll is frozen.
    ///
    /// After the count, the lent votes are those that it used, and `facts` need none.
    pub fn inputs(&self, facts: &Facts) -> Option<Inputs> {
        let (terms, roll) = (self.terms.as_deref()?, self.roll.as_deref()?);
        let votes = match (terms.policy.ballots_kept(), &facts.secret) {
            (BallotsKept::InLog, _) => Votes::Open(self.voter_ballots(roll, |_| true)),
            (BallotsKept::Elsewhere, _) => match self.external.as_deref() {
                None => Votes::Sealed { voted: 0, constituencies: Vec::new() },
                Some((_, result)) => reported(&result.ballots),
            },
            (BallotsKept::InBox, SecretBox::None) => {
                Votes::Sealed { voted: 0, constituencies: self.turnout(&BTreeSet::new()) }
            }
            (BallotsKept::InBox, SecretBox::Closed { voted, constituencies }) => {
                Votes::Sealed { voted: *voted, constituencies: constituencies.clone() }
            }
            (BallotsKept::InBox, SecretBox::Opened { ballots, voted, constituencies }) => {
                let (ballots, constituencies) = (ballots.clone(), constituencies.clone());
                Votes::Secret { ballots, voted: *voted, constituencies }
            }
        };
        let lent = match &self.certified {
            None => facts.lent.clone(),
            Some(certified) => counting::lent_of(&certified.delegations),
        };
        let parties = |indexes: &BTreeSet<u32>| {
            indexes.iter().filter_map(|index| party(roll, *index)).collect::<BTreeSet<Party>>()
        };
        Some(Inputs {
            decision: facts.decision,
            terms: terms.clone(),
            roll: roll.entries.clone(),
            void: parties(&self.void),
            conflicts: parties(&self.conflicts),
            votes,
            lent,
            objections: self.objections.clone(),
            seed_hash: self.seed_hash.clone(),
        })
    }

    /// Says whether the box of a secret decision may take a ballot, and for which entry: its index
    /// on the roll. That the entry has not voted is for the box to see.
    ///
    /// # Errors
    ///
    /// Returns the rule that forbids it, as for a ballot that is not secret.
    pub fn admit_secret(
        &self,
        (voter, by): Acting,
        choice: &Choice,
        at: Timestamp,
    ) -> Result<u32, DecisionRejection> {
        let voting = self.voting(at)?;
        match voting.terms.policy.ballots_kept() {
            BallotsKept::InBox => {}
            BallotsKept::InLog => return Err(DecisionRejection::BallotsNotSecret),
            BallotsKept::Elsewhere => return Err(DecisionRejection::HeldElsewhere),
        }
        let entry = self.entry(voting.roll, (voter, by))?;
        counting::fits(&voting.terms.policy.method, &voting.terms.options, choice)?;
        Ok(entry.index)
    }

    /// The ballot of a party; `None` when it has none, or is not on the roll.
    pub fn ballot(&self, voter: Party) -> Option<&Ballot> {
        self.ballots.get(&self.index_of(voter)?)
    }

    /// Where a party stands on the roll; `None` when it does not.
    pub fn index_of(&self, voter: Party) -> Option<u32> {
        index(self.roll.as_deref()?, voter)
    }

    /// How many entries count: neither void nor in conflict.
    pub fn counting_units(&self) -> usize {
        self.roll.as_deref().map_or(0, |roll| self.counting_entries(roll).count())
    }

    /// How each constituency took part if these are who voted; `None` where the quorum is not of
    /// each, and before the roll is frozen.
    pub fn constituencies(&self, voters: &BTreeSet<u32>) -> Option<Constituencies> {
        let (terms, roll) = (self.terms.as_deref()?, self.roll.as_deref()?);
        let voters = voters.iter().filter_map(|index| party(roll, *index)).collect();
        Constituencies::by_voters(&terms.policy, self.counting_entries(roll), &voters)
    }

    /// The entries that count: neither void nor in conflict.
    fn counting_entries<'a>(&self, roll: &'a Roll) -> impl Iterator<Item = &'a RollEntry> {
        let indexed = (0..).zip(&roll.entries);
        indexed.filter(|(index, _)| self.counts(*index)).map(|(_, entry)| entry)
    }

    /// Tells whether the entry at an index counts.
    fn counts(&self, index: u32) -> bool {
        !self.void.contains(&index) && !self.conflicts.contains(&index)
    }

    /// As [`Decision::constituencies`], told whole, and empty in place of `None`: for whoever ends the
    /// voting, and shown to nobody.
    pub fn turnout(&self, voters: &BTreeSet<u32>) -> Vec<ConstituencyTurnout> {
        self.constituencies(voters).map(|split| split.told(|_, _, _| true)).unwrap_or_default()
    }

    fn voter_ballots(&self, roll: &Roll, takes: impl Fn(&Ballot) -> bool) -> Vec<VoterBallot> {
        let ballot = |(index, ballot): (&u32, &Ballot)| {
            Some(VoterBallot { voter: party(roll, *index)?, choice: ballot.choice.clone() })
        };
        self.ballots.iter().filter(|(_, ballot)| takes(ballot)).filter_map(ballot).collect()
    }

    fn put(&mut self, voter: Party, choice: &Choice, source: Source) {
        if let Some(index) = self.index_of(voter) {
            self.ballots.insert(index, Ballot { choice: choice.clone(), source });
        }
    }

    fn raised_mut(&mut self, number: u32) -> Option<&mut Raised> {
        self.objections.iter_mut().find(|raised| raised.number == number)
    }

    fn schedule(&self, terms: &DecisionTerms) -> Decided {
        let options = counting::options_for(&terms.policy.method, &terms.options)?;
        let terms = DecisionTerms { options, ..terms.clone() };
        if let Some(known) = self.terms.as_deref() {
            let same = *known == terms;
            return if same { Ok(vec![]) } else { Err(DecisionRejection::AlreadyScheduled) };
        }
        let window = terms.policy.window;
        let lasts = terms.closes_at.duration_since(terms.opens_at);
        if lasts < hours(window.hours_min) || hours(window.hours_max) < lasts {
            let (hours_min, hours_max) = (window.hours_min, window.hours_max);
            return Err(DecisionRejection::WindowOutsidePolicy { hours_min, hours_max });
        }
        let seats_max = counting::seats_by(&terms.policy.method);
        if terms.seats.is_some_and(|seats| !(1..=seats_max).contains(&seats)) {
            return Err(DecisionRejection::SeatsOutsidePolicy(seats_max));
        }
        Ok(vec![DecisionEvent::DecisionScheduled { terms: Box::new(terms) }])
    }

    /// Freezes the roll. A roll without entries cancels the decision: nobody could ever vote. (One
    /// that loses all its entries later is inquorate.)
    fn freeze(&self, position: u64, entries: &[RollEntry]) -> Decided {
        if entries.len() > ROLL_MAX {
            return Err(DecisionRejection::RollTooLong);
        }
        let mut entries = entries.to_vec();
        entries.sort_by_key(|entry| entry.party);
        let twice = entries.windows(2).find(|pair| pair[0].party == pair[1].party);
        if let Some(pair) = twice {
            return Err(DecisionRejection::RollEntryTwice(pair[0].party));
        }
        let weight = entries.iter().map(|entry| u64::from(entry.weight)).sum::<u64>();
        if ROLL_WEIGHT_MAX < weight || entries.iter().any(|entry| entry.weight == 0) {
            return Err(DecisionRejection::RollWeight);
        }
        let hash = canonical::hash_of(&entries)
            .map_err(|error| Uncountable::Inexact(error.to_string()))?;
        match (self.phase, &self.roll) {
            (Phase::Unknown, _) => Err(DecisionRejection::NotScheduled),
            (Phase::Scheduled, _) => {
                let is_empty = entries.is_empty();
                let mut events = vec![DecisionEvent::RollFrozen { position, entries, hash }];
                if is_empty {
                    let because = CancelledBecause::RollEmpty;
                    events.push(DecisionEvent::DecisionCancelled { because });
                }
                Ok(events)
            }
            (
                Phase::RollFrozen
                | Phase::Open
                | Phase::Closed
                | Phase::Certified
                | Phase::Upheld
                | Phase::Annulled
                | Phase::Cancelled
                | Phase::Final,
                roll,
            ) => {
                let same = roll.as_deref().is_some_and(|roll| roll.hash == hash);
                if same { Ok(vec![]) } else { Err(DecisionRejection::RollFrozen) }
            }
        }
    }

    /// Records that somebody finds the roll wrong: once of each party, while it can still be of use,
    /// and only what the roll can be wrong in. It changes nothing of the roll, and of a secret vote it
    /// tells nothing.
    fn contest(
        &self,
        (by, about): (Party, Party),
        ground: ContestGround,
        reason: &Personal<String>,
        at: Timestamp,
    ) -> Decided {
        let voting = self.pending(at)?;
        let listed = index(voting.roll, about).is_some();
        match (ground, listed) {
            (ContestGround::Missing, true) => return Err(DecisionRejection::ContestedIsOnRoll),
            (ContestGround::NotEntitled | ContestGround::WrongWeightOrUnit, false) => {
                return Err(DecisionRejection::ContestedNotOnRoll);
            }
            (ContestGround::Missing, false)
            | (ContestGround::NotEntitled | ContestGround::WrongWeightOrUnit, true) => {}
        }
        short(reason)?;
        match self.contests.get(&(by, about)) {
            Some(told) if *told == ground => return Ok(vec![]),
            Some(_) => return Err(DecisionRejection::RollAlreadyContested),
            None => {}
        }
        let of_one = self.contests.keys().filter(|(contester, _)| *contester == by).count();
        if self.contests.len() >= CONTESTS_MAX || of_one >= CONTESTS_OF_ONE_MAX {
            return Err(DecisionRejection::TooManyContests);
        }
        let reason = reason.clone();
        Ok(vec![DecisionEvent::RollContested { by, about, ground, reason }])
    }

    fn open(&self, at: Timestamp, seed_hash: &str) -> Decided {
        if !canonical::is_hash(seed_hash) {
            return Err(DecisionRejection::SeedHashMalformed);
        }
        let terms = self.terms.as_deref().ok_or(DecisionRejection::NotScheduled)?;
        match self.phase {
            Phase::Unknown => Err(DecisionRejection::NotScheduled),
            Phase::Scheduled => Err(DecisionRejection::RollNotFrozen),
            Phase::RollFrozen if at < terms.opens_at => {
                Err(DecisionRejection::NotDue(terms.opens_at))
            }
            Phase::RollFrozen => Ok(vec![DecisionEvent::DecisionOpened {
                closes_at: terms.closes_at,
                seed_hash: seed_hash.to_owned(),
            }]),
            Phase::Open => Ok(vec![]),
            Phase::Closed | Phase::Certified | Phase::Upheld | Phase::Final => {
                Err(DecisionRejection::VotingOver)
            }
            Phase::Annulled | Phase::Cancelled => Err(DecisionRejection::CameToNothing),
        }
    }

    /// Reminds everyone on the roll, and looks at no ballot: who has voted plays no part. A vote that
    /// is over needs no reminder.
    fn remind(&self, at: Timestamp) -> Decided {
        let Some(voting) = self.closing()? else { return Ok(vec![]) };
        let due = reminder_at(voting.terms);
        match self.reminder {
            Reminder::Due if at < due => Err(DecisionRejection::NotDue(due)),
            Reminder::Due => Ok(vec![DecisionEvent::VotersReminded {}]),
            Reminder::Given => Ok(vec![]),
        }
    }

    /// Voting goes on, at this time: it has begun, nothing ended it, and its time is not over, even
    /// if nobody has closed it yet.
    fn voting(&self, at: Timestamp) -> Result<Voting<'_>, DecisionRejection> {
        match self.phase {
            Phase::Unknown => Err(DecisionRejection::NotScheduled),
            Phase::Scheduled | Phase::RollFrozen => Err(DecisionRejection::NotOpen),
            Phase::Closed | Phase::Certified | Phase::Upheld | Phase::Final => {
                Err(DecisionRejection::VotingOver)
            }
            Phase::Annulled | Phase::Cancelled => Err(DecisionRejection::CameToNothing),
            Phase::Open => {
                let voting = self.vote().ok_or(DecisionRejection::NotScheduled)?;
                if voting.closes_at <= at {
                    return Err(DecisionRejection::VotingOver);
                }
                Ok(voting)
            }
        }
    }

    fn vote(&self) -> Option<Voting<'_>> {
        Some(Voting {
            terms: self.terms.as_deref()?,
            roll: self.roll.as_deref()?,
            closes_at: self.closes_at?,
        })
    }

    /// As [`Decision::voting`], of a decision whose ballots are not secret.
    fn voting_openly(&self, at: Timestamp) -> Result<Voting<'_>, DecisionRejection> {
        let voting = self.voting(at)?;
        match voting.terms.policy.ballots_kept() {
            BallotsKept::InLog => Ok(voting),
            BallotsKept::InBox => Err(DecisionRejection::BallotsSecret),
            BallotsKept::Elsewhere => Err(DecisionRejection::HeldElsewhere),
        }
    }

    /// The entry of the roll that somebody acts for, if it counts.
    fn entry<'a>(
        &self,
        roll: &'a Roll,
        (voter, by): Acting,
    ) -> Result<Entry<'a>, DecisionRejection> {
        let entry = self.counting_entry(roll, voter)?;
        if roll.votes_for(entry.entry, by) {
            Ok(entry)
        } else {
            Err(DecisionRejection::NotTheVoter)
        }
    }

    fn counting_entry<'a>(
        &self,
        roll: &'a Roll,
        voter: Party,
    ) -> Result<Entry<'a>, DecisionRejection> {
        let index = index(roll, voter).ok_or(DecisionRejection::NotOnRoll)?;
        let entry = roll.entries.get(index as usize).ok_or(DecisionRejection::NotOnRoll)?;
        if self.void.contains(&index) {
            return Err(DecisionRejection::EntryVoid);
        }
        if self.conflicts.contains(&index) {
            return Err(DecisionRejection::InConflictOfInterest);
        }
        Ok(Entry { index, entry })
    }

    /// Casts a ballot. The voter's own replaces one that somebody wrote down; saying the same again
    /// changes nothing, also with other reasons.
    fn cast(
        &self,
        acting: Acting,
        choice: &Choice,
        reason: Option<&Personal<String>>,
        at: Timestamp,
    ) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.entry(voting.roll, acting)?;
        counting::fits(&voting.terms.policy.method, &voting.terms.options, choice)?;
        let reason = reasoned(voting.terms, choice, reason)?;
        match self.ballots.get(&entry.index) {
            Some(Ballot { source: Source::Own | Source::Confirmed, choice: cast }) => {
                let same = cast == choice;
                if same { Ok(vec![]) } else { Err(DecisionRejection::BallotAlreadyCast) }
            }
            Some(Ballot { source: Source::Recorded, .. }) | None => {
                Ok(vec![DecisionEvent::BallotCast {
                    voter: acting.0,
                    choice: choice.clone(),
                    reason,
                    secrecy: known_to(&voting.terms.policy),
                }])
            }
        }
    }

    /// Changes a ballot; giving a reason is a change, because nobody can compare sealed ones.
    fn change(
        &self,
        acting: Acting,
        choice: &Choice,
        reason: Option<&Personal<String>>,
        at: Timestamp,
    ) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.entry(voting.roll, acting)?;
        changeable(voting.terms)?;
        counting::fits(&voting.terms.policy.method, &voting.terms.options, choice)?;
        let reason = reasoned(voting.terms, choice, reason)?;
        let cast = self.ballots.get(&entry.index).ok_or(DecisionRejection::BallotNotCast)?;
        if cast.choice == *choice && cast.source != Source::Recorded && reason.is_none() {
            return Ok(vec![]);
        }
        Ok(vec![DecisionEvent::BallotChanged {
            voter: acting.0,
            choice: choice.clone(),
            reason,
            secrecy: known_to(&voting.terms.policy),
        }])
    }

    fn withdraw(&self, acting: Acting, at: Timestamp) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.entry(voting.roll, acting)?;
        changeable(voting.terms)?;
        match self.ballots.get(&entry.index) {
            None => Ok(vec![]),
            Some(_) => Ok(vec![DecisionEvent::BallotWithdrawn {
                voter: acting.0,
                secrecy: known_to(&voting.terms.policy),
            }]),
        }
    }

    /// Records a ballot for a member: by somebody else who takes part in the decision, and only as
    /// long as the member has not voted. It counts unless the member repudiates it, who can do so,
    /// and vote, until voting ends.
    fn record(
        &self,
        (voter, by): Acting,
        choice: &Choice,
        evidence: &Personal<String>,
        at: Timestamp,
    ) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.counting_entry(voting.roll, voter)?;
        if voting.roll.votes_for(entry.entry, by) {
            return Err(DecisionRejection::RecordedForOneself);
        }
        let takes_part = voting.roll.entries.iter().any(|entry| voting.roll.votes_for(entry, by));
        if !takes_part && voting.terms.called_by != by {
            return Err(DecisionRejection::RecorderNotOnRoll);
        }
        counting::fits(&voting.terms.policy.method, &voting.terms.options, choice)?;
        short(evidence)?;
        if self.repudiated.contains(&entry.index) {
            return Err(DecisionRejection::RecordedBallotRepudiated);
        }
        match self.ballots.get(&entry.index) {
            Some(ballot) if ballot.choice == *choice && ballot.source == Source::Recorded => {
                Ok(vec![])
            }
            Some(_) => Err(DecisionRejection::BallotAlreadyCast),
            None => Ok(vec![DecisionEvent::BallotRecordedOnBehalf {
                voter,
                by,
                choice: choice.clone(),
                evidence: evidence.clone(),
                secrecy: known_to(&voting.terms.policy),
            }]),
        }
    }

    fn confirm(&self, acting: Acting, at: Timestamp) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.entry(voting.roll, acting)?;
        match self.ballots.get(&entry.index).map(|ballot| ballot.source) {
            Some(Source::Recorded) => {
                Ok(vec![DecisionEvent::RecordedBallotConfirmed { voter: acting.0 }])
            }
            Some(Source::Confirmed) => Ok(vec![]),
            Some(Source::Own) | None => Err(DecisionRejection::NoRecordedBallot),
        }
    }

    fn repudiate(&self, acting: Acting, at: Timestamp) -> Decided {
        let voting = self.voting_openly(at)?;
        let entry = self.entry(voting.roll, acting)?;
        match self.ballots.get(&entry.index).map(|ballot| ballot.source) {
            Some(Source::Recorded) => {
                Ok(vec![DecisionEvent::RecordedBallotRepudiated { voter: acting.0 }])
            }
            None if self.repudiated.contains(&entry.index) => Ok(vec![]),
            Some(Source::Own | Source::Confirmed) | None => {
                Err(DecisionRejection::NoRecordedBallot)
            }
        }
    }

    /// Raises an objection. It is no ballot: whoever objects and wants to count for the quorum
    /// votes besides.
    fn object(&self, acting: Acting, argument: &Personal<String>, at: Timestamp) -> Decided {
        let voting = self.voting(at)?;
        self.entry(voting.roll, acting)?;
        if voting.terms.policy.objections.is_none() {
            return Err(DecisionRejection::NoObjectionsTaken);
        }
        if self.objections.len() >= OBJECTIONS_MAX {
            return Err(DecisionRejection::TooManyObjections);
        }
        short(argument)?;
        let number = u32::try_from(self.objections.len()).unwrap_or(u32::MAX).saturating_add(1);
        let argument = argument.clone();
        Ok(vec![DecisionEvent::ObjectionRaised { number, by: acting.0, argument }])
    }

    fn objection(&self, number: u32) -> Result<&Raised, DecisionRejection> {
        let raised = self.objections.iter().find(|raised| raised.number == number);
        raised.ok_or(DecisionRejection::ObjectionUnknown(number))
    }

    /// Judges an objection: before voting ends, once, and by nobody who raised it or called the
    /// decision.
    fn judge_objection(
        &self,
        number: u32,
        (by, holds): Judging<'_>,
        validity: Validity,
        at: Timestamp,
    ) -> Decided {
        let voting = self.voting(at)?;
        let raised = self.objection(number)?;
        let objections = voting.terms.policy.objections.as_ref();
        let judge = &objections.ok_or(DecisionRejection::NoObjectionsTaken)?.judge;
        let roll = voting.roll;
        judges(judge, roll, (by, holds))?;
        let objector = counting::entry_of(&roll.entries, raised.by);
        let own = objector.is_some_and(|entry| roll.votes_for(entry, by));
        if own || voting.terms.called_by == by {
            return Err(DecisionRejection::JudgeHasPart);
        }
        match (raised.standing, raised.validity) {
            (Standing::Withdrawn, _) => Err(DecisionRejection::ObjectionWithdrawn(number)),
            (Standing::Upheld, Some(found)) if found == validity => Ok(vec![]),
            (Standing::Upheld, Some(_)) => Err(DecisionRejection::ObjectionAlreadyJudged(number)),
            (Standing::Upheld, None) => {
                Ok(vec![DecisionEvent::ObjectionJudged { number, by, validity }])
            }
        }
    }

    fn withdraw_objection(&self, number: u32, by: PersonId, at: Timestamp) -> Decided {
        let voting = self.voting(at)?;
        let raised = self.objection(number)?;
        let objector = counting::entry_of(&voting.roll.entries, raised.by);
        if !objector.is_some_and(|entry| voting.roll.votes_for(entry, by)) {
            return Err(DecisionRejection::NotTheVoter);
        }
        match raised.standing {
            Standing::Withdrawn => Ok(vec![]),
            Standing::Upheld => Ok(vec![DecisionEvent::ObjectionWithdrawn { number }]),
        }
    }

    /// The vote that is to come or goes on: its roll is frozen and its time is not over.
    fn pending(&self, at: Timestamp) -> Result<Voting<'_>, DecisionRejection> {
        match self.phase {
            Phase::Unknown => Err(DecisionRejection::NotScheduled),
            Phase::Scheduled => Err(DecisionRejection::RollNotFrozen),
            Phase::RollFrozen => self.vote().ok_or(DecisionRejection::NotScheduled),
            Phase::Open
            | Phase::Closed
            | Phase::Certified
            | Phase::Upheld
            | Phase::Annulled
            | Phase::Cancelled
            | Phase::Final => self.voting(at),
        }
    }

    /// Declares a conflict of interest. The entry counts no longer, nor does its ballot; so in a
    /// secret decision it is declared before anybody can have voted.
    fn declare_conflict(&self, (voter, by): Acting, at: Timestamp) -> Decided {
        let voting = self.pending(at)?;
        let entry = match self.entry(voting.roll, (voter, by)) {
            Err(DecisionRejection::InConflictOfInterest) => {
                let entry = counting::entry_of(&voting.roll.entries, voter);
                let own = entry.is_some_and(|entry| voting.roll.votes_for(entry, by));
                return if own { Ok(vec![]) } else { Err(DecisionRejection::NotTheVoter) };
            }
            entry => entry?,
        };
        if (voting.terms.policy.secrecy, self.phase) == (Secrecy::Secret, Phase::Open) {
            return Err(DecisionRejection::ConflictTooLate);
        }
        Ok(vec![DecisionEvent::ConflictOfInterestDeclared { voter: entry.entry.party }])
    }

    /// Keeps or voids the entry of somebody who left. In a secret decision it is kept whatever the
    /// policy says: nobody can tell which ballot in the box is theirs, nor may anybody learn from
    /// the record whether there is one.
    fn leaver_found(&self, voter: Party, at: Timestamp) -> Decided {
        let voting = self.pending(at)?;
        let index = index(voting.roll, voter).ok_or(DecisionRejection::NotOnRoll)?;
        if self.kept.contains(&index) || self.void.contains(&index) {
            return Ok(vec![]);
        }
        let policy = &voting.terms.policy;
        Ok(vec![match (policy.leavers, policy.secrecy) {
            (Leavers::Void, Secrecy::Open | Secrecy::OpenAfterClose) => {
                DecisionEvent::LeaverVoided { voter }
            }
            (Leavers::Keep, _) | (Leavers::Void, Secrecy::Secret) => {
                DecisionEvent::LeaverKept { voter }
            }
        }])
    }

    /// Lets whoever represents an organisation by now vote for it: the vote is the organisation's,
    /// and the frozen roll says which organisations have one.
    fn representative_found(
        &self,
        voter: Party,
        representative: Option<PersonId>,
        at: Timestamp,
    ) -> Decided {
        let roll = self.pending(at)?.roll;
        let entry = counting::entry_of(&roll.entries, voter).ok_or(DecisionRejection::NotOnRoll)?;
        match voter {
            Party::Person(_) => Err(DecisionRejection::NotTheVoter),
            Party::Organisation(_) if roll.representative(entry) == representative => Ok(vec![]),
            Party::Organisation(_) => {
                Ok(vec![DecisionEvent::RepresentativeReplaced { voter, representative }])
            }
        }
    }
}

fn hours(hours: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(hours))
}

fn index(roll: &Roll, voter: Party) -> Option<u32> {
    let index = roll.entries.binary_search_by_key(&voter, |entry| entry.party).ok()?;
    u32::try_from(index).ok()
}

fn party(roll: &Roll, index: u32) -> Option<Party> {
    roll.entries.get(index as usize).map(|entry| entry.party)
}

/// Who judges: the holders of a role, or whoever votes for an entry of the roll.
fn judges(judge: &Judge, roll: &Roll, (by, holds): Judging<'_>) -> Result<(), DecisionRejection> {
    let entitled = match judge {
        Judge::Role(name) => holds.contains(name),
        Judge::RollMember {} => roll.entries.iter().any(|entry| roll.votes_for(entry, by)),
    };
    if entitled { Ok(()) } else { Err(DecisionRejection::NotTheJudge) }
}

fn changeable(terms: &DecisionTerms) -> Result<(), DecisionRejection> {
    match terms.policy.ballot_change {
        BallotChange::UntilClose => Ok(()),
        BallotChange::Never => Err(DecisionRejection::BallotsUnchangeable),
    }
}

fn short(text: &Personal<String>) -> Result<(), DecisionRejection> {
    if text.value().is_some_and(|text| text.len() > TEXT_MAX) {
        return Err(DecisionRejection::TextTooLong);
    }
    Ok(())
}

/// The reason that a ballot comes with, if that is as the policy says. An empty one is none.
fn reasoned(
    terms: &DecisionTerms,
    choice: &Choice,
    reason: Option<&Personal<String>>,
) -> Result<Option<Personal<String>>, DecisionRejection> {
    let reason = reason.filter(|it| !it.value().is_some_and(|text| text.trim().is_empty()));
    if let Some(reason) = reason {
        short(reason)?;
    }
    let needed = match terms.policy.reasons {
        Reasons::None if reason.is_some() => return Err(DecisionRejection::ReasonNotTaken),
        Reasons::None | Reasons::Optional => false,
        Reasons::Required => true,
        Reasons::ForDisagreeAndBlock => {
            means(terms, choice, Icon::Disagree) || means(terms, choice, Icon::Block)
        }
        Reasons::ForBlock => means(terms, choice, Icon::Block),
    };
    if needed && reason.is_none() {
        return Err(DecisionRejection::ReasonMissing);
    }
    Ok(reason.cloned())
}

/// Tells whether a ballot is for an option of a meaning.
fn means(terms: &DecisionTerms, choice: &Choice, icon: Icon) -> bool {
    match choice {
        Choice::Option(key) => {
            terms.options.iter().any(|option| option.key == *key && option.icon == icon)
        }
        Choice::Abstain {}
        | Choice::Blank {}
        | Choice::Options(_)
        | Choice::Scores(_)
        | Choice::Dots(_)
        | Choice::Ranking(_)
        | Choice::Times(_) => false,
    }
}
