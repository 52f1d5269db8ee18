//! Charters over gRPC.

use kernel::Known;
use tonic::{Request, Response};
use wire::{
    Outcome, page, read,
    weft::governance::v1::{self as message, charter_service_server::CharterService},
};

use super::{
    GovernanceGrpc, optional_id, policies, query_status, receipt, shown, to_status, words,
};
use crate::{
    charter::CharterText,
    queries::CharterSeen,
    templates::Template,
    views::charters::{CharterPhase, NoteRow, VersionRow},
};

#[tonic::async_trait]
impl CharterService for GovernanceGrpc {
    async fn open_charter_draft(
        &self,
        request: Request<message::OpenCharterDraftRequest>,
    ) -> Outcome<message::OpenCharterDraftResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let template = read::optional_text(&call.message.template, "template")?;
        let done = self
            .commands
            .open_charter_draft(network, call.person, template.as_deref(), &call.context)
            .await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::OpenCharterDraftResponse { receipt }))
    }

    async fn edit_charter_draft(
        &self,
        request: Request<message::EditCharterDraftRequest>,
    ) -> Outcome<message::EditCharterDraftResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let mut call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let change = call.message.change.take().ok_or_else(|| read::missing("change"))?;
        let change = policies::change(change)?;
        let done =
            self.commands.edit_charter_draft(network, call.person, change, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::EditCharterDraftResponse { receipt }))
    }

    async fn submit_charter(
        &self,
        request: Request<message::SubmitCharterRequest>,
    ) -> Outcome<message::SubmitCharterResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let done = self.commands.submit_charter(network, call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SubmitCharterResponse { receipt }))
    }

    async fn reopen_charter_draft(
        &self,
        request: Request<message::ReopenCharterDraftRequest>,
    ) -> Outcome<message::ReopenCharterDraftResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let done = self.commands.reopen_charter_draft(network, call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ReopenCharterDraftResponse { receipt }))
    }

    async fn ratify_charter(
        &self,
        request: Request<message::RatifyCharterRequest>,
    ) -> Outcome<message::RatifyCharterResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let hash = read::optional_text(&call.message.snapshot_hash, "snapshot_hash")?;
        let done = self.commands.ratify_charter(network, call.person, hash, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RatifyCharterResponse { receipt }))
    }

    async fn annotate_charter(
        &self,
        request: Request<message::AnnotateCharterRequest>,
    ) -> Outcome<message::AnnotateCharterResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let section = words::section(call.message.section, "section")?;
        let note = call.own(read::text(&call.message.note, "note")?);
        let done = self.commands.annotate_charter(network, section, note, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AnnotateCharterResponse { receipt }))
    }

    async fn get_charter(
        &self,
        request: Request<message::GetCharterRequest>,
    ) -> Outcome<message::GetCharterResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let notes = page::page(None, "notes")?;
        let notes = self.queries.charter_notes(asked.network, &notes, message.min_position).await;
        let notes = notes.map_err(query_status)?.value.items;
        // Without a moment, what there is now, also a draft.
        let seen = match moment {
            (None, Known::Now) => {
                let seen = self.queries.charter(asked.network, message.min_position).await;
                seen.map_err(query_status)?
                    .value
                    .filter(|seen| seen.charter.phase != CharterPhase::InForce)
            }
            (Some(_), _) | (None, Known::Time(_) | Known::Position(_)) => None,
        };
        let found = self.queries.charter_as_of(asked.network, moment, message.min_position).await;
        let found = found.map_err(query_status)?;
        let position = found.position;
        let charter = seen.map(draft_message).or_else(|| found.value.map(version_message_whole));
        let annotations: Vec<_> = notes.iter().map(note_message).collect();
        let charter = charter.map(|charter| message::Charter {
            network_id: asked.network.to_string(),
            annotations,
            ..charter
        });
        Ok(Response::new(message::GetCharterResponse { charter, position: position.0 }))
    }

    async fn list_charter_versions(
        &self,
        request: Request<message::ListCharterVersionsRequest>,
    ) -> Outcome<message::ListCharterVersionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let bound = format!("charter versions {}", asked.network);
        let page = page::page(message.page.as_ref(), &bound)?;
        let listed = self.queries.charter_versions(asked.network, &page, message.min_position);
        let listed = listed.await.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let versions = listed.value.items.iter().map(version_message).collect();
        Ok(Response::new(message::ListCharterVersionsResponse { versions, page: Some(info) }))
    }

    async fn get_policy(
        &self,
        request: Request<message::GetPolicyRequest>,
    ) -> Outcome<message::GetPolicyResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let subject = words::subject(message.subject, "subject")?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let found =
            self.queries.policy_in_force(asked.network, subject, moment, message.min_position);
        let found = found.await.map_err(query_status)?;
        let charter_version = found.value.as_ref().map_or(0, |row| row.version);
        let policy = found.value.map(|row| policies::policy_message(&row.policy));
        let position = found.position.0;
        Ok(Response::new(message::GetPolicyResponse { policy, charter_version, position }))
    }

    async fn what_would_it_take(
        &self,
        request: Request<message::WhatWouldItTakeRequest>,
    ) -> Outcome<message::WhatWouldItTakeResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let answer = self.prospect(asked.network, request.into_inner()).await?;
        Ok(Response::new(answer))
    }

    async fn list_charter_templates(
        &self,
        request: Request<message::ListCharterTemplatesRequest>,
    ) -> Outcome<message::ListCharterTemplatesResponse> {
        self.access.admit(&request, None).await?;
        let templates = Template::ALL.map(|template| {
            let text = text_message(&template.text());
            message::CharterTemplate {
                name: template.name().to_owned(),
                description: template.description().to_owned(),
                sections: text.sections,
                policies: text.policies,
                roles: text.roles,
            }
        });
        let templates = templates.to_vec();
        Ok(Response::new(message::ListCharterTemplatesResponse { templates }))
    }
}

fn text_message(text: &CharterText) -> message::Charter {
    let sections = text.sections.iter().map(|(section, text)| message::SectionText {
        section: words::section_message(*section).into(),
        text: text.clone(),
    });
    message::Charter {
        sections: sections.collect(),
        policies: text.policies.values().map(policies::policy_message).collect(),
        roles: text.roles.values().map(policies::role_message).collect(),
        ..message::Charter::default()
    }
}

fn draft_message(seen: CharterSeen) -> message::Charter {
    let charter = seen.charter;
    let status = match charter.phase {
        CharterPhase::Drafting => message::CharterStatus::Drafting,
        CharterPhase::PutToRatification => message::CharterStatus::PutToRatification,
        CharterPhase::InForce => message::CharterStatus::InForce,
    };
    message::Charter {
        status: status.into(),
        snapshot_hash: charter.snapshot_hash.unwrap_or_default(),
        consented_ids: charter.consents.iter().map(ToString::to_string).collect(),
        ..text_message(&charter.content)
    }
}

fn version_message_whole(row: VersionRow) -> message::Charter {
    message::Charter {
        status: message::CharterStatus::InForce.into(),
        version: row.version,
        snapshot_hash: row.snapshot_hash,
        effective_from: Some(read::timestamp(row.effective_from)),
        decision_id: optional_id(row.decision),
        ..text_message(&row.content)
    }
}

fn version_message(row: &VersionRow) -> message::CharterVersion {
    message::CharterVersion {
        version: row.version,
        effective_from: Some(read::timestamp(row.effective_from)),
        decision_id: optional_id(row.decision),
        snapshot_hash: row.snapshot_hash.clone(),
        changes: row.changes.iter().map(policies::change_message).collect(),
    }
}

fn note_message(row: &NoteRow) -> message::Annotation {
    message::Annotation {
        section: words::section_message(row.section).into(),
        person_id: row.by.to_string(),
        note: shown(&row.note),
        noted_at: Some(read::timestamp(row.at)),
    }
}
