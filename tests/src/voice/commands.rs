//! What voices ask for.

use kernel::{GatheringId, Id, IdKind, NetworkId, OrganisationId, Party, PersonId, TieId};
use serde_json::{Value, json};
use tokio_stream::iter;
use wire::{
    read,
    weft::membership::v1::{
        self as message, AttendanceMode, AttendanceSource, CorrectionReason, FieldVisibility,
        ImportAttendanceRequest, ImportAttendanceResponse, ImportHeader, ImportRow, ImportRows,
        ProfileField, RepresentationScope, TieBasis, TieKind, TieVisibility,
        gathering_service_client::GatheringServiceClient, import_attendance_request::Part,
        membership_service_client::MembershipServiceClient,
        network_service_client::NetworkServiceClient,
        organisation_service_client::OrganisationServiceClient,
        person_service_client::PersonServiceClient, tie_service_client::TieServiceClient,
    },
};

use super::{
    Receipt, Voice,
    graphql::{enum_name, global, global_party, local},
};
use crate::{Protocol, Refusal, time};

/// How many rows one message of an import carries.
const ROWS_MAX: usize = 1_000;

/// Who may read the names of the registered.
const NAMES: FieldVisibility = FieldVisibility::Network;

type Outcome = Result<Receipt, Refusal>;

impl Voice<'_> {
    /// Makes a person known, whose name the members of their networks may read.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn register(&self, name: &str) -> Result<PersonId, Refusal> {
        self.register_person(name).await.map(|(person, _)| person)
    }

    /// As [`Voice::register`], with the receipt.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn register_person(&self, name: &str) -> Result<(PersonId, Receipt), Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RegisterPersonRequest {
                    command: Some(self.command()),
                    name: name.to_owned(),
                    name_visibility: NAMES.into(),
                };
                let answer = PersonServiceClient::new(self.line()).register_person(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                Ok((parsed(&answer.person_id), self.receipt(Ok(answer.receipt))?))
            }
            Protocol::GraphQl => {
                let visibility = enum_name(NAMES.as_str_name(), "FIELD_VISIBILITY_");
                let input = json!({ "name": name, "nameVisibility": visibility });
                let payload = self.mutate("registerPerson", input, "person { id }").await?;
                Ok((local(&payload["person"]["id"]), self.receipt_of(&payload)))
            }
        }
    }

    /// Gives a field of one's own profile a new value.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn update_profile(
        &self,
        person: PersonId,
        field: ProfileField,
        value: &str,
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::UpdateProfileRequest {
                    command: Some(self.command()),
                    person_id: person.to_string(),
                    changes: vec![message::ProfileEntry {
                        field: field.into(),
                        value: value.to_owned(),
                        visibility: 0,
                    }],
                };
                let answer = PersonServiceClient::new(self.line()).update_profile(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let field = enum_name(field.as_str_name(), "PROFILE_FIELD_");
                let changes = json!([{ "field": field, "value": value }]);
                let input = json!({ "personId": global(person), "changes": changes });
                self.done("updateProfile", input).await
            }
        }
    }

    /// Destroys a person's key.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn erase(&self, person: PersonId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ErasePersonRequest {
                    command: Some(self.command()),
                    person_id: person.to_string(),
                };
                let answer = PersonServiceClient::new(self.line()).erase_person(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.done("erasePerson", json!({ "personId": global(person) })).await
            }
        }
    }

    /// Founds a network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn found_network(
        &self,
        name: &str,
        founders: &[PersonId],
    ) -> Result<(NetworkId, Receipt), Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::FoundNetworkRequest {
                    command: Some(self.command()),
                    name: name.to_owned(),
                    purpose: "To keep the old city alive".to_owned(),
                    founder_ids: founders.iter().map(PersonId::to_string).collect(),
                };
                let answer = NetworkServiceClient::new(self.line()).found_network(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                Ok((parsed(&answer.network_id), self.receipt(Ok(answer.receipt))?))
            }
            Protocol::GraphQl => {
                let founders: Vec<String> = founders.iter().copied().map(global).collect();
                let purpose = "To keep the old city alive";
                let input = json!({ "name": name, "purpose": purpose, "founderIds": founders });
                let payload = self.mutate("foundNetwork", input, "network { id }").await?;
                Ok((local(&payload["network"]["id"]), self.receipt_of(&payload)))
            }
        }
    }

    /// Names the founders of a network that an import founded.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn name_founders(&self, network: NetworkId, founders: &[PersonId]) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::NameFoundersRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    founder_ids: founders.iter().map(PersonId::to_string).collect(),
                };
                let answer = NetworkServiceClient::new(self.line()).name_founders(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["founderIds"] = founders.iter().copied().map(global).collect();
                self.done("nameFounders", input).await
            }
        }
    }

    /// Says what a network is for.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn declare_types(
        &self,
        network: NetworkId,
        types: &[message::NetworkType],
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DeclareNetworkTypeRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    types: types.iter().map(|kind| (*kind).into()).collect(),
                };
                let mut client = NetworkServiceClient::new(self.line());
                let answer = client.declare_network_type(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let name = |kind: &message::NetworkType| {
                    enum_name(kind.as_str_name(), "NETWORK_TYPE_").to_owned()
                };
                let mut input = within(network);
                input["types"] = types.iter().map(name).collect();
                self.done("declareNetworkType", input).await
            }
        }
    }

    /// Joins a network as one of its founders.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn join_as_founder(&self, network: NetworkId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, network_id) = (Some(self.command()), network.to_string());
                let request = message::JoinAsFounderRequest { command, network_id };
                let answer = NetworkServiceClient::new(self.line()).join_as_founder(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("joinAsFounder", within(network)).await,
        }
    }

    /// Lets anybody apply.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn open_membership(&self, network: NetworkId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, network_id) = (Some(self.command()), network.to_string());
                let request = message::OpenMembershipRequest { command, network_id };
                let answer = NetworkServiceClient::new(self.line()).open_membership(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("openMembership", within(network)).await,
        }
    }

    /// Applies for membership; an empty statement is none.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn apply(&self, network: NetworkId, statement: &str) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ApplyForMembershipRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    statement: statement.to_owned(),
                };
                let mut client = MembershipServiceClient::new(self.line());
                let answer = client.apply_for_membership(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                if !statement.is_empty() {
                    input["statement"] = statement.into();
                }
                self.done("applyForMembership", input).await
            }
        }
    }

    /// Admits a person who applied or accepted an invitation.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn admit(&self, network: NetworkId, person: PersonId) -> Outcome {
        self.admit_party(network, Party::Person(person)).await
    }

    /// Admits a party that applied or accepted an invitation.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn admit_party(&self, network: NetworkId, party: Party) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::AdmitMemberRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    party: Some(read::party_message(party)),
                };
                let answer = MembershipServiceClient::new(self.line()).admit_member(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["partyId"] = global_party(party).into();
                self.done("admitMember", input).await
            }
        }
    }

    /// Declines an application.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn decline_application(&self, network: NetworkId, person: PersonId) -> Outcome {
        let party = Party::Person(person);
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DeclineApplicationRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    party: Some(read::party_message(party)),
                };
                let mut client = MembershipServiceClient::new(self.line());
                let answer = client.decline_application(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["partyId"] = global_party(party).into();
                self.done("declineApplication", input).await
            }
        }
    }

    /// Lets a person of an organisation represent it in a network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn authorise_representation(
        &self,
        organisation: OrganisationId,
        (person, network): (PersonId, NetworkId),
        scopes: &[RepresentationScope],
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::AuthoriseRepresentationRequest {
                    command: Some(self.command()),
                    organisation_id: organisation.to_string(),
                    person_id: person.to_string(),
                    network_id: network.to_string(),
                    scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
                };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.authorise_representation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let name = |scope: &RepresentationScope| {
                    enum_name(scope.as_str_name(), "REPRESENTATION_SCOPE_").to_owned()
                };
                let mut input = within(network);
                input["organisationId"] = global(organisation).into();
                input["personId"] = global(person).into();
                input["scopes"] = scopes.iter().map(name).collect();
                self.done("authoriseRepresentation", input).await
            }
        }
    }

    /// Ends a representation.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw_representation(
        &self,
        organisation: OrganisationId,
        (person, network): (PersonId, NetworkId),
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::WithdrawRepresentationRequest {
                    command: Some(self.command()),
                    organisation_id: organisation.to_string(),
                    person_id: person.to_string(),
                    network_id: network.to_string(),
                };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.withdraw_representation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["organisationId"] = global(organisation).into();
                input["personId"] = global(person).into();
                self.done("withdrawRepresentation", input).await
            }
        }
    }

    /// Invites a party.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn invite(&self, network: NetworkId, party: Party) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::InvitePartyRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    party: Some(read::party_message(party)),
                    message: String::new(),
                };
                let answer = MembershipServiceClient::new(self.line()).invite_party(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["partyId"] = global_party(party).into();
                self.done("inviteParty", input).await
            }
        }
    }

    /// Accepts an invitation.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn accept(&self, network: NetworkId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, network_id) = (Some(self.command()), network.to_string());
                let request = message::AcceptInvitationRequest { command, network_id };
                let mut client = MembershipServiceClient::new(self.line());
                let answer = client.accept_invitation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("acceptInvitation", within(network)).await,
        }
    }

    /// Makes an organisation known, as its first steward.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn register_organisation(&self, name: &str) -> Result<OrganisationId, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, name) = (Some(self.command()), name.to_owned());
                let request = message::RegisterOrganisationRequest { command, name };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.register_organisation(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                self.receipt(Ok(answer.receipt))?;
                Ok(parsed(&answer.organisation_id))
            }
            Protocol::GraphQl => {
                let input = json!({ "name": name });
                let selection = "organisation { id }";
                let payload = self.mutate("registerOrganisation", input, selection).await?;
                self.receipt_of(&payload);
                Ok(local(&payload["organisation"]["id"]))
            }
        }
    }

    /// Says that one belongs to an organisation.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn claim_affiliation(&self, organisation: OrganisationId, role: &str) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ClaimAffiliationRequest {
                    command: Some(self.command()),
                    organisation_id: organisation.to_string(),
                    role: role.to_owned(),
                };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.claim_affiliation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({ "organisationId": global(organisation), "role": role });
                self.done("claimAffiliation", input).await
            }
        }
    }

    /// Says that somebody belongs to an organisation, as its steward.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn confirm_affiliation(
        &self,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::ConfirmAffiliationRequest {
                    command: Some(self.command()),
                    organisation_id: organisation.to_string(),
                    person_id: person.to_string(),
                };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.confirm_affiliation(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let ids = (global(organisation), global(person));
                let input = json!({ "organisationId": ids.0, "personId": ids.1 });
                self.done("confirmAffiliation", input).await
            }
        }
    }

    /// Leaves a network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn resign(&self, network: NetworkId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, network_id) = (Some(self.command()), network.to_string());
                let request = message::ResignMembershipRequest { command, network_id };
                let mut client = MembershipServiceClient::new(self.line());
                let answer = client.resign_membership(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("resignMembership", within(network)).await,
        }
    }

    /// Declares that one trusts somebody, because the two met; an empty note is none.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn declare_trust(
        &self,
        network: NetworkId,
        target: PersonId,
        (visibility, note): (TieVisibility, &str),
    ) -> Result<(TieId, Receipt), Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::DeclareTieRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    target: Some(read::party_message(Party::Person(target))),
                    kind: TieKind::Trusts.into(),
                    basis: TieBasis::MetInPerson.into(),
                    visibility: visibility.into(),
                    note: note.to_owned(),
                };
                let answer = TieServiceClient::new(self.line()).declare_tie(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                Ok((parsed(&answer.tie_id), self.receipt(Ok(answer.receipt))?))
            }
            Protocol::GraphQl => {
                let mut input = json!({
                    "networkId": global(network), "targetId": global(target),
                    "kind": "TRUSTS", "basis": "MET_IN_PERSON",
                    "visibility": enum_name(visibility.as_str_name(), "TIE_VISIBILITY_"),
                });
                if !note.is_empty() {
                    input["note"] = note.into();
                }
                let payload = self.mutate("declareTie", input, "tieId").await?;
                Ok((local(&payload["tieId"]), self.receipt_of(&payload)))
            }
        }
    }

    /// Says that a tie is so.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn acknowledge(&self, tie: TieId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, tie_id) = (Some(self.command()), tie.to_string());
                let request = message::AcknowledgeTieRequest { command, tie_id };
                let answer = TieServiceClient::new(self.line()).acknowledge_tie(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("acknowledgeTie", json!({ "tieId": global(tie) })).await,
        }
    }

    /// Rates a tie's reliability and openness, 1 to 4.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn assess(&self, tie: TieId, reliability: u32, openness: u32) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let ratings = message::Ratings { reliability, openness, ..Default::default() };
                let request = message::AssessTieRequest {
                    command: Some(self.command()),
                    tie_id: tie.to_string(),
                    ratings: Some(ratings),
                    intensity: 0,
                };
                let answer = TieServiceClient::new(self.line()).assess_tie(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let ratings = json!({ "reliability": reliability, "openness": openness });
                let input = json!({ "tieId": global(tie), "ratings": ratings });
                self.done("assessTie", input).await
            }
        }
    }

    /// Ends a tie.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn withdraw(&self, tie: TieId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, tie_id) = (Some(self.command()), tie.to_string());
                let request = message::WithdrawTieRequest { command, tie_id };
                let answer = TieServiceClient::new(self.line()).withdraw_tie(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => self.done("withdrawTie", json!({ "tieId": global(tie) })).await,
        }
    }

    /// Plans a gathering, or enters one that took place.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn plan(
        &self,
        network: NetworkId,
        title: &str,
        starts_at: &str,
    ) -> Result<(GatheringId, Receipt), Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::PlanGatheringRequest {
                    command: Some(self.command()),
                    network_id: network.to_string(),
                    title: title.to_owned(),
                    starts_at: Some(read::timestamp(time(starts_at))),
                };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.plan_gathering(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                Ok((parsed(&answer.gathering_id), self.receipt(Ok(answer.receipt))?))
            }
            Protocol::GraphQl => {
                let mut input = within(network);
                input["title"] = title.into();
                input["startsAt"] = starts_at.into();
                let payload = self.mutate("planGathering", input, "gathering { id }").await?;
                Ok((local(&payload["gathering"]["id"]), self.receipt_of(&payload)))
            }
        }
    }

    /// Records that somebody was there.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn record(
        &self,
        gathering: GatheringId,
        person: PersonId,
        mode: AttendanceMode,
    ) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::RecordAttendanceRequest {
                    command: Some(self.command()),
                    gathering_id: gathering.to_string(),
                    person_id: person.to_string(),
                    mode: mode.into(),
                    source: AttendanceSource::Host.into(),
                };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.record_attendance(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let input = json!({
                    "gatheringId": global(gathering), "personId": global(person),
                    "mode": enum_name(mode.as_str_name(), "ATTENDANCE_MODE_"), "source": "HOST",
                });
                self.done("recordAttendance", input).await
            }
        }
    }

    /// Puts somebody's attendance right; without a mode they were not there.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn correct(
        &self,
        gathering: GatheringId,
        person: PersonId,
        mode: Option<AttendanceMode>,
    ) -> Outcome {
        let reason = match mode {
            Some(_) => CorrectionReason::WrongMode,
            None => CorrectionReason::WasAbsent,
        };
        match self.world.protocol() {
            Protocol::Grpc => {
                let request = message::CorrectAttendanceRequest {
                    command: Some(self.command()),
                    gathering_id: gathering.to_string(),
                    person_id: person.to_string(),
                    mode: mode.map_or(0, i32::from),
                    reason: reason.into(),
                };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.correct_attendance(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                let mode = mode.map(|mode| enum_name(mode.as_str_name(), "ATTENDANCE_MODE_"));
                let input = json!({
                    "gatheringId": global(gathering), "personId": global(person), "mode": mode,
                    "reason": enum_name(reason.as_str_name(), "CORRECTION_REASON_"),
                });
                self.done("correctAttendance", input).await
            }
        }
    }

    /// Says that a gathering took place.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn hold(&self, gathering: GatheringId) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => {
                let (command, gathering_id) = (Some(self.command()), gathering.to_string());
                let request = message::HoldGatheringRequest { command, gathering_id };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.hold_gathering(request).await;
                self.receipt(answer.map(|answer| answer.into_inner().receipt))
            }
            Protocol::GraphQl => {
                self.done("holdGathering", json!({ "gatheringId": global(gathering) })).await
            }
        }
    }

    /// Imports an attendance list; GraphQL has no way to, so always over gRPC.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn import(
        &self,
        network: &str,
        rows: &[ImportRow],
    ) -> Result<ImportAttendanceResponse, Refusal> {
        let header =
            ImportHeader { network_name: network.to_owned(), name_visibility: NAMES.into() };
        let mut requests = vec![ImportAttendanceRequest { part: Some(Part::Header(header)) }];
        for rows in rows.chunks(ROWS_MAX) {
            let part = Some(Part::Rows(ImportRows { rows: rows.to_vec() }));
            requests.push(ImportAttendanceRequest { part });
        }
        let mut client = GatheringServiceClient::new(self.line());
        let answer = client.import_attendance(iter(requests)).await;
        let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
        self.world.note(answer.position);
        Ok(answer)
    }

    async fn done(&self, field: &str, input: Value) -> Outcome {
        self.mutate(field, input, "").await.map(|payload| self.receipt_of(&payload))
    }
}

fn within(network: NetworkId) -> Value {
    json!({ "networkId": global(network) })
}

fn parsed<K: IdKind>(id: &str) -> Id<K> {
    Id::parse(id).unwrap()
}
