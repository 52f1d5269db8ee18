//! Values of the domain and of the wire, both ways. What is unspecified has a stated default or is
//! refused.

use events::{
    AttendanceMode, AttendanceSource, CorrectionReason, FieldVisibility, Intensity,
    MembershipClass, NetworkType, ProfileField, Ratings, RepresentationScope, TieBasis, TieKind,
    TieVisibility,
};
use kernel::ErrorCode;
use roster::Status as MemberStatus;
use tonic::Status;
use wire::{read, weft::membership::v1 as message};

/// Reads an enum, refusing numbers that this version does not know.
fn known<E: TryFrom<i32>>(value: i32, field: &str) -> Result<E, Status> {
    E::try_from(value).map_err(|_| {
        let message = format!("{value} is not a value of {field} that is known here");
        wire::status(ErrorCode::Invalid, "VALUE_UNKNOWN", Some(field), &message)
    })
}

pub(super) fn network_type(value: i32) -> Result<NetworkType, Status> {
    match known(value, "types")? {
        message::NetworkType::Unspecified => Err(read::missing("types")),
        message::NetworkType::Connectivity => Ok(NetworkType::Connectivity),
        message::NetworkType::Alignment => Ok(NetworkType::Alignment),
        message::NetworkType::Production => Ok(NetworkType::Production),
    }
}

pub(super) fn network_type_message(value: NetworkType) -> message::NetworkType {
    match value {
        NetworkType::Connectivity => message::NetworkType::Connectivity,
        NetworkType::Alignment => message::NetworkType::Alignment,
        NetworkType::Production => message::NetworkType::Production,
    }
}

pub(super) fn profile_field(value: i32) -> Result<ProfileField, Status> {
    match known(value, "field")? {
        message::ProfileField::Unspecified => Err(read::missing("field")),
        message::ProfileField::Name => Ok(ProfileField::Name),
        message::ProfileField::Email => Ok(ProfileField::Email),
        message::ProfileField::Phone => Ok(ProfileField::Phone),
        message::ProfileField::Place => Ok(ProfileField::Place),
        message::ProfileField::About => Ok(ProfileField::About),
    }
}

pub(super) fn profile_field_message(value: ProfileField) -> message::ProfileField {
    match value {
        ProfileField::Name => message::ProfileField::Name,
        ProfileField::Email => message::ProfileField::Email,
        ProfileField::Phone => message::ProfileField::Phone,
        ProfileField::Place => message::ProfileField::Place,
        ProfileField::About => message::ProfileField::About,
    }
}

pub(super) fn field_visibility(value: i32) -> Result<FieldVisibility, Status> {
    match known(value, "visibility")? {
        message::FieldVisibility::Unspecified | message::FieldVisibility::Owner => {
            Ok(FieldVisibility::Owner)
        }
        message::FieldVisibility::Network => Ok(FieldVisibility::Network),
        message::FieldVisibility::Public => Ok(FieldVisibility::Public),
    }
}

pub(super) fn field_visibility_message(value: FieldVisibility) -> message::FieldVisibility {
    match value {
        FieldVisibility::Owner => message::FieldVisibility::Owner,
        FieldVisibility::Network => message::FieldVisibility::Network,
        FieldVisibility::Public => message::FieldVisibility::Public,
    }
}

pub(super) fn membership_class_message(value: MembershipClass) -> message::MembershipClass {
    match value {
        MembershipClass::Founder => message::MembershipClass::Founder,
        MembershipClass::Member => message::MembershipClass::Member,
    }
}

pub(super) fn member_status_message(value: MemberStatus) -> message::MemberStatus {
    match value {
        MemberStatus::Active => message::MemberStatus::Active,
        MemberStatus::Suspended => message::MemberStatus::Suspended,
    }
}

pub(super) fn representation_scope(value: i32) -> Result<RepresentationScope, Status> {
    match known(value, "scopes")? {
        message::RepresentationScope::Unspecified => Err(read::missing("scopes")),
        message::RepresentationScope::Speak => Ok(RepresentationScope::Speak),
        message::RepresentationScope::Vote => Ok(RepresentationScope::Vote),
        message::RepresentationScope::CommitResources => Ok(RepresentationScope::CommitResources),
        message::RepresentationScope::HoldTies => Ok(RepresentationScope::HoldTies),
    }
}

pub(super) fn representation_scope_message(
    value: RepresentationScope,
) -> message::RepresentationScope {
    match value {
        RepresentationScope::Speak => message::RepresentationScope::Speak,
        RepresentationScope::Vote => message::RepresentationScope::Vote,
        RepresentationScope::CommitResources => message::RepresentationScope::CommitResources,
        RepresentationScope::HoldTies => message::RepresentationScope::HoldTies,
    }
}

pub(super) fn tie_kind(value: i32) -> Result<TieKind, Status> {
    match known(value, "kind")? {
        message::TieKind::Unspecified => Err(read::missing("kind")),
        message::TieKind::Knows => Ok(TieKind::Knows),
        message::TieKind::Trusts => Ok(TieKind::Trusts),
        message::TieKind::WorkedWith => Ok(TieKind::WorkedWith),
        message::TieKind::Advises => Ok(TieKind::Advises),
        message::TieKind::Funds => Ok(TieKind::Funds),
        message::TieKind::RefersTo => Ok(TieKind::RefersTo),
    }
}

pub(super) fn tie_kind_message(value: TieKind) -> message::TieKind {
    match value {
        TieKind::Knows => message::TieKind::Knows,
        TieKind::Trusts => message::TieKind::Trusts,
        TieKind::WorkedWith => message::TieKind::WorkedWith,
        TieKind::Advises => message::TieKind::Advises,
        TieKind::Funds => message::TieKind::Funds,
        TieKind::RefersTo => message::TieKind::RefersTo,
    }
}

pub(super) fn tie_basis(value: i32) -> Result<TieBasis, Status> {
    match known(value, "basis")? {
        message::TieBasis::Unspecified => Err(read::missing("basis")),
        message::TieBasis::MetInPerson => Ok(TieBasis::MetInPerson),
        message::TieBasis::WorkedTogether => Ok(TieBasis::WorkedTogether),
        message::TieBasis::Gathering => Ok(TieBasis::Gathering),
        message::TieBasis::Project => Ok(TieBasis::Project),
        message::TieBasis::Exchange => Ok(TieBasis::Exchange),
        message::TieBasis::IntroducedBy => Ok(TieBasis::IntroducedBy),
        message::TieBasis::Imported => Ok(TieBasis::Imported),
        message::TieBasis::Other => Ok(TieBasis::Other),
    }
}

pub(super) fn tie_basis_message(value: TieBasis) -> message::TieBasis {
    match value {
        TieBasis::MetInPerson => message::TieBasis::MetInPerson,
        TieBasis::WorkedTogether => message::TieBasis::WorkedTogether,
        TieBasis::Gathering => message::TieBasis::Gathering,
        TieBasis::Project => message::TieBasis::Project,
        TieBasis::Exchange => message::TieBasis::Exchange,
        TieBasis::IntroducedBy => message::TieBasis::IntroducedBy,
        TieBasis::Imported => message::TieBasis::Imported,
        TieBasis::Other => message::TieBasis::Other,
    }
}

pub(super) fn tie_visibility(value: i32) -> Result<TieVisibility, Status> {
    match known(value, "visibility")? {
        message::TieVisibility::Source => Ok(TieVisibility::Source),
        message::TieVisibility::Unspecified | message::TieVisibility::Parties => {
            Ok(TieVisibility::Parties)
        }
        message::TieVisibility::Network => Ok(TieVisibility::Network),
    }
}

pub(super) fn tie_visibility_message(value: TieVisibility) -> message::TieVisibility {
    match value {
        TieVisibility::Source => message::TieVisibility::Source,
        TieVisibility::Parties => message::TieVisibility::Parties,
        TieVisibility::Network => message::TieVisibility::Network,
    }
}

pub(super) fn intensity(value: i32) -> Result<Option<Intensity>, Status> {
    match known(value, "intensity")? {
        message::Intensity::Unspecified => Ok(None),
        message::Intensity::Awareness => Ok(Some(Intensity::Awareness)),
        message::Intensity::Cooperation => Ok(Some(Intensity::Cooperation)),
        message::Intensity::Coordination => Ok(Some(Intensity::Coordination)),
        message::Intensity::Integration => Ok(Some(Intensity::Integration)),
    }
}

/// Reads ratings; 0 is skipped. What is too large stays too large, for the rule to refuse.
pub(super) fn ratings(value: Option<message::Ratings>) -> Ratings {
    let value = value.unwrap_or_default();
    let answer = |rating: u32| (rating != 0).then(|| u8::try_from(rating).unwrap_or(u8::MAX));
    Ratings {
        reliability: answer(value.reliability),
        shared_mission: answer(value.shared_mission),
        openness: answer(value.openness),
        influence: answer(value.influence),
        involvement: answer(value.involvement),
        contribution: answer(value.contribution),
    }
}

pub(super) fn attendance_mode(value: i32) -> Result<Option<AttendanceMode>, Status> {
    match known(value, "mode")? {
        message::AttendanceMode::Unspecified => Ok(None),
        message::AttendanceMode::InPerson => Ok(Some(AttendanceMode::InPerson)),
        message::AttendanceMode::Online => Ok(Some(AttendanceMode::Online)),
    }
}

pub(super) fn attendance_mode_message(value: AttendanceMode) -> message::AttendanceMode {
    match value {
        AttendanceMode::InPerson => message::AttendanceMode::InPerson,
        AttendanceMode::Online => message::AttendanceMode::Online,
    }
}

pub(super) fn attendance_source(value: i32) -> Result<AttendanceSource, Status> {
    match known(value, "source")? {
        message::AttendanceSource::Unspecified => Err(read::missing("source")),
        message::AttendanceSource::CheckIn => Ok(AttendanceSource::CheckIn),
        message::AttendanceSource::Host => Ok(AttendanceSource::Host),
        message::AttendanceSource::Attendee => Ok(AttendanceSource::Attendee),
        message::AttendanceSource::Import => Ok(AttendanceSource::Import),
    }
}

pub(super) fn attendance_source_message(value: AttendanceSource) -> message::AttendanceSource {
    match value {
        AttendanceSource::CheckIn => message::AttendanceSource::CheckIn,
        AttendanceSource::Host => message::AttendanceSource::Host,
        AttendanceSource::Attendee => message::AttendanceSource::Attendee,
        AttendanceSource::Import => message::AttendanceSource::Import,
    }
}

pub(super) fn correction_reason(value: i32) -> Result<CorrectionReason, Status> {
    match known(value, "reason")? {
        message::CorrectionReason::Unspecified => Err(read::missing("reason")),
        message::CorrectionReason::WasAbsent => Ok(CorrectionReason::WasAbsent),
        message::CorrectionReason::MistakenIdentity => Ok(CorrectionReason::MistakenIdentity),
        message::CorrectionReason::WrongMode => Ok(CorrectionReason::WrongMode),
    }
}
