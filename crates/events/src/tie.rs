//! What can happen to a tie: a directed relationship between two parties.

use jiff::Timestamp;
use kernel::{Event, NetworkId, Party, Personal, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a tie means, read from its source to its target.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TieKind {
    /// Knows.
    Knows,
    /// Trusts.
    Trusts,
    /// Has worked with.
    WorkedWith,
    /// Advises.
    Advises,
    /// Funds.
    Funds,
    /// Refers people to.
    RefersTo,
}

impl TieKind {
    /// Every kind.
    pub const ALL: [TieKind; 6] = [
        TieKind::Knows,
        TieKind::Trusts,
        TieKind::WorkedWith,
        TieKind::Advises,
        TieKind::Funds,
        TieKind::RefersTo,
    ];

    /// The kind's name in events, tables and ids.
    pub fn name(self) -> &'static str {
        match self {
            TieKind::Knows => "knows",
            TieKind::Trusts => "trusts",
            TieKind::WorkedWith => "worked_with",
            TieKind::Advises => "advises",
            TieKind::Funds => "funds",
            TieKind::RefersTo => "refers_to",
        }
    }
}

/// What a tie rests on (C-06).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieBasis {
    /// The two met in person.
    MetInPerson,
    /// The two worked together.
    WorkedTogether,
    /// The two were at one gathering.
    Gathering,
    /// The two worked on one project.
    Project,
    /// One gave the other something.
    Exchange,
    /// A third party introduced them.
    IntroducedBy,
    /// Taken over from another system, unverified (C-50).
    Imported,
    /// Anything else.
    Other,
}

/// Who may see that a tie exists. Figures count every open tie; lists show only what may be seen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieVisibility {
    /// The source alone.
    Source,
    /// The source and the target.
    #[default]
    Parties,
    /// The members of the network.
    Network,
}

/// How closely the two work together.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Intensity {
    /// They know of each other.
    Awareness,
    /// They help each other now and then.
    Cooperation,
    /// They plan together.
    Coordination,
    /// They act as one.
    Integration,
}

/// One answer to each indicator of the default instrument, 1 (not at all) to 4 (very much);
/// `None` is an indicator that was skipped on purpose. Source: the trust and value questions of
/// the PARTNER tool.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ratings {
    /// Trust: keeps their word.
    pub reliability: Option<u8>,
    /// Trust: wants what the network wants.
    pub shared_mission: Option<u8>,
    /// Trust: open to frank discussion.
    pub openness: Option<u8>,
    /// Value: has power and influence.
    pub influence: Option<u8>,
    /// Value: is involved.
    pub involvement: Option<u8>,
    /// Value: contributes resources.
    pub contribution: Option<u8>,
}

impl Ratings {
    /// The answers in the instrument's order.
    pub fn answers(&self) -> [Option<u8>; 6] {
        [
            self.reliability,
            self.shared_mission,
            self.openness,
            self.influence,
            self.involvement,
            self.contribution,
        ]
    }
}

/// What can happen to a tie. One stream for each source, target and kind in a network.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum TieEvent {
    /// The source says that the tie exists, since the effective time.
    TieDeclared {
        /// The network in which it was declared.
        network: NetworkId,
        /// Who declares it.
        source: Party,
        /// Whom it points to.
        target: Party,
        /// What it means.
        kind: TieKind,
        /// What it rests on.
        basis: TieBasis,
        /// Who may see it.
        visibility: TieVisibility,
        /// Since when it exists; the effective time.
        since: Timestamp,
        /// A note of the declaring person to themselves; absent when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Personal<String>>,
    },
    /// The target says so too.
    TieAcknowledged {
        /// Who declared the tie.
        source: Party,
        /// Who acknowledges it.
        target: Party,
        /// Who may see the tie, and so read this event.
        visibility: TieVisibility,
    },
    /// The source rated the relationship. The ratings are the source's alone.
    TieAssessed {
        /// The version of the questions; 1 is the default instrument.
        instrument: u16,
        /// The source, who alone may read this event.
        source: Party,
        /// The answers.
        ratings: Personal<Ratings>,
        /// How closely the two work together; absent when skipped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intensity: Option<Intensity>,
    },
    /// The tie is no more, since the effective time. No reason is needed.
    TieWithdrawn {
        /// Who declared the tie.
        source: Party,
        /// Whom it pointed to.
        target: Party,
        /// Who may see the tie, and so read this event.
        visibility: TieVisibility,
        /// Until when it existed; the effective time.
        until: Timestamp,
    },
}

impl Event for TieEvent {
    const CATEGORY: &'static str = "tie";

    fn visibility(&self) -> Visibility {
        match self {
            TieEvent::TieDeclared { source, target, visibility, .. }
            | TieEvent::TieAcknowledged { source, target, visibility }
            | TieEvent::TieWithdrawn { source, target, visibility, .. } => match visibility {
                TieVisibility::Source => Visibility::Parties(vec![*source]),
                TieVisibility::Parties => Visibility::Parties(vec![*source, *target]),
                TieVisibility::Network => Visibility::Network,
            },
            TieEvent::TieAssessed { source, .. } => Visibility::Parties(vec![*source]),
        }
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            TieEvent::TieDeclared { note: Some(note), .. } => visit("note", note),
            TieEvent::TieAssessed { ratings, .. } => visit("ratings", ratings),
            TieEvent::TieDeclared { note: None, .. }
            | TieEvent::TieAcknowledged { .. }
            | TieEvent::TieWithdrawn { .. } => {}
        }
    }
}
