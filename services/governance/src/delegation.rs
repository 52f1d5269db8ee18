//! The rules of lending a vote: granted, accepted, and taken back at any time.
//!
//! One stream for each delegator, network and scope, so that one delegation is in force at a time.
//! Where lent votes go in a decision is [`counting::delegations`](crate::counting::delegations)'.

use std::collections::{BTreeMap, BTreeSet};

use events::{DelegationEvent, DelegationScope, DelegatorShown};
use jiff::Timestamp;
use kernel::{Decider, ErrorCode, NetworkId, Party, Rejection};

use crate::counting::Lent;

#[cfg(test)]
mod tests;

/// How long a topic is at most, in characters.
pub const TOPIC_CHARS_MAX: usize = 200;

/// What can be asked of a delegation. That `by` acts for its party is known before.
#[derive(Clone, PartialEq, Debug)]
pub enum DelegationCommand {
    /// Lends a vote, if the delegate accepts.
    GrantDelegation {
        /// The network.
        network: NetworkId,
        /// Who lends.
        delegator: Party,
        /// To whom.
        delegate: Party,
        /// For what.
        scope: DelegationScope,
        /// Until when; `None` is until it is revoked.
        until: Option<Timestamp>,
        /// Who may know.
        shown: DelegatorShown,
        /// When it is granted.
        at: Timestamp,
        /// Whether both may vote in the network.
        electors: Electors,
        /// Whether the vote would come back: see [`would_circle`].
        circle: Circle,
    },
    /// Takes it.
    AcceptDelegation {
        /// Who: the delegate.
        by: Party,
        /// When.
        at: Timestamp,
        /// Whether the vote would come back now: see [`would_circle`].
        circle: Circle,
    },
    /// Does not take it, or gives it back.
    DeclineDelegation {
        /// Who: the delegate.
        by: Party,
    },
    /// Does not let it count for the time being.
    SuspendDelegation {
        /// Who: the delegator, or the rules.
        by: Cause,
    },
    /// Lets it count again.
    ResumeDelegation {
        /// Who: the delegator, or the rules.
        by: Cause,
        /// When.
        at: Timestamp,
    },
    /// Takes it back.
    RevokeDelegation {
        /// Who: the delegator, or the rules.
        by: Cause,
    },
    /// Ends it at its time.
    ExpireDelegation {
        /// The due time, or any later one.
        at: Timestamp,
    },
}

/// What makes a delegation stop or go on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cause {
    /// A party wants it.
    Party(Party),
    /// Something happened that it follows from: one of the two left the network, or is on leave.
    Rules,
}

/// Whether two parties have a vote in the network.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Electors {
    /// Both have.
    Both,
    /// The delegator has not.
    NotTheDelegator,
    /// The delegate has not.
    NotTheDelegate,
}

/// Whether a lent vote would come back to where it began.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Circle {
    /// It would not.
    Open,
    /// It would.
    Closed,
}

/// Why a delegation refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DelegationRejection {
    /// Nobody lends a vote to themselves.
    #[error("nobody can lend a vote to themselves")]
    ToOneself,
    /// The vote would come back.
    #[error("the vote would come back to where it began")]
    InACircle,
    /// The delegator has no vote to lend.
    #[error("there is no vote to lend: the delegator does not vote in this network")]
    DelegatorNotAnElector,
    /// The delegate does not vote in the network.
    #[error("the delegate does not vote in this network")]
    DelegateNotAnElector,
    /// Another delegation for the same is in force or waits for an answer.
    #[error("this vote is lent for this already; revoke that first")]
    AlreadyLent,
    /// It would end before it began.
    #[error("a delegation ends after it began")]
    EndsBeforeItBegins,
    /// A topic is empty or too long.
    #[error("a topic has from 1 to {TOPIC_CHARS_MAX} characters")]
    TopicMalformed,
    /// There is no delegation.
    #[error("there is no such delegation, or it is over")]
    NoDelegation,
    /// It was not accepted.
    #[error("the delegate has not accepted it")]
    NotAccepted,
    /// Only the delegate can do this.
    #[error("only the delegate can do this")]
    NotTheDelegate,
    /// Only the delegator can do this.
    #[error("only the delegator can do this")]
    NotTheDelegator,
    /// Its time is over.
    #[error("it ended on {0}")]
    Over(Timestamp),
    /// Its time is not over.
    #[error("its time is not over")]
    NotDue,
}

/// Where a delegation stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// It waits for the delegate's answer.
    Granted,
    /// It counts.
    Active,
    /// It does not count for the time being.
    Suspended,
    /// The delegate did not take it, or gave it back.
    Declined,
    /// The delegator took it back.
    Revoked,
    /// Its time is over.
    Expired,
}

/// What was lent to whom.
#[derive(Clone, PartialEq, Debug)]
pub struct Grant {
    /// The network.
    pub network: NetworkId,
    /// Who lends.
    pub delegator: Party,
    /// To whom.
    pub delegate: Party,
    /// For what.
    pub scope: DelegationScope,
    /// Until when; `None` is until it is revoked.
    pub until: Option<Timestamp>,
    /// Who may know.
    pub shown: DelegatorShown,
}

/// The state of a delegation; `None` when nothing was ever lent.
#[derive(Clone, PartialEq, Debug)]
pub struct Delegation {
    /// What was lent last, and where it stands.
    pub last: Option<(Grant, Standing)>,
}

type Decided = Result<Vec<DelegationEvent>, DelegationRejection>;

impl Delegation {
    /// Tells whether it counts at a time.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        let counts = |(grant, standing): &(Grant, Standing)| {
            *standing == Standing::Active && grant.until.is_none_or(|until| at < until)
        };
        self.last.as_ref().is_some_and(counts)
    }

    /// What is lent or offered, if it is not over.
    fn open(&self) -> Result<(&Grant, Standing), DelegationRejection> {
        let (grant, standing) = self.last.as_ref().ok_or(DelegationRejection::NoDelegation)?;
        match standing {
            Standing::Granted | Standing::Active | Standing::Suspended => Ok((grant, *standing)),
            Standing::Declined | Standing::Revoked | Standing::Expired => {
                Err(DelegationRejection::NoDelegation)
            }
        }
    }

    fn stands(&self) -> Option<Standing> {
        self.last.as_ref().map(|(_, standing)| *standing)
    }

    fn is_of(&self, by: Cause) -> Result<(), DelegationRejection> {
        let delegator = self.last.as_ref().map(|(grant, _)| grant.delegator);
        match by {
            Cause::Rules => Ok(()),
            Cause::Party(party) if delegator.is_none_or(|it| it == party) => Ok(()),
            Cause::Party(_) => Err(DelegationRejection::NotTheDelegator),
        }
    }

    fn is_to(&self, by: Party) -> Result<(), DelegationRejection> {
        let delegate = self.last.as_ref().map(|(grant, _)| grant.delegate);
        if delegate.is_none_or(|it| it == by) {
            Ok(())
        } else {
            Err(DelegationRejection::NotTheDelegate)
        }
    }
}

impl Decider for Delegation {
    type Command = DelegationCommand;
    type Event = DelegationEvent;
    type Rejection = DelegationRejection;

    fn initial() -> Delegation {
        Delegation { last: None }
    }

    #[expect(clippy::too_many_lines, reason = "one table of commands and standings")]
    fn decide(&self, command: &DelegationCommand) -> Decided {
        match command {
            DelegationCommand::GrantDelegation {
                network,
                delegator,
                delegate,
                scope,
                until,
                shown,
                at,
                electors,
                circle,
            } => {
                let (network, delegator, delegate) = (*network, *delegator, *delegate);
                let (scope, until, shown) = (scope.clone(), *until, *shown);
                let grant = Grant { network, delegator, delegate, scope, until, shown };
                self.grant(grant, *at, *electors, *circle)
            }
            DelegationCommand::AcceptDelegation { by, at, circle } => {
                self.is_to(*by)?;
                let (grant, standing) = self.open()?;
                let delegate = grant.delegate;
                match standing {
                    Standing::Granted => {
                        lasts(grant, *at)?;
                        goes_on(*circle)?;
                        Ok(vec![DelegationEvent::DelegationAccepted { delegate }])
                    }
                    Standing::Active | Standing::Suspended => Ok(vec![]),
                    Standing::Declined | Standing::Revoked | Standing::Expired => {
                        Err(DelegationRejection::NoDelegation)
                    }
                }
            }
            DelegationCommand::DeclineDelegation { by } => {
                self.is_to(*by)?;
                if self.stands() == Some(Standing::Declined) {
                    return Ok(vec![]);
                }
                let delegate = self.open()?.0.delegate;
                Ok(vec![DelegationEvent::DelegationDeclined { delegate }])
            }
            DelegationCommand::SuspendDelegation { by } => {
                self.is_of(*by)?;
                match self.open()?.1 {
                    Standing::Active => Ok(vec![DelegationEvent::DelegationSuspended {}]),
                    Standing::Suspended => Ok(vec![]),
                    Standing::Granted
                    | Standing::Declined
                    | Standing::Revoked
                    | Standing::Expired => Err(DelegationRejection::NotAccepted),
                }
            }
            DelegationCommand::ResumeDelegation { by, at } => {
                self.is_of(*by)?;
                let (grant, standing) = self.open()?;
                match standing {
                    Standing::Suspended => {
                        lasts(grant, *at)?;
                        Ok(vec![DelegationEvent::DelegationResumed {}])
                    }
                    Standing::Active => Ok(vec![]),
                    Standing::Granted
                    | Standing::Declined
                    | Standing::Revoked
                    | Standing::Expired => Err(DelegationRejection::NotAccepted),
                }
            }
            DelegationCommand::RevokeDelegation { by } => {
                self.is_of(*by)?;
                match self.stands() {
                    Some(Standing::Revoked | Standing::Expired | Standing::Declined) => Ok(vec![]),
                    Some(Standing::Granted | Standing::Active | Standing::Suspended) => {
                        Ok(vec![DelegationEvent::DelegationRevoked {}])
                    }
                    None => Err(DelegationRejection::NoDelegation),
                }
            }
            DelegationCommand::ExpireDelegation { at } => {
                match self.stands() {
                    Some(Standing::Revoked | Standing::Expired | Standing::Declined) => {
                        return Ok(vec![]);
                    }
                    Some(Standing::Granted | Standing::Active | Standing::Suspended) | None => {}
                }
                let (grant, _) = self.open()?;
                match grant.until {
                    Some(until) if until <= *at => Ok(vec![DelegationEvent::DelegationExpired {}]),
                    Some(_) | None => Err(DelegationRejection::NotDue),
                }
            }
        }
    }

    fn evolve(self, event: &DelegationEvent) -> Delegation {
        let stands = |standing: Standing| Delegation {
            last: self.last.clone().map(|(grant, _)| (grant, standing)),
        };
        match event {
            DelegationEvent::DelegationGranted {
                network,
                delegator,
                delegate,
                scope,
                until,
                shown,
            } => {
                let grant = Grant {
                    network: *network,
                    delegator: *delegator,
                    delegate: *delegate,
                    scope: scope.clone(),
                    until: *until,
                    shown: *shown,
                };
                Delegation { last: Some((grant, Standing::Granted)) }
            }
            DelegationEvent::DelegationAccepted { .. } | DelegationEvent::DelegationResumed {} => {
                stands(Standing::Active)
            }
            DelegationEvent::DelegationDeclined { .. } => stands(Standing::Declined),
            DelegationEvent::DelegationSuspended {} => stands(Standing::Suspended),
            DelegationEvent::DelegationRevoked {} => stands(Standing::Revoked),
            DelegationEvent::DelegationExpired {} => stands(Standing::Expired),
        }
    }
}

impl Delegation {
    fn grant(&self, grant: Grant, at: Timestamp, electors: Electors, circle: Circle) -> Decided {
        if grant.delegator == grant.delegate {
            return Err(DelegationRejection::ToOneself);
        }
        match electors {
            Electors::Both => {}
            Electors::NotTheDelegator => return Err(DelegationRejection::DelegatorNotAnElector),
            Electors::NotTheDelegate => return Err(DelegationRejection::DelegateNotAnElector),
        }
        match &grant.scope {
            DelegationScope::Topic(topic)
                if topic.trim().is_empty() || topic.chars().count() > TOPIC_CHARS_MAX =>
            {
                return Err(DelegationRejection::TopicMalformed);
            }
            DelegationScope::All {}
            | DelegationScope::Topic(_)
            | DelegationScope::Subject(_)
            | DelegationScope::Decision(_) => {}
        }
        if grant.until.is_some_and(|until| until <= at) {
            return Err(DelegationRejection::EndsBeforeItBegins);
        }
        if let Ok((known, _)) = self.open()
            && known.until.is_none_or(|until| at < until)
        {
            let same = *known == grant;
            return if same { Ok(vec![]) } else { Err(DelegationRejection::AlreadyLent) };
        }
        goes_on(circle)?;
        let Grant { network, delegator, delegate, scope, until, shown } = grant;
        Ok(vec![DelegationEvent::DelegationGranted {
            network,
            delegator,
            delegate,
            scope,
            until,
            shown,
        }])
    }
}

fn lasts(grant: &Grant, at: Timestamp) -> Result<(), DelegationRejection> {
    match grant.until {
        Some(until) if until <= at => Err(DelegationRejection::Over(until)),
        Some(_) | None => Ok(()),
    }
}

fn goes_on(circle: Circle) -> Result<(), DelegationRejection> {
    match circle {
        Circle::Open => Ok(()),
        Circle::Closed => Err(DelegationRejection::InACircle),
    }
}

/// Tells whether a vote lent by `delegator` to `delegate` for `scope` would come back, given the
/// delegations that are in force in the network.
///
/// It is followed as in a decision that the scope is about: of everybody's delegations the most
/// specific that covers it. Lending for everything is followed as well for each narrower scope that
/// somebody lends for. Scopes that only may meet in some decision, as a topic and a subject do, are
/// no circle yet: where they meet, the count finds it and the vote does not count.
pub fn would_circle(
    known: &[Lent],
    (delegator, delegate): (Party, Party),
    scope: &DelegationScope,
) -> Circle {
    let mut scopes = BTreeSet::from([scope]);
    scopes.extend(known.iter().map(|lent| &lent.scope).filter(|it| covers(scope, it)));
    // The delegation that it takes the place of, if there is one, counts no more.
    let others = || known.iter().filter(|lent| (lent.delegator, &lent.scope) != (delegator, scope));
    for about in scopes {
        let mut next = BTreeMap::from([(delegator, (scope, delegate))]);
        for lent in others().filter(|lent| covers(&lent.scope, about)) {
            let held = next.entry(lent.delegator).or_insert((&lent.scope, lent.delegate));
            if *held.0 < lent.scope {
                *held = (&lent.scope, lent.delegate);
            }
        }
        let mut passed = BTreeSet::new();
        let mut hands = delegate;
        while passed.insert(hands) {
            if hands == delegator {
                return Circle::Closed;
            }
            let Some((_, delegate)) = next.get(&hands) else { break };
            hands = *delegate;
        }
    }
    Circle::Open
}

/// Tells whether whatever the second scope is about, the first one is about too.
fn covers(scope: &DelegationScope, other: &DelegationScope) -> bool {
    *scope == DelegationScope::All {} || scope == other
}

impl Rejection for DelegationRejection {
    fn code(&self) -> ErrorCode {
        match self {
            DelegationRejection::ToOneself
            | DelegationRejection::EndsBeforeItBegins
            | DelegationRejection::TopicMalformed => ErrorCode::Invalid,
            DelegationRejection::AlreadyLent => ErrorCode::AlreadyExists,
            DelegationRejection::NoDelegation => ErrorCode::NotFound,
            DelegationRejection::NotTheDelegate | DelegationRejection::NotTheDelegator => {
                ErrorCode::Forbidden
            }
            DelegationRejection::InACircle
            | DelegationRejection::DelegatorNotAnElector
            | DelegationRejection::DelegateNotAnElector
            | DelegationRejection::NotAccepted
            | DelegationRejection::Over(_)
            | DelegationRejection::NotDue => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            DelegationRejection::ToOneself => "DELEGATION_TO_ONESELF",
            DelegationRejection::InACircle => "DELEGATION_IN_A_CIRCLE",
            DelegationRejection::DelegatorNotAnElector => "DELEGATOR_NOT_AN_ELECTOR",
            DelegationRejection::DelegateNotAnElector => "DELEGATE_NOT_AN_ELECTOR",
            DelegationRejection::AlreadyLent => "VOTE_ALREADY_LENT",
            DelegationRejection::EndsBeforeItBegins => "DELEGATION_ENDS_BEFORE_IT_BEGINS",
            DelegationRejection::TopicMalformed => "DELEGATION_TOPIC_MALFORMED",
            DelegationRejection::NoDelegation => "NO_DELEGATION",
            DelegationRejection::NotAccepted => "DELEGATION_NOT_ACCEPTED",
            DelegationRejection::NotTheDelegate => "NOT_THE_DELEGATE",
            DelegationRejection::NotTheDelegator => "NOT_THE_DELEGATOR",
            DelegationRejection::Over(_) => "DELEGATION_OVER",
            DelegationRejection::NotDue => "DELEGATION_NOT_DUE",
        }
    }
}
