//! Which right each RPC asks for. What is not in the table is refused.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use prost::Message as _;
use prost_types::FileDescriptorSet;

#[cfg(test)]
mod tests;

/// Who may call an RPC, as far as that can be said before the thing concerned is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Right {
    /// Everybody, also without a token.
    Anyone,
    /// Everybody with a token. What they get to see is sorted out per field and per event.
    SignedIn,
    /// Persons, who act for themselves or for an organisation.
    Person,
    /// The operator.
    Operator,
    /// The person concerned, or the operator. The service checks that it is the person concerned.
    PersonOrOperator,
    /// Members of the network concerned.
    Member,
    /// Members of the network concerned, and the operator.
    MemberOrOperator,
}

/// Every RPC, by its path, and the right that it asks for.
///
/// The comments name the finer rules, which are the deciders'.
#[rustfmt::skip]
pub const RIGHTS: &[(&str, Right)] = &[
    ("/weft.membership.v1.NetworkService/FoundNetwork", Right::PersonOrOperator),
    ("/weft.membership.v1.NetworkService/NameFounders", Right::Operator), // of an import's network
    ("/weft.membership.v1.NetworkService/JoinAsFounder", Right::Person), // named as a founder
    ("/weft.membership.v1.NetworkService/DeclareNetworkType", Right::Member), // founders, then decisions
    ("/weft.membership.v1.NetworkService/OpenMembership", Right::Member), // founders, then decisions
    ("/weft.membership.v1.NetworkService/CloseMembership", Right::Member), // founders, then decisions
    ("/weft.membership.v1.NetworkService/GetNetwork", Right::MemberOrOperator),
    ("/weft.membership.v1.NetworkService/BatchGetNetworks", Right::SignedIn), // one's own; the operator: all
    ("/weft.membership.v1.NetworkService/ListNetworks", Right::SignedIn), // one's own; the operator: all

    ("/weft.membership.v1.PersonService/RegisterPerson", Right::Operator),
    ("/weft.membership.v1.PersonService/UpdateProfile", Right::Person), // one's own
    ("/weft.membership.v1.PersonService/SetFieldVisibility", Right::Person), // one's own
    ("/weft.membership.v1.PersonService/ErasePerson", Right::PersonOrOperator),
    ("/weft.membership.v1.PersonService/GetPerson", Right::SignedIn), // visibility per field
    ("/weft.membership.v1.PersonService/BatchGetPersons", Right::SignedIn), // visibility per field
    ("/weft.membership.v1.PersonService/FindImportedPerson", Right::Operator),

    ("/weft.membership.v1.OrganisationService/RegisterOrganisation", Right::Person),
    ("/weft.membership.v1.OrganisationService/AppointSteward", Right::Person), // a steward
    ("/weft.membership.v1.OrganisationService/RemoveSteward", Right::Person), // a steward
    ("/weft.membership.v1.OrganisationService/ClaimAffiliation", Right::Person),
    ("/weft.membership.v1.OrganisationService/ConfirmAffiliation", Right::Person), // a steward
    ("/weft.membership.v1.OrganisationService/EndAffiliation", Right::Person), // themselves or a steward
    ("/weft.membership.v1.OrganisationService/AuthoriseRepresentation", Right::Person), // a steward
    ("/weft.membership.v1.OrganisationService/WithdrawRepresentation", Right::Person), // themselves or a steward
    ("/weft.membership.v1.OrganisationService/ListRepresentations", Right::MemberOrOperator),
    ("/weft.membership.v1.OrganisationService/GetOrganisation", Right::SignedIn),
    ("/weft.membership.v1.OrganisationService/BatchGetOrganisations", Right::SignedIn),
    ("/weft.membership.v1.OrganisationService/ListAffiliations", Right::SignedIn),

    ("/weft.membership.v1.MembershipService/InviteParty", Right::Member),
    ("/weft.membership.v1.MembershipService/AcceptInvitation", Right::Person), // the invited
    ("/weft.membership.v1.MembershipService/DeclineInvitation", Right::Person), // the invited
    ("/weft.membership.v1.MembershipService/ApplyForMembership", Right::Person), // while it is open
    ("/weft.membership.v1.MembershipService/WithdrawApplication", Right::Person), // the applicant
    ("/weft.membership.v1.MembershipService/AdmitMember", Right::Member), // founders, then decisions
    ("/weft.membership.v1.MembershipService/DeclineApplication", Right::Member), // a founder, then decisions
    ("/weft.membership.v1.MembershipService/ResignMembership", Right::Person), // the member
    ("/weft.membership.v1.MembershipService/ListMembers", Right::MemberOrOperator),

    ("/weft.membership.v1.TieService/DeclareTie", Right::Member), // as its source
    ("/weft.membership.v1.TieService/AcknowledgeTie", Right::Person), // its target
    ("/weft.membership.v1.TieService/AssessTie", Right::Person), // its source
    ("/weft.membership.v1.TieService/WithdrawTie", Right::Person), // its source
    ("/weft.membership.v1.TieService/ListTies", Right::MemberOrOperator), // visibility per tie

    ("/weft.membership.v1.GatheringService/PlanGathering", Right::Member),
    ("/weft.membership.v1.GatheringService/RecordAttendance", Right::Member),
    ("/weft.membership.v1.GatheringService/CorrectAttendance", Right::Member),
    ("/weft.membership.v1.GatheringService/HoldGathering", Right::Member),
    ("/weft.membership.v1.GatheringService/ImportAttendance", Right::Operator),
    ("/weft.membership.v1.GatheringService/GetGathering", Right::MemberOrOperator),
    ("/weft.membership.v1.GatheringService/ListGatherings", Right::MemberOrOperator),
    ("/weft.membership.v1.GatheringService/ListAttendance", Right::MemberOrOperator),

    ("/weft.governance.v1.CharterService/OpenCharterDraft", Right::Member), // a founder
    ("/weft.governance.v1.CharterService/EditCharterDraft", Right::Member), // a founder
    ("/weft.governance.v1.CharterService/SubmitCharter", Right::Member), // a founder
    ("/weft.governance.v1.CharterService/ReopenCharterDraft", Right::Member), // a founder
    ("/weft.governance.v1.CharterService/RatifyCharter", Right::Member), // a founder
    ("/weft.governance.v1.CharterService/AnnotateCharter", Right::Member),
    ("/weft.governance.v1.CharterService/GetCharter", Right::MemberOrOperator),
    ("/weft.governance.v1.CharterService/ListCharterVersions", Right::MemberOrOperator),
    ("/weft.governance.v1.CharterService/GetPolicy", Right::MemberOrOperator),
    ("/weft.governance.v1.CharterService/WhatWouldItTake", Right::MemberOrOperator),
    ("/weft.governance.v1.CharterService/ListCharterTemplates", Right::SignedIn),

    ("/weft.governance.v1.AgendaService/RaiseItem", Right::Member),
    ("/weft.governance.v1.AgendaService/SupportItem", Right::Member),
    ("/weft.governance.v1.AgendaService/WithdrawSupport", Right::Member),
    ("/weft.governance.v1.AgendaService/ScheduleItem", Right::Member), // who raised it, or a mandate holder
    ("/weft.governance.v1.AgendaService/CloseItem", Right::Member), // who raised it, or a mandate holder
    ("/weft.governance.v1.AgendaService/DropItem", Right::Member), // who raised it, or a mandate holder
    ("/weft.governance.v1.AgendaService/ListItems", Right::MemberOrOperator),

    ("/weft.governance.v1.GoalService/DraftGoal", Right::Member),
    ("/weft.governance.v1.GoalService/EndorseGoal", Right::Member),
    ("/weft.governance.v1.GoalService/WithdrawEndorsement", Right::Member),
    ("/weft.governance.v1.GoalService/BatchGetGoals", Right::MemberOrOperator),
    ("/weft.governance.v1.GoalService/ListGoals", Right::MemberOrOperator),

    ("/weft.governance.v1.ProposalService/DraftProposal", Right::Member), // roles by policy
    ("/weft.governance.v1.ProposalService/InviteCoAuthor", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/JoinAsCoAuthor", Right::Member), // who was invited
    ("/weft.governance.v1.ProposalService/SponsorProposal", Right::Member),
    ("/weft.governance.v1.ProposalService/WithdrawSponsorship", Right::Member), // a sponsor
    ("/weft.governance.v1.ProposalService/SubmitProposal", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/OpenDiscussion", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/RaiseConcern", Right::Member),
    ("/weft.governance.v1.ProposalService/AnswerConcern", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/WithdrawConcern", Right::Member), // who raised it
    ("/weft.governance.v1.ProposalService/OfferAmendment", Right::Member),
    ("/weft.governance.v1.ProposalService/AcceptAmendment", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/RejectAmendment", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/PromoteAmendment", Right::Member), // who offered it
    ("/weft.governance.v1.ProposalService/ReviseProposal", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/MergeProposal", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/CallDecision", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/WithdrawProposal", Right::Member), // an author
    ("/weft.governance.v1.ProposalService/GetProposal", Right::MemberOrOperator),
    ("/weft.governance.v1.ProposalService/BatchGetProposals", Right::MemberOrOperator),
    ("/weft.governance.v1.ProposalService/ListProposals", Right::MemberOrOperator),
    ("/weft.governance.v1.ProposalService/ListConcerns", Right::MemberOrOperator),

    ("/weft.governance.v1.DecisionService/CastBallot", Right::Member), // on the frozen roll
    ("/weft.governance.v1.DecisionService/WithdrawBallot", Right::Member), // on the frozen roll
    ("/weft.governance.v1.DecisionService/RecordBallotOnBehalf", Right::Member), // a mandate holder
    ("/weft.governance.v1.DecisionService/ConfirmRecordedBallot", Right::Member), // whose ballot it is
    ("/weft.governance.v1.DecisionService/RepudiateRecordedBallot", Right::Member), // whose ballot it is
    ("/weft.governance.v1.DecisionService/ContestRoll", Right::Member), // on the frozen roll or not
    ("/weft.governance.v1.DecisionService/RaiseObjection", Right::Member), // on the frozen roll
    ("/weft.governance.v1.DecisionService/AnswerObjection", Right::Member),
    ("/weft.governance.v1.DecisionService/JudgeObjection", Right::Member), // by policy
    ("/weft.governance.v1.DecisionService/WithdrawObjection", Right::Member), // who raised it
    ("/weft.governance.v1.DecisionService/DeclareConflictOfInterest", Right::Member), // on the frozen roll
    ("/weft.governance.v1.DecisionService/CloseDecision", Right::Member), // who called it
    ("/weft.governance.v1.DecisionService/RecordExternalResult", Right::Member), // a role, by policy
    ("/weft.governance.v1.DecisionService/CastTieBreak", Right::Member), // a role, by policy
    ("/weft.governance.v1.DecisionService/ChallengeResult", Right::Member), // on the frozen roll
    ("/weft.governance.v1.DecisionService/DecideChallenge", Right::Member), // by policy
    ("/weft.governance.v1.DecisionService/GetDecision", Right::MemberOrOperator), // figures by policy
    ("/weft.governance.v1.DecisionService/BatchGetDecisions", Right::MemberOrOperator), // figures by policy
    ("/weft.governance.v1.DecisionService/ListDecisions", Right::MemberOrOperator), // figures by policy
    ("/weft.governance.v1.DecisionService/ListObjections", Right::MemberOrOperator),
    ("/weft.governance.v1.DecisionService/ListBallots", Right::MemberOrOperator), // by policy
    ("/weft.governance.v1.DecisionService/GetCertificate", Right::MemberOrOperator),
    ("/weft.governance.v1.DecisionService/ListParticipation", Right::MemberOrOperator),
    ("/weft.governance.v1.DecisionService/GetConcentration", Right::MemberOrOperator),
    ("/weft.governance.v1.DecisionService/StreamDecision", Right::MemberOrOperator), // figures by policy

    ("/weft.governance.v1.DelegationService/GrantDelegation", Right::Member),
    ("/weft.governance.v1.DelegationService/AcceptDelegation", Right::Member), // the delegate
    ("/weft.governance.v1.DelegationService/DeclineDelegation", Right::Member), // the delegate
    ("/weft.governance.v1.DelegationService/SuspendDelegation", Right::Member), // the delegator
    ("/weft.governance.v1.DelegationService/ResumeDelegation", Right::Member), // the delegator
    ("/weft.governance.v1.DelegationService/RevokeDelegation", Right::Member), // the delegator
    ("/weft.governance.v1.DelegationService/ListDelegations", Right::MemberOrOperator), // visibility per delegation
    ("/weft.governance.v1.DelegationService/ListDelegates", Right::MemberOrOperator),

    ("/weft.governance.v1.RegisterService/ReportImplementation", Right::Member),
    ("/weft.governance.v1.RegisterService/ScheduleReview", Right::Member), // a mandate holder, or who called it
    ("/weft.governance.v1.RegisterService/HoldReview", Right::Member), // a mandate holder, or who called it
    ("/weft.governance.v1.RegisterService/GetResolution", Right::MemberOrOperator),
    ("/weft.governance.v1.RegisterService/BatchGetResolutions", Right::MemberOrOperator),
    ("/weft.governance.v1.RegisterService/ListResolutions", Right::MemberOrOperator),
    ("/weft.governance.v1.RegisterService/AcceptMandate", Right::Member), // who was chosen
    ("/weft.governance.v1.RegisterService/DeclineMandate", Right::Member), // who was chosen
    ("/weft.governance.v1.RegisterService/HandOverMandate", Right::Member), // the holder
    ("/weft.governance.v1.RegisterService/ResignMandate", Right::Member), // the holder
    ("/weft.governance.v1.RegisterService/ListMandates", Right::MemberOrOperator),

    ("/weft.assessment.v1.StructureService/GetStructure", Right::MemberOrOperator),
    ("/weft.assessment.v1.StructureService/CompareStructure", Right::MemberOrOperator), // visibility per tie
    ("/weft.assessment.v1.StructureService/ListStructureSeries", Right::MemberOrOperator),
    ("/weft.assessment.v1.StructureService/ExportStructure", Right::MemberOrOperator), // visibility per tie

    ("/weft.history.v1.HistoryService/StreamNetworkEvents", Right::MemberOrOperator), // visibility per event

    ("/grpc.health.v1.Health/Check", Right::Anyone),
    ("/grpc.health.v1.Health/Watch", Right::Anyone),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Right::Anyone),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Right::Anyone),
];

static TABLE: LazyLock<HashMap<&str, Right>> = LazyLock::new(|| RIGHTS.iter().copied().collect());

static OUR_RPCS: LazyLock<HashSet<String>> = LazyLock::new(|| rpcs(wire::DESCRIPTORS));

/// The right that the RPC at `path` asks for, for example `/grpc.health.v1.Health/Check`; `None`
/// when nobody has it.
pub fn right_of(path: &str) -> Option<Right> {
    TABLE.get(path).copied()
}

/// Tells whether the contract has an RPC at `path`.
pub(crate) fn is_ours(path: &str) -> bool {
    OUR_RPCS.contains(path)
}

/// The paths of all RPCs in encoded descriptors; none when they cannot be read.
fn rpcs(descriptors: &[u8]) -> HashSet<String> {
    let files = FileDescriptorSet::decode(descriptors).unwrap_or_default().file;
    let mut paths = HashSet::new();
    for file in &files {
        for service in &file.service {
            for method in &service.method {
                paths.insert(format!("/{}.{}/{}", file.package(), service.name(), method.name()));
            }
        }
    }
    paths
}
