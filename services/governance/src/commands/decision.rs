//! Decisions: from the schedule over ballots, in the log or in the box, to the certificate.

use std::{collections::BTreeSet, sync::Arc};

use eventlog::{CommandContext, Fingerprint, Receipt};
use events::{
    Authority, BallotChange, BallotsKept, CancelledBecause, Choice, DecisionEvent, DecisionTerms,
    ExternalResult, OptionKey, RollMoment, TieRule,
};
use jiff::Timestamp;
use kernel::{
    Actor, BallotBoxId, Capacity, CommandId, DecisionId, ErrorCode, NetworkId, Party, PersonId,
    Personal, Rejection, TurnoutId,
};

use super::{Commands, Refused, refused};
use crate::{
    certificate::{Bundle, Form},
    counting::{Seed, constituencies},
    deadlines::DeadlineKind,
    decision::{Decision, DecisionCommand, DecisionRejection, Facts, Office, Phase, SecretBox},
    opened::{OpenedBox, OpenedCommand, Turnout, TurnoutCommand},
    secret_box::{BoxShape, Cast, SecretBallot, SecretBoxError, voters_shown},
};

/// A secret ballot could not be put into the box.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretRejection {
    /// The voter has voted.
    #[error("this ballot was cast before; a secret ballot is final")]
    AlreadyCast,
    /// The box is closed.
    #[error("voting is over")]
    VotingOver,
    /// The box is not there.
    #[error("the box of this decision is not at hand; tell whoever runs the installation")]
    BoxMissing,
    /// Secret ballots carry no reasons.
    #[error("a secret ballot takes no reason: it would tell who wrote it")]
    ReasonNotTaken,
}

impl Rejection for SecretRejection {
    fn code(&self) -> ErrorCode {
        match self {
            SecretRejection::AlreadyCast => ErrorCode::AlreadyExists,
            SecretRejection::VotingOver => ErrorCode::Precondition,
            SecretRejection::BoxMissing => ErrorCode::Internal,
            SecretRejection::ReasonNotTaken => ErrorCode::Invalid,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            SecretRejection::AlreadyCast => "SECRET_BALLOT_ALREADY_CAST",
            SecretRejection::VotingOver => "SECRET_VOTING_OVER",
            SecretRejection::BoxMissing => "BALLOT_BOX_MISSING",
            SecretRejection::ReasonNotTaken => "SECRET_REASON_NOT_TAKEN",
        }
    }
}

/// Who votes, and for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Voter {
    /// The entry of the roll.
    pub party: Party,
    /// Who casts its ballot.
    pub by: PersonId,
}

impl Commands {
    /// The terms of a decision that there is.
    ///
    /// # Errors
    ///
    /// Says that there is no such decision.
    pub async fn terms(&self, decision: DecisionId) -> Result<Arc<DecisionTerms>, Refused> {
        let terms = self.look(decision.uuid(), |state: &Decision| state.terms.clone()).await?;
        terms.ok_or_else(|| refused(DecisionRejection::NotScheduled))
    }

    /// Carries out a command about a decision.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn decision(
        &self,
        decision: DecisionId,
        command: &DecisionCommand,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.execute::<Decision>(decision.uuid(), command, context).await
    }

    /// Votes, or votes otherwise than before; in a secret decision into the box.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn cast_ballot(
        &self,
        decision: DecisionId,
        voter: Voter,
        (choice, reason): (Choice, Option<Personal<String>>),
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let (party, by, at) = (voter.party, voter.by, self.now());
        let asked = self.look(decision.uuid(), |state: &Decision| {
            let policy = state.terms.as_ref().map(|terms| &terms.policy);
            let differs = state.ballot(party).is_some_and(|ballot| ballot.choice != choice);
            (policy.map(|policy| (policy.ballots_kept(), policy.ballot_change)), differs)
        });
        let (policy, differs) = asked.await?;
        let (kept, change) = policy.unzip();
        match kept {
            Some(BallotsKept::Elsewhere) => Err(refused(DecisionRejection::HeldElsewhere)),
            Some(BallotsKept::InBox) => {
                if reason.is_some() {
                    return Err(refused(SecretRejection::ReasonNotTaken));
                }
                self.cast_secret(decision, voter, (choice, context.command_id)).await
            }
            Some(BallotsKept::InLog) | None => {
                let command = match (change, differs) {
                    (Some(BallotChange::UntilClose), true) => {
                        DecisionCommand::ChangeBallot { voter: party, by, choice, reason, at }
                    }
                    (Some(BallotChange::UntilClose | BallotChange::Never) | None, _) => {
                        DecisionCommand::CastBallot { voter: party, by, choice, reason, at }
                    }
                };
                self.decision(decision, &command, context).await
            }
        }
    }

    /// Puts a ballot into the box. Nothing of it is recorded before the box is opened.
    async fn cast_secret(
        &self,
        decision: DecisionId,
        voter: Voter,
        (choice, command_id): (Choice, CommandId),
    ) -> Result<Receipt, Refused> {
        let now = self.now();
        let admitted = self.look(decision.uuid(), |state: &Decision| {
            let index = state.admit_secret((voter.party, voter.by), &choice, now)?;
            let entries = state.roll.as_ref().map_or(&[][..], |roll| &roll.entries);
            let entry = usize::try_from(index).ok().and_then(|index| entries.get(index));
            Ok((index, entry.map_or(1, |entry| entry.weight)))
        });
        let (index, weight) =
            admitted.await?.map_err(|rejection: DecisionRejection| refused(rejection))?;
        let ballot = SecretBallot { voter: index, command_id, choice, weight };
        let recalled = match self.boxes.cast(decision, ballot).await.map_err(refused)? {
            Cast::Accepted => false,
            Cast::Repeated => true,
            Cast::AlreadyVoted => return Err(refused(SecretRejection::AlreadyCast)),
            Cast::Closed => return Err(refused(SecretRejection::VotingOver)),
            Cast::NoBox => return Err(refused(SecretRejection::BoxMissing)),
        };
        Ok(Receipt { position: self.head(), length: 0, events: 0, recalled })
    }

    /// Records the terms of a decision that was called, and begins the voting if it is time.
    pub(crate) async fn schedule(
        &self,
        decision: DecisionId,
        terms: DecisionTerms,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let (network, opens_at) = (terms.network, terms.opens_at);
        let moment = terms.policy.roll_moment;
        let context = following(context, network, (decision.uuid(), "schedule"), None);
        let command = DecisionCommand::ScheduleDecision { terms: Box::new(terms) };
        let scheduled = self.decision(decision, &command, &context).await?;
        let mut position = scheduled.position;
        if moment == RollMoment::Call {
            let frozen = self.freeze_roll(decision, self.now(), &context).await?;
            position = position.max(frozen.position);
        }
        if opens_at <= self.now() {
            let id = deadline_id(decision, DeadlineKind::OpenDecision, opens_at);
            // The scheduler gives the same command; whoever comes second gets the first answer.
            let fingerprint = deadline_fingerprint(DeadlineKind::OpenDecision);
            let context = CommandContext { command_id: id, fingerprint, ..context };
            let opened = self.open_decision(decision, opens_at, &context).await?;
            position = position.max(opened.position);
        }
        Ok(Receipt { position, ..scheduled })
    }

    /// Settles who may vote, by the roster as of `at`.
    pub(crate) async fn freeze_roll(
        &self,
        decision: DecisionId,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let Some(terms) = state.terms.as_ref() else {
            return Err(refused(DecisionRejection::NotScheduled));
        };
        if state.roll.is_some() {
            return Ok(self.nothing());
        }
        let (position, entries) = self.roll(terms, at).await?;
        let command = DecisionCommand::FreezeRoll { position, entries };
        let context = following(context, terms.network, (decision.uuid(), "freeze"), Some(at));
        self.decision(decision, &command, &context).await
    }

    /// Begins the voting, the roll settled and the box ready.
    pub(crate) async fn open_decision(
        &self,
        decision: DecisionId,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.freeze_roll(decision, at, context).await?;
        let state = self.load::<Decision>(decision.uuid()).await?;
        if let (Some(terms), Some(roll)) = (&state.terms, &state.roll)
            && (terms.policy.ballots_kept(), state.phase) == (BallotsKept::InBox, Phase::RollFrozen)
        {
            let voters = u32::try_from(roll.entries.len()).unwrap_or(u32::MAX);
            let options = terms.options.iter().map(|option| option.key.clone()).collect();
            let shape = BoxShape { voters, options };
            let _opened = self.boxes.open_box(decision, shape).await.map_err(refused)?;
        }
        let seed_hash = Seed(self.boxes.seed(decision)).hash();
        let command = DecisionCommand::OpenDecision { at, seed_hash };
        let context = CommandContext { effective_at: Some(at), ..context.clone() };
        self.decision(decision, &command, &context).await
    }

    /// Ends the voting at its time, or extends it.
    pub(crate) async fn close_decision(
        &self,
        decision: DecisionId,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let facts = self.facts(decision, &state, at).await?;
        let command = DecisionCommand::CloseDecision { at, facts };
        let context = CommandContext { effective_at: Some(at), ..context.clone() };
        self.decision(decision, &command, &context).await
    }

    /// Ends the voting before its time.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn close_early(
        &self,
        decision: DecisionId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let at = self.now();
        let state = self.load::<Decision>(decision.uuid()).await?;
        let facts = self.facts(decision, &state, at).await?;
        let command = DecisionCommand::CloseEarly { at, facts };
        self.decision(decision, &command, context).await
    }

    /// Opens the box if the decision is secret, counts, and certifies: as of the effective time, or
    /// of now.
    pub(crate) async fn tally(
        &self,
        decision: DecisionId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let Some(terms) = state.terms.as_ref() else {
            return Err(refused(DecisionRejection::NotScheduled));
        };
        let kept = terms.policy.ballots_kept();
        if state.phase != Phase::Closed {
            // It was counted, and the process died before the box was destroyed.
            if state.certified.is_some() {
                self.put_away(decision, kept).await?;
            }
            return Ok(self.nothing());
        }
        let at = context.effective_at.unwrap_or_else(|| self.now());
        let facts = self.counted_facts(decision, &state, context).await?;
        let office = match &terms.policy.tie {
            TieRule::CastingVote { role } => {
                let held = self.queries.mandates_holding(terms.network, role.clone(), at).await;
                if held.map_err(refused)?.is_empty() { Office::Vacant } else { Office::Held }
            }
            TieRule::StatusQuo {} | TieRule::SecondRound {} | TieRule::SeededLot {} => {
                Office::Vacant
            }
        };
        let seed = Some(Seed(self.boxes.seed(decision)));
        let command = DecisionCommand::TallyDecision { at, facts, seed, office };
        let tallied = self.decision(decision, &command, context).await?;
        self.put_away(decision, kept).await?;
        Ok(tallied)
    }

    /// Destroys the box of a decision that is over, if it had one.
    async fn put_away(&self, decision: DecisionId, kept: BallotsKept) -> Result<(), Refused> {
        match kept {
            BallotsKept::InBox => self.boxes.destroy(decision).await.map_err(refused),
            BallotsKept::InLog | BallotsKept::Elsewhere => Ok(()),
        }
    }

    /// Writes down how a member voted who could not do so here.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn record_ballot(
        &self,
        decision: DecisionId,
        Voter { party: voter, by }: Voter,
        (choice, evidence): (Choice, Personal<String>),
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let network = self.terms(decision).await?.network;
        let standing = self.standing(network, voter).await?;
        let at = self.now();
        let command =
            DecisionCommand::RecordBallotOnBehalf { voter, by, choice, evidence, standing, at };
        self.decision(decision, &command, context).await
    }

    /// Records the result of a vote that was held elsewhere; that it is counted follows from it.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn record_external_result(
        &self,
        decision: DecisionId,
        by: PersonId,
        result: ExternalResult,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let network = self.terms(decision).await?.network;
        let holds = self.roles_of(network, by).await?;
        let command = DecisionCommand::RecordExternalResult { by, holds, result };
        self.decision(decision, &command, context).await
    }

    /// Ends a decision whose result nobody reported from elsewhere.
    pub(super) async fn give_up_result(
        &self,
        decision: DecisionId,
        at: Timestamp,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let because = CancelledBecause::ResultNotReported;
        self.decision(decision, &DecisionCommand::CancelDecision { because, at }, context).await
    }

    /// Breaks a tie by the casting vote, and certifies.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn cast_tie_break(
        &self,
        decision: DecisionId,
        by: PersonId,
        favours: Vec<OptionKey>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let Some(terms) = state.terms.as_ref() else {
            return Err(refused(DecisionRejection::NotScheduled));
        };
        let holds = self.roles_of(terms.network, by).await?;
        let facts = self.counted_facts(decision, &state, context).await?;
        let command = DecisionCommand::CastTieBreak { by, holds, favours, at: self.now(), facts };
        let tallied = self.decision(decision, &command, context).await?;
        self.put_away(decision, terms.policy.ballots_kept()).await?;
        Ok(tallied)
    }

    /// Ends a decision whose proposal was taken back.
    pub(crate) async fn cancel_withdrawn(
        &self,
        decision: DecisionId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let Some(terms) = state.terms.as_ref() else { return Ok(self.nothing()) };
        match state.phase {
            Phase::Scheduled | Phase::RollFrozen | Phase::Open => {}
            Phase::Unknown
            | Phase::Closed
            | Phase::Certified
            | Phase::Upheld
            | Phase::Cancelled
            | Phase::Annulled
            | Phase::Final => return Ok(self.nothing()),
        }
        let because = CancelledBecause::ProposalWithdrawn;
        let command = DecisionCommand::CancelDecision { because, at: self.now() };
        let context = following(context, terms.network, (decision.uuid(), "withdrawn"), None);
        let cancelled = self.decision(decision, &command, &context).await?;
        self.put_away(decision, terms.policy.ballots_kept()).await?;
        Ok(cancelled)
    }

    /// Objects; answers with the objection's number.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn raise_objection(
        &self,
        decision: DecisionId,
        voter: Voter,
        argument: Personal<String>,
        context: &CommandContext,
    ) -> Result<(u32, Receipt), Refused> {
        let Voter { party, by } = voter;
        let at = self.now();
        let command = DecisionCommand::RaiseObjection { voter: party, by, argument, at };
        let id = decision.uuid();
        let (event, receipt) = self.execute_first::<Decision>(id, &command, context).await?;
        match event {
            Some(DecisionEvent::ObjectionRaised { number, .. }) => Ok((number, receipt)),
            Some(_) | None => Ok((0, receipt)),
        }
    }

    /// The secret decisions that are open and in which a person has voted.
    ///
    /// # Errors
    ///
    /// Says that a view is behind, or that the boxes failed.
    pub async fn voted_in_secret(&self, person: PersonId) -> Result<Vec<DecisionId>, Refused> {
        let open = self.queries.secret_open_decisions(person, 0).await.map_err(refused)?;
        let mut voted = Vec::new();
        for decision in open {
            let state = self.load::<Decision>(decision.uuid()).await?;
            let Some(index) = state.index_of(Party::Person(person)) else { continue };
            match self.boxes.has_voted(decision, index).await {
                Ok(true) => voted.push(decision),
                Ok(false) | Err(SecretBoxError::NoBox) => {}
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(voted)
    }

    /// Everything needed to recount a decision, in one of its forms.
    ///
    /// # Errors
    ///
    /// Says that it was not counted, or has no such form.
    pub async fn certificate(&self, decision: DecisionId, form: Form) -> Result<Vec<u8>, Refused> {
        let state = self.load::<Decision>(decision.uuid()).await?;
        let kept = state.terms.as_ref().map(|terms| terms.policy.ballots_kept());
        let secret = match kept {
            Some(BallotsKept::InBox) => self.opened(decision).await?.unwrap_or(SecretBox::None),
            Some(BallotsKept::InLog | BallotsKept::Elsewhere) | None => SecretBox::None,
        };
        let bundle = Bundle::of(decision, &state, secret).map_err(refused)?;
        bundle.written(form).map_err(refused)
    }

    /// What is known of the vote while it goes on.
    async fn facts(
        &self,
        decision: DecisionId,
        state: &Decision,
        at: Timestamp,
    ) -> Result<Facts, Refused> {
        let Some(terms) = state.terms.as_ref() else {
            return Err(refused(DecisionRejection::NotScheduled));
        };
        let lent = self.queries.lent_when_over(terms.network, at).await.map_err(refused)?;
        let secret = match terms.policy.ballots_kept() {
            BallotsKept::InLog | BallotsKept::Elsewhere => SecretBox::None,
            BallotsKept::InBox => self.closed_box(decision, state).await?,
        };
        Ok(Facts { decision, lent, secret })
    }

    /// What is known of a box that nobody has opened: how many voted, and where the quorum is of each
    /// constituency how many of each.
    async fn closed_box(
        &self,
        decision: DecisionId,
        state: &Decision,
    ) -> Result<SecretBox, Refused> {
        let asked =
            state.terms.as_ref().is_some_and(|terms| constituencies::are_asked(&terms.policy));
        let told = if asked {
            // One look for both: ballots may still be coming in.
            self.boxes.voters(decision).await.map(|voters| {
                let voted = u32::try_from(voters.len()).unwrap_or(u32::MAX);
                (voted, voters.into_iter().collect())
            })
        } else {
            self.boxes.turnout(decision).await.map(|voted| (voted, BTreeSet::new()))
        };
        let (voted, voters) = match told {
            Ok(told) => told,
            Err(SecretBoxError::NoBox) => (0, BTreeSet::new()),
            Err(error) => return Err(refused(error)),
        };
        Ok(SecretBox::Closed { voted, constituencies: state.turnout(&voters) })
    }

    /// What is known of the vote once it is over; what was in the box is recorded first.
    async fn counted_facts(
        &self,
        decision: DecisionId,
        state: &Decision,
        context: &CommandContext,
    ) -> Result<Facts, Refused> {
        let Some(terms) = state.terms.as_ref() else {
            return Err(refused(DecisionRejection::NotScheduled));
        };
        let closed_at = state.closes_at.unwrap_or(terms.closes_at).min(self.now());
        let lent = self.queries.lent_when_over(terms.network, closed_at).await.map_err(refused)?;
        let secret = match terms.policy.ballots_kept() {
            BallotsKept::InLog | BallotsKept::Elsewhere => SecretBox::None,
            BallotsKept::InBox => self.open_the_box(decision, state, context).await?,
        };
        Ok(Facts { decision, lent, secret })
    }

    /// Records what was in the box, and apart from it who voted; again gives what was recorded.
    ///
    /// Where the quorum is of each constituency, nobody is named either unless so many of each voted
    /// that it tells nothing: the names would give the numbers away.
    async fn open_the_box(
        &self,
        decision: DecisionId,
        state: &Decision,
        context: &CommandContext,
    ) -> Result<SecretBox, Refused> {
        if let Some(opened) = self.opened(decision).await? {
            return Ok(opened);
        }
        let (Some(terms), Some(roll)) = (&state.terms, &state.roll) else {
            return Err(refused(DecisionRejection::RollNotFrozen));
        };
        self.boxes.close(decision).await.map_err(refused)?;
        let contents = self.boxes.contents(decision).await.map_err(refused)?;
        let voted = u32::try_from(contents.voters.len()).unwrap_or(u32::MAX);
        let units = u32::try_from(roll.entries.len()).unwrap_or(u32::MAX);
        let quorum = crate::counting::quorum_units(&terms.policy, units);
        let split = state.constituencies(&contents.voters.iter().copied().collect());
        let floor = |voted, quorum, units| voters_shown(voted, Some(quorum), units);
        let constituencies = split.map(|split| split.told(floor)).unwrap_or_default();
        let many_of_each = constituencies.iter().all(|it| it.voted.is_some());
        let party = |index: &u32| {
            let index = usize::try_from(*index).ok()?;
            roll.entries.get(index).map(|entry| entry.party)
        };
        let voters = (many_of_each && voters_shown(voted, quorum, units))
            .then(|| contents.voters.iter().filter_map(party).collect());
        // Turnout first: once the ballots are recorded, all that the box held is.
        let turnout =
            TurnoutCommand { decision, voted, voters, constituencies: constituencies.clone() };
        let id = TurnoutId::of(decision).uuid();
        let about = following(context, terms.network, (id, "record"), context.effective_at);
        self.execute::<Turnout>(id, &turnout, &about).await?;
        let opened = OpenedCommand { decision, ballots: contents.ballots.clone() };
        let id = BallotBoxId::of(decision).uuid();
        let about = following(context, terms.network, (id, "seal"), context.effective_at);
        self.execute::<OpenedBox>(id, &opened, &about).await?;
        Ok(SecretBox::Opened { ballots: contents.ballots, voted, constituencies })
    }

    /// What was recorded of the box of a decision, once it was opened.
    async fn opened(&self, decision: DecisionId) -> Result<Option<SecretBox>, Refused> {
        let opened = self.load::<OpenedBox>(BallotBoxId::of(decision).uuid()).await?;
        let turnout = self.load::<Turnout>(TurnoutId::of(decision).uuid()).await?;
        Ok(opened.0.zip(turnout.0).map(|(opened, turnout)| {
            let TurnoutCommand { voted, constituencies, .. } = turnout;
            SecretBox::Opened { ballots: opened.ballots, voted, constituencies }
        }))
    }

    /// The answer to what is so already.
    pub(super) fn nothing(&self) -> Receipt {
        Receipt { position: self.head(), length: 0, events: 0, recalled: false }
    }
}

/// The circumstances of what follows from a command, whoever carries it out: the same ids, so that
/// it is done once.
pub(crate) fn following(
    context: &CommandContext,
    network: NetworkId,
    (scope, part): (uuid::Uuid, &str),
    effective_at: Option<Timestamp>,
) -> CommandContext {
    CommandContext {
        command_id: CommandId::derived(scope, &format!("governance/{part}")),
        fingerprint: Fingerprint::of(&[part.as_bytes()]),
        actor: Actor::System,
        on_behalf_of: None,
        capacity: Capacity::Scheduler,
        network_id: Some(network),
        effective_at,
        ..context.clone()
    }
}

/// The id that the scheduler gives the command of a deadline.
fn deadline_id(decision: DecisionId, kind: DeadlineKind, due_at: Timestamp) -> CommandId {
    CommandId::derived(decision.uuid(), &format!("deadline/{kind}/{due_at}"))
}

/// The fingerprint of the command of a deadline, whoever gives it.
pub(super) fn deadline_fingerprint(kind: DeadlineKind) -> Fingerprint {
    Fingerprint::of(&[kind.name().as_bytes()])
}

/// The authority of what follows from a decision.
pub(crate) fn by_decision(decision: DecisionId) -> String {
    Authority::Decision(decision).to_string()
}
