//! Words of the domain and of the wire, both ways. What is unspecified or unknown is refused.

use events::{
    Availability, BallotChange, Base, Bound, CharterSection, EarlyClose, Icon, Implementation,
    Leavers, MembershipClass, NetworkType, RankedRule, Reasons, ResultsShown, ReviewFinding,
    RollMoment, Secrecy, Subject, Validity,
};
use tonic::Status;
use wire::{
    read,
    weft::{governance::v1 as message, membership::v1 as membership},
};

use crate::policy::SUBJECTS;

pub(super) fn subject(value: i32, field: &str) -> Result<Subject, Status> {
    read::value(value, &SUBJECTS, subject_message, field)
}

pub(super) fn subject_message(value: Subject) -> message::Subject {
    match value {
        Subject::CharterRatify => message::Subject::CharterRatify,
        Subject::CharterAmend => message::Subject::CharterAmend,
        Subject::PolicyAmend => message::Subject::PolicyAmend,
        Subject::NetworkType => message::Subject::NetworkType,
        Subject::NetworkPause => message::Subject::NetworkPause,
        Subject::NetworkDissolve => message::Subject::NetworkDissolve,
        Subject::NetworkLink => message::Subject::NetworkLink,
        Subject::MembershipAdmit => message::Subject::MembershipAdmit,
        Subject::MembershipSuspend => message::Subject::MembershipSuspend,
        Subject::MembershipExpel => message::Subject::MembershipExpel,
        Subject::MandateConfer => message::Subject::MandateConfer,
        Subject::MandateRecall => message::Subject::MandateRecall,
        Subject::GroupForm => message::Subject::GroupForm,
        Subject::GroupClose => message::Subject::GroupClose,
        Subject::ProjectEndorse => message::Subject::ProjectEndorse,
        Subject::GoalAdopt => message::Subject::GoalAdopt,
        Subject::FundOpen => message::Subject::FundOpen,
        Subject::FundAllocate => message::Subject::FundAllocate,
        Subject::LedgerLimits => message::Subject::LedgerLimits,
        Subject::ScorecardAdopt => message::Subject::ScorecardAdopt,
        Subject::EvaluatorGrant => message::Subject::EvaluatorGrant,
        Subject::DataShare => message::Subject::DataShare,
        Subject::PracticeRecommend => message::Subject::PracticeRecommend,
        Subject::AgendaPrioritise => message::Subject::AgendaPrioritise,
        Subject::Other => message::Subject::Other,
    }
}

const CHARTER_SECTIONS: [CharterSection; 8] = [
    CharterSection::Purpose,
    CharterSection::Membership,
    CharterSection::ValueProposition,
    CharterSection::Coordination,
    CharterSection::Resources,
    CharterSection::Governance,
    CharterSection::Assessment,
    CharterSection::OperatingPrinciples,
];

pub(super) fn section(value: i32, field: &str) -> Result<CharterSection, Status> {
    read::value(value, &CHARTER_SECTIONS, section_message, field)
}

pub(super) fn section_message(value: CharterSection) -> message::CharterSection {
    match value {
        CharterSection::Purpose => message::CharterSection::Purpose,
        CharterSection::Membership => message::CharterSection::Membership,
        CharterSection::ValueProposition => message::CharterSection::ValueProposition,
        CharterSection::Coordination => message::CharterSection::Coordination,
        CharterSection::Resources => message::CharterSection::Resources,
        CharterSection::Governance => message::CharterSection::Governance,
        CharterSection::Assessment => message::CharterSection::Assessment,
        CharterSection::OperatingPrinciples => message::CharterSection::OperatingPrinciples,
    }
}

const BOUNDS: [Bound; 3] = [Bound::AtLeast, Bound::MoreThan, Bound::AtMost];

pub(super) fn bound(value: i32, field: &str) -> Result<Bound, Status> {
    read::value(value, &BOUNDS, bound_message, field)
}

pub(super) fn bound_message(value: Bound) -> message::Bound {
    match value {
        Bound::AtLeast => message::Bound::AtLeast,
        Bound::MoreThan => message::Bound::MoreThan,
        Bound::AtMost => message::Bound::AtMost,
    }
}

const ICONS: [Icon; 6] =
    [Icon::Agree, Icon::Disagree, Icon::StandAside, Icon::Block, Icon::Consent, Icon::Item];

pub(super) fn icon(value: i32, field: &str) -> Result<Icon, Status> {
    read::value(value, &ICONS, icon_message, field)
}

pub(super) fn icon_message(value: Icon) -> message::Icon {
    match value {
        Icon::Agree => message::Icon::Agree,
        Icon::Disagree => message::Icon::Disagree,
        Icon::StandAside => message::Icon::StandAside,
        Icon::Block => message::Icon::Block,
        Icon::Consent => message::Icon::Consent,
        Icon::Item => message::Icon::Item,
    }
}

const BASES: [Base; 3] = [Base::Cast, Base::CastWithoutAbstentions, Base::Roll];

pub(super) fn base(value: i32, field: &str) -> Result<Base, Status> {
    read::value(value, &BASES, base_message, field)
}

pub(super) fn base_message(value: Base) -> message::Base {
    match value {
        Base::Cast => message::Base::Cast,
        Base::CastWithoutAbstentions => message::Base::CastWithoutAbstentions,
        Base::Roll => message::Base::Roll,
    }
}

const RANKED_RULES: [RankedRule; 5] = [
    RankedRule::InstantRunoff,
    RankedRule::Condorcet,
    RankedRule::Borda,
    RankedRule::ScottishStv,
    RankedRule::MeekStv,
];

pub(super) fn ranked_rule(value: i32, field: &str) -> Result<RankedRule, Status> {
    read::value(value, &RANKED_RULES, ranked_rule_message, field)
}

pub(super) fn ranked_rule_message(value: RankedRule) -> message::RankedRule {
    match value {
        RankedRule::InstantRunoff => message::RankedRule::InstantRunoff,
        RankedRule::Condorcet => message::RankedRule::Condorcet,
        RankedRule::Borda => message::RankedRule::Borda,
        RankedRule::ScottishStv => message::RankedRule::ScottishStv,
        RankedRule::MeekStv => message::RankedRule::MeekStv,
    }
}

const ROLL_MOMENTS: [RollMoment; 2] = [RollMoment::Call, RollMoment::Opening];

pub(super) fn roll_moment(value: i32, field: &str) -> Result<RollMoment, Status> {
    read::value(value, &ROLL_MOMENTS, roll_moment_message, field)
}

pub(super) fn roll_moment_message(value: RollMoment) -> message::RollMoment {
    match value {
        RollMoment::Call => message::RollMoment::Call,
        RollMoment::Opening => message::RollMoment::Opening,
    }
}

const SECRECIES: [Secrecy; 3] = [Secrecy::Open, Secrecy::OpenAfterClose, Secrecy::Secret];

pub(super) fn secrecy(value: i32, field: &str) -> Result<Secrecy, Status> {
    read::value(value, &SECRECIES, secrecy_message, field)
}

pub(super) fn secrecy_message(value: Secrecy) -> message::Secrecy {
    match value {
        Secrecy::Open => message::Secrecy::Open,
        Secrecy::OpenAfterClose => message::Secrecy::OpenAfterClose,
        Secrecy::Secret => message::Secrecy::Secret,
    }
}

const RESULTS_SHOWNS: [ResultsShown; 3] =
    [ResultsShown::Live, ResultsShown::AfterOwnVote, ResultsShown::AfterClose];

pub(super) fn results_shown(value: i32, field: &str) -> Result<ResultsShown, Status> {
    read::value(value, &RESULTS_SHOWNS, results_shown_message, field)
}

pub(super) fn results_shown_message(value: ResultsShown) -> message::ResultsShown {
    match value {
        ResultsShown::Live => message::ResultsShown::Live,
        ResultsShown::AfterOwnVote => message::ResultsShown::AfterOwnVote,
        ResultsShown::AfterClose => message::ResultsShown::AfterClose,
    }
}

const BALLOT_CHANGES: [BallotChange; 2] = [BallotChange::UntilClose, BallotChange::Never];

pub(super) fn ballot_change(value: i32, field: &str) -> Result<BallotChange, Status> {
    read::value(value, &BALLOT_CHANGES, ballot_change_message, field)
}

pub(super) fn ballot_change_message(value: BallotChange) -> message::BallotChange {
    match value {
        BallotChange::UntilClose => message::BallotChange::UntilClose,
        BallotChange::Never => message::BallotChange::Never,
    }
}

const REASONS: [Reasons; 5] = [
    Reasons::None,
    Reasons::Optional,
    Reasons::Required,
    Reasons::ForDisagreeAndBlock,
    Reasons::ForBlock,
];

pub(super) fn reasons(value: i32, field: &str) -> Result<Reasons, Status> {
    read::value(value, &REASONS, reasons_message, field)
}

pub(super) fn reasons_message(value: Reasons) -> message::Reasons {
    match value {
        Reasons::None => message::Reasons::None,
        Reasons::Optional => message::Reasons::Optional,
        Reasons::Required => message::Reasons::Required,
        Reasons::ForDisagreeAndBlock => message::Reasons::ForDisagreeAndBlock,
        Reasons::ForBlock => message::Reasons::ForBlock,
    }
}

const LEAVERS: [Leavers; 2] = [Leavers::Keep, Leavers::Void];

pub(super) fn leavers(value: i32, field: &str) -> Result<Leavers, Status> {
    read::value(value, &LEAVERS, leavers_message, field)
}

pub(super) fn leavers_message(value: Leavers) -> message::Leavers {
    match value {
        Leavers::Keep => message::Leavers::Keep,
        Leavers::Void => message::Leavers::Void,
    }
}

const EARLY_CLOSES: [EarlyClose; 3] =
    [EarlyClose::Never, EarlyClose::AllVoted, EarlyClose::Decided];

pub(super) fn early_close(value: i32, field: &str) -> Result<EarlyClose, Status> {
    read::value(value, &EARLY_CLOSES, early_close_message, field)
}

pub(super) fn early_close_message(value: EarlyClose) -> message::EarlyClose {
    match value {
        EarlyClose::Never => message::EarlyClose::Never,
        EarlyClose::AllVoted => message::EarlyClose::AllVoted,
        EarlyClose::Decided => message::EarlyClose::Decided,
    }
}

const AVAILABILITIES: [Availability; 3] =
    [Availability::Yes, Availability::Maybe, Availability::No];

pub(super) fn availability(value: i32, field: &str) -> Result<Availability, Status> {
    read::value(value, &AVAILABILITIES, availability_message, field)
}

pub(super) fn availability_message(value: Availability) -> message::Availability {
    match value {
        Availability::Yes => message::Availability::Yes,
        Availability::Maybe => message::Availability::Maybe,
        Availability::No => message::Availability::No,
    }
}

const VALIDITIES: [Validity; 2] = [Validity::Valid, Validity::NotValid];

pub(super) fn validity(value: i32, field: &str) -> Result<Validity, Status> {
    read::value(value, &VALIDITIES, validity_message, field)
}

pub(super) fn validity_message(value: Validity) -> message::Validity {
    match value {
        Validity::Valid => message::Validity::Valid,
        Validity::NotValid => message::Validity::NotValid,
    }
}

const IMPLEMENTATIONS: [Implementation; 4] = [
    Implementation::Pending,
    Implementation::Done,
    Implementation::Failed,
    Implementation::Abandoned,
];

pub(super) fn implementation(value: i32, field: &str) -> Result<Implementation, Status> {
    read::value(value, &IMPLEMENTATIONS, implementation_message, field)
}

pub(super) fn implementation_message(value: Implementation) -> message::Implementation {
    match value {
        Implementation::Pending => message::Implementation::Pending,
        Implementation::Done => message::Implementation::Done,
        Implementation::Failed => message::Implementation::Failed,
        Implementation::Abandoned => message::Implementation::Abandoned,
    }
}

const REVIEW_FINDINGS: [ReviewFinding; 3] =
    [ReviewFinding::Keep, ReviewFinding::Amend, ReviewFinding::Repeal];

pub(super) fn review_finding(value: i32, field: &str) -> Result<ReviewFinding, Status> {
    read::value(value, &REVIEW_FINDINGS, review_finding_message, field)
}

pub(super) fn review_finding_message(value: ReviewFinding) -> message::ReviewFinding {
    match value {
        ReviewFinding::Keep => message::ReviewFinding::Keep,
        ReviewFinding::Amend => message::ReviewFinding::Amend,
        ReviewFinding::Repeal => message::ReviewFinding::Repeal,
    }
}

const MEMBERSHIP_CLASSES: [MembershipClass; 2] =
    [MembershipClass::Founder, MembershipClass::Member];

pub(super) fn membership_class(value: i32, field: &str) -> Result<MembershipClass, Status> {
    read::value(value, &MEMBERSHIP_CLASSES, membership_class_message, field)
}

pub(super) fn membership_class_message(value: MembershipClass) -> membership::MembershipClass {
    match value {
        MembershipClass::Founder => membership::MembershipClass::Founder,
        MembershipClass::Member => membership::MembershipClass::Member,
    }
}

const NETWORK_TYPES: [NetworkType; 3] =
    [NetworkType::Connectivity, NetworkType::Alignment, NetworkType::Production];

pub(super) fn network_type(value: i32, field: &str) -> Result<NetworkType, Status> {
    read::value(value, &NETWORK_TYPES, network_type_message, field)
}

pub(super) fn network_type_message(value: NetworkType) -> membership::NetworkType {
    match value {
        NetworkType::Connectivity => membership::NetworkType::Connectivity,
        NetworkType::Alignment => membership::NetworkType::Alignment,
        NetworkType::Production => membership::NetworkType::Production,
    }
}
