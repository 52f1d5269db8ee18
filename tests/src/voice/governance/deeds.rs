//! What voices do about things that stand already: agenda items, lent votes, offices, resolutions,
//! and the draft of a charter.

use jiff::Timestamp;
use kernel::{
    AgendaItemId, DelegationId, GatheringId, MandateId, NetworkId, PersonId, ResolutionId,
};
use serde_json::{Value, json};
use wire::{
    read,
    weft::governance::v1::{
        self as message, CharterSection, Implementation,
        agenda_service_client::AgendaServiceClient, charter_service_client::CharterServiceClient,
        delegation_service_client::DelegationServiceClient,
        register_service_client::RegisterServiceClient,
    },
};

use super::{
    super::{
        Voice,
        graphql::{enum_name, global},
    },
    Outcome,
};
use crate::Protocol;

/// Something that is done about what stands already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed<'a> {
    /// Supports an item no longer.
    Unsupport(NetworkId, AgendaItemId),
    /// Puts an item on a gathering's programme.
    Schedule(NetworkId, AgendaItemId, GatheringId),
    /// Says that an item was dealt with.
    DealtWith(NetworkId, AgendaItemId),
    /// Gives an item up.
    DropItem(NetworkId, AgendaItemId),
    /// Does not take a lent vote.
    DeclineLent(DelegationId),
    /// Lets a lent vote not count for the time being.
    Suspend(DelegationId),
    /// Lets it count again.
    Resume(DelegationId),
    /// Says how far a resolution was carried out.
    Report(ResolutionId, Implementation),
    /// Says when a resolution is to be reviewed.
    ReviewAt(ResolutionId, Timestamp),
    /// Does not take an office.
    DeclineOffice(MandateId),
    /// Gives an office to the next holder.
    HandOver(MandateId, PersonId),
    /// Gives an office up.
    Resign(MandateId),
    /// Gives an office up that stays vacant.
    ResignLeavingVacant(MandateId),
    /// Takes the draft of a charter up again.
    Reopen(NetworkId),
    /// Notes something beside a section of a charter.
    Note(NetworkId, CharterSection, &'a str),
}

impl Voice<'_> {
    /// Does something about what stands already.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn does(&self, deed: Deed<'_>) -> Outcome {
        match self.world.protocol() {
            Protocol::Grpc => self.does_by_grpc(deed).await,
            Protocol::GraphQl => {
                let (field, input) = by_graphql(deed);
                self.carry_out(field, input).await
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each deed reads as a table")]
    async fn does_by_grpc(&self, deed: Deed<'_>) -> Outcome {
        let command = Some(self.command());
        let (mut agenda, mut lent) =
            (AgendaServiceClient::new(self.line()), DelegationServiceClient::new(self.line()));
        let (mut register, mut charter) =
            (RegisterServiceClient::new(self.line()), CharterServiceClient::new(self.line()));
        let answered = match deed {
            Deed::Unsupport(network, item) => {
                let (network_id, item_id) = (network.to_string(), item.to_string());
                let request = message::WithdrawSupportRequest { command, network_id, item_id };
                agenda.withdraw_support(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Schedule(network, item, gathering) => {
                let (network_id, item_id) = (network.to_string(), item.to_string());
                let gathering_id = gathering.to_string();
                let request =
                    message::ScheduleItemRequest { command, network_id, item_id, gathering_id };
                agenda.schedule_item(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::DealtWith(network, item) => {
                let (network_id, item_id) = (network.to_string(), item.to_string());
                let request = message::CloseItemRequest { command, network_id, item_id };
                agenda.close_item(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::DropItem(network, item) => {
                let (network_id, item_id) = (network.to_string(), item.to_string());
                let request = message::DropItemRequest { command, network_id, item_id };
                agenda.drop_item(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::DeclineLent(delegation) => {
                let delegation_id = delegation.to_string();
                let request = message::DeclineDelegationRequest { command, delegation_id };
                lent.decline_delegation(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Suspend(delegation) => {
                let delegation_id = delegation.to_string();
                let request = message::SuspendDelegationRequest { command, delegation_id };
                lent.suspend_delegation(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Resume(delegation) => {
                let delegation_id = delegation.to_string();
                let request = message::ResumeDelegationRequest { command, delegation_id };
                lent.resume_delegation(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Report(resolution, implementation) => {
                let request = message::ReportImplementationRequest {
                    command,
                    resolution_id: resolution.to_string(),
                    implementation: implementation.into(),
                    note: String::new(),
                };
                register.report_implementation(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::ReviewAt(resolution, at) => {
                let resolution_id = resolution.to_string();
                let review_at = Some(read::timestamp(at));
                let request = message::ScheduleReviewRequest { command, resolution_id, review_at };
                register.schedule_review(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::DeclineOffice(mandate) => {
                let mandate_id = mandate.to_string();
                let request = message::DeclineMandateRequest { command, mandate_id };
                register.decline_mandate(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::HandOver(mandate, person) => {
                let (mandate_id, person_id) = (mandate.to_string(), person.to_string());
                let request = message::HandOverMandateRequest { command, mandate_id, person_id };
                register.hand_over_mandate(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Resign(mandate) | Deed::ResignLeavingVacant(mandate) => {
                let request = message::ResignMandateRequest {
                    command,
                    mandate_id: mandate.to_string(),
                    vacancy_accepted: deed == Deed::ResignLeavingVacant(mandate),
                };
                register.resign_mandate(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Reopen(network) => {
                let network_id = network.to_string();
                let request = message::ReopenCharterDraftRequest { command, network_id };
                charter.reopen_charter_draft(request).await.map(|it| it.into_inner().receipt)
            }
            Deed::Note(network, section, note) => {
                let request = message::AnnotateCharterRequest {
                    command,
                    network_id: network.to_string(),
                    section: section.into(),
                    note: note.to_owned(),
                };
                charter.annotate_charter(request).await.map(|it| it.into_inner().receipt)
            }
        };
        self.receipt(answered)
    }
}

/// The mutation of a deed, and what it takes.
fn by_graphql(deed: Deed<'_>) -> (&'static str, Value) {
    let item = |network, item| json!({ "networkId": global(network), "itemId": global(item) });
    match deed {
        Deed::Unsupport(network, of) => ("withdrawAgendaItemSupport", item(network, of)),
        Deed::Schedule(network, of, gathering) => {
            let mut input = item(network, of);
            input["gatheringId"] = json!(global(gathering));
            ("scheduleAgendaItem", input)
        }
        Deed::DealtWith(network, of) => ("closeAgendaItem", item(network, of)),
        Deed::DropItem(network, of) => ("dropAgendaItem", item(network, of)),
        Deed::DeclineLent(lent) => ("declineDelegation", json!({ "delegationId": global(lent) })),
        Deed::Suspend(lent) => ("suspendDelegation", json!({ "delegationId": global(lent) })),
        Deed::Resume(lent) => ("resumeDelegation", json!({ "delegationId": global(lent) })),
        Deed::Report(resolution, implementation) => {
            let implementation = enum_name(implementation.as_str_name(), "IMPLEMENTATION_");
            let input =
                json!({ "resolutionId": global(resolution), "implementation": implementation });
            ("reportImplementation", input)
        }
        Deed::ReviewAt(resolution, at) => {
            let input = json!({ "resolutionId": global(resolution), "reviewAt": at.to_string() });
            ("scheduleReview", input)
        }
        Deed::DeclineOffice(mandate) => ("declineMandate", json!({ "mandateId": global(mandate) })),
        Deed::HandOver(mandate, person) => {
            let input = json!({ "mandateId": global(mandate), "personId": global(person) });
            ("handOverMandate", input)
        }
        Deed::Resign(mandate) => ("resignMandate", json!({ "mandateId": global(mandate) })),
        Deed::ResignLeavingVacant(mandate) => {
            let input = json!({ "mandateId": global(mandate), "vacancyAccepted": true });
            ("resignMandate", input)
        }
        Deed::Reopen(network) => ("reopenCharterDraft", json!({ "networkId": global(network) })),
        Deed::Note(network, section, note) => {
            let section = enum_name(section.as_str_name(), "CHARTER_SECTION_");
            let input = json!({ "networkId": global(network), "section": section, "note": note });
            ("annotateCharter", input)
        }
    }
}
