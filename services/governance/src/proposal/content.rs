//! What a proposal may ask for: by itself, and under the policy that decides on it.

use std::collections::BTreeSet;

use events::{
    CharterChange, DecisionOption, DecisionPolicy, Effect, Icon, Method, OptionKey,
    ProposalContent, Subject,
};
use kernel::{AgendaItemId, PersonId, ResolutionId};

use super::ProposalRejection;
use crate::canonical;

/// How many characters a title has at most.
pub const TITLE_CHARS_MAX: usize = 200;

/// How many characters a text has at most, a concern and an amendment too.
pub const TEXT_CHARS_MAX: usize = 100_000;

/// How many effects a proposal declares at most.
pub const EFFECTS_MAX: usize = 32;

/// How many options a proposal offers at most.
pub const OPTIONS_MAX: usize = 256;

/// How many goals a proposal names at most.
pub const GOALS_MAX: usize = 32;

/// The SHA-256 of the canonical JSON of `content`, in hexadecimal: what its text is known by.
#[expect(clippy::missing_panics_doc, reason = "it does not panic")]
pub fn content_hash(content: &ProposalContent) -> String {
    canonical::hash_of(content).expect("a content holds no map, so nothing but texts are its keys")
}

/// The item of the agenda that an option stands for; `None` when its key is no item's id.
pub fn agenda_item(option: &OptionKey) -> Option<AgendaItemId> {
    AgendaItemId::parse(&option.0).ok().filter(|item| item.to_string() == option.0)
}

/// Tells whether ballots of `method` choose between the options of the proposal, rather than
/// answering it.
pub fn chooses_between_options(method: &Method) -> bool {
    match method {
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => true,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {} => false,
    }
}

/// Checks what holds of a content under any policy.
///
/// # Errors
///
/// Returns what is wrong with it.
pub(super) fn sound(content: &ProposalContent) -> Result<(), ProposalRejection> {
    written(&content.title, TITLE_CHARS_MAX)?;
    written(&content.text, TEXT_CHARS_MAX)?;
    for words in [&content.topic, &content.exclusive].into_iter().flatten() {
        written(words, TITLE_CHARS_MAX)?;
    }
    if GOALS_MAX < content.goals.len() {
        return Err(ProposalRejection::TooLong);
    }
    sound_effects(content.subject, &content.effects)?;
    changes_resolutions_once(content)?;
    sound_options(&content.options)
}

/// Checks that there are words, and not too many.
pub(super) fn written(words: &str, chars_max: usize) -> Result<(), ProposalRejection> {
    if words.trim().is_empty() {
        return Err(ProposalRejection::WordsEmpty);
    }
    if words.chars().nth(chars_max).is_some() {
        return Err(ProposalRejection::TooLong);
    }
    Ok(())
}

fn sound_effects(subject: Subject, effects: &[Effect]) -> Result<(), ProposalRejection> {
    if EFFECTS_MAX < effects.len() {
        return Err(ProposalRejection::TooLong);
    }
    let changes_charter =
        |it: &&Effect| matches!(it, Effect::AmendCharter { .. } | Effect::ChangePolicies { .. });
    if effects.iter().filter(changes_charter).count() > 1 {
        return Err(ProposalRejection::CharterChangedTwice);
    }
    let mut holders: BTreeSet<Option<PersonId>> = BTreeSet::new();
    for (index, effect) in effects.iter().enumerate() {
        if let Some(other) = foreign(subject, effect) {
            return Err(ProposalRejection::EffectOfAnotherSubject(other));
        }
        match effect {
            Effect::AmendCharter { changes } if changes.is_empty() => {
                return Err(ProposalRejection::EffectEmpty);
            }
            Effect::ChangePolicies { changes } if changes.is_empty() => {
                return Err(ProposalRejection::EffectEmpty);
            }
            Effect::DeclareNetworkType { types } if types.is_empty() => {
                return Err(ProposalRejection::EffectEmpty);
            }
            Effect::ChangePolicies { changes } if !changes.iter().all(is_about_policies) => {
                return Err(ProposalRejection::EffectBeyondPolicies);
            }
            // A decision confers one mandate a person: its id is derived from the two.
            Effect::ConferMandate { holder, .. } if !holders.insert(*holder) => {
                return Err(ProposalRejection::EffectTwice);
            }
            Effect::AmendCharter { .. }
            | Effect::ChangePolicies { .. }
            | Effect::DeclareNetworkType { .. }
            | Effect::PauseNetwork {}
            | Effect::ResumeNetwork {}
            | Effect::DissolveNetwork {}
            | Effect::OpenMembership {}
            | Effect::CloseMembership {}
            | Effect::AdmitMember { .. }
            | Effect::DeclineApplication { .. }
            | Effect::SuspendMember { .. }
            | Effect::ReinstateMember { .. }
            | Effect::ExpelMember { .. }
            | Effect::ConferMandate { .. }
            | Effect::RecallMandate { .. }
            | Effect::PrioritiseAgenda { .. }
            | Effect::AdoptGoal { .. }
            | Effect::AmendResolution { .. }
            | Effect::RepealResolution { .. } => {}
        }
        if effects[..index].contains(effect) {
            return Err(ProposalRejection::EffectTwice);
        }
    }
    Ok(())
}

/// The subject of `effect` when a decision on `subject` may not have it; `None` when it may. Changing
/// the charter includes changing its policies, not the other way round; whether a resolution is of
/// the same subject is asked at the call.
fn foreign(subject: Subject, effect: &Effect) -> Option<Subject> {
    let includes = |own: &Subject| {
        *own == subject || (subject, *own) == (Subject::CharterAmend, Subject::PolicyAmend)
    };
    effect.subject().filter(|own| !includes(own))
}

/// The resolution that `effect` amends or repeals; `None` for any other effect.
pub(crate) fn resolution_changed(effect: &Effect) -> Option<ResolutionId> {
    match effect {
        Effect::AmendResolution { resolution } | Effect::RepealResolution { resolution } => {
            Some(*resolution)
        }
        Effect::AmendCharter { .. }
        | Effect::ChangePolicies { .. }
        | Effect::DeclareNetworkType { .. }
        | Effect::PauseNetwork {}
        | Effect::ResumeNetwork {}
        | Effect::DissolveNetwork {}
        | Effect::OpenMembership {}
        | Effect::CloseMembership {}
        | Effect::AdmitMember { .. }
        | Effect::DeclineApplication { .. }
        | Effect::SuspendMember { .. }
        | Effect::ReinstateMember { .. }
        | Effect::ExpelMember { .. }
        | Effect::ConferMandate { .. }
        | Effect::RecallMandate { .. }
        | Effect::PrioritiseAgenda { .. }
        | Effect::AdoptGoal { .. } => None,
    }
}

/// Checks that an older resolution is superseded, amended or repealed, and not two of these.
fn changes_resolutions_once(content: &ProposalContent) -> Result<(), ProposalRejection> {
    let mut changed: BTreeSet<ResolutionId> = content.supersedes.into_iter().collect();
    for resolution in content.effects.iter().filter_map(resolution_changed) {
        if !changed.insert(resolution) {
            return Err(ProposalRejection::ResolutionChangedTwice(resolution));
        }
    }
    Ok(())
}

fn is_about_policies(change: &CharterChange) -> bool {
    match change {
        CharterChange::DefinePolicy(_)
        | CharterChange::ChangePolicy(_)
        | CharterChange::RetirePolicy(_) => true,
        CharterChange::EditSection { .. }
        | CharterChange::DefineRole(_)
        | CharterChange::ChangeRole(_) => false,
    }
}

fn sound_options(options: &[DecisionOption]) -> Result<(), ProposalRejection> {
    if OPTIONS_MAX < options.len() {
        return Err(ProposalRejection::TooLong);
    }
    let mut keys = BTreeSet::new();
    for option in options {
        written(&option.key.0, TITLE_CHARS_MAX)?;
        if !keys.insert(&option.key) {
            return Err(ProposalRejection::OptionTwice(option.key.clone()));
        }
        if option.icon != Icon::Item {
            return Err(ProposalRejection::OptionNotAnItem(option.key.clone()));
        }
        match option.candidate {
            Some(person) if person.to_string() != option.key.0 => {
                return Err(ProposalRejection::CandidateKeyDiffers(option.key.clone()));
            }
            Some(_) => {}
            None => written(&option.label, TITLE_CHARS_MAX)?,
        }
    }
    Ok(())
}

/// Checks that `policy` can decide on `content`: that the options are what its method needs, and
/// that each effect follows from what its method finds.
///
/// # Errors
///
/// Returns what does not fit.
pub(super) fn fits(
    content: &ProposalContent,
    policy: &DecisionPolicy,
) -> Result<(), ProposalRejection> {
    if !chooses_between_options(&policy.method) {
        return answers_fit(content, &policy.method);
    }
    // Whatever wins, each effect is carried out: so it must be one that the winners complete, and
    // the only one, lest the same winners are given to two.
    let elects = match content.effects.as_slice() {
        [] => Elects::Nothing,
        [Effect::ConferMandate { holder: None, .. }] => Elects::Persons,
        [Effect::PrioritiseAgenda { items }] if items.is_empty() => Elects::Items,
        _ => return Err(ProposalRejection::EffectNotCarriedOut),
    };
    if policy.method == (Method::TimePoll {}) && elects != Elects::Nothing {
        return Err(ProposalRejection::EffectNotCarriedOut);
    }
    let needed = options_min(&policy.method, elects);
    if content.options.len() < needed {
        return Err(ProposalRejection::OptionsTooFew(needed));
    }
    for option in &content.options {
        let as_needed = match (elects, option.candidate) {
            (Elects::Persons, candidate) => candidate.is_some(),
            (Elects::Items, None) => agenda_item(&option.key).is_some(),
            (Elects::Items, Some(_)) => false,
            (Elects::Nothing, _) => true,
        };
        if !as_needed {
            return Err(ProposalRejection::OptionNotOfEffect(option.key.clone()));
        }
    }
    Ok(())
}

/// What the winners of a choice are put into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elects {
    /// Nothing: the register says who or what won.
    Nothing,
    /// A mandate for each person.
    Persons,
    /// The order of the agenda.
    Items,
}

/// How many options a choice needs: two, one candidate who stands unopposed, and as many as a ballot
/// has to choose.
fn options_min(method: &Method, elects: Elects) -> usize {
    let choice = match elects {
        Elects::Persons => 1,
        Elects::Items | Elects::Nothing => 2,
    };
    match method {
        Method::Choose { choices_min, .. } => {
            choice.max(usize::try_from(*choices_min).unwrap_or(usize::MAX))
        }
        Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {}
        | Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {} => choice,
    }
}

fn answers_fit(content: &ProposalContent, method: &Method) -> Result<(), ProposalRejection> {
    if !content.options.is_empty() {
        return Err(ProposalRejection::OptionsNotAsked);
    }
    let never = match method {
        // Figures advise; nothing is adopted by them.
        Method::Advice {} => !content.effects.is_empty(),
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => content.effects.iter().any(awaits_winners),
    };
    if never { Err(ProposalRejection::EffectNotCarriedOut) } else { Ok(()) }
}

/// Tells whether `effect` leaves open what the winners of a choice say.
pub(crate) fn awaits_winners(effect: &Effect) -> bool {
    match effect {
        Effect::ConferMandate { holder, .. } => holder.is_none(),
        Effect::PrioritiseAgenda { items } => items.is_empty(),
        Effect::AmendCharter { .. }
        | Effect::ChangePolicies { .. }
        | Effect::DeclareNetworkType { .. }
        | Effect::PauseNetwork {}
        | Effect::ResumeNetwork {}
        | Effect::DissolveNetwork {}
        | Effect::OpenMembership {}
        | Effect::CloseMembership {}
        | Effect::AdmitMember { .. }
        | Effect::DeclineApplication { .. }
        | Effect::SuspendMember { .. }
        | Effect::ReinstateMember { .. }
        | Effect::ExpelMember { .. }
        | Effect::RecallMandate { .. }
        | Effect::AdoptGoal { .. }
        | Effect::AmendResolution { .. }
        | Effect::RepealResolution { .. } => false,
    }
}
