//! Why a decision refuses a command, each with its code and its reason.

use jiff::Timestamp;
use kernel::{ErrorCode, Party, Rejection};

use super::{
    ADDRESS_MAX, CONTESTS_MAX, CONTESTS_OF_ONE_MAX, OBJECTIONS_MAX, ROLL_MAX, ROLL_WEIGHT_MAX,
    TEXT_MAX,
};
use crate::counting::{Misfit, OptionsMisfit, Uncountable};

/// Why a decision refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecisionRejection {
    /// There is no such decision.
    #[error("there is no such decision")]
    NotScheduled,
    /// It was called before, on other terms.
    #[error("this decision was called before, on other terms")]
    AlreadyScheduled,
    /// The options do not fit the method.
    #[error("{0}")]
    Options(#[from] OptionsMisfit),
    /// Voting would last shorter or longer than the policy says.
    #[error("voting lasts from {hours_min} to {hours_max} hours under this policy")]
    WindowOutsidePolicy {
        /// At least so long.
        hours_min: u32,
        /// At most so long.
        hours_max: u32,
    },
    /// An election fills a seat, and no more than its policy says.
    #[error("an election under this policy fills from 1 to {0} seats")]
    SeatsOutsidePolicy(u32),
    /// The roll is frozen; it does not change.
    #[error("the roll is frozen and does not change")]
    RollFrozen,
    /// The roll is not frozen yet.
    #[error("the roll is not frozen yet")]
    RollNotFrozen,
    /// A party stands on the roll twice.
    #[error("{0} stands on the roll twice")]
    RollEntryTwice(Party),
    /// An entry weighs nothing, or the roll is too heavy to be counted exactly.
    #[error("an entry weighs nothing, or all entries more than {ROLL_WEIGHT_MAX}")]
    RollWeight,
    /// The roll has too many entries.
    #[error("a roll has at most {ROLL_MAX} entries")]
    RollTooLong,
    /// A party that is said to be missing is on the roll.
    #[error("this party is on the roll; say what is wrong with its entry")]
    ContestedIsOnRoll,
    /// A party whose entry is said to be wrong has none.
    #[error("this party is not on the roll; say that it is missing")]
    ContestedNotOnRoll,
    /// The same party contested the same entry on another ground.
    #[error("you have contested the roll about this party, on another ground")]
    RollAlreadyContested,
    /// The roll was contested too often, by all or by one.
    #[error(
        "a roll is contested {CONTESTS_MAX} times at most, and {CONTESTS_OF_ONE_MAX} times by one"
    )]
    TooManyContests,
    /// The hash of the seed is no SHA-256.
    #[error("the hash of the seed is not a SHA-256 in lower-case hexadecimal")]
    SeedHashMalformed,
    /// It is not time yet.
    #[error("this is due on {0}, not before")]
    NotDue(Timestamp),
    /// Voting has not begun.
    #[error("voting has not begun")]
    NotOpen,
    /// Voting is over.
    #[error("voting is over")]
    VotingOver,
    /// Voting is not over.
    #[error("voting is not over")]
    StillOpen,
    /// It was cancelled or annulled.
    #[error("this decision was cancelled or annulled")]
    CameToNothing,
    /// It has its result.
    #[error("this decision has its result")]
    ResultCertified,
    /// It has no result.
    #[error("this decision has no result yet")]
    NotCertified,
    /// Ballots of this decision are secret.
    #[error("ballots of this decision are secret; they go into the box")]
    BallotsSecret,
    /// Ballots of this decision are not secret.
    #[error("ballots of this decision are not secret; there is no box")]
    BallotsNotSecret,
    /// Ballots of this decision are cast elsewhere.
    #[error("this vote is held elsewhere; the decision's policy says in which system")]
    HeldElsewhere,
    /// Nobody reports the result of a vote that is held here.
    #[error("this vote is held here; it is counted by rule, and nobody reports its result")]
    HeldHere,
    /// Somebody else reports the result.
    #[error("the result is reported by holders of another role; the decision's policy says which")]
    NotTheReporter,
    /// Another result was reported before.
    #[error("another result was reported before, and stands; challenge it if it is wrong")]
    ResultAlreadyReported,
    /// The vote was held elsewhere, and its result is not known yet.
    #[error("this vote was held elsewhere, and its result was not reported yet")]
    ResultAwaited,
    /// There are more ballots than entries of the roll that count, or none of some.
    #[error("there are more ballots than entries of the roll that count, or some that nobody has")]
    ResultNotOfRoll,
    /// The reference to the result is unusable.
    #[error(
        "a result names its address there, of {ADDRESS_MAX} bytes at most, and the SHA-256 of \
         what was published, in lower-case hexadecimal"
    )]
    ReferenceMalformed,
    /// The party is not on the roll.
    #[error("not on the roll of this decision")]
    NotOnRoll,
    /// The party left the network, and its entry is void.
    #[error("this entry of the roll is void, because its party left the network")]
    EntryVoid,
    /// The party has a conflict of interest.
    #[error("this entry of the roll has a declared conflict of interest")]
    InConflictOfInterest,
    /// Somebody else votes for the party.
    #[error("somebody else votes for this entry of the roll")]
    NotTheVoter,
    /// The ballot does not fit the method.
    #[error("{0}")]
    Ballot(#[from] Misfit),
    /// A reason is asked for.
    #[error("this ballot needs a reason")]
    ReasonMissing,
    /// No reasons are taken.
    #[error("ballots of this decision take no reasons")]
    ReasonNotTaken,
    /// A text is too long.
    #[error("a text has at most {TEXT_MAX} bytes")]
    TextTooLong,
    /// The party has voted otherwise.
    #[error("a different ballot was cast before; change it if the policy allows")]
    BallotAlreadyCast,
    /// There is no ballot to change.
    #[error("there is no ballot to change")]
    BallotNotCast,
    /// Ballots stay as they were cast.
    #[error("ballots of this decision cannot be changed or taken back")]
    BallotsUnchangeable,
    /// Nobody records their own ballot on behalf of themselves.
    #[error("whoever votes for an entry casts its ballot; it is recorded by somebody else")]
    RecordedForOneself,
    /// Who could not vote, or say that it was wrong, has no ballot recorded.
    #[error("this party is no active member now: it could not say that the ballot is wrong")]
    VoterNotActive,
    /// Whoever records a ballot takes part in the decision.
    #[error("a ballot is recorded by somebody who votes in this decision, or who called it")]
    RecorderNotOnRoll,
    /// The member said that the recorded ballot was wrong.
    #[error("the member repudiated a recorded ballot; only they can vote now")]
    RecordedBallotRepudiated,
    /// There is no recorded ballot.
    #[error("there is no recorded ballot of this entry")]
    NoRecordedBallot,
    /// The policy knows no objections.
    #[error("this decision takes no objections")]
    NoObjectionsTaken,
    /// There are too many objections.
    #[error("a decision takes at most {OBJECTIONS_MAX} objections")]
    TooManyObjections,
    /// There is no such objection.
    #[error("there is no objection {0}")]
    ObjectionUnknown(u32),
    /// The objection was withdrawn.
    #[error("objection {0} was withdrawn")]
    ObjectionWithdrawn(u32),
    /// The objection was judged otherwise.
    #[error("objection {0} was judged otherwise")]
    ObjectionAlreadyJudged(u32),
    /// Somebody else judges.
    #[error("somebody else judges under this policy")]
    NotTheJudge,
    /// Nobody judges a matter in which they have a part.
    #[error("nobody judges a matter in which they have a part")]
    JudgeHasPart,
    /// Somebody may have voted in secret already.
    #[error("in a secret decision conflicts of interest are declared before voting begins")]
    ConflictTooLate,
    /// Voting cannot end early under this policy.
    #[error("voting ends at its time under this policy, not before")]
    EarlyCloseNotAllowed,
    /// Not everyone has voted.
    #[error("not everyone on the roll has voted")]
    NotAllVoted,
    /// A ballot that may still come could change the result.
    #[error("a ballot that may still come could change the result")]
    NotDecided,
    /// What is known of the box does not belong to this decision.
    #[error("an opened box belongs to the count of a secret decision, and to nothing else")]
    OtherBox,
    /// It cannot be counted, or a tie needs something.
    #[error("{0}")]
    Uncountable(#[from] Uncountable),
    /// There is no casting vote under this policy, or no tie that needs it.
    #[error("there is no tie that a casting vote decides")]
    NothingToBreak,
    /// The casting vote names an option twice, or one that there is not.
    #[error("the casting vote names an option twice, or one that there is not")]
    CastingVoteMalformed,
    /// Results cannot be challenged under this policy.
    #[error("results cannot be challenged under this policy")]
    NoChallenges,
    /// The time for challenges is over.
    #[error("the result could be challenged until {0}")]
    ChallengesOver(Timestamp),
    /// There is no challenge to decide on.
    #[error("the result is not challenged")]
    NotChallenged,
    /// A challenge is to be decided on first.
    #[error("a challenge is to be decided on first")]
    ChallengePending,
    /// No challenge was upheld.
    #[error("a result is annulled only when a challenge was upheld")]
    ChallengeNotUpheld,
}

impl Rejection for DecisionRejection {
    #[expect(clippy::too_many_lines, reason = "one arm a rejection")]
    fn code(&self) -> ErrorCode {
        match self {
            DecisionRejection::NotScheduled | DecisionRejection::ObjectionUnknown(_) => {
                ErrorCode::NotFound
            }
            DecisionRejection::AlreadyScheduled
            | DecisionRejection::RollFrozen
            | DecisionRejection::RollAlreadyContested
            | DecisionRejection::BallotAlreadyCast
            | DecisionRejection::ResultAlreadyReported
            | DecisionRejection::ObjectionAlreadyJudged(_) => ErrorCode::AlreadyExists,
            DecisionRejection::Options(_)
            | DecisionRejection::WindowOutsidePolicy { .. }
            | DecisionRejection::SeatsOutsidePolicy(_)
            | DecisionRejection::RollEntryTwice(_)
            | DecisionRejection::RollWeight
            | DecisionRejection::RollTooLong
            | DecisionRejection::SeedHashMalformed
            | DecisionRejection::Ballot(_)
            | DecisionRejection::ReasonMissing
            | DecisionRejection::ReasonNotTaken
            | DecisionRejection::TextTooLong
            | DecisionRejection::OtherBox
            | DecisionRejection::ResultNotOfRoll
            | DecisionRejection::ReferenceMalformed
            | DecisionRejection::CastingVoteMalformed => ErrorCode::Invalid,
            DecisionRejection::NotOnRoll
            | DecisionRejection::EntryVoid
            | DecisionRejection::InConflictOfInterest
            | DecisionRejection::NotTheVoter
            | DecisionRejection::RecordedForOneself
            | DecisionRejection::VoterNotActive
            | DecisionRejection::RecorderNotOnRoll
            | DecisionRejection::NotTheJudge
            | DecisionRejection::NotTheReporter
            | DecisionRejection::JudgeHasPart => ErrorCode::Forbidden,
            DecisionRejection::TooManyObjections | DecisionRejection::TooManyContests => {
                ErrorCode::TooMany
            }
            DecisionRejection::RollNotFrozen
            | DecisionRejection::ContestedIsOnRoll
            | DecisionRejection::ContestedNotOnRoll
            | DecisionRejection::NotDue(_)
            | DecisionRejection::NotOpen
            | DecisionRejection::VotingOver
            | DecisionRejection::StillOpen
            | DecisionRejection::CameToNothing
            | DecisionRejection::ResultCertified
            | DecisionRejection::NotCertified
            | DecisionRejection::BallotsSecret
            | DecisionRejection::BallotsNotSecret
            | DecisionRejection::HeldElsewhere
            | DecisionRejection::HeldHere
            | DecisionRejection::ResultAwaited
            | DecisionRejection::BallotNotCast
            | DecisionRejection::BallotsUnchangeable
            | DecisionRejection::RecordedBallotRepudiated
            | DecisionRejection::NoRecordedBallot
            | DecisionRejection::NoObjectionsTaken
            | DecisionRejection::ObjectionWithdrawn(_)
            | DecisionRejection::ConflictTooLate
            | DecisionRejection::EarlyCloseNotAllowed
            | DecisionRejection::NotAllVoted
            | DecisionRejection::NotDecided
            | DecisionRejection::NothingToBreak
            | DecisionRejection::NoChallenges
            | DecisionRejection::ChallengesOver(_)
            | DecisionRejection::NotChallenged
            | DecisionRejection::ChallengePending
            | DecisionRejection::ChallengeNotUpheld => ErrorCode::Precondition,
            DecisionRejection::Uncountable(uncountable) => match uncountable {
                Uncountable::CastingVoteNeeded { .. } => ErrorCode::Precondition,
                Uncountable::OutOfOrder(_)
                | Uncountable::VoterUnknown(_)
                | Uncountable::Misfit(_)
                | Uncountable::OtherSecrecy
                | Uncountable::BoxMismatch
                | Uncountable::ConstituenciesMismatch
                | Uncountable::SeedMissing
                | Uncountable::SeedMismatch
                | Uncountable::CastingVoteIncomplete { .. }
                | Uncountable::Inexact(_) => ErrorCode::Invalid,
            },
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a rejection")]
    fn reason(&self) -> &'static str {
        match self {
            DecisionRejection::NotScheduled => "DECISION_NOT_FOUND",
            DecisionRejection::AlreadyScheduled => "DECISION_ALREADY_SCHEDULED",
            DecisionRejection::Options(misfit) => match misfit {
                OptionsMisfit::NotStandard => "OPTIONS_NOT_OF_METHOD",
                OptionsMisfit::NoItems => "OPTIONS_MISSING",
                OptionsMisfit::NotAnItem => "OPTION_NOT_AN_ITEM",
                OptionsMisfit::KeyTwice => "OPTION_KEY_TWICE",
                OptionsMisfit::TooMany => "TOO_MANY_OPTIONS",
            },
            DecisionRejection::WindowOutsidePolicy { .. } => "WINDOW_OUTSIDE_POLICY",
            DecisionRejection::SeatsOutsidePolicy(_) => "SEATS_OUTSIDE_POLICY",
            DecisionRejection::RollFrozen => "ROLL_FROZEN",
            DecisionRejection::RollNotFrozen => "ROLL_NOT_FROZEN",
            DecisionRejection::RollEntryTwice(_) => "ROLL_ENTRY_TWICE",
            DecisionRejection::RollWeight => "ROLL_WEIGHT_OUT_OF_RANGE",
            DecisionRejection::RollTooLong => "ROLL_TOO_LONG",
            DecisionRejection::ContestedIsOnRoll => "CONTESTED_PARTY_ON_ROLL",
            DecisionRejection::ContestedNotOnRoll => "CONTESTED_PARTY_NOT_ON_ROLL",
            DecisionRejection::RollAlreadyContested => "ROLL_ALREADY_CONTESTED",
            DecisionRejection::TooManyContests => "TOO_MANY_ROLL_CONTESTS",
            DecisionRejection::SeedHashMalformed => "SEED_HASH_MALFORMED",
            DecisionRejection::NotDue(_) => "DECISION_NOT_DUE",
            DecisionRejection::NotOpen => "DECISION_NOT_OPEN",
            DecisionRejection::VotingOver => "VOTING_OVER",
            DecisionRejection::StillOpen => "VOTING_NOT_OVER",
            DecisionRejection::CameToNothing => "DECISION_CAME_TO_NOTHING",
            DecisionRejection::ResultCertified => "RESULT_CERTIFIED",
            DecisionRejection::HeldElsewhere => "VOTE_HELD_ELSEWHERE",
            DecisionRejection::HeldHere => "VOTE_HELD_HERE",
            DecisionRejection::NotTheReporter => "NOT_THE_REPORTER",
            DecisionRejection::ResultAlreadyReported => "RESULT_ALREADY_REPORTED",
            DecisionRejection::ResultAwaited => "RESULT_AWAITED",
            DecisionRejection::ResultNotOfRoll => "RESULT_NOT_OF_ROLL",
            DecisionRejection::ReferenceMalformed => "RESULT_REFERENCE_MALFORMED",
            DecisionRejection::NotCertified => "RESULT_NOT_CERTIFIED",
            DecisionRejection::BallotsSecret => "BALLOTS_SECRET",
            DecisionRejection::BallotsNotSecret => "BALLOTS_NOT_SECRET",
            DecisionRejection::NotOnRoll => "NOT_ON_ROLL",
            DecisionRejection::EntryVoid => "ROLL_ENTRY_VOID",
            DecisionRejection::InConflictOfInterest => "IN_CONFLICT_OF_INTEREST",
            DecisionRejection::NotTheVoter => "NOT_THE_VOTER",
            DecisionRejection::Ballot(misfit) => match misfit {
                Misfit::OtherKind => "BALLOT_OF_OTHER_KIND",
                Misfit::NothingChosen => "BALLOT_CHOOSES_NOTHING",
                Misfit::OptionUnknown(_) => "OPTION_UNKNOWN",
                Misfit::TooFewChoices { .. } => "TOO_FEW_CHOICES",
                Misfit::TooManyChoices { .. } => "TOO_MANY_CHOICES",
                Misfit::ScoreOutOfRange { .. } => "SCORE_OUT_OF_RANGE",
                Misfit::TooManyDots { .. } => "TOO_MANY_DOTS",
                Misfit::TooManyRanks { .. } => "TOO_MANY_RANKS",
                Misfit::RankedTwice(_) => "RANKED_TWICE",
            },
            DecisionRejection::ReasonMissing => "REASON_MISSING",
            DecisionRejection::ReasonNotTaken => "REASON_NOT_TAKEN",
            DecisionRejection::TextTooLong => "DECISION_TEXT_TOO_LONG",
            DecisionRejection::BallotAlreadyCast => "BALLOT_ALREADY_CAST",
            DecisionRejection::BallotNotCast => "BALLOT_NOT_CAST",
            DecisionRejection::BallotsUnchangeable => "BALLOTS_UNCHANGEABLE",
            DecisionRejection::RecordedForOneself => "BALLOT_RECORDED_FOR_ONESELF",
            DecisionRejection::VoterNotActive => "VOTER_NOT_ACTIVE",
            DecisionRejection::RecorderNotOnRoll => "RECORDER_NOT_ON_ROLL",
            DecisionRejection::RecordedBallotRepudiated => "RECORDED_BALLOT_REPUDIATED",
            DecisionRejection::NoRecordedBallot => "NO_RECORDED_BALLOT",
            DecisionRejection::NoObjectionsTaken => "NO_OBJECTIONS_TAKEN",
            DecisionRejection::TooManyObjections => "TOO_MANY_OBJECTIONS",
            DecisionRejection::ObjectionUnknown(_) => "OBJECTION_UNKNOWN",
            DecisionRejection::ObjectionWithdrawn(_) => "OBJECTION_WITHDRAWN",
            DecisionRejection::ObjectionAlreadyJudged(_) => "OBJECTION_ALREADY_JUDGED",
            DecisionRejection::NotTheJudge => "NOT_THE_JUDGE",
            DecisionRejection::JudgeHasPart => "JUDGE_HAS_PART",
            DecisionRejection::ConflictTooLate => "CONFLICT_DECLARED_TOO_LATE",
            DecisionRejection::EarlyCloseNotAllowed => "EARLY_CLOSE_NOT_ALLOWED",
            DecisionRejection::NotAllVoted => "NOT_ALL_VOTED",
            DecisionRejection::NotDecided => "RESULT_STILL_OPEN",
            DecisionRejection::OtherBox => "BALLOT_BOX_MISPLACED",
            DecisionRejection::Uncountable(uncountable) => match uncountable {
                Uncountable::OutOfOrder(_) => "BALLOTS_OUT_OF_ORDER",
                Uncountable::VoterUnknown(_) => "BALLOT_OF_STRANGER",
                Uncountable::Misfit(_) => "COUNTED_BALLOT_DOES_NOT_FIT",
                Uncountable::OtherSecrecy => "BALLOTS_OF_OTHER_SECRECY",
                Uncountable::BoxMismatch => "BALLOT_BOX_MISMATCH",
                Uncountable::ConstituenciesMismatch => "CONSTITUENCIES_MISMATCH",
                Uncountable::SeedMissing => "SEED_MISSING",
                Uncountable::SeedMismatch => "SEED_MISMATCH",
                Uncountable::CastingVoteNeeded { .. } => "CASTING_VOTE_NEEDED",
                Uncountable::CastingVoteIncomplete { .. } => "CASTING_VOTE_INCOMPLETE",
                Uncountable::Inexact(_) => "COUNT_INEXACT",
            },
            DecisionRejection::NothingToBreak => "NO_TIE_TO_BREAK",
            DecisionRejection::CastingVoteMalformed => "CASTING_VOTE_MALFORMED",
            DecisionRejection::NoChallenges => "NO_CHALLENGES_TAKEN",
            DecisionRejection::ChallengesOver(_) => "CHALLENGES_OVER",
            DecisionRejection::NotChallenged => "RESULT_NOT_CHALLENGED",
            DecisionRejection::ChallengePending => "CHALLENGE_PENDING",
            DecisionRejection::ChallengeNotUpheld => "CHALLENGE_NOT_UPHELD",
        }
    }
}
