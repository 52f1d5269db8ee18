//! The rules of a tie: one side declares it, the other may acknowledge it.

use events::{Intensity, Ratings, TieBasis, TieEvent, TieKind, TieVisibility};
use jiff::Timestamp;
use kernel::{Decider, ErrorCode, NetworkId, Party, Personal, Rejection};

#[cfg(test)]
mod tests;

/// The version of the default questions. Source: domain model, section 1, Tie.
pub const INSTRUMENT: u16 = 1;

/// What a tie is declared to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Declaration {
    /// The network in which it is declared.
    pub network: NetworkId,
    /// Who declares it.
    pub source: Party,
    /// Whom it points to.
    pub target: Party,
    /// What it means.
    pub kind: TieKind,
    /// What it rests on.
    pub basis: TieBasis,
    /// Who may see it.
    pub visibility: TieVisibility,
    /// Since when it exists.
    pub since: Timestamp,
    /// A note to oneself, if there is one.
    pub note: Option<Personal<String>>,
}

/// What can be asked of a tie.
#[derive(Clone, PartialEq, Debug)]
pub enum TieCommand {
    /// Says that it exists.
    DeclareTie {
        /// What it is said to be.
        declaration: Declaration,
        /// Whether the target is an active member at present.
        target_standing: TargetStanding,
    },
    /// Says so on the target's side.
    AcknowledgeTie {
        /// Who does.
        by: Party,
    },
    /// Rates it.
    AssessTie {
        /// Who does.
        by: Party,
        /// The answers.
        ratings: Personal<Ratings>,
        /// How closely the two work together, if said.
        intensity: Option<Intensity>,
    },
    /// Ends it.
    WithdrawTie {
        /// Who does.
        by: Party,
        /// Until when it existed.
        until: Timestamp,
    },
}

/// Whether the party a tie points to is in the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TargetStanding {
    /// An active member.
    Member,
    /// Anybody else.
    Outsider,
}

/// Why a tie refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TieRejection {
    /// A tie joins two parties.
    #[error("a tie cannot point to the party that declares it")]
    ToOneself,
    /// Ties stay within the network.
    #[error("the party that the tie points to is not a member of the network")]
    TargetNotAMember,
    /// One open tie per source, target and kind.
    #[error("a tie of this kind to this party is open already; withdraw it to declare another")]
    AlreadyOpen,
    /// There is no such tie, or none that the caller may know of.
    #[error("there is no such tie")]
    NotOpen,
    /// Only the source does this.
    #[error("only the party that declared the tie can do this")]
    NotTheSource,
    /// Only the target acknowledges.
    #[error("only the party that the tie points to can acknowledge it")]
    NotTheTarget,
    /// Ratings have a range.
    #[error("a rating is between {min} and {max}", min = RATING_MIN, max = RATING_MAX)]
    RatingOutOfRange,
    /// An assessment answers something.
    #[error("an assessment needs at least one answer")]
    RatingsEmpty,
    /// A tie ends after it began.
    #[error("a tie cannot end before it began, on {0}")]
    EndsBeforeItBegan(Timestamp),
    /// A tie begins after the former one ended.
    #[error("a tie cannot begin before the former one ended, on {0}")]
    BeginsBeforeFormerEnded(Timestamp),
}

/// The least rating.
const RATING_MIN: u8 = 1;

/// The greatest rating.
const RATING_MAX: u8 = 4;

/// The state of one tie.
#[derive(Clone, PartialEq, Debug)]
pub enum Tie {
    /// Never declared, or withdrawn.
    Closed {
        /// When it was open for the last time; `None` when it never was.
        former_until: Option<Timestamp>,
    },
    /// Declared.
    Open {
        /// Who declared it.
        source: Party,
        /// Whom it points to.
        target: Party,
        /// What it rests on.
        basis: TieBasis,
        /// Who may see it.
        visibility: TieVisibility,
        /// Since when it exists.
        since: Timestamp,
        /// What the target says.
        answer: Answer,
        /// The network in which it was declared.
        network: NetworkId,
    },
}

/// What the target says of a tie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing so far.
    None,
    /// That it is so.
    Acknowledged,
}

impl Decider for Tie {
    type Command = TieCommand;
    type Event = TieEvent;
    type Rejection = TieRejection;

    fn initial() -> Tie {
        Tie::Closed { former_until: None }
    }

    fn decide(&self, command: &TieCommand) -> Result<Vec<TieEvent>, TieRejection> {
        match (self, command) {
            (
                Tie::Closed { former_until },
                TieCommand::DeclareTie { declaration, target_standing },
            ) => declare(*former_until, declaration, *target_standing),
            (
                Tie::Open { basis, visibility, since, .. },
                TieCommand::DeclareTie { declaration: Declaration { note: None, .. }, .. },
            ) if same_terms((*basis, *visibility, *since), command) => Ok(vec![]),
            (Tie::Open { .. }, TieCommand::DeclareTie { .. }) => Err(TieRejection::AlreadyOpen),
            (
                Tie::Open { source, target, visibility, answer, .. },
                TieCommand::AcknowledgeTie { by },
            ) => {
                if by == source {
                    return Err(TieRejection::NotTheTarget);
                }
                if !readers(*visibility, *source, *target).contains(by) {
                    return Err(TieRejection::NotOpen);
                }
                match answer {
                    Answer::Acknowledged => Ok(vec![]),
                    Answer::None => {
                        let (source, target, visibility) = (*source, *target, *visibility);
                        Ok(vec![TieEvent::TieAcknowledged { source, target, visibility }])
                    }
                }
            }
            (
                Tie::Open { source, target, visibility, .. },
                TieCommand::AssessTie { by, ratings, intensity },
            ) => {
                declarer(*by, *visibility, *source, *target)?;
                assess(*source, ratings, *intensity)
            }
            (
                Tie::Open { source, target, visibility, since, .. },
                TieCommand::WithdrawTie { by, until },
            ) => {
                declarer(*by, *visibility, *source, *target)?;
                if until < since {
                    return Err(TieRejection::EndsBeforeItBegan(*since));
                }
                let (source, target, visibility) = (*source, *target, *visibility);
                Ok(vec![TieEvent::TieWithdrawn { source, target, visibility, until: *until }])
            }
            (
                Tie::Closed { .. },
                TieCommand::AcknowledgeTie { .. }
                | TieCommand::AssessTie { .. }
                | TieCommand::WithdrawTie { .. },
            ) => Err(TieRejection::NotOpen),
        }
    }

    fn evolve(self, event: &TieEvent) -> Tie {
        match (self, event) {
            (
                _,
                TieEvent::TieDeclared { network, source, target, basis, visibility, since, .. },
            ) => Tie::Open {
                source: *source,
                target: *target,
                basis: *basis,
                visibility: *visibility,
                since: *since,
                answer: Answer::None,
                network: *network,
            },
            (
                Tie::Open { source, target, basis, visibility, since, network, .. },
                TieEvent::TieAcknowledged { .. },
            ) => Tie::Open {
                source,
                target,
                basis,
                visibility,
                since,
                answer: Answer::Acknowledged,
                network,
            },
            (_, TieEvent::TieWithdrawn { until, .. }) => Tie::Closed { former_until: Some(*until) },
            (closed @ Tie::Closed { .. }, TieEvent::TieAcknowledged { .. })
            | (closed, TieEvent::TieAssessed { .. }) => closed,
        }
    }
}

/// Which of the two parties may know of the tie; the target may not when the source keeps it.
fn readers(visibility: TieVisibility, source: Party, target: Party) -> [Party; 2] {
    match visibility {
        TieVisibility::Source => [source, source],
        TieVisibility::Parties | TieVisibility::Network => [source, target],
    }
}

/// Refuses everybody but the source; whoever may not know of the tie learns nothing of it.
fn declarer(
    by: Party,
    visibility: TieVisibility,
    source: Party,
    target: Party,
) -> Result<(), TieRejection> {
    if by == source {
        Ok(())
    } else if readers(visibility, source, target).contains(&by) {
        Err(TieRejection::NotTheSource)
    } else {
        Err(TieRejection::NotOpen)
    }
}

fn same_terms(open: (TieBasis, TieVisibility, Timestamp), command: &TieCommand) -> bool {
    match command {
        TieCommand::DeclareTie { declaration, .. } => {
            open == (declaration.basis, declaration.visibility, declaration.since)
        }
        TieCommand::AcknowledgeTie { .. }
        | TieCommand::AssessTie { .. }
        | TieCommand::WithdrawTie { .. } => false,
    }
}

fn declare(
    former_until: Option<Timestamp>,
    declaration: &Declaration,
    target_standing: TargetStanding,
) -> Result<Vec<TieEvent>, TieRejection> {
    let Declaration { network, source, target, kind, basis, visibility, since, note } =
        declaration.clone();
    if source == target {
        return Err(TieRejection::ToOneself);
    }
    if target_standing == TargetStanding::Outsider {
        return Err(TieRejection::TargetNotAMember);
    }
    if let Some(until) = former_until
        && since < until
    {
        return Err(TieRejection::BeginsBeforeFormerEnded(until));
    }
    Ok(vec![TieEvent::TieDeclared {
        network,
        source,
        target,
        kind,
        basis,
        visibility,
        since,
        note,
    }])
}

fn assess(
    source: Party,
    ratings: &Personal<Ratings>,
    intensity: Option<Intensity>,
) -> Result<Vec<TieEvent>, TieRejection> {
    let answers = ratings.value().map(Ratings::answers).unwrap_or_default();
    let given: Vec<u8> = answers.into_iter().flatten().collect();
    if given.is_empty() && intensity.is_none() {
        return Err(TieRejection::RatingsEmpty);
    }
    if given.iter().any(|rating| !(RATING_MIN..=RATING_MAX).contains(rating)) {
        return Err(TieRejection::RatingOutOfRange);
    }
    let ratings = ratings.clone();
    Ok(vec![TieEvent::TieAssessed { instrument: INSTRUMENT, source, ratings, intensity }])
}

impl Rejection for TieRejection {
    fn code(&self) -> ErrorCode {
        match self {
            TieRejection::ToOneself
            | TieRejection::RatingOutOfRange
            | TieRejection::RatingsEmpty => ErrorCode::Invalid,
            TieRejection::TargetNotAMember
            | TieRejection::EndsBeforeItBegan(_)
            | TieRejection::BeginsBeforeFormerEnded(_) => ErrorCode::Precondition,
            TieRejection::AlreadyOpen => ErrorCode::AlreadyExists,
            TieRejection::NotOpen => ErrorCode::NotFound,
            TieRejection::NotTheSource | TieRejection::NotTheTarget => ErrorCode::Forbidden,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            TieRejection::ToOneself => "TIE_TO_ONESELF",
            TieRejection::TargetNotAMember => "TIE_TARGET_NOT_A_MEMBER",
            TieRejection::AlreadyOpen => "TIE_ALREADY_OPEN",
            TieRejection::NotOpen => "TIE_NOT_FOUND",
            TieRejection::NotTheSource => "NOT_THE_SOURCE_OF_THE_TIE",
            TieRejection::NotTheTarget => "NOT_THE_TARGET_OF_THE_TIE",
            TieRejection::RatingOutOfRange => "RATING_OUT_OF_RANGE",
            TieRejection::RatingsEmpty => "RATINGS_EMPTY",
            TieRejection::EndsBeforeItBegan(_) => "TIE_ENDS_BEFORE_IT_BEGAN",
            TieRejection::BeginsBeforeFormerEnded(_) => "TIE_BEGINS_BEFORE_FORMER_ENDED",
        }
    }
}
