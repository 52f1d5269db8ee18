//! Charters to start from: complete, and meant to be changed before they are ratified.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    BallotChange, Base, Bound, Challenges, CharterSection, DecisionPolicy, DelegationRule,
    EarlyClose, Electorate, Extension, Icon, Judge, Leavers, MembershipClass, Method, Objections,
    PolicyName, Present, Quorum, QuorumSize, RankedRule, Reasons, Requirement, ResultsShown, Role,
    RoleName, RollMoment, RollUnit, Secrecy, Share, Subject, TieRule, VotingWindow,
};

use crate::charter::CharterText;

#[cfg(test)]
mod tests;

const DAY: u32 = 24;
const WEEK: u32 = 7 * DAY;
const YEAR_DAYS: u32 = 365;

/// A charter to start from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Template {
    /// A small group that goes ahead when nobody objects.
    ConsentCircle,
    /// Many people who vote, and lend their votes.
    MajorityAssembly,
    /// Organisations with one vote each. Admit organisations before ratifying it: it has no other
    /// voters.
    FederationOfOrganisations,
}

impl Template {
    /// All of them, the simplest first.
    pub const ALL: [Template; 3] =
        [Template::ConsentCircle, Template::MajorityAssembly, Template::FederationOfOrganisations];

    /// Its name, for example `consent_circle`.
    pub fn name(self) -> &'static str {
        match self {
            Template::ConsentCircle => "consent_circle",
            Template::MajorityAssembly => "majority_assembly",
            Template::FederationOfOrganisations => "federation_of_organisations",
        }
    }

    /// The template of this name; `None` when there is none.
    pub fn named(name: &str) -> Option<Template> {
        Template::ALL.into_iter().find(|template| template.name() == name)
    }

    /// What it is for, in one sentence.
    pub fn description(self) -> &'static str {
        match self {
            Template::ConsentCircle => {
                "A circle of up to thirty people who go ahead when nobody has a valid objection."
            }
            Template::MajorityAssembly => {
                "An assembly of any size that votes, lends votes, and elects in secret."
            }
            Template::FederationOfOrganisations => {
                "Organisations with one vote each; admit some before this charter is ratified."
            }
        }
    }

    /// The whole charter.
    pub fn text(self) -> CharterText {
        match self {
            Template::ConsentCircle => {
                let (sections, policies) = (circle_sections(), circle());
                CharterText { sections, policies, roles: offices(2) }
            }
            Template::MajorityAssembly => {
                let (sections, policies) = (assembly_sections(), assembly());
                CharterText { sections, policies, roles: offices(3) }
            }
            Template::FederationOfOrganisations => {
                let (sections, policies) = (federation_sections(), federation());
                CharterText { sections, policies, roles: offices(3) }
            }
        }
    }
}

/// What binds everybody: how the network is made and unmade.
const CONSTITUTION: [Subject; 6] = [
    Subject::CharterRatify,
    Subject::CharterAmend,
    Subject::PolicyAmend,
    Subject::NetworkType,
    Subject::NetworkPause,
    Subject::NetworkDissolve,
];

/// What is decided against a member.
const CONDUCT: [Subject; 3] =
    [Subject::MembershipSuspend, Subject::MembershipExpel, Subject::MandateRecall];

fn circle() -> BTreeMap<PolicyName, DecisionPolicy> {
    let base = DecisionPolicy {
        method: Method::Consent {},
        requirements: Vec::new(),
        objections: Some(Objections { judge: Judge::RollMember {}, standing_max: 0 }),
        ..plain(RollUnit::Person {})
    };
    by_name([
        DecisionPolicy {
            sponsors_min: 1,
            discussion_hours_min: WEEK,
            window: hours(WEEK, 4 * WEEK),
            quorum: Some(at_least(2, 3)),
            ..named("constitution", CONSTITUTION, base.clone())
        },
        DecisionPolicy {
            quorum: Some(at_least(1, 2)),
            ..named("admission", [Subject::MembershipAdmit], base.clone())
        },
        conduct(RollUnit::Person {}),
        election(RollUnit::Person {}, 2),
        DecisionPolicy {
            quorum: Some(at_least(1, 2)),
            delegation: DelegationRule::SingleStep { carried_max: Some(2) },
            review_after_days: Some(YEAR_DAYS),
            ..named("everything else", [Subject::Other], base)
        },
    ])
}

fn assembly() -> BTreeMap<PolicyName, DecisionPolicy> {
    let base = plain(RollUnit::Person {});
    by_name([
        DecisionPolicy {
            sponsors_min: 3,
            discussion_hours_min: 2 * WEEK,
            window: hours(WEEK, 4 * WEEK),
            quorum: Some(at_least(1, 2)),
            requirements: vec![agree(Bound::AtLeast, 2, 3)],
            challenges: Some(challenges()),
            repeat_after_days: 90,
            ..named("constitution", CONSTITUTION, base.clone())
        },
        DecisionPolicy {
            quorum: Some(at_least(1, 4)),
            ..named("admission", [Subject::MembershipAdmit], base.clone())
        },
        conduct(RollUnit::Person {}),
        election(RollUnit::Person {}, 3),
        DecisionPolicy {
            sponsors_min: 1,
            quorum: Some(at_least(1, 4)),
            delegation: DelegationRule::Transitive { steps_max: 3, carried_max: Some(10) },
            review_after_days: Some(2 * YEAR_DAYS),
            ..named("everything else", [Subject::Other], base)
        },
    ])
}

fn federation() -> BTreeMap<PolicyName, DecisionPolicy> {
    let base = plain(RollUnit::Organisation {});
    by_name([
        DecisionPolicy {
            sponsors_min: 2,
            discussion_hours_min: 4 * WEEK,
            window: hours(2 * WEEK, 8 * WEEK),
            quorum: Some(at_least(2, 3)),
            requirements: vec![Requirement { base: Base::Roll, ..agree(Bound::AtLeast, 2, 3) }],
            challenges: Some(challenges()),
            repeat_after_days: 180,
            ..named("constitution", CONSTITUTION, base.clone())
        },
        DecisionPolicy {
            discussion_hours_min: WEEK,
            window: hours(WEEK, 4 * WEEK),
            quorum: Some(at_least(1, 2)),
            requirements: vec![agree(Bound::AtLeast, 2, 3)],
            ..named("admission", [Subject::MembershipAdmit], base.clone())
        },
        conduct(RollUnit::Organisation {}),
        election(RollUnit::Organisation {}, 3),
        DecisionPolicy {
            sponsors_min: 1,
            window: hours(WEEK, 4 * WEEK),
            quorum: Some(at_least(1, 2)),
            delegation: DelegationRule::SingleStep { carried_max: Some(1) },
            review_after_days: Some(2 * YEAR_DAYS),
            ..named("everything else", [Subject::Other], base)
        },
    ])
}

/// Secret, because it is about one of those who meet every week; three quarters, because it hurts.
fn conduct(unit: RollUnit) -> DecisionPolicy {
    DecisionPolicy {
        sponsors_min: 1,
        discussion_hours_min: WEEK,
        window: hours(WEEK, 2 * WEEK),
        quorum: Some(at_least(1, 2)),
        requirements: vec![agree(Bound::AtLeast, 3, 4)],
        challenges: Some(challenges()),
        ..named("conduct", CONDUCT, secret(plain(unit)))
    }
}

fn election(unit: RollUnit, seats: u32) -> DecisionPolicy {
    DecisionPolicy {
        method: Method::Ranked { rule: RankedRule::ScottishStv, seats, ranks_max: None },
        window: hours(3 * DAY, 2 * WEEK),
        quorum: Some(at_least(1, 2)),
        requirements: Vec::new(),
        tie: TieRule::SeededLot {},
        ..named("elections", [Subject::MandateConfer], secret(plain(unit)))
    }
}

/// A simple majority of those who vote, in the open, within one to three weeks.
fn plain(unit: RollUnit) -> DecisionPolicy {
    DecisionPolicy {
        name: PolicyName(String::new()),
        subjects: BTreeSet::new(),
        method: Method::Majority {},
        proposer_roles: BTreeSet::new(),
        sponsors_min: 0,
        discussion_hours_min: 2 * DAY,
        window: hours(3 * DAY, 3 * WEEK),
        electorate: Electorate {
            classes: BTreeSet::from([MembershipClass::Founder, MembershipClass::Member]),
            unit,
        },
        roll_moment: RollMoment::Call,
        quorum: None,
        requirements: vec![agree(Bound::MoreThan, 1, 2)],
        objections: None,
        secrecy: Secrecy::Open,
        results: ResultsShown::Live,
        ballot_change: BallotChange::UntilClose,
        reasons: Reasons::Optional,
        delegation: DelegationRule::None {},
        leavers: Leavers::Void,
        extension: Some(Extension {
            times_max: 1,
            hours: 3 * DAY,
            if_inquorate: true,
            if_tied: false,
        }),
        early_close: EarlyClose::AllVoted,
        tie: TieRule::StatusQuo {},
        challenges: None,
        review_after_days: None,
        sunset_after_days: None,
        repeat_after_days: 30,
        elsewhere: None,
    }
}

fn secret(policy: DecisionPolicy) -> DecisionPolicy {
    DecisionPolicy {
        secrecy: Secrecy::Secret,
        results: ResultsShown::AfterClose,
        ballot_change: BallotChange::Never,
        reasons: Reasons::None,
        delegation: DelegationRule::None {},
        leavers: Leavers::Keep,
        early_close: EarlyClose::Never,
        ..policy
    }
}

fn named<const N: usize>(
    name: &str,
    subjects: [Subject; N],
    policy: DecisionPolicy,
) -> DecisionPolicy {
    DecisionPolicy {
        name: PolicyName(name.to_owned()),
        subjects: BTreeSet::from(subjects),
        ..policy
    }
}

fn by_name<const N: usize>(policies: [DecisionPolicy; N]) -> BTreeMap<PolicyName, DecisionPolicy> {
    policies.into_iter().map(|policy| (policy.name.clone(), policy)).collect()
}

fn hours(hours_min: u32, hours_max: u32) -> VotingWindow {
    VotingWindow { hours_min, hours_max }
}

fn at_least(numerator: u32, denominator: u32) -> Quorum {
    Quorum {
        size: QuorumSize::ShareOfRoll(Share { numerator, denominator }),
        bound: Bound::AtLeast,
        counts: Present { abstentions: true, blanks: true, delegated: true },
    }
}

fn agree(bound: Bound, numerator: u32, denominator: u32) -> Requirement {
    Requirement {
        icon: Icon::Agree,
        bound,
        share: Share { numerator, denominator },
        base: Base::CastWithoutAbstentions,
    }
}

fn challenges() -> Challenges {
    Challenges { window_hours: 3 * DAY, judge: Judge::RollMember {} }
}

/// Each office has as many seats as an election fills.
fn offices(seats: u32) -> BTreeMap<RoleName, Role> {
    let office = |name: &str, responsibilities: &str| Role {
        name: RoleName(name.to_owned()),
        responsibilities: responsibilities.to_owned(),
        term_days: YEAR_DAYS,
        consecutive_terms_max: Some(3),
        seats,
        required: false,
    };
    [
        office("coordinator", "Keeps the agenda, calls gatherings and speaks for the network."),
        office("facilitator", "Helps a discussion to a decision and takes no side in it."),
        office("treasurer", "Keeps account of what the network has and where it goes."),
    ]
    .into_iter()
    .map(|role| (role.name.clone(), role))
    .collect()
}

fn sections(texts: [&str; 8]) -> BTreeMap<CharterSection, String> {
    CharterSection::ALL.into_iter().zip(texts.map(str::to_owned)).collect()
}

fn circle_sections() -> BTreeMap<CharterSection, String> {
    sections([
        "We work together on one problem that none of us can solve alone. Say here which one, for \
         whom, and how you would know that it is smaller.",
        "Members are people who take part in the work. Whoever wants to join applies; the circle \
         admits by consent. Whoever leaves says so, and hands over what they hold.",
        "Each of us gives time, knowledge or contacts and gains the same from the others. Say here \
         what a member can count on, and what is expected in a usual month.",
        "Two coordinators, elected for a year, keep the agenda and call our gatherings. The \
         facilitators see to it that everybody is heard.",
        "We live on what members bring. Money, where there is any, is kept account of by the \
         treasurers and shown to all members.",
        "We decide by consent: a proposal stands when nobody has a valid objection, and an \
         objection is an argument that it would harm our purpose. What concerns a person is \
         decided by secret ballot.",
        "Once a year we look at our ties, our gatherings and our decisions, and ask what to keep, \
         to change and to end.",
        "We say what we do and do what we say. We speak with each other before we speak about each \
         other. What is told in confidence stays with us.",
    ])
}

fn assembly_sections() -> BTreeMap<CharterSection, String> {
    sections([
        "The assembly brings together everybody who works for the purpose written here. Say which \
         problem it is about, where, and what is to be different in ten years.",
        "Any person who shares the purpose may apply. The assembly admits by a majority of votes. \
         Members have equal rights from the day of their admission.",
        "Members learn from each other, act together and are heard together. Each takes part in \
         votes, or lends their vote to somebody they trust.",
        "Three coordinators, elected for a year by secret ballot, carry out what the assembly \
         decides and report on it. Facilitators lead its discussions.",
        "Contributions are voluntary unless the assembly decides otherwise. The treasurers \
         publish accounts every quarter.",
        "The assembly decides by majority of the votes cast, where enough members take part. \
         Changing this charter takes two thirds. Elections and votes on members are secret.",
        "Every decision of weight is reviewed after two years. Anybody may recount any vote.",
        "Discussion comes before the vote. A minority is heard and its reasons are kept. Nobody \
         votes on what concerns them alone.",
    ])
}

fn federation_sections() -> BTreeMap<CharterSection, String> {
    sections([
        "Our organisations join forces for the purpose written here, and stay independent in \
         everything else. Say what you can only do together.",
        "Members are organisations that work for the purpose. Two thirds of the votes admit one. \
         Each names one representative, who votes for it.",
        "Members share data, staff and voice where it serves the purpose. Say here what each \
         brings, and what it may use of the others.",
        "Three coordinators, elected by the members for a year, run the common work between \
         gatherings and prepare decisions.",
        "Members contribute according to what they agreed. The treasurers account for common means \
         to all of them.",
        "Each organisation has one vote, whatever its size. This charter changes when two thirds \
         of all members agree. Elections and votes on members are secret.",
        "The federation measures with its members what their work together has changed, and \
         publishes it each year.",
        "Members act in good faith towards each other, declare conflicts of interest, and settle \
         disputes among themselves before they take them elsewhere.",
    ])
}
