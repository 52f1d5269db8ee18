//! Whether a policy contradicts itself. Pure checks of one value; which of two policies is the
//! stricter is told by [`strictness`].

use std::collections::BTreeSet;

use events::{
    BallotChange, Base, Bound, Constituency, DecisionPolicy, DelegationRule, EarlyClose,
    HeldElsewhere, Icon, Judge, Leavers, Method, Quorum, QuorumSize, RankedRule, Reasons,
    ResultsShown, RoleName, RollUnit, Secrecy, Share, Subject, TieRule,
};

use crate::counting::constituencies::are_asked;

pub mod strictness;

#[cfg(test)]
pub(crate) mod tests;

/// How many hours voting, a discussion, an extension or a challenge may last at most: a leap year.
pub const HOURS_MAX: u32 = 8_784;

/// In how many days something decided may be reviewed or expire at most: a hundred years.
pub const DAYS_MAX: u32 = 36_525;

/// How often voting may be extended at most.
pub const EXTENSIONS_MAX: u32 = 12;

/// How many characters a name in a charter has at most.
pub const NAME_CHARACTERS_MAX: usize = 100;

/// How many characters the name of a constituency has at most.
pub const CONSTITUENCY_CHARACTERS_MAX: usize = 60;

/// Every subject, in the order in which a charter lists them.
pub const SUBJECTS: [Subject; 25] = [
    Subject::CharterRatify,
    Subject::CharterAmend,
    Subject::PolicyAmend,
    Subject::NetworkType,
    Subject::NetworkPause,
    Subject::NetworkDissolve,
    Subject::NetworkLink,
    Subject::MembershipAdmit,
    Subject::MembershipSuspend,
    Subject::MembershipExpel,
    Subject::MandateConfer,
    Subject::MandateRecall,
    Subject::GroupForm,
    Subject::GroupClose,
    Subject::ProjectEndorse,
    Subject::GoalAdopt,
    Subject::FundOpen,
    Subject::FundAllocate,
    Subject::LedgerLimits,
    Subject::ScorecardAdopt,
    Subject::EvaluatorGrant,
    Subject::DataShare,
    Subject::PracticeRecommend,
    Subject::AgendaPrioritise,
    Subject::Other,
];

/// How a policy contradicts itself; the sentence says what to change.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolicyFault {
    /// It has no name, or one that is too long.
    #[error("its name must have between 1 and {NAME_CHARACTERS_MAX} characters")]
    NameUnusable,
    /// It decides on nothing.
    #[error("it decides on nothing; name a subject")]
    SubjectsEmpty,
    /// Its method gives no yes or no where the subject needs one.
    #[error("its method never adopts a proposal, and {0} needs one that does")]
    MethodNeverAdopts(Subject),
    /// Its method chooses nobody and nothing where the subject needs a choice.
    #[error("its method only advises or finds a time, and {0} needs a choice")]
    MethodNeverChooses(Subject),
    /// Nobody wins.
    #[error("nobody can win; at least one option must")]
    WinnersZero,
    /// Nobody is elected.
    #[error("it elects to no seat; give it at least one")]
    SeatsZero,
    /// A rule for one winner is to fill several seats.
    #[error("its ranking rule finds one winner; take a transferable vote, or one seat")]
    SeatsAboveRule,
    /// A ballot ranks nothing.
    #[error("a ballot may rank nothing; allow at least one rank, or leave the limit out")]
    RanksZero,
    /// A ballot chooses nothing.
    #[error("a ballot may choose nothing; allow at least one choice")]
    ChoicesZero,
    /// A ballot has to choose more than it may.
    #[error("a ballot must choose more options than it may; lower the least or raise the most")]
    ChoicesReversed,
    /// All scores are the same.
    #[error("its highest score is not above its lowest")]
    ScoreRangeEmpty,
    /// A ballot has no dots.
    #[error("a ballot has no dots; give it at least one")]
    DotsZero,
    /// Nobody decides.
    #[error("no class of members decides; name one")]
    ClassesEmpty,
    /// The table of weights names nobody.
    #[error("its table of weights is empty; name the parties that decide")]
    WeightsEmpty,
    /// Somebody decides without weight.
    #[error("a weight is zero; give it a weight, or leave the party out")]
    WeightZero,
    /// Somebody stands in the table twice.
    #[error("a party stands in its table of weights twice")]
    WeightRepeated,
    /// A constituency has no name, or one that is too long.
    #[error("a constituency must have between 1 and {CONSTITUENCY_CHARACTERS_MAX} characters")]
    ConstituencyUnusable,
    /// There is but one constituency that the quorum could be of each of.
    #[error("its quorum is of each constituency, and there is one; ask it of the whole roll")]
    ConstituencyAlone,
    /// The quorum is a share of nothing.
    #[error("its quorum is a fraction with the denominator 0")]
    QuorumDenominatorZero,
    /// The quorum is more than everybody.
    #[error("its quorum is above the whole roll; ask for all of it at most")]
    QuorumAboveAll,
    /// The quorum asks for nobody.
    #[error("its quorum asks for nobody; leave it out, or ask for more")]
    QuorumEmpty,
    /// The quorum limits who may take part.
    #[error("a quorum is a least number; say at least, or more than")]
    QuorumAtMost,
    /// The method needs to know how many must agree.
    #[error("it does not say how many must agree; require at least, or more than, a share")]
    AgreementNotRequired,
    /// The method takes no requirements.
    #[error("its method decides by itself; leave the requirements out")]
    RequirementsUnused,
    /// A requirement is about ballots that nobody can cast.
    #[error("a requirement is about ballots that its method does not have")]
    RequirementForeign,
    /// A requirement is a share of nothing.
    #[error("a requirement is a fraction with the denominator 0")]
    RequirementDenominatorZero,
    /// A requirement is more than everything.
    #[error("a requirement is above the whole; ask for all of it at most")]
    RequirementAboveAll,
    /// A requirement is always met.
    #[error("a requirement is met whatever happens; leave it out, or ask for something")]
    RequirementEmpty,
    /// Abstentions help a requirement to be met.
    #[error("at most a share of all that is cast grows by abstaining; take it of another base")]
    CapOfCast,
    /// Too much agreement prevents adoption.
    #[error("it limits how many may agree; require at least, or more than, a share")]
    AgreementCapped,
    /// Dissent is needed for adoption.
    #[error("it requires dissent; limit it with at most a share instead")]
    DissentRequired,
    /// Consent without a rule on objections.
    #[error("consent needs a rule on objections: who judges them")]
    ObjectionsMissing,
    /// Objections where nothing depends on them.
    #[error("only consent has objections; leave them out, or decide by consent")]
    ObjectionsUnused,
    /// Voting lasts no time.
    #[error("voting must last at least one hour")]
    WindowZero,
    /// Voting must last longer than it may.
    #[error("voting must last longer than it may; lower the least or raise the most")]
    WindowReversed,
    /// A time is longer than a year.
    #[error("a time is longer than {HOURS_MAX} hours")]
    HoursAboveMax,
    /// A number of days is zero.
    #[error("a review or an expiry after 0 days; leave it out, or give it a day")]
    DaysZero,
    /// A number of days is above a century.
    #[error("a number of days is above {DAYS_MAX}")]
    DaysAboveMax,
    /// What has expired is to be reviewed.
    #[error("what it decides expires before its review; review it earlier")]
    ReviewAfterSunset,
    /// Voting is extended by nothing, or not at all.
    #[error("an extension needs at least one time and one hour; leave it out otherwise")]
    ExtensionEmpty,
    /// Voting is extended again and again.
    #[error("voting may be extended {EXTENSIONS_MAX} times at most")]
    ExtensionEndless,
    /// Nothing leads to an extension.
    #[error("an extension needs an occasion: too few took part, or a tie")]
    ExtensionWithoutOccasion,
    /// An extension for want of a quorum that is not asked for.
    #[error("it extends voting when there is no quorum, and has none; ask for one")]
    ExtensionWithoutQuorum,
    /// An extension for a tie that cannot come about.
    #[error("it extends voting when there is a tie, and its method has none")]
    ExtensionWithoutTies,
    /// A chain of delegates has no link.
    #[error("a vote may be lent through 0 steps; allow one, or no delegation")]
    StepsZero,
    /// A delegate carries nothing.
    #[error("a delegate may carry 0 votes; allow one, or no delegation")]
    CarriedZero,
    /// Reasons are asked of ballots that nobody can cast.
    #[error("it asks for reasons with ballots that its method does not have")]
    ReasonsForeign,
    /// Voting ends when the result is settled, and it never is.
    #[error("while ballots may be changed nothing is settled; forbid that, or do not close early")]
    DecidedWhileBallotsChange,
    /// Voting ends when the result is settled, and figures do not settle it.
    #[error("its method is settled by no figure before the end; do not close when it is decided")]
    DecidedWithoutFigures,
    /// The same question is voted on again and again.
    #[error("its method leaves nothing to vote on in a second round; break ties otherwise")]
    SecondRoundEndless,
    /// A result cannot be challenged in the time given.
    #[error("a result can be challenged for 0 hours; leave challenges out, or give them time")]
    ChallengeWindowZero,
    /// A role that the charter does not describe.
    #[error("the charter has no role named {0}; define it first")]
    RoleUnknown(RoleName),
    /// Figures while voting goes on tell who voted how.
    #[error("figures during the vote betray ballots; show results after close")]
    ResultsBetrayBallots,
    /// Secret ballots are lent.
    #[error("secret votes cannot be lent: the delegate's ballot would have to be open")]
    SecretDelegated,
    /// Secret ballots come with reasons.
    #[error("secret ballots come without reasons")]
    SecretWithReasons,
    /// Secret ballots are changed.
    #[error("secret ballots cannot be changed: nobody could tell whose they are")]
    SecretChanged,
    /// Secret ballots become void.
    #[error("secret ballots of those who leave cannot be found; keep them")]
    SecretVoided,
    /// Secret ballots stop the vote.
    #[error("closing when it is decided betrays secret ballots; do not close early for that")]
    SecretClosedWhenDecided,
    /// Secret ballots are counted before the end.
    #[error("a tie is known only when the box is opened; secret votes are not extended for it")]
    SecretExtendedWhenTied,
    /// Secret ballots are known by their weight.
    #[error("different weights betray secret ballots; give all the same, or vote openly")]
    SecretWeighted,
    /// A secret ballot may be no presence.
    #[error("nobody knows whose secret ballot abstains; count abstentions and blanks in each part")]
    SecretConstituencies,
    /// A vote is held elsewhere, and not secret.
    #[error("a vote held elsewhere comes back without names; make it secret, or hold it here")]
    ElsewhereNotSecret,
    /// The system elsewhere has no name, or one that is too long.
    #[error("name the system the vote is held in, in 1 to {NAME_CHARACTERS_MAX} characters")]
    ElsewhereUnnamed,
    /// Nobody has time to report a result.
    #[error("a result from elsewhere is waited for 0 hours; give it at least one")]
    ReportHoursZero,
    /// A reported result cannot be doubted.
    #[error("what was counted elsewhere cannot be counted again here; let it be challenged")]
    ElsewhereUnchallenged,
    /// A vote elsewhere is ended or extended by what is not known here.
    #[error("nobody here knows who voted elsewhere; do not close early, and do not extend")]
    ElsewhereClosing,
    /// A result from elsewhere tells nothing of the parts of the roll.
    #[error("nobody here knows of which constituency voted elsewhere; ask the whole roll")]
    ElsewhereConstituencies,
    /// Secret objections.
    #[error("objections are raised by name; consent cannot be secret")]
    SecretConsent,
}

/// What the options of a decision by `method` may mean.
pub fn icons(method: &Method) -> &'static [Icon] {
    match method {
        Method::Majority {} | Method::Advice {} => &[Icon::Agree, Icon::Disagree],
        Method::ProposalWithBlock { .. } => &[Icon::Agree, Icon::Disagree, Icon::Block],
        Method::Consent {} => &[Icon::Consent],
        Method::Consensus {} => &[Icon::Agree, Icon::Disagree, Icon::StandAside, Icon::Block],
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => &[Icon::Item],
    }
}

/// Tells whether a decision by `method` can adopt a proposal, as opposed to electing or advising.
pub fn adopts_proposals(method: &Method) -> bool {
    match method {
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {} => true,
        Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => false,
    }
}

/// Tells whether a decision on `subject` is a yes or a no, and nothing else.
///
/// Offices and orders of business may be elected and ranked, and means or practices chosen from
/// several; everything that changes what binds the members is adopted or not.
pub fn needs_adoption(subject: Subject) -> bool {
    match subject {
        Subject::CharterRatify
        | Subject::CharterAmend
        | Subject::PolicyAmend
        | Subject::NetworkType
        | Subject::NetworkPause
        | Subject::NetworkDissolve
        | Subject::NetworkLink
        | Subject::MembershipAdmit
        | Subject::MembershipSuspend
        | Subject::MembershipExpel
        | Subject::MandateRecall
        | Subject::GroupForm
        | Subject::GroupClose
        | Subject::GoalAdopt
        | Subject::FundOpen
        | Subject::LedgerLimits
        | Subject::ScorecardAdopt
        | Subject::EvaluatorGrant
        | Subject::DataShare => true,
        Subject::MandateConfer
        | Subject::ProjectEndorse
        | Subject::FundAllocate
        | Subject::PracticeRecommend
        | Subject::AgendaPrioritise
        | Subject::Other => false,
    }
}

/// The first way in which `policy` contradicts itself; `None` when it does not.
///
/// `roles` are those that the charter describes.
pub fn fault(policy: &DecisionPolicy, roles: &BTreeSet<RoleName>) -> Option<PolicyFault> {
    check(policy, roles).err()
}

/// Tells whether `name` can name something in a charter.
pub fn usable_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX
}

/// Tells whether `name` can name a constituency: not empty, not too long, and with no space around
/// it.
pub fn usable_constituency(name: &str) -> bool {
    let short = (1..=CONSTITUENCY_CHARACTERS_MAX).contains(&name.chars().count());
    short && name.trim() == name
}

/// How many constituencies an electorate can have.
fn constituencies(policy: &DecisionPolicy) -> usize {
    match &policy.electorate.unit {
        RollUnit::Person {} | RollUnit::Organisation {} => policy.electorate.classes.len(),
        RollUnit::Weighted { weights } => {
            weights.iter().map(|it| it.constituency.as_ref()).collect::<BTreeSet<_>>().len()
        }
    }
}

fn check(policy: &DecisionPolicy, roles: &BTreeSet<RoleName>) -> Result<(), PolicyFault> {
    refuse_if(!usable_name(&policy.name.0), PolicyFault::NameUnusable)?;
    subjects(policy)?;
    method(&policy.method)?;
    electorate(policy)?;
    quorum(policy)?;
    requirements(policy)?;
    objections(policy)?;
    times(policy)?;
    extension(policy)?;
    delegation(policy.delegation)?;
    reasons(policy)?;
    ends(policy)?;
    secrecy(policy)?;
    elsewhere(policy)?;
    known_roles(policy, roles)
}

fn refuse_if(faulty: bool, fault: PolicyFault) -> Result<(), PolicyFault> {
    if faulty { Err(fault) } else { Ok(()) }
}

fn subjects(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    refuse_if(policy.subjects.is_empty(), PolicyFault::SubjectsEmpty)?;
    let adopts = adopts_proposals(&policy.method);
    if let Some(subject) = policy.subjects.iter().find(|it| !adopts && needs_adoption(**it)) {
        return Err(PolicyFault::MethodNeverAdopts(*subject));
    }
    let chooses = match policy.method {
        Method::Advice {} | Method::TimePoll {} => false,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. } => true,
    };
    // Offices go to whoever is adopted or elected, and an agenda has an order.
    let chosen = [Subject::MandateConfer, Subject::AgendaPrioritise];
    match chosen.into_iter().find(|subject| !chooses && policy.subjects.contains(subject)) {
        Some(subject) => Err(PolicyFault::MethodNeverChooses(subject)),
        None => Ok(()),
    }
}

fn method(method: &Method) -> Result<(), PolicyFault> {
    match method {
        Method::Choose { choices_min, choices_max, winners } => {
            refuse_if(*choices_max == 0, PolicyFault::ChoicesZero)?;
            refuse_if(choices_min > choices_max, PolicyFault::ChoicesReversed)?;
            refuse_if(*winners == 0, PolicyFault::WinnersZero)
        }
        Method::Score { score_min, score_max, winners } => {
            refuse_if(score_min >= score_max, PolicyFault::ScoreRangeEmpty)?;
            refuse_if(*winners == 0, PolicyFault::WinnersZero)
        }
        Method::Dots { dots_max, winners } => {
            refuse_if(*dots_max == 0, PolicyFault::DotsZero)?;
            refuse_if(*winners == 0, PolicyFault::WinnersZero)
        }
        Method::Ranked { rule, seats, ranks_max } => {
            refuse_if(*seats == 0, PolicyFault::SeatsZero)?;
            refuse_if(*ranks_max == Some(0), PolicyFault::RanksZero)?;
            let one = match rule {
                RankedRule::InstantRunoff | RankedRule::Condorcet | RankedRule::Borda => true,
                RankedRule::ScottishStv | RankedRule::MeekStv => false,
            };
            refuse_if(one && *seats > 1, PolicyFault::SeatsAboveRule)
        }
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {}
        | Method::TimePoll {} => Ok(()),
    }
}

fn electorate(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    refuse_if(policy.electorate.classes.is_empty(), PolicyFault::ClassesEmpty)?;
    match &policy.electorate.unit {
        RollUnit::Person {} | RollUnit::Organisation {} => Ok(()),
        RollUnit::Weighted { weights } => {
            refuse_if(weights.is_empty(), PolicyFault::WeightsEmpty)?;
            refuse_if(weights.iter().any(|it| it.weight == 0), PolicyFault::WeightZero)?;
            let parties: BTreeSet<_> = weights.iter().map(|it| it.party).collect();
            refuse_if(parties.len() < weights.len(), PolicyFault::WeightRepeated)?;
            let mut constituencies = weights.iter().filter_map(|it| it.constituency.as_ref());
            let unusable = |name: &Constituency| !usable_constituency(&name.0);
            refuse_if(constituencies.any(unusable), PolicyFault::ConstituencyUnusable)
        }
    }
}

fn quorum(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let Some(Quorum { size, bound, counts: _ }) = &policy.quorum else { return Ok(()) };
    let more = match bound {
        Bound::AtLeast => false,
        Bound::MoreThan => true,
        Bound::AtMost => return Err(PolicyFault::QuorumAtMost),
    };
    match size {
        QuorumSize::ShareOfRoll(Share { numerator, denominator })
        | QuorumSize::ShareOfEach(Share { numerator, denominator }) => {
            let alone = are_asked(policy) && constituencies(policy) < 2;
            refuse_if(alone, PolicyFault::ConstituencyAlone)?;
            refuse_if(*denominator == 0, PolicyFault::QuorumDenominatorZero)?;
            refuse_if(numerator > denominator, PolicyFault::QuorumAboveAll)?;
            refuse_if(more && numerator == denominator, PolicyFault::QuorumAboveAll)?;
            refuse_if(!more && *numerator == 0, PolicyFault::QuorumEmpty)
        }
        QuorumSize::Units(units) => {
            refuse_if(!more && *units == 0, PolicyFault::QuorumEmpty)?;
            let needed = u64::from(*units) + u64::from(more);
            match &policy.electorate.unit {
                RollUnit::Person {} | RollUnit::Organisation {} => Ok(()),
                RollUnit::Weighted { weights } => {
                    let entries = u64::try_from(weights.len()).unwrap_or(u64::MAX);
                    refuse_if(needed > entries, PolicyFault::QuorumAboveAll)
                }
            }
        }
    }
}

fn requirements(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let needs_agreement = match policy.method {
        Method::Majority {} | Method::ProposalWithBlock { .. } => true,
        Method::Consensus {} => false,
        Method::Consent {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => {
            return refuse_if(!policy.requirements.is_empty(), PolicyFault::RequirementsUnused);
        }
    };
    for requirement in &policy.requirements {
        let Share { numerator, denominator } = requirement.share;
        let foreign = !icons(&policy.method).contains(&requirement.icon);
        refuse_if(foreign, PolicyFault::RequirementForeign)?;
        refuse_if(denominator == 0, PolicyFault::RequirementDenominatorZero)?;
        refuse_if(numerator > denominator, PolicyFault::RequirementAboveAll)?;
        let agreement = requirement.icon == Icon::Agree;
        match requirement.bound {
            Bound::AtLeast | Bound::MoreThan if !agreement => {
                return Err(PolicyFault::DissentRequired);
            }
            Bound::AtLeast => refuse_if(numerator == 0, PolicyFault::RequirementEmpty)?,
            Bound::MoreThan => {
                refuse_if(numerator == denominator, PolicyFault::RequirementAboveAll)?;
            }
            Bound::AtMost if agreement => return Err(PolicyFault::AgreementCapped),
            Bound::AtMost => {
                refuse_if(numerator == denominator, PolicyFault::RequirementEmpty)?;
                refuse_if(requirement.base == Base::Cast, PolicyFault::CapOfCast)?;
            }
        }
    }
    let agreement = policy.requirements.iter().any(|it| it.icon == Icon::Agree);
    refuse_if(needs_agreement && !agreement, PolicyFault::AgreementNotRequired)
}

fn objections(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let consent = policy.method == Method::Consent {};
    refuse_if(consent && policy.objections.is_none(), PolicyFault::ObjectionsMissing)?;
    refuse_if(!consent && policy.objections.is_some(), PolicyFault::ObjectionsUnused)
}

fn times(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let window = policy.window;
    refuse_if(window.hours_min == 0, PolicyFault::WindowZero)?;
    refuse_if(window.hours_min > window.hours_max, PolicyFault::WindowReversed)?;
    refuse_if(window.hours_max > HOURS_MAX, PolicyFault::HoursAboveMax)?;
    refuse_if(policy.discussion_hours_min > HOURS_MAX, PolicyFault::HoursAboveMax)?;
    if let Some(challenges) = &policy.challenges {
        refuse_if(challenges.window_hours == 0, PolicyFault::ChallengeWindowZero)?;
        refuse_if(challenges.window_hours > HOURS_MAX, PolicyFault::HoursAboveMax)?;
    }
    for days in [policy.review_after_days, policy.sunset_after_days].into_iter().flatten() {
        refuse_if(days == 0, PolicyFault::DaysZero)?;
        refuse_if(days > DAYS_MAX, PolicyFault::DaysAboveMax)?;
    }
    refuse_if(policy.repeat_after_days > DAYS_MAX, PolicyFault::DaysAboveMax)?;
    match (policy.review_after_days, policy.sunset_after_days) {
        (Some(review), Some(sunset)) => refuse_if(review > sunset, PolicyFault::ReviewAfterSunset),
        (Some(_) | None, None) | (None, Some(_)) => Ok(()),
    }
}

fn extension(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let Some(extension) = policy.extension else { return Ok(()) };
    let empty = extension.times_max == 0 || extension.hours == 0;
    refuse_if(empty, PolicyFault::ExtensionEmpty)?;
    refuse_if(extension.times_max > EXTENSIONS_MAX, PolicyFault::ExtensionEndless)?;
    refuse_if(extension.hours > HOURS_MAX, PolicyFault::HoursAboveMax)?;
    let occasion = extension.if_inquorate || extension.if_tied;
    refuse_if(!occasion, PolicyFault::ExtensionWithoutOccasion)?;
    let quorum = !extension.if_inquorate || policy.quorum.is_some();
    refuse_if(!quorum, PolicyFault::ExtensionWithoutQuorum)?;
    let ties = match policy.method {
        Method::Consent {} | Method::Consensus {} | Method::Advice {} => false,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => true,
    };
    refuse_if(extension.if_tied && !ties, PolicyFault::ExtensionWithoutTies)
}

fn delegation(delegation: DelegationRule) -> Result<(), PolicyFault> {
    match delegation {
        DelegationRule::None {} => Ok(()),
        DelegationRule::SingleStep { carried_max } => {
            refuse_if(carried_max == Some(0), PolicyFault::CarriedZero)
        }
        DelegationRule::Transitive { steps_max, carried_max } => {
            refuse_if(steps_max == 0, PolicyFault::StepsZero)?;
            refuse_if(carried_max == Some(0), PolicyFault::CarriedZero)
        }
    }
}

fn reasons(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let icons = icons(&policy.method);
    let asked: &[Icon] = match policy.reasons {
        Reasons::None | Reasons::Optional | Reasons::Required => return Ok(()),
        Reasons::ForDisagreeAndBlock => &[Icon::Disagree, Icon::Block],
        Reasons::ForBlock => &[Icon::Block],
    };
    let found = asked.iter().any(|icon| icons.contains(icon));
    refuse_if(!found, PolicyFault::ReasonsForeign)
}

/// How voting ends, and what decides when it does not.
fn ends(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    match policy.early_close {
        EarlyClose::Never | EarlyClose::AllVoted => {}
        EarlyClose::Decided => {
            let settled = match policy.method {
                // An objection, a word of advice or a time may come until the end.
                Method::Consent {} | Method::Advice {} | Method::TimePoll {} => false,
                Method::Majority {}
                | Method::ProposalWithBlock { .. }
                | Method::Consensus {}
                | Method::Choose { .. }
                | Method::Score { .. }
                | Method::Dots { .. }
                | Method::Ranked { .. } => true,
            };
            refuse_if(!settled, PolicyFault::DecidedWithoutFigures)?;
            let changing = policy.ballot_change == BallotChange::UntilClose;
            refuse_if(changing, PolicyFault::DecidedWhileBallotsChange)?;
        }
    }
    match policy.tie {
        TieRule::StatusQuo {} | TieRule::CastingVote { .. } | TieRule::SeededLot {} => Ok(()),
        TieRule::SecondRound {} => match policy.method {
            // A yes or a no has the same two sides again; times have nothing to be decided for.
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {}
            | Method::TimePoll {} => Err(PolicyFault::SecondRoundEndless),
            Method::Choose { .. }
            | Method::Score { .. }
            | Method::Dots { .. }
            | Method::Ranked { .. } => Ok(()),
        },
    }
}

/// Source: section 3.4 of domain.md.
fn secrecy(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    match (policy.secrecy, policy.results) {
        (Secrecy::Open, _)
        | (Secrecy::OpenAfterClose, ResultsShown::AfterOwnVote | ResultsShown::AfterClose)
        | (Secrecy::Secret, ResultsShown::AfterClose) => {}
        (Secrecy::OpenAfterClose, ResultsShown::Live)
        | (Secrecy::Secret, ResultsShown::Live | ResultsShown::AfterOwnVote) => {
            return Err(PolicyFault::ResultsBetrayBallots);
        }
    }
    match policy.secrecy {
        Secrecy::Open | Secrecy::OpenAfterClose => return Ok(()),
        Secrecy::Secret => {}
    }
    refuse_if(policy.method == Method::Consent {}, PolicyFault::SecretConsent)?;
    refuse_if(policy.delegation != DelegationRule::None {}, PolicyFault::SecretDelegated)?;
    refuse_if(policy.reasons != Reasons::None, PolicyFault::SecretWithReasons)?;
    refuse_if(policy.ballot_change != BallotChange::Never, PolicyFault::SecretChanged)?;
    refuse_if(policy.leavers != Leavers::Keep, PolicyFault::SecretVoided)?;
    let decided = policy.early_close == EarlyClose::Decided;
    refuse_if(decided, PolicyFault::SecretClosedWhenDecided)?;
    let tied = policy.extension.is_some_and(|extension| extension.if_tied);
    refuse_if(tied, PolicyFault::SecretExtendedWhenTied)?;
    let says_nothing = |quorum: Quorum| quorum.counts.abstentions && quorum.counts.blanks;
    let told = !are_asked(policy) || policy.quorum.is_some_and(says_nothing);
    refuse_if(!told, PolicyFault::SecretConstituencies)?;
    match &policy.electorate.unit {
        RollUnit::Person {} | RollUnit::Organisation {} => Ok(()),
        RollUnit::Weighted { weights } => {
            let different: BTreeSet<u32> = weights.iter().map(|it| it.weight).collect();
            refuse_if(different.len() > 1, PolicyFault::SecretWeighted)
        }
    }
}

/// A vote that is held elsewhere comes back as a sum without names, and all at once. Source: section
/// 3.4 of domain.md.
fn elsewhere(policy: &DecisionPolicy) -> Result<(), PolicyFault> {
    let Some(HeldElsewhere { system, reported_by: _, report_hours }) = &policy.elsewhere else {
        return Ok(());
    };
    refuse_if(policy.secrecy != Secrecy::Secret, PolicyFault::ElsewhereNotSecret)?;
    refuse_if(!usable_name(system), PolicyFault::ElsewhereUnnamed)?;
    refuse_if(*report_hours == 0, PolicyFault::ReportHoursZero)?;
    refuse_if(*report_hours > HOURS_MAX, PolicyFault::HoursAboveMax)?;
    refuse_if(policy.challenges.is_none(), PolicyFault::ElsewhereUnchallenged)?;
    let early = policy.early_close != EarlyClose::Never || policy.extension.is_some();
    refuse_if(early, PolicyFault::ElsewhereClosing)?;
    refuse_if(are_asked(policy), PolicyFault::ElsewhereConstituencies)
}

fn known_roles(policy: &DecisionPolicy, roles: &BTreeSet<RoleName>) -> Result<(), PolicyFault> {
    let judges = [
        policy.objections.as_ref().map(|objections| &objections.judge),
        policy.challenges.as_ref().map(|challenges| &challenges.judge),
    ];
    let judges = judges.into_iter().flatten().filter_map(|judge| match judge {
        Judge::Role(role) => Some(role),
        Judge::RollMember {} => None,
    });
    let casting = match &policy.tie {
        TieRule::CastingVote { role } => Some(role),
        TieRule::StatusQuo {} | TieRule::SecondRound {} | TieRule::SeededLot {} => None,
    };
    let reporting = policy.elsewhere.as_ref().map(|held| &held.reported_by);
    let mut named = policy.proposer_roles.iter().chain(judges).chain(casting).chain(reporting);
    match named.find(|role| !roles.contains(*role)) {
        Some(role) => Err(PolicyFault::RoleUnknown(role.clone())),
        None => Ok(()),
    }
}

impl PolicyFault {
    /// Its stable name, in upper snake case.
    pub fn name(&self) -> &'static str {
        match self {
            PolicyFault::NameUnusable => "NAME_UNUSABLE",
            PolicyFault::SubjectsEmpty => "SUBJECTS_EMPTY",
            PolicyFault::MethodNeverAdopts(_) => "METHOD_NEVER_ADOPTS",
            PolicyFault::MethodNeverChooses(_) => "METHOD_NEVER_CHOOSES",
            PolicyFault::WinnersZero => "WINNERS_ZERO",
            PolicyFault::SeatsZero => "SEATS_ZERO",
            PolicyFault::SeatsAboveRule => "SEATS_ABOVE_RULE",
            PolicyFault::RanksZero => "RANKS_ZERO",
            PolicyFault::ChoicesZero => "CHOICES_ZERO",
            PolicyFault::ChoicesReversed => "CHOICES_REVERSED",
            PolicyFault::ScoreRangeEmpty => "SCORE_RANGE_EMPTY",
            PolicyFault::DotsZero => "DOTS_ZERO",
            PolicyFault::ClassesEmpty => "CLASSES_EMPTY",
            PolicyFault::WeightsEmpty => "WEIGHTS_EMPTY",
            PolicyFault::WeightZero => "WEIGHT_ZERO",
            PolicyFault::WeightRepeated => "WEIGHT_REPEATED",
            PolicyFault::ConstituencyUnusable => "CONSTITUENCY_UNUSABLE",
            PolicyFault::ConstituencyAlone => "CONSTITUENCY_ALONE",
            PolicyFault::QuorumDenominatorZero => "QUORUM_DENOMINATOR_ZERO",
            PolicyFault::QuorumAboveAll => "QUORUM_ABOVE_ALL",
            PolicyFault::QuorumEmpty => "QUORUM_EMPTY",
            PolicyFault::QuorumAtMost => "QUORUM_AT_MOST",
            PolicyFault::AgreementNotRequired => "AGREEMENT_NOT_REQUIRED",
            PolicyFault::RequirementsUnused => "REQUIREMENTS_UNUSED",
            PolicyFault::RequirementForeign => "REQUIREMENT_FOREIGN",
            PolicyFault::RequirementDenominatorZero => "REQUIREMENT_DENOMINATOR_ZERO",
            PolicyFault::RequirementAboveAll => "REQUIREMENT_ABOVE_ALL",
            PolicyFault::RequirementEmpty => "REQUIREMENT_EMPTY",
            PolicyFault::CapOfCast => "CAP_OF_CAST",
            PolicyFault::AgreementCapped => "AGREEMENT_CAPPED",
            PolicyFault::DissentRequired => "DISSENT_REQUIRED",
            PolicyFault::ObjectionsMissing => "OBJECTIONS_MISSING",
            PolicyFault::ObjectionsUnused => "OBJECTIONS_UNUSED",
            PolicyFault::WindowZero => "WINDOW_ZERO",
            PolicyFault::WindowReversed => "WINDOW_REVERSED",
            PolicyFault::HoursAboveMax => "HOURS_ABOVE_MAX",
            PolicyFault::DaysZero => "DAYS_ZERO",
            PolicyFault::DaysAboveMax => "DAYS_ABOVE_MAX",
            PolicyFault::ReviewAfterSunset => "REVIEW_AFTER_SUNSET",
            PolicyFault::ExtensionEmpty => "EXTENSION_EMPTY",
            PolicyFault::ExtensionEndless => "EXTENSION_ENDLESS",
            PolicyFault::ExtensionWithoutOccasion => "EXTENSION_WITHOUT_OCCASION",
            PolicyFault::ExtensionWithoutQuorum => "EXTENSION_WITHOUT_QUORUM",
            PolicyFault::ExtensionWithoutTies => "EXTENSION_WITHOUT_TIES",
            PolicyFault::StepsZero => "STEPS_ZERO",
            PolicyFault::CarriedZero => "CARRIED_ZERO",
            PolicyFault::ReasonsForeign => "REASONS_FOREIGN",
            PolicyFault::DecidedWhileBallotsChange => "DECIDED_WHILE_BALLOTS_CHANGE",
            PolicyFault::DecidedWithoutFigures => "DECIDED_WITHOUT_FIGURES",
            PolicyFault::SecondRoundEndless => "SECOND_ROUND_ENDLESS",
            PolicyFault::ChallengeWindowZero => "CHALLENGE_WINDOW_ZERO",
            PolicyFault::RoleUnknown(_) => "ROLE_UNKNOWN",
            PolicyFault::ResultsBetrayBallots => "RESULTS_BETRAY_BALLOTS",
            PolicyFault::SecretDelegated => "SECRET_DELEGATED",
            PolicyFault::SecretWithReasons => "SECRET_WITH_REASONS",
            PolicyFault::SecretChanged => "SECRET_CHANGED",
            PolicyFault::SecretVoided => "SECRET_VOIDED",
            PolicyFault::SecretClosedWhenDecided => "SECRET_CLOSED_WHEN_DECIDED",
            PolicyFault::SecretExtendedWhenTied => "SECRET_EXTENDED_WHEN_TIED",
            PolicyFault::SecretWeighted => "SECRET_WEIGHTED",
            PolicyFault::SecretConstituencies => "SECRET_CONSTITUENCIES",
            PolicyFault::SecretConsent => "SECRET_CONSENT",
            PolicyFault::ElsewhereNotSecret => "ELSEWHERE_NOT_SECRET",
            PolicyFault::ElsewhereUnnamed => "ELSEWHERE_UNNAMED",
            PolicyFault::ReportHoursZero => "REPORT_HOURS_ZERO",
            PolicyFault::ElsewhereUnchallenged => "ELSEWHERE_UNCHALLENGED",
            PolicyFault::ElsewhereClosing => "ELSEWHERE_CLOSING",
            PolicyFault::ElsewhereConstituencies => "ELSEWHERE_CONSTITUENCIES",
        }
    }
}
