//! The rules of a proposal: a text on its way to a decision.
//!
//! Whoever drafts it is its first author. Its text may change until a decision is called on it, and
//! never after. [`Written::terms`] says on what terms a call puts it to the vote. Whether a caller is
//! a member at all is `access`'s to say, before.

use std::collections::BTreeSet;

use events::{
    DecisionPolicy, OptionKey, Outcome, ProposalContent, ProposalEvent, RoleName, Subject,
};
use jiff::Timestamp;
use kernel::{
    Decider, DecisionId, ErrorCode, NetworkId, PersonId, Personal, ProposalId, Rejection,
    ResolutionId,
};

use crate::charter::CharterRejection;

pub mod call;
pub mod content;

pub use call::{Call, CallFacts, InForce, Repeat, RepeatedBecause, RoleSeats};
pub use content::{chooses_between_options, content_hash};

use call::days_after;
use content::TEXT_CHARS_MAX;

#[cfg(test)]
pub(crate) mod tests;

/// How many people write with the author at most.
pub const CO_AUTHORS_MAX: usize = 50;

/// How many concerns, and how many amendments, one proposal takes at most.
pub const CONTRIBUTIONS_MAX: usize = 1_000;

/// After how many days in which nothing happened to it a proposal lapses. No policy sets it: it only
/// clears away what everybody forgot, and anybody may draft it again.
pub const LAPSES_AFTER_DAYS: u32 = 180;

/// What can be asked of a proposal.
#[derive(Clone, PartialEq, Debug)]
pub enum ProposalCommand {
    /// Writes it down.
    DraftProposal {
        /// The network.
        network: NetworkId,
        /// Who writes.
        author: PersonId,
        /// What it asks for.
        content: Box<ProposalContent>,
    },
    /// Asks somebody to write with the authors.
    InviteCoAuthor {
        /// An author.
        by: PersonId,
        /// Who is asked.
        person: PersonId,
    },
    /// Writes with the authors from now on.
    JoinAsCoAuthor {
        /// Who was asked.
        by: PersonId,
    },
    /// Wants it decided on.
    CoSponsorProposal {
        /// Who does.
        by: PersonId,
    },
    /// Does not want it decided on any longer.
    WithdrawSponsorship {
        /// Who did.
        by: PersonId,
    },
    /// Puts it before the network.
    SubmitProposal {
        /// An author.
        by: PersonId,
        /// The roles that they hold a mandate for.
        roles: BTreeSet<RoleName>,
        /// The policy in force for its subject.
        policy: Box<DecisionPolicy>,
    },
    /// Opens its discussion.
    OpenDiscussion {
        /// An author.
        by: PersonId,
        /// Since when it is discussed.
        since: Timestamp,
    },
    /// Is concerned about something.
    RaiseConcern {
        /// Who is.
        by: PersonId,
        /// About what.
        text: Personal<String>,
    },
    /// Answers a concern.
    AnswerConcern {
        /// An author.
        by: PersonId,
        /// Which concern.
        number: u32,
        /// How.
        text: Personal<String>,
    },
    /// Is concerned no longer.
    WithdrawConcern {
        /// Who was.
        by: PersonId,
        /// Which concern.
        number: u32,
    },
    /// Offers another wording.
    OfferAmendment {
        /// Who does.
        by: PersonId,
        /// The revision that they mean to change: the present one.
        revision: u32,
        /// The whole text as it would read.
        text: String,
    },
    /// Takes an amendment over.
    AcceptAmendment {
        /// An author.
        by: PersonId,
        /// Which amendment.
        number: u32,
    },
    /// Does not take an amendment over.
    RejectAmendment {
        /// An author.
        by: PersonId,
        /// Which amendment.
        number: u32,
    },
    /// Notes that a rejected amendment became a proposal of its own.
    PromoteAmendment {
        /// Who offered it.
        by: PersonId,
        /// Which amendment.
        number: u32,
        /// The new proposal.
        proposal: ProposalId,
    },
    /// Changes it.
    ReviseProposal {
        /// An author.
        by: PersonId,
        /// The revision that they mean to change: the present one.
        revision: u32,
        /// What it asks for from now on.
        content: Box<ProposalContent>,
    },
    /// Lets it go on within another proposal.
    MergeProposal {
        /// An author.
        by: PersonId,
        /// This proposal.
        proposal: ProposalId,
        /// The other one.
        into: ProposalId,
        /// What the other one is like at present.
        target: MergeTarget,
    },
    /// Puts it to a decision.
    CallDecision {
        /// What with.
        call: Box<Call>,
        /// What must be known for it.
        facts: Box<CallFacts>,
    },
    /// Takes it back.
    WithdrawProposal {
        /// An author.
        by: PersonId,
        /// How far its decision is.
        voting: Voting,
    },
    /// Clears it away because nothing happened to it for long.
    LapseProposal {
        /// When something last happened to it.
        idle_since: Timestamp,
        /// The present time, or the time it was due.
        now: Timestamp,
    },
    /// Notes what its decision finally came to.
    DecideProposal {
        /// The decision.
        decision: DecisionId,
        /// What it came to.
        outcome: Outcome,
    },
}

/// How far the decision on a proposal is, when somebody takes the proposal back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Voting {
    /// There is none, voting goes on, or it was cancelled or annulled.
    NotOver,
    /// Voting was closed: the result stands, whoever regrets having asked.
    Over,
}

/// What a proposal that takes in another one is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MergeTarget {
    /// Its network; `None` when there is no such proposal.
    pub network: Option<NetworkId>,
    /// Whether its text may still change.
    pub text: TextState,
}

/// Whether a text may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextState {
    /// It may.
    Changeable,
    /// It may not, any more.
    Final,
}

impl MergeTarget {
    /// What `proposal` is like as a target.
    pub fn of(proposal: &Proposal) -> MergeTarget {
        let written = proposal.written();
        let text = match written.map(Written::changeable) {
            Some(Ok(())) => TextState::Changeable,
            Some(Err(_)) | None => TextState::Final,
        };
        MergeTarget { network: written.map(|written| written.network), text }
    }
}

/// Why a proposal refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProposalRejection {
    /// There is no such proposal.
    #[error("there is no such proposal")]
    NotWritten,
    /// It was drafted before, with another content.
    #[error("this proposal is drafted already, with another content")]
    AlreadyDrafted,
    /// Something is to be said.
    #[error("a title, a text and the names of things need at least one visible character")]
    WordsEmpty,
    /// Everything has a limit.
    #[error("a text, or a list of effects, options or goals, is longer than a proposal allows")]
    TooLong,
    /// Effects belong to the subject that is decided on.
    #[error("an effect of the subject {0} cannot follow from a decision on another subject")]
    EffectOfAnotherSubject(Subject),
    /// Changing policies changes nothing else.
    #[error("an effect that changes policies cannot change sections or roles of the charter")]
    EffectBeyondPolicies,
    /// An effect does something.
    #[error("an effect names no change")]
    EffectEmpty,
    /// An effect is declared once, and a person gets one mandate from a decision.
    #[error("an effect is declared twice, or gives one person two mandates")]
    EffectTwice,
    /// A decision makes one new version of the charter.
    #[error("a decision changes the charter once; put all changes into one effect")]
    CharterChangedTwice,
    /// Options are told apart by their keys.
    #[error("the option {0} is offered twice")]
    OptionTwice(OptionKey),
    /// Answers to a proposal come from the method.
    #[error("the option {0} is no item: answers such as agree come from the policy's method")]
    OptionNotAnItem(OptionKey),
    /// Candidates are known by their id.
    #[error("the key of the candidate {0} is not the id of that person")]
    CandidateKeyDiffers(OptionKey),
    /// Only authors do this.
    #[error("only an author of the proposal can do this")]
    NotAnAuthor,
    /// Co-authors are asked first.
    #[error("an author has to invite a co-author first")]
    CoAuthorNotInvited,
    /// There is room for so many contributions.
    #[error("this proposal takes no more co-authors, concerns or amendments")]
    ContributionsTooMany,
    /// Sponsors are others than the authors.
    #[error("an author cannot sponsor the own proposal")]
    SponsorIsAuthor,
    /// The text is frozen.
    #[error("a decision was called on this proposal: its text is final")]
    TextFrozen,
    /// The proposal is withdrawn, lapsed or merged.
    #[error("this proposal was withdrawn, lapsed or went on within another one")]
    Over,
    /// It was not put before the network.
    #[error("the proposal has to be submitted first")]
    NotSubmitted,
    /// Nobody discusses it yet.
    #[error("the discussion of this proposal is not open yet")]
    NotUnderDiscussion,
    /// There is no such concern.
    #[error("there is no such concern")]
    ConcernUnknown,
    /// The concern is settled.
    #[error("this concern was withdrawn")]
    ConcernWithdrawn,
    /// Only who raised a concern withdraws it.
    #[error("only whoever raised a concern can withdraw it")]
    ConcernNotOnesOwn,
    /// The caller has not seen the present revision.
    #[error("the present revision is {0}; read it first")]
    RevisionOutdated(u32),
    /// There is no such amendment.
    #[error("there is no such amendment")]
    AmendmentUnknown,
    /// An amendment is answered once.
    #[error("this amendment is answered already")]
    AmendmentAnswered,
    /// The text changed since the amendment was offered.
    #[error("this amendment changes an older revision; it has to be offered anew")]
    AmendmentOutdated,
    /// An amendment changes something.
    #[error("this amendment leaves the text as it is")]
    AmendmentChangesNothing,
    /// Only rejected amendments go on by themselves.
    #[error("only a rejected amendment becomes a proposal of its own")]
    AmendmentNotRejected,
    /// Only who offered an amendment promotes it.
    #[error("only whoever offered an amendment can make it a proposal of its own")]
    AmendmentNotOnesOwn,
    /// An amendment becomes one proposal.
    #[error("this amendment became another proposal already")]
    AmendmentPromoted,
    /// A proposal goes on within another one.
    #[error("a proposal goes on within another proposal of the same network, not its own")]
    MergeTargetUnfit,
    /// The other proposal's text is final.
    #[error("the text of the other proposal is final")]
    MergeTargetFinal,
    /// The policy is not the one for the subject.
    #[error("this policy does not decide on {0}")]
    PolicyOfAnotherSubject(Subject),
    /// The policy says who may propose.
    #[error("the policy lets only holders of certain roles propose this")]
    ProposerRoleMissing,
    /// The policy says how many sponsors are needed.
    #[error("the proposal needs {needed} sponsors besides its authors, and has {found}")]
    SponsorsTooFew {
        /// How many are needed.
        needed: u32,
        /// How many there are.
        found: u32,
    },
    /// The policy says how long it is discussed.
    #[error("a decision can be called from {0} on")]
    DiscussionTooShort(Timestamp),
    /// The policy says how long voting lasts.
    #[error("voting lasts between {hours_min} and {hours_max} hours")]
    WindowNotAllowed {
        /// At least so many hours.
        hours_min: u32,
        /// At most so many hours.
        hours_max: u32,
    },
    /// The charter cannot be changed so.
    #[error("{0}")]
    Unamendable(CharterRejection),
    /// The charter knows no such role.
    #[error("the charter has no role named {0}; define it first, or name another")]
    RoleUnknown(RoleName),
    /// Who is no active member cannot be given an office.
    #[error("{0} is no active member of the network, and cannot be given an office")]
    CandidateNotAMember(PersonId),
    /// Nobody could vote.
    #[error("no member stands on the roll of the policy that decides on this")]
    NobodyToVote,
    /// Voting opens soon, and not in the past.
    #[error("voting opens now or within {days} days", days = call::OPENS_WITHIN_DAYS_MAX)]
    OpeningOutOfRange,
    /// The method has its own answers.
    #[error("the policy's method has its own answers; the proposal offers no options")]
    OptionsNotAsked,
    /// A choice needs options.
    #[error("the policy's method chooses between things; at least {0} options are needed")]
    OptionsTooFew(usize),
    /// The effect needs options of its kind.
    #[error("the option {0} is not what the effect needs: a candidate, or an item of the agenda")]
    OptionNotOfEffect(OptionKey),
    /// The effect would never follow, or whatever wins.
    #[error("this effect cannot follow from what the policy's method finds")]
    EffectNotCarriedOut,
    /// A rejected text rests.
    #[error("a decision rejected this very text; it can be called again from {0} on, or revised")]
    RepeatedTooSoon(Timestamp),
    /// An exclusive question has one answer in force.
    #[error("resolution {0} in force answers the same question; the proposal has to supersede it")]
    ExclusiveAnswered(ResolutionId),
    /// What is superseded is in force.
    #[error("the resolution to be superseded is not in force in this network")]
    SupersededNotInForce,
    /// A resolution ends by a decision of its own kind.
    #[error("the resolution to be superseded is about {0}; only a decision on that ends it")]
    SupersededOfAnotherSubject(Subject),
    /// A resolution changes in one way.
    #[error("resolution {0} is superseded, amended or repealed by one decision, once")]
    ResolutionChangedTwice(ResolutionId),
    /// What is amended or repealed is in force.
    #[error("resolution {0}, which an effect changes, is not in force in this network")]
    ChangedNotInForce(ResolutionId),
    /// A resolution changes by a decision of its own kind.
    #[error("a resolution that an effect changes is about {0}; only a decision on that changes it")]
    ChangedOfAnotherSubject(Subject),
    /// Whoever is elected needs a seat.
    #[error(
        "all {seats} seats of the role are taken; call an election whose voting cannot end before \
         one is free{}, or have a mandate given up first",
        .free_from.map(|at| format!(" on {at}")).unwrap_or_default()
    )]
    NoSeatFree {
        /// How many seats the role has.
        seats: u32,
        /// When so many of their terms are over that one is free; `None` when it has no seats.
        free_from: Option<Timestamp>,
    },
    /// One decision at a time.
    #[error("decision {0} was called on this proposal already")]
    AlreadyCalled(DecisionId),
    /// No such decision was called.
    #[error("this decision was not called on this proposal")]
    NotCalled,
    /// A result stands.
    #[error("voting on this proposal is over; it cannot be withdrawn any more")]
    VotingOver,
    /// Something happened to it lately.
    #[error("the proposal lapses on {0} unless something happens to it")]
    NotIdle(Timestamp),
}

/// The state of one proposal.
#[derive(Clone, PartialEq, Debug)]
pub enum Proposal {
    /// No events yet.
    Unwritten,
    /// Drafted, and whatever came of it.
    Written(Box<Written>),
}

/// A proposal that somebody drafted.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    /// The network.
    pub network: NetworkId,
    /// Who drafted it.
    pub author: PersonId,
    /// Who writes with the author.
    pub co_authors: BTreeSet<PersonId>,
    /// Who was asked to, and does not yet.
    pub invited: BTreeSet<PersonId>,
    /// Who wants it decided on; no author is among them.
    pub sponsors: BTreeSet<PersonId>,
    /// What it asks for.
    pub content: ProposalContent,
    /// The revision of that, from 1.
    pub revision: u32,
    /// The SHA-256 of the canonical JSON of that, in hexadecimal.
    pub content_hash: String,
    /// The concerns, by number.
    pub concerns: Vec<Concern>,
    /// The amendments, by number.
    pub amendments: Vec<Amendment>,
    /// How far it is.
    pub stage: Stage,
}

/// A concern about a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Concern {
    /// Who raised it.
    pub by: PersonId,
    /// Whether it stands.
    pub standing: ConcernStanding,
}

/// Whether a concern stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConcernStanding {
    /// Nobody answered it.
    Raised,
    /// An author answered it.
    Answered,
    /// It was withdrawn.
    Withdrawn,
}

/// Another wording that somebody offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amendment {
    /// Who offered it.
    pub by: PersonId,
    /// The revision that it changes.
    pub revision: u32,
    /// The whole text as it would read.
    pub text: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an amendment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Nothing so far.
    Offered,
    /// The authors took it over.
    Accepted,
    /// They did not.
    Rejected,
    /// They did not, and it became a proposal of its own.
    Promoted(ProposalId),
}

/// How far a proposal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Its authors write.
    Drafted,
    /// It is before the network.
    Submitted,
    /// The network discusses it.
    UnderDiscussion {
        /// Since when.
        since: Timestamp,
    },
    /// A decision was called on it.
    Called {
        /// Which, the last one.
        decision: DecisionId,
    },
    /// Its decision is final.
    Decided {
        /// The decision.
        decision: DecisionId,
    },
    /// An author took it back.
    Withdrawn,
    /// It was forgotten.
    Lapsed,
    /// It goes on within another one.
    Merged {
        /// Which.
        into: ProposalId,
    },
}

/// Tells whether something was adopted, elected or put in order; `None` when that is yet to be
/// decided in a second round.
pub fn adopts(outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::Adopted {} => Some(true),
        Outcome::Elected { winners } => Some(!winners.is_empty()),
        Outcome::Ranked { order } => Some(!order.is_empty()),
        Outcome::NotAdopted {} | Outcome::Inquorate {} | Outcome::Advised {} => Some(false),
        Outcome::Tied { .. } => None,
    }
}

/// When a proposal to which nothing happened since `idle_since` lapses.
pub fn lapses_at(idle_since: Timestamp) -> Timestamp {
    days_after(idle_since, LAPSES_AFTER_DAYS)
}

impl Proposal {
    /// The proposal, once it is drafted.
    pub fn written(&self) -> Option<&Written> {
        match self {
            Proposal::Unwritten => None,
            Proposal::Written(written) => Some(written),
        }
    }
}

impl Decider for Proposal {
    type Command = ProposalCommand;
    type Event = ProposalEvent;
    type Rejection = ProposalRejection;

    fn initial() -> Proposal {
        Proposal::Unwritten
    }

    #[expect(clippy::too_many_lines, reason = "one table of states and commands")]
    fn decide(&self, command: &ProposalCommand) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        match (self, command) {
            (Proposal::Unwritten, ProposalCommand::DraftProposal { network, author, content }) => {
                content::sound(content)?;
                Ok(vec![ProposalEvent::ProposalDrafted {
                    network: *network,
                    author: *author,
                    content: ProposalContent::clone(content),
                }])
            }
            (
                Proposal::Written(written),
                ProposalCommand::DraftProposal { network, author, content },
            ) => {
                let same = (written.network, written.author, written.revision)
                    == (*network, *author, 1)
                    && written.content == **content;
                if same { Ok(vec![]) } else { Err(ProposalRejection::AlreadyDrafted) }
            }
            (Proposal::Written(written), ProposalCommand::InviteCoAuthor { by, person }) => {
                written.invite_co_author(*by, *person)
            }
            (Proposal::Written(written), ProposalCommand::JoinAsCoAuthor { by }) => {
                written.join_as_co_author(*by)
            }
            (Proposal::Written(written), ProposalCommand::CoSponsorProposal { by }) => {
                written.co_sponsor(*by)
            }
            (Proposal::Written(written), ProposalCommand::WithdrawSponsorship { by }) => {
                written.changeable()?;
                let person = *by;
                Ok(if written.sponsors.contains(by) {
                    vec![ProposalEvent::SponsorshipWithdrawn { person }]
                } else {
                    vec![]
                })
            }
            (Proposal::Written(written), ProposalCommand::SubmitProposal { by, roles, policy }) => {
                written.submit(*by, roles, policy)
            }
            (Proposal::Written(written), ProposalCommand::OpenDiscussion { by, since }) => {
                written.open_discussion(*by, *since)
            }
            (Proposal::Written(written), ProposalCommand::RaiseConcern { by, text }) => {
                written.under_discussion()?;
                said(text)?;
                Ok(vec![ProposalEvent::ConcernRaised {
                    number: next_number(written.concerns.len())?,
                    by: *by,
                    text: text.clone(),
                }])
            }
            (Proposal::Written(written), ProposalCommand::AnswerConcern { by, number, text }) => {
                written.answer_concern(*by, *number, text)
            }
            (Proposal::Written(written), ProposalCommand::WithdrawConcern { by, number }) => {
                written.withdraw_concern(*by, *number)
            }
            (
                Proposal::Written(written),
                ProposalCommand::OfferAmendment { by, revision, text },
            ) => written.offer_amendment(*by, *revision, text),
            (Proposal::Written(written), ProposalCommand::AcceptAmendment { by, number }) => {
                written.accept_amendment(*by, *number)
            }
            (Proposal::Written(written), ProposalCommand::RejectAmendment { by, number }) => {
                written.reject_amendment(*by, *number)
            }
            (
                Proposal::Written(written),
                ProposalCommand::PromoteAmendment { by, number, proposal },
            ) => written.promote_amendment(*by, *number, *proposal),
            (
                Proposal::Written(written),
                ProposalCommand::ReviseProposal { by, revision, content },
            ) => written.revise(*by, *revision, content),
            (
                Proposal::Written(written),
                ProposalCommand::MergeProposal { by, proposal, into, target },
            ) => written.merge(*by, *proposal, *into, *target),
            (Proposal::Written(written), ProposalCommand::CallDecision { call, facts }) => {
                written.call(call, facts)
            }
            (Proposal::Written(written), ProposalCommand::WithdrawProposal { by, voting }) => {
                written.withdraw(*by, *voting)
            }
            (Proposal::Written(written), ProposalCommand::LapseProposal { idle_since, now }) => {
                written.lapse(*idle_since, *now)
            }
            (Proposal::Written(written), ProposalCommand::DecideProposal { decision, outcome }) => {
                written.decided(*decision, outcome)
            }
            (
                Proposal::Unwritten,
                ProposalCommand::InviteCoAuthor { .. }
                | ProposalCommand::JoinAsCoAuthor { .. }
                | ProposalCommand::CoSponsorProposal { .. }
                | ProposalCommand::WithdrawSponsorship { .. }
                | ProposalCommand::SubmitProposal { .. }
                | ProposalCommand::OpenDiscussion { .. }
                | ProposalCommand::RaiseConcern { .. }
                | ProposalCommand::AnswerConcern { .. }
                | ProposalCommand::WithdrawConcern { .. }
                | ProposalCommand::OfferAmendment { .. }
                | ProposalCommand::AcceptAmendment { .. }
                | ProposalCommand::RejectAmendment { .. }
                | ProposalCommand::PromoteAmendment { .. }
                | ProposalCommand::ReviseProposal { .. }
                | ProposalCommand::MergeProposal { .. }
                | ProposalCommand::CallDecision { .. }
                | ProposalCommand::WithdrawProposal { .. }
                | ProposalCommand::LapseProposal { .. }
                | ProposalCommand::DecideProposal { .. },
            ) => Err(ProposalRejection::NotWritten),
        }
    }

    fn evolve(self, event: &ProposalEvent) -> Proposal {
        match (self, event) {
            (_, ProposalEvent::ProposalDrafted { network, author, content }) => {
                Proposal::Written(Box::new(Written {
                    network: *network,
                    author: *author,
                    co_authors: BTreeSet::new(),
                    invited: BTreeSet::new(),
                    sponsors: BTreeSet::new(),
                    content: content.clone(),
                    revision: 1,
                    content_hash: content_hash(content),
                    concerns: Vec::new(),
                    amendments: Vec::new(),
                    stage: Stage::Drafted,
                }))
            }
            (Proposal::Written(mut written), event) => {
                written.fold(event);
                Proposal::Written(written)
            }
            (
                Proposal::Unwritten,
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
                | ProposalEvent::ProposalRevised { .. }
                | ProposalEvent::ProposalMerged { .. }
                | ProposalEvent::DecisionCalled { .. }
                | ProposalEvent::ProposalWithdrawn {}
                | ProposalEvent::ProposalLapsed {}
                | ProposalEvent::ProposalDecided { .. },
            ) => Proposal::Unwritten,
        }
    }
}

impl Written {
    /// Tells whether `person` is one of its authors.
    pub fn is_author(&self, person: PersonId) -> bool {
        self.author == person || self.co_authors.contains(&person)
    }

    /// What a proposal made of an amendment asks for; `None` when there is no such amendment.
    pub fn promoted_content(&self, number: u32) -> Option<ProposalContent> {
        let amendment = numbered(&self.amendments, number)?;
        Some(ProposalContent { text: amendment.text.clone(), ..self.content.clone() })
    }

    /// Tells whether its text may still change.
    fn changeable(&self) -> Result<(), ProposalRejection> {
        match self.stage {
            Stage::Drafted | Stage::Submitted | Stage::UnderDiscussion { .. } => Ok(()),
            Stage::Called { .. } | Stage::Decided { .. } => Err(ProposalRejection::TextFrozen),
            Stage::Withdrawn | Stage::Lapsed | Stage::Merged { .. } => Err(ProposalRejection::Over),
        }
    }

    fn under_discussion(&self) -> Result<(), ProposalRejection> {
        match self.stage {
            Stage::UnderDiscussion { .. } => Ok(()),
            Stage::Drafted | Stage::Submitted => Err(ProposalRejection::NotUnderDiscussion),
            Stage::Called { .. }
            | Stage::Decided { .. }
            | Stage::Withdrawn
            | Stage::Lapsed
            | Stage::Merged { .. } => self.changeable(),
        }
    }

    fn by_author(&self, by: PersonId) -> Result<(), ProposalRejection> {
        if self.is_author(by) { Ok(()) } else { Err(ProposalRejection::NotAnAuthor) }
    }

    fn present_revision(&self, revision: u32) -> Result<(), ProposalRejection> {
        if revision == self.revision {
            Ok(())
        } else {
            Err(ProposalRejection::RevisionOutdated(self.revision))
        }
    }

    fn invite_co_author(
        &self,
        by: PersonId,
        person: PersonId,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.changeable()?;
        if self.is_author(person) || self.invited.contains(&person) {
            return Ok(vec![]);
        }
        if CO_AUTHORS_MAX <= self.co_authors.len() + self.invited.len() {
            return Err(ProposalRejection::ContributionsTooMany);
        }
        Ok(vec![ProposalEvent::CoAuthorInvited { person }])
    }

    fn join_as_co_author(&self, by: PersonId) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.changeable()?;
        if self.is_author(by) {
            return Ok(vec![]);
        }
        if !self.invited.contains(&by) {
            return Err(ProposalRejection::CoAuthorNotInvited);
        }
        Ok(vec![ProposalEvent::CoAuthorJoined { person: by }])
    }

    fn co_sponsor(&self, by: PersonId) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.changeable()?;
        if self.is_author(by) {
            return Err(ProposalRejection::SponsorIsAuthor);
        }
        if self.sponsors.contains(&by) {
            return Ok(vec![]);
        }
        Ok(vec![ProposalEvent::ProposalSponsored { person: by }])
    }

    fn submit(
        &self,
        by: PersonId,
        roles: &BTreeSet<RoleName>,
        policy: &DecisionPolicy,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.changeable()?;
        if self.stage != Stage::Drafted {
            return Ok(vec![]);
        }
        self.may_propose(roles, policy)?;
        Ok(vec![ProposalEvent::ProposalSubmitted {}])
    }

    fn may_propose(
        &self,
        roles: &BTreeSet<RoleName>,
        policy: &DecisionPolicy,
    ) -> Result<(), ProposalRejection> {
        let subject = self.content.subject;
        if !policy.subjects.contains(&subject) && !policy.subjects.contains(&Subject::Other) {
            return Err(ProposalRejection::PolicyOfAnotherSubject(subject));
        }
        if !policy.proposer_roles.is_empty() && policy.proposer_roles.is_disjoint(roles) {
            return Err(ProposalRejection::ProposerRoleMissing);
        }
        Ok(())
    }

    fn open_discussion(
        &self,
        by: PersonId,
        since: Timestamp,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        match self.stage {
            Stage::Drafted => Err(ProposalRejection::NotSubmitted),
            Stage::Submitted => Ok(vec![ProposalEvent::DiscussionOpened { since }]),
            Stage::UnderDiscussion { .. } => Ok(vec![]),
            Stage::Called { .. }
            | Stage::Decided { .. }
            | Stage::Withdrawn
            | Stage::Lapsed
            | Stage::Merged { .. } => self.changeable().map(|()| vec![]),
        }
    }

    fn answer_concern(
        &self,
        by: PersonId,
        number: u32,
        text: &Personal<String>,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.under_discussion()?;
        said(text)?;
        let concern = self.concern(number)?;
        if concern.standing == ConcernStanding::Withdrawn {
            return Err(ProposalRejection::ConcernWithdrawn);
        }
        Ok(vec![ProposalEvent::ConcernAnswered { number, by, text: text.clone() }])
    }

    fn withdraw_concern(
        &self,
        by: PersonId,
        number: u32,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.under_discussion()?;
        let concern = self.concern(number)?;
        if concern.by != by {
            return Err(ProposalRejection::ConcernNotOnesOwn);
        }
        if concern.standing == ConcernStanding::Withdrawn {
            return Ok(vec![]);
        }
        Ok(vec![ProposalEvent::ConcernWithdrawn { number }])
    }

    fn concern(&self, number: u32) -> Result<&Concern, ProposalRejection> {
        numbered(&self.concerns, number).ok_or(ProposalRejection::ConcernUnknown)
    }

    fn amendment(&self, number: u32) -> Result<&Amendment, ProposalRejection> {
        numbered(&self.amendments, number).ok_or(ProposalRejection::AmendmentUnknown)
    }

    fn offer_amendment(
        &self,
        by: PersonId,
        revision: u32,
        text: &str,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.under_discussion()?;
        content::written(text, TEXT_CHARS_MAX)?;
        self.present_revision(revision)?;
        if text == self.content.text {
            return Err(ProposalRejection::AmendmentChangesNothing);
        }
        let number = next_number(self.amendments.len())?;
        Ok(vec![ProposalEvent::AmendmentOffered { number, by, revision, text: text.to_owned() }])
    }

    fn accept_amendment(
        &self,
        by: PersonId,
        number: u32,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.under_discussion()?;
        let amendment = self.amendment(number)?;
        match amendment.fate {
            Fate::Offered => {}
            Fate::Accepted => return Ok(vec![]),
            Fate::Rejected | Fate::Promoted(_) => {
                return Err(ProposalRejection::AmendmentAnswered);
            }
        }
        // Taking it over would undo what was revised since, and nobody asked for that.
        if amendment.revision != self.revision {
            return Err(ProposalRejection::AmendmentOutdated);
        }
        let content = ProposalContent { text: amendment.text.clone(), ..self.content.clone() };
        let revised = self.revised(content);
        let accepted = ProposalEvent::AmendmentAccepted { number, revision: self.revision + 1 };
        Ok(vec![accepted, revised])
    }

    fn reject_amendment(
        &self,
        by: PersonId,
        number: u32,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.under_discussion()?;
        match self.amendment(number)?.fate {
            Fate::Offered => Ok(vec![ProposalEvent::AmendmentRejected { number }]),
            Fate::Rejected | Fate::Promoted(_) => Ok(vec![]),
            Fate::Accepted => Err(ProposalRejection::AmendmentAnswered),
        }
    }

    /// An amendment goes on by itself in whatever stage the proposal is: that it was rejected does
    /// not change any more.
    fn promote_amendment(
        &self,
        by: PersonId,
        number: u32,
        proposal: ProposalId,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        let amendment = self.amendment(number)?;
        if amendment.by != by {
            return Err(ProposalRejection::AmendmentNotOnesOwn);
        }
        match amendment.fate {
            Fate::Rejected => Ok(vec![ProposalEvent::AmendmentPromoted { number, proposal }]),
            Fate::Promoted(promoted) if promoted == proposal => Ok(vec![]),
            Fate::Promoted(_) => Err(ProposalRejection::AmendmentPromoted),
            Fate::Offered | Fate::Accepted => Err(ProposalRejection::AmendmentNotRejected),
        }
    }

    fn revise(
        &self,
        by: PersonId,
        revision: u32,
        content: &ProposalContent,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        self.changeable()?;
        content::sound(content)?;
        if *content == self.content {
            return Ok(vec![]);
        }
        self.present_revision(revision)?;
        Ok(vec![self.revised(content.clone())])
    }

    fn revised(&self, content: ProposalContent) -> ProposalEvent {
        let content_hash = content_hash(&content);
        ProposalEvent::ProposalRevised { revision: self.revision + 1, content, content_hash }
    }

    fn merge(
        &self,
        by: PersonId,
        proposal: ProposalId,
        into: ProposalId,
        target: MergeTarget,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        if self.stage == (Stage::Merged { into }) {
            return Ok(vec![]);
        }
        self.changeable()?;
        if proposal == into || target.network != Some(self.network) {
            return Err(ProposalRejection::MergeTargetUnfit);
        }
        match target.text {
            TextState::Changeable => Ok(vec![ProposalEvent::ProposalMerged { into }]),
            TextState::Final => Err(ProposalRejection::MergeTargetFinal),
        }
    }

    fn call(
        &self,
        call: &Call,
        facts: &CallFacts,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        match (self.stage, &call.repeats) {
            (Stage::Called { decision } | Stage::Decided { decision }, _)
                if decision == call.decision =>
            {
                return Ok(vec![]);
            }
            (Stage::Called { decision }, Some(repeat)) if decision == repeat.decision => {
                self.by_author(call.by)?;
            }
            (Stage::Called { decision } | Stage::Decided { decision }, _) => {
                self.by_author(call.by)?;
                return Err(ProposalRejection::AlreadyCalled(decision));
            }
            (Stage::Drafted | Stage::Submitted | Stage::UnderDiscussion { .. }, Some(_)) => {
                return Err(ProposalRejection::NotCalled);
            }
            (Stage::Drafted | Stage::Submitted | Stage::UnderDiscussion { .. }, None) => {
                self.by_author(call.by)?;
                self.may_propose(&facts.roles, &call.policy)?;
                self.ripe(&call.policy, facts)?;
            }
            (Stage::Withdrawn | Stage::Lapsed | Stage::Merged { .. }, _) => {
                return Err(ProposalRejection::Over);
            }
        }
        self.present_revision(call.revision)?;
        call::in_time(call, facts.now)?;
        content::fits(&self.content, &call.policy)?;
        self.answers_free_question(facts)?;
        self.changes_resolutions_in_force(facts)?;
        carried_out_at_all(facts)?;
        Ok(vec![ProposalEvent::DecisionCalled {
            network: self.network,
            decision: call.decision,
            revision: self.revision,
            content_hash: self.content_hash.clone(),
            charter_version: call.charter_version,
            called_by: call.by,
            opens_at: call.opens_at,
            closes_at: call.closes_at(),
            repeats: call.repeats.as_ref().map(|repeat| repeat.decision),
            seats: call.seats(facts.role)?,
        }])
    }

    /// Tells whether it has the sponsors and the discussion that `policy` asks for, and was not
    /// rejected lately. A decision that repeats another one on the same text needs them no more.
    fn ripe(&self, policy: &DecisionPolicy, facts: &CallFacts) -> Result<(), ProposalRejection> {
        let discussed_since = match self.stage {
            Stage::UnderDiscussion { since } => Some(since),
            Stage::Submitted => None,
            Stage::Drafted
            | Stage::Called { .. }
            | Stage::Decided { .. }
            | Stage::Withdrawn
            | Stage::Lapsed
            | Stage::Merged { .. } => return Err(ProposalRejection::NotSubmitted),
        };
        match discussed_since {
            Some(since) => {
                let from = call::hours_after(since, policy.discussion_hours_min);
                if facts.now < from {
                    return Err(ProposalRejection::DiscussionTooShort(from));
                }
            }
            None if policy.discussion_hours_min == 0 => {}
            None => return Err(ProposalRejection::NotUnderDiscussion),
        }
        let (needed, found) =
            (policy.sponsors_min, u32::try_from(self.sponsors.len()).unwrap_or(u32::MAX));
        if found < needed {
            return Err(ProposalRejection::SponsorsTooFew { needed, found });
        }
        if let Some(rejected_at) = facts.rejected_at {
            let from = days_after(rejected_at, policy.repeat_after_days);
            if facts.now < from {
                return Err(ProposalRejection::RepeatedTooSoon(from));
            }
        }
        Ok(())
    }

    /// Tells early which change of an older resolution would be refused in the end.
    fn changes_resolutions_in_force(&self, facts: &CallFacts) -> Result<(), ProposalRejection> {
        for resolution in self.content.effects.iter().filter_map(content::resolution_changed) {
            match facts.changed.get(&resolution) {
                Some(older) if older.network == self.network => {
                    if older.subject != self.content.subject {
                        return Err(ProposalRejection::ChangedOfAnotherSubject(older.subject));
                    }
                }
                Some(_) | None => return Err(ProposalRejection::ChangedNotInForce(resolution)),
            }
        }
        Ok(())
    }

    /// Tells early what the register would refuse in the end.
    fn answers_free_question(&self, facts: &CallFacts) -> Result<(), ProposalRejection> {
        if let Some(supersedes) = self.content.supersedes {
            match facts.superseded {
                Some(older) if older.network == self.network => {
                    if older.subject != self.content.subject {
                        return Err(ProposalRejection::SupersededOfAnotherSubject(older.subject));
                    }
                }
                Some(_) | None => return Err(ProposalRejection::SupersededNotInForce),
            }
            if facts.in_force_on_exclusive == Some(supersedes) {
                return Ok(());
            }
        }
        match (&self.content.exclusive, facts.in_force_on_exclusive) {
            (Some(_), Some(other)) => Err(ProposalRejection::ExclusiveAnswered(other)),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    fn withdraw(
        &self,
        by: PersonId,
        voting: Voting,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        self.by_author(by)?;
        match (self.stage, voting) {
            (Stage::Withdrawn, _) => Ok(vec![]),
            (Stage::Lapsed | Stage::Merged { .. }, _) => Err(ProposalRejection::Over),
            (Stage::Decided { .. }, _) | (Stage::Called { .. }, Voting::Over) => {
                Err(ProposalRejection::VotingOver)
            }
            (Stage::Called { .. }, Voting::NotOver)
            | (Stage::Drafted | Stage::Submitted | Stage::UnderDiscussion { .. }, _) => {
                Ok(vec![ProposalEvent::ProposalWithdrawn {}])
            }
        }
    }

    fn lapse(
        &self,
        idle_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        if self.stage == Stage::Lapsed {
            return Ok(vec![]);
        }
        self.changeable()?;
        let due = lapses_at(idle_since);
        if now < due {
            return Err(ProposalRejection::NotIdle(due));
        }
        Ok(vec![ProposalEvent::ProposalLapsed {}])
    }

    fn decided(
        &self,
        decision: DecisionId,
        outcome: &Outcome,
    ) -> Result<Vec<ProposalEvent>, ProposalRejection> {
        match (self.stage, adopts(outcome)) {
            (Stage::Called { decision: called }, Some(adopted)) if called == decision => {
                Ok(vec![ProposalEvent::ProposalDecided { decision, adopted }])
            }
            // A second round is to be called.
            (Stage::Called { decision: called }, None) if called == decision => Ok(vec![]),
            (Stage::Decided { decision: decided }, _) if decided == decision => Ok(vec![]),
            (
                Stage::Called { .. }
                | Stage::Decided { .. }
                | Stage::Drafted
                | Stage::Submitted
                | Stage::UnderDiscussion { .. }
                | Stage::Withdrawn
                | Stage::Lapsed
                | Stage::Merged { .. },
                _,
            ) => Err(ProposalRejection::NotCalled),
        }
    }

    fn fold(&mut self, event: &ProposalEvent) {
        match event {
            ProposalEvent::ProposalDrafted { .. } => {}
            ProposalEvent::CoAuthorInvited { person } => {
                self.invited.insert(*person);
            }
            ProposalEvent::CoAuthorJoined { person } => {
                self.invited.remove(person);
                self.sponsors.remove(person);
                self.co_authors.insert(*person);
            }
            ProposalEvent::ProposalSponsored { person } => {
                self.sponsors.insert(*person);
            }
            ProposalEvent::SponsorshipWithdrawn { person } => {
                self.sponsors.remove(person);
            }
            ProposalEvent::ProposalSubmitted {} => self.stage = Stage::Submitted,
            ProposalEvent::DiscussionOpened { since } => {
                self.stage = Stage::UnderDiscussion { since: *since };
            }
            ProposalEvent::ConcernRaised { by, .. } => {
                self.concerns.push(Concern { by: *by, standing: ConcernStanding::Raised });
            }
            ProposalEvent::ConcernAnswered { number, .. } => {
                self.concern_stands(*number, ConcernStanding::Answered);
            }
            ProposalEvent::ConcernWithdrawn { number } => {
                self.concern_stands(*number, ConcernStanding::Withdrawn);
            }
            ProposalEvent::AmendmentOffered { by, revision, text, .. } => {
                let (by, revision, text) = (*by, *revision, text.clone());
                self.amendments.push(Amendment { by, revision, text, fate: Fate::Offered });
            }
            // The revision that it makes is an event of its own.
            ProposalEvent::AmendmentAccepted { number, .. } => {
                self.amendment_meets(*number, Fate::Accepted);
            }
            ProposalEvent::AmendmentRejected { number } => {
                self.amendment_meets(*number, Fate::Rejected);
            }
            ProposalEvent::AmendmentPromoted { number, proposal } => {
                self.amendment_meets(*number, Fate::Promoted(*proposal));
            }
            ProposalEvent::ProposalRevised { revision, content, content_hash } => {
                self.revision = *revision;
                self.content = content.clone();
                self.content_hash.clone_from(content_hash);
            }
            ProposalEvent::ProposalMerged { into } => self.stage = Stage::Merged { into: *into },
            ProposalEvent::DecisionCalled { decision, .. } => {
                self.stage = Stage::Called { decision: *decision };
            }
            ProposalEvent::ProposalWithdrawn {} => self.stage = Stage::Withdrawn,
            ProposalEvent::ProposalLapsed {} => self.stage = Stage::Lapsed,
            ProposalEvent::ProposalDecided { decision, .. } => {
                self.stage = Stage::Decided { decision: *decision };
            }
        }
    }

    fn concern_stands(&mut self, number: u32, standing: ConcernStanding) {
        if let Some(concern) = place(number).and_then(|place| self.concerns.get_mut(place)) {
            concern.standing = standing;
        }
    }

    fn amendment_meets(&mut self, number: u32, fate: Fate) {
        if let Some(amendment) = place(number).and_then(|place| self.amendments.get_mut(place)) {
            amendment.fate = fate;
        }
    }
}

/// Checks the words of a concern or of an answer to it.
fn said(text: &Personal<String>) -> Result<(), ProposalRejection> {
    match text.value() {
        Some(words) => content::written(words, TEXT_CHARS_MAX),
        None => Err(ProposalRejection::WordsEmpty),
    }
}

/// The number that follows on `length` earlier ones.
fn next_number(length: usize) -> Result<u32, ProposalRejection> {
    if CONTRIBUTIONS_MAX <= length {
        return Err(ProposalRejection::ContributionsTooMany);
    }
    u32::try_from(length + 1).map_err(|_| ProposalRejection::ContributionsTooMany)
}

/// Where the thing of this number, counted from 1, stands; `None` for 0.
fn place(number: u32) -> Option<usize> {
    number.checked_sub(1).and_then(|place| usize::try_from(place).ok())
}

fn numbered<T>(things: &[T], number: u32) -> Option<&T> {
    place(number).and_then(|place| things.get(place))
}

/// Tells before the vote what could not be carried out after it, and whether anybody could vote.
fn carried_out_at_all(facts: &CallFacts) -> Result<(), ProposalRejection> {
    if let Some(why) = &facts.unamendable {
        return Err(ProposalRejection::Unamendable(why.clone()));
    }
    if let Some(role) = &facts.role_unknown {
        return Err(ProposalRejection::RoleUnknown(role.clone()));
    }
    if let Some(stranger) = facts.strangers.first() {
        return Err(ProposalRejection::CandidateNotAMember(*stranger));
    }
    if facts.electors == Some(0) {
        return Err(ProposalRejection::NobodyToVote);
    }
    Ok(())
}

impl Rejection for ProposalRejection {
    fn code(&self) -> ErrorCode {
        match self {
            ProposalRejection::NotWritten
            | ProposalRejection::ConcernUnknown
            | ProposalRejection::AmendmentUnknown => ErrorCode::NotFound,
            ProposalRejection::AlreadyDrafted
            | ProposalRejection::AmendmentPromoted
            | ProposalRejection::AlreadyCalled(_) => ErrorCode::AlreadyExists,
            ProposalRejection::WordsEmpty
            | ProposalRejection::TooLong
            | ProposalRejection::EffectOfAnotherSubject(_)
            | ProposalRejection::EffectBeyondPolicies
            | ProposalRejection::EffectEmpty
            | ProposalRejection::EffectTwice
            | ProposalRejection::CharterChangedTwice
            | ProposalRejection::ResolutionChangedTwice(_)
            | ProposalRejection::OptionTwice(_)
            | ProposalRejection::OptionNotAnItem(_)
            | ProposalRejection::CandidateKeyDiffers(_)
            | ProposalRejection::AmendmentChangesNothing
            | ProposalRejection::WindowNotAllowed { .. }
            | ProposalRejection::OpeningOutOfRange
            | ProposalRejection::MergeTargetUnfit => ErrorCode::Invalid,
            ProposalRejection::NotAnAuthor
            | ProposalRejection::CoAuthorNotInvited
            | ProposalRejection::ConcernNotOnesOwn
            | ProposalRejection::AmendmentNotOnesOwn
            | ProposalRejection::ProposerRoleMissing => ErrorCode::Forbidden,
            ProposalRejection::ContributionsTooMany => ErrorCode::TooMany,
            ProposalRejection::RevisionOutdated(_)
            | ProposalRejection::PolicyOfAnotherSubject(_) => ErrorCode::Conflict,
            ProposalRejection::SponsorIsAuthor
            | ProposalRejection::TextFrozen
            | ProposalRejection::Over
            | ProposalRejection::NotSubmitted
            | ProposalRejection::NotUnderDiscussion
            | ProposalRejection::ConcernWithdrawn
            | ProposalRejection::AmendmentAnswered
            | ProposalRejection::AmendmentOutdated
            | ProposalRejection::AmendmentNotRejected
            | ProposalRejection::MergeTargetFinal
            | ProposalRejection::SponsorsTooFew { .. }
            | ProposalRejection::DiscussionTooShort(_)
            | ProposalRejection::RoleUnknown(_)
            | ProposalRejection::CandidateNotAMember(_)
            | ProposalRejection::NobodyToVote
            | ProposalRejection::OptionsNotAsked
            | ProposalRejection::OptionsTooFew(_)
            | ProposalRejection::OptionNotOfEffect(_)
            | ProposalRejection::EffectNotCarriedOut
            | ProposalRejection::RepeatedTooSoon(_)
            | ProposalRejection::ExclusiveAnswered(_)
            | ProposalRejection::NoSeatFree { .. }
            | ProposalRejection::SupersededNotInForce
            | ProposalRejection::SupersededOfAnotherSubject(_)
            | ProposalRejection::ChangedNotInForce(_)
            | ProposalRejection::ChangedOfAnotherSubject(_)
            | ProposalRejection::NotCalled
            | ProposalRejection::VotingOver
            | ProposalRejection::NotIdle(_) => ErrorCode::Precondition,
            ProposalRejection::Unamendable(why) => why.code(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            ProposalRejection::NotWritten => "PROPOSAL_NOT_FOUND",
            ProposalRejection::Unamendable(why) => why.reason(),
            ProposalRejection::RoleUnknown(_) => "PROPOSAL_ROLE_UNKNOWN",
            ProposalRejection::CandidateNotAMember(_) => "CANDIDATE_NOT_A_MEMBER",
            ProposalRejection::NobodyToVote => "NOBODY_TO_VOTE",
            ProposalRejection::AlreadyDrafted => "PROPOSAL_ALREADY_DRAFTED",
            ProposalRejection::WordsEmpty => "PROPOSAL_WORDS_EMPTY",
            ProposalRejection::TooLong => "PROPOSAL_TOO_LONG",
            ProposalRejection::EffectOfAnotherSubject(_) => "PROPOSAL_EFFECT_OF_ANOTHER_SUBJECT",
            ProposalRejection::EffectBeyondPolicies => "PROPOSAL_EFFECT_BEYOND_POLICIES",
            ProposalRejection::EffectEmpty => "PROPOSAL_EFFECT_EMPTY",
            ProposalRejection::EffectTwice => "PROPOSAL_EFFECT_TWICE",
            ProposalRejection::OptionTwice(_) => "PROPOSAL_OPTION_TWICE",
            ProposalRejection::OptionNotAnItem(_) => "PROPOSAL_OPTION_NOT_AN_ITEM",
            ProposalRejection::CandidateKeyDiffers(_) => "PROPOSAL_CANDIDATE_KEY_DIFFERS",
            ProposalRejection::NotAnAuthor => "PROPOSAL_NOT_AN_AUTHOR",
            ProposalRejection::CoAuthorNotInvited => "PROPOSAL_CO_AUTHOR_NOT_INVITED",
            ProposalRejection::ContributionsTooMany => "PROPOSAL_CONTRIBUTIONS_TOO_MANY",
            ProposalRejection::SponsorIsAuthor => "PROPOSAL_SPONSOR_IS_AUTHOR",
            ProposalRejection::TextFrozen => "PROPOSAL_TEXT_FROZEN",
            ProposalRejection::Over => "PROPOSAL_OVER",
            ProposalRejection::NotSubmitted => "PROPOSAL_NOT_SUBMITTED",
            ProposalRejection::NotUnderDiscussion => "PROPOSAL_NOT_UNDER_DISCUSSION",
            ProposalRejection::ConcernUnknown => "CONCERN_NOT_FOUND",
            ProposalRejection::ConcernWithdrawn => "CONCERN_WITHDRAWN",
            ProposalRejection::ConcernNotOnesOwn => "CONCERN_NOT_ONES_OWN",
            ProposalRejection::RevisionOutdated(_) => "PROPOSAL_REVISION_OUTDATED",
            ProposalRejection::AmendmentUnknown => "AMENDMENT_NOT_FOUND",
            ProposalRejection::AmendmentAnswered => "AMENDMENT_ANSWERED",
            ProposalRejection::AmendmentOutdated => "AMENDMENT_OUTDATED",
            ProposalRejection::AmendmentChangesNothing => "AMENDMENT_CHANGES_NOTHING",
            ProposalRejection::AmendmentNotRejected => "AMENDMENT_NOT_REJECTED",
            ProposalRejection::AmendmentNotOnesOwn => "AMENDMENT_NOT_ONES_OWN",
            ProposalRejection::AmendmentPromoted => "AMENDMENT_PROMOTED",
            ProposalRejection::MergeTargetUnfit => "PROPOSAL_MERGE_TARGET_UNFIT",
            ProposalRejection::MergeTargetFinal => "PROPOSAL_MERGE_TARGET_FINAL",
            ProposalRejection::PolicyOfAnotherSubject(_) => "PROPOSAL_POLICY_OF_ANOTHER_SUBJECT",
            ProposalRejection::ProposerRoleMissing => "PROPOSER_ROLE_MISSING",
            ProposalRejection::SponsorsTooFew { .. } => "PROPOSAL_SPONSORS_TOO_FEW",
            ProposalRejection::DiscussionTooShort(_) => "PROPOSAL_DISCUSSION_TOO_SHORT",
            ProposalRejection::WindowNotAllowed { .. } => "VOTING_WINDOW_NOT_ALLOWED",
            ProposalRejection::OpeningOutOfRange => "VOTING_OPENING_OUT_OF_RANGE",
            ProposalRejection::OptionsNotAsked => "PROPOSAL_OPTIONS_NOT_ASKED",
            ProposalRejection::OptionsTooFew(_) => "PROPOSAL_OPTIONS_TOO_FEW",
            ProposalRejection::OptionNotOfEffect(_) => "PROPOSAL_OPTION_NOT_OF_EFFECT",
            ProposalRejection::EffectNotCarriedOut => "PROPOSAL_EFFECT_NOT_CARRIED_OUT",
            ProposalRejection::RepeatedTooSoon(_) => "PROPOSAL_REPEATED_TOO_SOON",
            ProposalRejection::ExclusiveAnswered(_) => "EXCLUSIVE_QUESTION_ANSWERED",
            ProposalRejection::NoSeatFree { .. } => "NO_SEAT_FREE",
            ProposalRejection::SupersededNotInForce => "SUPERSEDED_NOT_IN_FORCE",
            ProposalRejection::SupersededOfAnotherSubject(_) => "SUPERSEDED_OF_ANOTHER_SUBJECT",
            ProposalRejection::CharterChangedTwice => "CHARTER_CHANGED_TWICE",
            ProposalRejection::ResolutionChangedTwice(_) => "RESOLUTION_CHANGED_TWICE",
            ProposalRejection::ChangedNotInForce(_) => "CHANGED_RESOLUTION_NOT_IN_FORCE",
            ProposalRejection::ChangedOfAnotherSubject(_) => {
                "CHANGED_RESOLUTION_OF_ANOTHER_SUBJECT"
            }
            ProposalRejection::AlreadyCalled(_) => "PROPOSAL_ALREADY_CALLED",
            ProposalRejection::NotCalled => "PROPOSAL_NOT_CALLED",
            ProposalRejection::VotingOver => "PROPOSAL_VOTING_OVER",
            ProposalRejection::NotIdle(_) => "PROPOSAL_NOT_IDLE",
        }
    }
}
