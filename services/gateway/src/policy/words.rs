//! The words of policies: what each of their enumerations may say.

use async_graphql::Enum;
use wire::weft::governance::v1 as message;

/// What a decision is about. Each subject has at most one policy in a charter; the policy of `OTHER`
/// decides on those that have none.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// Giving the network its first charter.
    CharterRatify = message::Subject::CharterRatify as isize,
    /// Changing the charter.
    CharterAmend = message::Subject::CharterAmend as isize,
    /// Changing policies and nothing else of the charter.
    PolicyAmend = message::Subject::PolicyAmend as isize,
    /// What the network is for.
    NetworkType = message::Subject::NetworkType as isize,
    /// Pausing the network, and taking it up again.
    NetworkPause = message::Subject::NetworkPause as isize,
    /// Ending the network.
    NetworkDissolve = message::Subject::NetworkDissolve as isize,
    /// Linking the network with another one.
    NetworkLink = message::Subject::NetworkLink as isize,
    /// Admitting a member.
    MembershipAdmit = message::Subject::MembershipAdmit as isize,
    /// Suspending a member, and ending a suspension.
    MembershipSuspend = message::Subject::MembershipSuspend as isize,
    /// Expelling a member.
    MembershipExpel = message::Subject::MembershipExpel as isize,
    /// Giving somebody an office.
    MandateConfer = message::Subject::MandateConfer as isize,
    /// Taking an office away.
    MandateRecall = message::Subject::MandateRecall as isize,
    /// Forming a working group.
    GroupForm = message::Subject::GroupForm as isize,
    /// Closing a working group.
    GroupClose = message::Subject::GroupClose as isize,
    /// Endorsing a project.
    ProjectEndorse = message::Subject::ProjectEndorse as isize,
    /// Adopting a goal.
    GoalAdopt = message::Subject::GoalAdopt as isize,
    /// Opening a fund.
    FundOpen = message::Subject::FundOpen as isize,
    /// Spending from a fund.
    FundAllocate = message::Subject::FundAllocate as isize,
    /// The limits of accounts.
    LedgerLimits = message::Subject::LedgerLimits as isize,
    /// Adopting a scorecard.
    ScorecardAdopt = message::Subject::ScorecardAdopt as isize,
    /// Giving an evaluator access.
    EvaluatorGrant = message::Subject::EvaluatorGrant as isize,
    /// Sharing data outside.
    DataShare = message::Subject::DataShare as isize,
    /// Recommending a practice.
    PracticeRecommend = message::Subject::PracticeRecommend as isize,
    /// The order in which the network deals with things.
    AgendaPrioritise = message::Subject::AgendaPrioritise as isize,
    /// Anything else.
    Other = message::Subject::Other as isize,
}

impl From<Subject> for i32 {
    fn from(value: Subject) -> i32 {
        value as i32
    }
}

/// A section of a charter, in their order.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CharterSection {
    /// What the network is there for.
    Purpose = message::CharterSection::Purpose as isize,
    /// Who belongs to it, and how they come to.
    Membership = message::CharterSection::Membership as isize,
    /// What members and others gain by it.
    ValueProposition = message::CharterSection::ValueProposition as isize,
    /// How it is coordinated and facilitated, and how its members talk.
    Coordination = message::CharterSection::Coordination as isize,
    /// What it lives on.
    Resources = message::CharterSection::Resources as isize,
    /// How it decides.
    Governance = message::CharterSection::Governance as isize,
    /// How it learns whether it works.
    Assessment = message::CharterSection::Assessment as isize,
    /// How members deal with each other.
    OperatingPrinciples = message::CharterSection::OperatingPrinciples as isize,
}

impl From<CharterSection> for i32 {
    fn from(value: CharterSection) -> i32 {
        value as i32
    }
}

/// On which side of a threshold one must be.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bound {
    /// On it or above.
    AtLeast = message::Bound::AtLeast as isize,
    /// Above it.
    MoreThan = message::Bound::MoreThan as isize,
    /// On it or below; not for a quorum.
    AtMost = message::Bound::AtMost as isize,
}

impl From<Bound> for i32 {
    fn from(value: Bound) -> i32 {
        value as i32
    }
}

/// What an option of a decision means.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Icon {
    /// In favour.
    Agree = message::Icon::Agree as isize,
    /// Against.
    Disagree = message::Icon::Disagree as isize,
    /// Neither, and not in the way.
    StandAside = message::Icon::StandAside as isize,
    /// Against, and in the way.
    Block = message::Icon::Block as isize,
    /// No objection.
    Consent = message::Icon::Consent as isize,
    /// One of several things or persons to choose from.
    Item = message::Icon::Item as isize,
}

impl From<Icon> for i32 {
    fn from(value: Icon) -> i32 {
        value as i32
    }
}

/// Of what a share is taken, in weight.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Base {
    /// Every ballot that was cast, abstentions included.
    Cast = message::Base::Cast as isize,
    /// Every ballot that was cast, without abstentions.
    CastWithoutAbstentions = message::Base::CastWithoutAbstentions as isize,
    /// Everyone who may vote.
    Roll = message::Base::Roll as isize,
}

impl From<Base> for i32 {
    fn from(value: Base) -> i32 {
        value as i32
    }
}

/// How rankings are counted.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RankedRule {
    /// The last one drops out, round by round, until somebody has more than half.
    InstantRunoff = message::RankedRule::InstantRunoff as isize,
    /// Pair by pair: Copeland, then minimax margins.
    Condorcet = message::RankedRule::Condorcet as isize,
    /// Points by rank.
    Borda = message::RankedRule::Borda as isize,
    /// A single transferable vote for many seats: weighted inclusive Gregory, Droop quota.
    ScottishStv = message::RankedRule::ScottishStv as isize,
    /// A single transferable vote for many seats, by Meek's method.
    MeekStv = message::RankedRule::MeekStv as isize,
}

impl From<RankedRule> for i32 {
    fn from(value: RankedRule) -> i32 {
        value as i32
    }
}

/// When it is fixed who may vote.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RollMoment {
    /// When the decision is called.
    Call = message::RollMoment::Call as isize,
    /// When voting opens.
    Opening = message::RollMoment::Opening as isize,
}

impl From<RollMoment> for i32 {
    fn from(value: RollMoment) -> i32 {
        value as i32
    }
}

/// Who learns how somebody voted.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Secrecy {
    /// Members, at once.
    Open = message::Secrecy::Open as isize,
    /// Members, once voting is over.
    OpenAfterClose = message::Secrecy::OpenAfterClose as isize,
    /// Nobody, ever.
    Secret = message::Secrecy::Secret as isize,
}

impl From<Secrecy> for i32 {
    fn from(value: Secrecy) -> i32 {
        value as i32
    }
}

/// When figures are shown.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ResultsShown {
    /// While voting goes on.
    Live = message::ResultsShown::Live as isize,
    /// To those who have voted, and to everyone once voting is over.
    AfterOwnVote = message::ResultsShown::AfterOwnVote as isize,
    /// Once voting is over.
    AfterClose = message::ResultsShown::AfterClose as isize,
}

impl From<ResultsShown> for i32 {
    fn from(value: ResultsShown) -> i32 {
        value as i32
    }
}

/// Whether a ballot may be changed.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BallotChange {
    /// Until voting is over.
    UntilClose = message::BallotChange::UntilClose as isize,
    /// Not at all; a secret ballot is always final.
    Never = message::BallotChange::Never as isize,
}

impl From<BallotChange> for i32 {
    fn from(value: BallotChange) -> i32 {
        value as i32
    }
}

/// Whether a ballot comes with reasons.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reasons {
    /// It does not; a secret ballot never does.
    None = message::Reasons::None as isize,
    /// It may.
    Optional = message::Reasons::Optional as isize,
    /// It must.
    Required = message::Reasons::Required as isize,
    /// It must when it disagrees or blocks.
    ForDisagreeAndBlock = message::Reasons::ForDisagreeAndBlock as isize,
    /// It must when it blocks.
    ForBlock = message::Reasons::ForBlock as isize,
}

impl From<Reasons> for i32 {
    fn from(value: Reasons) -> i32 {
        value as i32
    }
}

/// What becomes of the entry of somebody who leaves the network while voting goes on.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leavers {
    /// It stays.
    Keep = message::Leavers::Keep as isize,
    /// It is void.
    Void = message::Leavers::Void as isize,
}

impl From<Leavers> for i32 {
    fn from(value: Leavers) -> i32 {
        value as i32
    }
}

/// When voting may end before its time.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EarlyClose {
    /// Never.
    Never = message::EarlyClose::Never as isize,
    /// When everyone has voted.
    AllVoted = message::EarlyClose::AllVoted as isize,
    /// When no ballot that may still come could change the result.
    Decided = message::EarlyClose::Decided as isize,
}

impl From<EarlyClose> for i32 {
    fn from(value: EarlyClose) -> i32 {
        value as i32
    }
}

/// Whether a time suits.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Availability {
    /// It does.
    Yes = message::Availability::Yes as isize,
    /// It might.
    Maybe = message::Availability::Maybe as isize,
    /// It does not.
    No = message::Availability::No as isize,
}

impl From<Availability> for i32 {
    fn from(value: Availability) -> i32 {
        value as i32
    }
}
